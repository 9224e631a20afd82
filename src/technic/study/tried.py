"""What a study tries, in texts for the ledger of trials, from which it can be run again."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from technic.errors import UsageError
from technic.language.syntax.tokens import tokens
from technic.scan.config import ScanConfig
from technic.setups import Library, Setup
from technic.study.config import StudyConfig
from technic.text.outside import clean

__all__ = ["tried", "tried_scan"]

MOST_CHARACTERS = 2_000
"""Of what is said of one setup or expression."""


def tried(config: StudyConfig) -> tuple[str, ...]:
    """Return what a study judges: setups or ``where``, then ratings, each as it was written."""
    defined = _definitions(config.scan)
    ratings = tuple(_cut(_defining(text, defined)) for text in dict.fromkeys(config.ratings))
    return (*tried_scan(config.scan), *ratings)


def tried_scan(scan: ScanConfig) -> tuple[str, ...]:
    """Return whose hits are judged: each setup with ``where``, or ``where`` alone.

    Behind an expression stand the columns of the scan that it uses, as they are defined.
    """
    defined = _definitions(scan)
    if not scan.setups:
        return () if scan.where is None else (_cut(_defining(scan.where, defined)),)
    rest = "" if scan.where is None else f", and {_defining(scan.where, defined)}"
    return tuple(_cut(f"{_setup(one, defined)}{rest}") for one in scan.setups)


def _setup(setup: Setup, defined: Mapping[str, str]) -> str:
    """Return a setup's name, and what tells it from the one that comes with Technic.

    One of a user's own is told by its conditions, since its file may be another tomorrow.
    """
    plain = _built_in(setup.name)
    same = plain is not None and plain.conditions == setup.conditions
    values = setup.values
    if same and plain is not None:
        values = {name: one for name, one in values.items() if plain.values.get(name) != one}
        text = setup.name
    else:
        texts = [one.where for one in setup.conditions]
        told = " and ".join(f"({one})" for one in texts)
        text = f"{setup.name}: {told}{_ending(texts, defined)}"
    if not values:
        return text
    return f"{text} with {', '.join(f'{name}={one:.12g}' for name, one in values.items())}"


def _built_in(name: str) -> Setup | None:
    try:
        return Library().get(name)
    except UsageError:
        return None


def _definitions(scan: ScanConfig) -> dict[str, str]:
    """Return the columns of the scan that are defined in it, by name."""
    found = {}
    for text in scan.columns:
        name, equals, expression = text.lstrip("+").partition("=")
        if equals and name.strip().isidentifier() and not expression.startswith("="):
            found[name.strip()] = expression.strip()
    return found


def _defining(text: str, defined: Mapping[str, str]) -> str:
    return f"{text}{_ending((text,), defined)}"


def _ending(texts: Iterable[str], defined: Mapping[str, str]) -> str:
    """Return the definitions that texts need, those that these need among them."""
    needed: dict[str, None] = {}
    waiting = _used(texts, defined)
    while waiting:
        name = waiting.pop(0)
        if name not in needed:
            needed[name] = None
            waiting += _used((defined[name],), defined)
    return "".join(f"; {name} = {defined[name]}" for name in needed)


def _used(texts: Iterable[str], defined: Mapping[str, str]) -> list[str]:
    if not defined:
        return []
    return [
        str(word.value)
        for text in texts
        for word, after in itertools.pairwise(tokens(text))
        if word.kind == "name" and word.value in defined and after.value not in ("=", "(")
    ]


def _cut(text: str) -> str:
    return clean(" ".join(text.split()), MOST_CHARACTERS)
