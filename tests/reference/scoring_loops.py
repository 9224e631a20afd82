"""Plain-loop twins of scoring, and made-up scan columns to try it on."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

SPANS = {
    "bars": (20, 600),
    "macd_hist": (-2, 2),
    "sma_200_change_21_pct": (-8, 8),
    "obv_change_20": (-8, 8),
    "rel_volume_20": (0, 6),
    "natr_14": (0, 15),
    "from_high_252_pct": (-60, 0),
    "avg_dollar_volume_20": (1e5, 2e8),
    "volatility_20_pct": (5, 120),
    "volatility_63_pct": (5, 120),
    "atr_14": (0.5, 6),
    "bb_upper": (105, 120),
    "bb_lower": (80, 95),
    "kc_upper": (105, 120),
    "kc_lower": (80, 95),
}


def scan_columns(names, n_symbols, seed=0, missing=0.0):
    """Columns in a realistic range by name; ``missing`` of the values are NaN."""
    rng = np.random.default_rng(seed)
    columns = {}
    for name in names:
        low, high = SPANS.get(name, (0, 100))
        if name.startswith("return_"):
            low, high = -40, 60
        values = rng.uniform(low, high, n_symbols)
        values[rng.random(n_symbols) < missing] = np.nan
        columns[name] = np.floor(values) if name == "bars" else values
    return columns


def points(value, knots):
    """Points of one value: level outside the knots, a straight line inside."""
    if math.isnan(value):
        return math.nan
    if value <= knots[0][0]:
        return knots[0][1]
    for (x0, y0), (x1, y1) in pairwise(knots):
        if value <= x1:
            return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
    return knots[-1][1]


def weighted(pairs):
    """Mean of (points, weight) over those that are not NaN, and the share of weight they have."""
    known = [(p, w) for p, w in pairs if not math.isnan(p)]
    if not known:
        return math.nan, 0.0
    weight = sum(w for _, w in known)
    return sum(p * w for p, w in known) / weight, weight / sum(w for _, w in pairs)


def rs_rating(scores, eligible):
    """Percentile 1-99 by counting, for lists; None where not eligible."""
    ranked = [s for s, e in zip(scores, eligible, strict=True) if e]
    ratings = []
    for score, allowed in zip(scores, eligible, strict=True):
        if not allowed:
            ratings.append(None)
            continue
        below = sum(1 for other in ranked if other < score)
        equal = sum(1 for other in ranked if other == score)
        ratings.append(1 + (99 * (2 * below + equal)) // (2 * len(ranked)))
    return ratings
