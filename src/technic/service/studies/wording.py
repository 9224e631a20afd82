"""How a study is told in a line: what its verdicts were, on which days, of which data."""

from __future__ import annotations

from collections.abc import Mapping

from technic.wording.counts import count_of

__all__ = ["ASKED_HERE", "VERDICTS", "headline"]

ASKED_HERE = "POST /v1/studies "
"""How the command of a study that was asked for over HTTP begins."""
VERDICTS = {
    "better": "better",
    "worse": "worse",
    "luck": "no more than luck",
    "none": "without effect",
    "too_few": "too few to say",
}
"""Verdicts in words, those that say something first."""


def headline(verdicts: Mapping[str, int], first: str, last: str, universe: int) -> str:
    """Return ``2 better, 5 too few to say; 2025-06-02 to 2026-06-01, 6,000 symbols``."""
    counts = [f"{verdicts[word]} {text}" for word, text in VERDICTS.items() if verdicts.get(word)]
    return f"{', '.join(counts)}; {first} to {last}, {count_of(universe, 'symbol')}"
