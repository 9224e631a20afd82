"""Relative strength: against the universe (a rating 1-99) and against a benchmark (columns).

The score is 40 % of the 63-bar return and 20 % each of the 126-, 189- and 252-bar returns. Its
rank over the eligible universe is the rating: the one step of scoring that needs all symbols at
once. It counts, it does not add, so the order of the symbols cannot matter.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from technic.errors import ParameterError
from technic.panel.ties import below_and_equal
from technic.scoring.curves import Columns, column
from technic.typing import BoolArray, FloatArray

__all__ = ["MIN_BARS", "RS_WEIGHTS", "rs_eligible", "rs_rating", "rs_score"]

MIN_BARS = 253
"""Bars a symbol needs to be ranked: the longest horizon and the bar it starts from."""

RS_WEIGHTS = {63: 0.4, 126: 0.2, 189: 0.2, 252: 0.2}
"""Horizon in bars and its weight in the score."""


def rs_score(columns: Columns, growth: Mapping[int, FloatArray] | None = None) -> FloatArray:
    """0.4 · return_63_pct + 0.2 · (return_126_pct + return_189_pct + return_252_pct).

    The same as 40·C/C63 + 20·C/C126 + 20·C/C189 + 20·C/C252 − 100. NaN where a return is.
    ``growth``: for each horizon what the symbols' prices times this much would have come to, had
    nothing been paid out: 1.0 changes no bit.
    """
    score = np.zeros(column(columns, "return_63_pct").shape)
    for bars, weight in RS_WEIGHTS.items():
        change = column(columns, f"return_{bars}_pct")
        if growth is not None:
            whole = ((1.0 + change / 100.0) * growth[bars] - 1.0) * 100.0
            change = np.where(growth[bars] == 1.0, change, whole)
        score += weight * change
    return score


def rs_eligible(columns: Columns, current: BoolArray) -> BoolArray:
    """Tell who is ranked: ``current`` (passed the gate, not stale), 253 bars and a finite score."""
    known = np.isfinite(column(columns, "rs_score"))
    return current & (column(columns, "bars") >= MIN_BARS) & known


def rs_rating(score: FloatArray, eligible: BoolArray) -> FloatArray:
    """Percentile rating 1-99 among the eligible, in whole numbers; NaN for all others.

    ``score``, ``eligible``: (n_symbols,). With ``below`` symbols of a lower score and ``equal`` of
    the same (itself included) out of n: 1 + floor(99 · (below + equal/2) / n), so ties share the
    middle of their ranks and a universe of one is rated 50. Exact: integers only.
    """
    if score.ndim != 1 or score.shape != eligible.shape:
        raise ParameterError(
            "score", f"shape {score.shape}, eligible {eligible.shape}", "two equal (n_symbols,)"
        )
    ranked = eligible & np.isfinite(score)
    values = score[ranked]
    rating = np.full(score.shape, np.nan)
    if values.size:
        below, equal = below_and_equal(values)
        rating[ranked] = 1 + 99 * (2 * below + equal) // (2 * values.size)
    return rating
