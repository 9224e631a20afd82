"""What happened on the last bars: extremes, changes, crossings, counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from technic.indicators import price_range
from technic.indicators.streams import Stream, whole
from technic.indicators.tiles import row_tiles
from technic.language.functions import elementwise
from technic.language.functions._define import (
    HERE,
    ONE_BEFORE,
    TWO_BARS,
    X,
    bars,
    condition,
    recursive,
    series,
    window,
)
from technic.language.syntax.nodes import ComparisonOperator
from technic.panel.series import Series
from technic.panel.windows import lagged, window_max, window_min, window_sum
from technic.typing import FloatArray

__all__ = ["HISTORY", "bars_so_far"]

UNKNOWN = 0.5
"""Between false and true, while looking for the least or the most certain of some bars."""


def _crosses(
    now: ComparisonOperator, then: ComparisonOperator, a: FloatArray, b: FloatArray
) -> FloatArray:
    crossed = elementwise.compare(now, a, b)
    return elementwise.logical_and(crossed, elementwise.compare(then, lagged(a, 1), lagged(b, 1)))


def _in_a_row(step: ComparisonOperator, x: FloatArray, n: int) -> FloatArray:
    return _always(elementwise.compare(step, x, lagged(x, 1)), n)


def _always(holds: FloatArray, n: int) -> FloatArray:
    return _known(window_min(_with_unknown(holds, n), n)[n - 1 :])


def _ever(holds: FloatArray, n: int) -> FloatArray:
    return _known(window_max(_with_unknown(holds, n), n)[n - 1 :])


def _with_unknown(holds: FloatArray, n: int) -> FloatArray:
    """Put a number in the place of unknown, and ``n - 1`` unknown bars before the first."""
    if isinstance(holds, Series):  # what is before the first bar is unknown as it is
        return np.where(np.isnan(holds), UNKNOWN, holds)
    out = np.full((len(holds) + n - 1, *holds.shape[1:]), UNKNOWN)
    np.copyto(out[n - 1 :], holds, where=~np.isnan(holds))
    return out


def _known(found: FloatArray) -> FloatArray:
    return np.where(found == UNKNOWN, np.nan, found)


def _bars_since(holds: FloatArray, within: int) -> FloatArray:
    since = np.full(holds.shape, np.nan)
    before = np.full(holds.shape[1:], np.nan)
    for row, held in zip(since, holds, strict=True):
        np.add(before, 1.0, out=row)
        np.copyto(row, 0.0, where=held == 1.0)
        np.copyto(row, np.nan, where=np.isnan(held) | (row >= within))
        before = row
    return since


def _value_when(holds: FloatArray, x: FloatArray, within: int) -> FloatArray:
    since = _bars_since(holds, within)
    at = np.arange(len(holds))[:, None] - np.where(np.isnan(since), 0.0, since).astype(np.intp)
    found: FloatArray = np.take_along_axis(x, at, axis=0)
    return np.where(np.isnan(since), np.nan, found)


def _change(x: FloatArray, n: int) -> FloatArray:
    return x - lagged(x, n)


def bars_so_far(close: FloatArray) -> Stream:
    """Count bars; none where a column has ended."""

    def counted(row: FloatArray, count: FloatArray | float, out: FloatArray) -> FloatArray:
        np.multiply(row, 0.0, out=out)
        out += count
        return out

    def rows(into: Iterator[FloatArray]) -> Iterator[FloatArray]:
        return (counted(row, at, next(into)) for at, row in enumerate(close, 1))

    def step(last: FloatArray) -> FloatArray:
        return counted(close[-1], last + 1.0, np.empty_like(last))

    def tiles(out: FloatArray | None) -> Iterator[FloatArray]:
        for part in row_tiles(0, *close.shape):
            made = np.empty(close[part].shape) if out is None else out[part]
            yield counted(close[part], np.arange(part.start + 1.0, part.stop + 1.0)[:, None], made)

    return Stream(0, close.shape[1:], rows, step, tiles=tiles)


def _bar_count(close: FloatArray) -> FloatArray:
    return whole(bars_so_far(close), len(close))


_A, _B = series("a"), series("b")


HISTORY = (
    window(
        "highest",
        (X, bars("n")),
        price_range.highest,
        "Highest of the last n values, today included.",
        "TA-Lib MAX",
    ),
    window(
        "lowest",
        (X, bars("n")),
        price_range.lowest,
        "Lowest of the last n values, today included.",
        "TA-Lib MIN",
    ),
    window("sum", (X, bars("n")), window_sum, "Sum of the last n values."),
    window(
        "change",
        (X, bars("n", 1)),
        _change,
        "Value minus the value of n bars ago.",
        HERE,
        lookback=ONE_BEFORE,
    ),
    window(
        "pct_change",
        (X, bars("n", 1)),
        price_range.returns_pct,
        "Change over n bars in percent; missing where the older value is 0.",
        HERE,
        lookback=ONE_BEFORE,
    ),
    window(
        "gap_pct",
        (),
        price_range.gap_pct,
        "Open over the previous close, in percent.",
        HERE,
        fields=("open", "close"),
        lookback=TWO_BARS,
    ),
    window(
        "crosses_above",
        (_A, _B),
        partial(_crosses, ">", "<="),
        "a > b now, and a <= b on the bar before.",
        HERE,
        returns="condition",
        lookback=TWO_BARS,
    ),
    window(
        "crosses_below",
        (_A, _B),
        partial(_crosses, "<", ">="),
        "a < b now, and a >= b on the bar before.",
        HERE,
        returns="condition",
        lookback=TWO_BARS,
    ),
    window(
        "rising",
        (X, bars("n", 1)),
        partial(_in_a_row, ">"),
        "Higher than the bar before, n times in a row.",
        HERE,
        returns="condition",
        lookback=ONE_BEFORE,
    ),
    window(
        "falling",
        (X, bars("n", 1)),
        partial(_in_a_row, "<"),
        "Lower than the bar before, n times in a row.",
        HERE,
        returns="condition",
        lookback=ONE_BEFORE,
    ),
    window(
        "count",
        (condition(), bars("n")),
        window_sum,
        "On how many of the last n bars the condition was true; missing if one is unknown.",
        HERE,
    ),
    window(
        "ever",
        (condition(), bars("n")),
        _ever,
        "Whether the condition was true on one of the last n bars.",
        HERE,
        returns="condition",
    ),
    window(
        "always",
        (condition(), bars("n")),
        _always,
        "Whether the condition was true on all of the last n bars.",
        HERE,
        returns="condition",
    ),
    window(
        "bars_since",
        (condition(), bars("within", 252)),
        _bars_since,
        "Bars since the condition was true, 0 today; missing if not true on the last within bars.",
        HERE,
    ),
    window(
        "value_when",
        (condition(), X, bars("within", 252)),
        _value_when,
        "x on the latest bar on which the condition was true, within the last bars.",
        HERE,
    ),
    recursive(
        "bar_count",
        (),
        _bar_count,
        "Bars of the symbol from the start of the window; depends on where that begins.",
        HERE,
        fields=("close",),
    ),
)
