"""Do scan, pandas and TA-Lib come to the same values? A ratio of unequal answers means nothing."""

from __future__ import annotations

import math

import numpy as np

from technic.bench.reference import reference_columns
from technic.bench.talib_loop import series_of, talib_columns, talib_there
from technic.errors import TechnicError
from technic.result.scan_result import ScanResult

__all__ = ["largest_difference"]

CHECKED = 5
"""About how many symbols have their columns compared before a ratio is shown."""
EQUAL = 1e-6
LEAST = 1e-6
"""Differences of smaller values are held against this: an oscillator that is 0 is 2e-14 where a
larger number was taken from its equal in another order.
"""


def largest_difference(result: ScanResult, last: np.datetime64) -> float:
    """Return the largest relative difference of another scorer from the scan, on a few symbols.

    ``last``: the day of the scan. Raises TechnicError where one is larger than 1e-6.
    """
    table, ta, worst = result.table, talib_there(), 0.0
    for at in range(0, len(table), max(len(table) // CHECKED, 1)):
        symbol = str(table["symbol"].iloc[at])
        bars = result.prices[symbol]
        with np.errstate(all="ignore"):
            others = {"the reference scorer": reference_columns(bars)}
            if ta is not None:
                others["TA-Lib"] = talib_columns(ta, series_of(bars))
        for who, expected in others.items():
            for name, value in expected.items():
                got = float(table[name].to_numpy()[at])
                off = _off(got, value)
                if not off <= EQUAL:
                    raise TechnicError(
                        f"the scan and {who} disagree on {symbol} {name} as of {last}: "
                        f"{got!r} and {value!r}"
                    )
                worst = max(worst, off)
    return worst


def _off(got: float, expected: float) -> float:
    """Return the relative difference, none where both are missing."""
    if math.isnan(got) and math.isnan(expected):
        return 0.0
    return abs(got - expected) / max(abs(expected), LEAST)
