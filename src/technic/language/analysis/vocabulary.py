"""The words an expression may use: names of values, and functions."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from technic.errors import ParameterError
from technic.language.functions.function import Function, Kind, Scope
from technic.wording.nearest import nearest

__all__ = ["FactKind", "NameInfo", "Vocabulary"]

FactKind = Literal["reported", "known", "counted", "priced"]
"""What a name of a fact is; see NameInfo."""


@dataclass(frozen=True, slots=True)
class NameInfo:
    """A name: what its value is, where it exists, what it says.

    ``expression``: what a name of the scope ``day`` is, as a text over values of every bar; how
    much history it needs, and its values, follow. Without one ``lookback`` says how many bars it
    takes until it has a value. ``unit``: what it counts in, as in ``technic columns``. ``fact``:
    what of a company was known on the day of a bar: ``reported`` by fiscal quarters, ``known`` on
    days, ``counted`` in sessions from or to a day, or ``priced``, an expression over such facts and
    prices.
    """

    kind: Kind
    scope: Scope
    description: str
    lookback: int = 1
    expression: str = ""
    unit: str = ""
    fact: FactKind | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Names and functions; the two do not meet, since a function is always called.

    ``aliases``: shorter words, each for a name; a checked tree has the name.
    A vocabulary travels between processes, and nobody changes it: ``extended`` makes a new one. It
    equals itself alone, so that what was found by it can be remembered.
    Raises ParameterError for a word that no expression could contain.
    """

    names: Mapping[str, NameInfo] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", dict(self.names))
        object.__setattr__(self, "functions", dict(self.functions))
        object.__setattr__(self, "aliases", dict(self.aliases))
        _refuse_twice("aliases", self.names, self.aliases)
        for group in ("names", "functions", "aliases"):
            for word in getattr(self, group):
                if not (word.isascii() and word.isidentifier()) or keyword.iskeyword(word):
                    raise ParameterError(
                        group, word, "letters, digits and underscores, and no word of Python"
                    )

    def extended(
        self,
        names: Mapping[str, NameInfo] | None = None,
        functions: Mapping[str, Function] | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> Vocabulary:
        """Return a vocabulary with more words; a word that is there already is refused."""
        more_names, more_functions = names or {}, functions or {}
        _refuse_twice("names", self.names, more_names)
        _refuse_twice("functions", self.functions, more_functions)
        return Vocabulary(
            {**self.names, **more_names},
            {**self.functions, **more_functions},
            {**self.aliases, **(aliases or {})},
        )

    def named(self, word: str) -> NameInfo | None:
        """Return what a name or an alias stands for, None for a word that is neither."""
        return self.names.get(self.aliases.get(word, word))

    def nearest_name(self, word: str) -> str | None:
        """Return the name most like a word that is none, or None where nothing is like it."""
        return nearest(word, (*self.aliases, *self.names))

    def nearest_function(self, word: str) -> str | None:
        """Return the function most like a word that is none, or None."""
        return nearest(word, self.functions)


def _refuse_twice(group: str, known: Mapping[str, object], more: Mapping[str, object]) -> None:
    for word in more:
        if word in known:
            raise ParameterError(
                group, word, "words that the vocabulary does not have yet", "choose another name"
            )
