"""Counts in sentences: a number with its noun, and a verb that agrees with it."""

from __future__ import annotations

__all__ = ["agree", "count_of"]


def count_of(count: float, noun: str, plural: str = "") -> str:
    """Return ``1 symbol``, ``0 symbols``, ``1,203 symbols``; ``plural``: that of a noun without s.

    A noun may be several words, of which the last is counted. A number that is not whole, or is
    below zero, takes the plural.
    """
    return f"{count:,} {agree(count, noun, plural or f'{noun}s')}"


def agree(count: float, one: str, more: str) -> str:
    """Return the word for ``count`` things: ``has`` for one, ``have`` for any other number."""
    return one if count == 1 else more
