"""The words that columns, orders and conditions may use, one line each, and the search in them."""

from __future__ import annotations

from dataclasses import dataclass

from technic.columns.aliases import ALIASES, alias_of
from technic.language.functions.function import Function, Parameter
from technic.scan.expressions.vocabulary import vocabulary
from technic.wording.nearest import near

__all__ = ["Word", "column_words", "function_words", "matching", "near_words"]


@dataclass(frozen=True, slots=True)
class Word:
    """A column or a function: how it is written, a shorter word for it, its unit, what it is."""

    name: str
    written: str
    alias: str
    unit: str
    description: str


def column_words() -> list[Word]:
    """Return every column that is installed: those with a shorter word first, then as declared."""
    names = vocabulary().names
    ordered = [*ALIASES.values(), *(name for name in names if not alias_of(name))]
    return [
        Word(name, name, alias_of(name), info.unit or info.kind, info.description)
        for name, info in ((name, names[name]) for name in ordered)
    ]


def function_words() -> list[Word]:
    """Return every function that is installed, by name."""
    functions = vocabulary().functions
    return [
        Word(name, _signature(one), "", one.returns, one.description)
        for name, one in sorted(functions.items())
    ]


def matching(words: list[Word], asked: str) -> list[Word]:
    """Return the words that have each of the words of a text in name or description."""
    parts = asked.casefold().split()
    return [one for one in words if all(part in _said(one) for part in parts)]


def near_words(words: list[Word], asked: str) -> list[str]:
    """Return the names that are spelt like a text of which nothing is found."""
    return near(asked, [name for one in words for name in (one.alias, one.name) if name])


def _said(one: Word) -> str:
    return f"{one.name} {one.alias} {one.unit} {one.description}".casefold()


def _signature(one: Function) -> str:
    return f"{one.name}({', '.join(map(_parameter, one.parameters))})"


def _parameter(one: Parameter) -> str:
    if one.default is None:
        return one.name
    shown = f"{one.default:g}" if isinstance(one.default, int | float) else one.default
    return f"{one.name}={shown}"
