"""The known word that was likely meant by one that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the one of some words that is most like a word, whatever its case, or None."""
    folded = {known.casefold(): known for known in words}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return the end of a sentence on a text that is not among some: a question, or nothing."""
    guess = nearest(word, words)
    return "" if guess is None else f"; did you mean {guess!r}?"
