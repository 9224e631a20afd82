"""Wilder's directional movement: PLUS_DI, MINUS_DI, DX and ADX.

Arrays as in ``trend``: ``(n_bars, n_symbols)``, packed from the top, NaN in the warm-up rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np

from technic.indicators.division import quotient
from technic.indicators.parameters import period
from technic.indicators.recursions import decaying_sum, smoothed
from technic.indicators.streams import Stream, scratch, whole
from technic.indicators.tiles import tiles_made
from technic.indicators.volatility import trange
from technic.typing import BoolArray, FloatArray

__all__ = [
    "adx",
    "adx_of",
    "direction",
    "dx",
    "minus_di",
    "movement",
    "percent_of_range",
    "plus_di",
]


def plus_di(
    high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14
) -> FloatArray:
    """Upward movement in percent of the true range; first value in row ``timeperiod``."""
    n = period(timeperiod, least=2)
    sums = whole(movement(trange(high, low, close), high, low, n), len(high))
    return percent_of_range(sums[:, 1], sums[:, 0])


def minus_di(
    high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14
) -> FloatArray:
    """Downward movement in percent of the true range; first value in row ``timeperiod``."""
    n = period(timeperiod, least=2)
    sums = whole(movement(trange(high, low, close), high, low, n), len(high))
    return percent_of_range(sums[:, 2], sums[:, 0])


def dx(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Difference of the two directional indicators in percent of their sum.

    Where neither direction moves the value before it stays; it begins with 0.
    """
    n = period(timeperiod, least=2)
    sums = movement(trange(high, low, close), high, low, n)

    def rows(into: Iterator[FloatArray]) -> Iterator[FloatArray]:
        last = np.zeros(high.shape[1])
        for row, still in _index(sums.rows(scratch(sums.shape)), into):
            np.copyto(row, last, where=still)
            last = row
            yield row

    return whole(Stream(n, high.shape[1:], rows), len(high))


def adx(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Average directional index, 0 to 100; first value in row ``2 * timeperiod - 1``.

    Wilder's mean of DX, seeded by the mean of the first ``timeperiod`` of them. A bar on which
    neither direction moves leaves it as it was; inside the seed such a bar counts 0.
    """
    n = period(timeperiod, least=2)
    sums = movement(trange(high, low, close), high, low, n)
    return whole(adx_of(sums.rows(scratch(sums.shape)), high.shape[1], n), len(high))


def movement(reach: FloatArray, high: FloatArray, low: FloatArray, n: int) -> Stream:
    """Wilder's sums of the true range ``reach``, the upward and the downward movement.

    A row is ``(3, n_symbols)``, the first one ``n``. On each bar the larger of the two movements
    counts if it is positive; equal ones cancel.
    """
    n_bars, n_symbols = high.shape

    def parts(rows: slice, out: FloatArray) -> None:
        before = slice(rows.start - 1, rows.stop - 1)
        out[:, 0] = reach[rows]
        moves = out[:, 1:]
        up, down = moves[:, 0], moves[:, 1]
        np.subtract(high[rows], high[before], out=up)
        np.subtract(low[before], low[rows], out=down)
        is_up, is_down = up > down, down > up
        np.maximum(moves, 0.0, out=moves)
        up *= is_up
        down *= is_down

    shape = n_bars, 3, n_symbols
    return smoothed(decaying_sum(n), tiles_made(parts, shape), 1, shape)


def percent_of_range(part: FloatArray, reach: FloatArray) -> FloatArray:
    """Directional indicator: a movement in percent of the true range, 0 where there is none."""
    out = quotient(part, reach)
    out *= 100.0
    return out


def adx_of(sums: Iterable[FloatArray], n_symbols: int, n: int) -> Stream:
    """ADX from the rows of ``movement``."""

    def rows(into: Iterator[FloatArray]) -> Iterator[FloatArray]:
        return (row for row in _averaged(sums, n_symbols, n, into) if row is not None)

    return Stream(2 * n - 1, (n_symbols,), rows, partial(_next_average, n))


def direction(reach: FloatArray, high: FloatArray, low: FloatArray, n: int) -> Stream:
    """Return the rows of ``movement`` with ADX below them, in one pass: ``(4, n_symbols)``.

    ADX is NaN before row ``2 * n - 1``.
    """
    n_symbols = high.shape[1]
    sums = movement(reach, high, low, n)

    def rows(into: Iterator[FloatArray]) -> Iterator[FloatArray]:
        both = np.empty((4, n_symbols))

        def above() -> Iterator[FloatArray]:
            nonlocal both
            for both in into:
                yield both[:3]

        def below() -> Iterator[FloatArray]:
            while True:
                yield both[3]

        for average in _averaged(sums.rows(above()), n_symbols, n, below()):
            if average is None:
                both[3] = np.nan
            yield both

    def step(last: FloatArray) -> FloatArray:
        assert sums.step is not None
        newest = sums.step(last[:3])
        return np.concatenate([newest, _next_average(n, last[3], newest)[None]])

    return Stream(n, (4, n_symbols), rows, step, unfinished=n - 1)


def _averaged(
    sums: Iterable[FloatArray], n_symbols: int, n: int, into: Iterator[FloatArray]
) -> Iterator[FloatArray | None]:
    """ADX of each bar of ``sums``; None where there is none yet."""
    seed, keep = np.zeros(n_symbols), np.full(n_symbols, 1.0 - 1.0 / n)
    step, last = np.empty(n_symbols), seed
    for count, (row, still) in enumerate(_index(sums, scratch((n_symbols,))), 1):
        if count <= n:
            seed += np.where(still, 0.0, row)
            if count < n:
                yield None
                continue
            last = np.divide(seed, n, out=next(into))
        else:
            out = next(into)
            _smoothed(row, still, last, keep, n, out, step)
            last = out
        yield last


def _next_average(n: int, last: FloatArray, newest: FloatArray) -> FloatArray:
    """ADX after ``last`` from the newest row of ``movement``."""
    row, out, step = np.empty_like(last), np.empty_like(last), np.empty_like(last)
    still = _index_row(newest, row)
    _smoothed(row, still, last, 1.0 - 1.0 / n, n, out, step)
    return out


def _smoothed(
    row: FloatArray,
    still: BoolArray,
    last: FloatArray,
    keep: FloatArray | float,
    n: int,
    out: FloatArray,
    step: FloatArray,
) -> None:
    """Write Wilder's mean of a row of DX after ``last``, which stays where nothing moves."""
    np.divide(row, n, out=out)
    np.multiply(last, keep, step)
    np.add(out, step, out)
    if still.any():
        np.copyto(out, last, where=still)


def _index(
    sums: Iterable[FloatArray], into: Iterator[FloatArray]
) -> Iterator[tuple[FloatArray, BoolArray]]:
    """DX of each bar, and where it has none because neither direction moves."""
    for parts in sums:
        row = next(into)
        yield row, _index_row(parts, row)


def _index_row(sums: FloatArray, row: FloatArray) -> BoolArray:
    """Write DX of one bar, and tell where it has none.

    The true range cancels out of DX; it only says where there is nothing to divide.
    """
    reach, up, down = sums
    total = up + down
    still: BoolArray = (total == 0.0) | (reach == 0.0)
    np.subtract(up, down, out=row)
    np.abs(row, out=row)
    with np.errstate(divide="ignore", invalid="ignore"):
        row /= total
    row *= 100.0
    return still
