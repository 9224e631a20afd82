"""describe_language and check_expression: the words that a question is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from technic.language.functions.function import Function
from technic.scan.expressions.setup_document import checked_setups
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.flat_config import FLAT_KEYS
from technic.service.agents.command import command_of
from technic.service.agents.desk import Asking, about_nothing, desk_of
from technic.service.agents.fitting import cleaned, fitted
from technic.service.agents.question import Offset
from technic.service.answers.expression_answer import Wanted, expression_answer
from technic.service.state import Service
from technic.setups import Library

__all__ = ["check_expression", "describe_language"]

SYNTAX = (
    "and or not, < <= > >= == !=, + - * /, x[1] is the bar before; functions take a series first: "
    "sma(close, 50). A setup is a named set of conditions; a key narrows or orders a scan."
)
_ABOUT_WORD = 160
Kind = Literal["column", "function", "setup", "key", "any"]


async def describe_language(
    asking: Asking,
    word: Annotated[
        str, Field(max_length=60, description="Only words with this in name or description.")
    ] = "",
    kind: Kind = "any",
    offset: Offset = 0,
) -> dict[str, Any]:
    """List or search the words of the scan language: columns, functions, setups, keys of a scan.

    Each row: name, kind, how it is written, what it is.
    """
    desk = desk_of(asking)
    return await desk.do(_language, desk.service, word, kind, offset)


def _language(service: Service, word: str, kind: Kind, offset: int) -> dict[str, Any]:
    wanted = word.strip().lower()
    rows = [row for row in _words(service) if wanted in f"{row[0]} {row[3]}".lower()]
    kinds = Counter(row[1] for row in rows)
    shown = [row for row in rows if kind in ("any", row[1])]
    if wanted:  # the word itself, then longer names, then descriptions
        shown.sort(key=lambda row: (row[0] != wanted, wanted not in row[0]))
    answer = {
        "about": about_nothing(service),
        "next": None,
        "kinds": dict(kinds),
        "rows": [cleaned(row, _ABOUT_WORD) for row in shown[offset:]],
        "syntax": SYNTAX,
    }
    return fitted(
        answer, "rows", "describe_language", {"word": wanted, "kind": kind}, offset=offset
    )


def _words(service: Service) -> Iterator[list[str]]:
    known = vocabulary()
    home = service.settings.settings.home / "setups"
    for setup in checked_setups(Library((home,) if home.is_dir() else ()))[0]:
        yield [setup.name, "setup", setup.name, setup.meaning]
    for name, function in known.functions.items():
        yield [name, "function", _written(function), function.description]
    for name, info in known.names.items():
        yield [name, "column", name, info.description]
    for key in FLAT_KEYS:
        yield [key, "key", key, "a key of technic scan"]


def _written(function: Function) -> str:
    parts = [
        part.name
        if part.default is None
        else f"{part.name}={part.default:g}"
        if isinstance(part.default, int | float)
        else f"{part.name}={part.default}"
        for part in function.parameters
    ]
    return f"{function.name}({', '.join(parts)})"


async def check_expression(
    asking: Asking,
    expression: Annotated[str, Field(max_length=2_000, examples=["close > sma(close, 50)"])],
    wants: Wanted = "condition",
) -> dict[str, Any]:
    """Say whether an expression means something; where not, what is wrong and at which characters.

    Cheap: nothing is scanned.
    """
    desk = desk_of(asking)
    return await desk.do(_checked, desk.service, expression, wants)


def _checked(service: Service, expression: str, wants: Wanted) -> dict[str, Any]:
    found = expression_answer(expression, wants)
    names = ("message", "place", "expression", "kind", "scope", "lookback", "stable_after")
    condition = found["valid"] and found["kind"] == "condition"
    command = command_of("scan", {"where": expression}) if condition else None
    return {
        "about": about_nothing(service, command),
        "next": None,
        "valid": found["valid"],
        **cleaned({name: found.get(name) for name in names}, 900),
    }
