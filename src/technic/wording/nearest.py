"""The known words that were likely meant by one that nobody knows; none where nothing is near."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

__all__ = ["did_you_mean", "near", "nearest"]

_LEAST_ALIKE = 0.66
_LEAST_BEGINNING = 3


def near(word: str, words: Iterable[str], most: int = 3) -> list[str]:
    """Return up to ``most`` of some words that are near a word, whatever its case, nearest first.

    Near is what is spelt nearly alike, and what begins with it, or has a part that does.
    """
    folded = {known.casefold(): known for known in words}
    asked = word.casefold()
    alike = difflib.get_close_matches(asked, folded, n=most, cutoff=_LEAST_ALIKE)
    begun: list[str] = []
    if len(asked) >= _LEAST_BEGINNING:
        parts = {known: re.split(r"[^a-z0-9]+", known) for known in folded}
        begun = [known for known in folded if known.startswith(asked)]
        begun += [k for k, own in parts.items() if any(p.startswith(asked) for p in own[1:])]
    exact = difflib.get_close_matches(asked, folded, n=most, cutoff=0.85)
    return [folded[one] for one in list(dict.fromkeys((*exact, *begun, *alike)))[:most]]


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the one of some words that is most like a word, whatever its case, or None."""
    found = near(word, words, 1)
    return found[0] if found else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return the end of a sentence on a text that is not among some: a question, or nothing."""
    guess = nearest(word, words)
    return "" if guess is None else f"; did you mean {guess!r}?"
