"""Smoothing that feeds on its own last value, row by row from the first bar.

A rule's step is written once, on values. numpy applies it to one row after the other, so a column's
numbers do not depend on its neighbours; where that pays, numba compiles the same function into a
loop over a tile of rows (``Smoother``), with the same bits.

Row by row, a row goes into the next of the buffers ``into``, is yielded, and must stand until the
next one is made; the first row yielded is that of the seed. Further axes before the symbols are
smoothed side by side.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice

import numpy as np

from technic.indicators.streams import Stream
from technic.indicators.tiles import TilesFrom, tiles_of
from technic.panel.compiled import COMPILER, Loop
from technic.panel.recipe_steps import select
from technic.panel.recorded import Recorded
from technic.typing import FloatArray

__all__ = [
    "Rule",
    "Smoother",
    "decaying_sum",
    "exponential",
    "exponential_mean",
    "exponential_means",
    "recursion",
    "running_total",
    "smoothed",
    "staying",
    "staying_mean",
    "wilder",
    "wilder_mean",
]

SAVED = 1.0
"""Nanoseconds a cell that compiled code saves, about (``python -m benchmarks.compiled_loops``)."""

Rows = Iterator[FloatArray]
Step = Callable[..., FloatArray]


def _exponential_step(
    value: FloatArray, last: FloatArray, weight: float, keep: float
) -> FloatArray:
    return value * weight + last * keep


def _wilder_step(value: FloatArray, last: FloatArray, weight: float, keep: float) -> FloatArray:
    return (value + last * keep) * weight


def _decaying_step(value: FloatArray, last: FloatArray, _: float, keep: float) -> FloatArray:
    return value + last * keep


def _running_step(value: FloatArray, last: FloatArray, *_: float) -> FloatArray:
    return value + last


def _staying_step(value: FloatArray, last: FloatArray, *_: float) -> FloatArray:
    kept: FloatArray = select(value < 0.0, last, value)
    return kept


def _staying_mean_step(
    value: FloatArray, last: FloatArray, weight: float, keep: float
) -> FloatArray:
    mean: FloatArray = select(value < 0.0, last, value / weight + last * keep)
    return mean


@dataclass(frozen=True, slots=True)
class Rule:
    """A recursion: ``step(value, last, weight, keep)`` gives the next value.

    It begins as the plain sum of ``count`` rows, first row first, times ``factor`` or over
    ``divisor``; ``shown``: the seed is a value of its own, else the first step makes the first.
    """

    step: Step
    weight: float
    keep: float
    count: int
    factor: float = 1.0
    divisor: float = 1.0
    shown: bool = True

    def after(self, last: FloatArray, value: FloatArray) -> FloatArray:
        """Return the row that follows ``last``."""
        row: FloatArray = self.step(value, last, self.weight, self.keep)
        return row

    def seed(self, total: FloatArray) -> FloatArray:
        """Make the sum of the first rows, which is written over, the first value."""
        return np.divide(np.multiply(total, self.factor, out=total), self.divisor, out=total)

    @property
    def ahead(self) -> int:
        """Rows before the first value."""
        return self.count - self.shown


def exponential(n: int) -> Rule:
    """Exponential mean with weight 2 / (n + 1), seeded by the plain mean of ``n`` rows."""
    weight = 2.0 / (n + 1)
    return Rule(_exponential_step, weight, 1.0 - weight, n, divisor=n)


def wilder(n: int) -> Rule:
    """Wilder's mean: seeded by the plain mean of ``n`` rows, then (mean * (n - 1) + value) / n.

    In this very order of operations, dividing by way of 1 / n, as TA-Lib does: STOCHRSI stretches
    the last digit of a nearly flat RSI over the full 0 to 100, so every bit has to be the same.
    """
    return Rule(_wilder_step, 1.0 / n, n - 1.0, n, factor=1.0 / n)


def decaying_sum(n: int) -> Rule:
    """Wilder's sum: begins as the plain sum of ``n - 1`` rows, then sum - sum / n + row; n > 1.

    The plain sum itself is no value: the first is that of the first full period.
    """
    return Rule(_decaying_step, 0.0, 1.0 - 1.0 / n, n - 1, shown=False)


def staying() -> Rule:
    """Return the values themselves; where one is negative the one before stays."""
    return Rule(_staying_step, 0.0, 0.0, 1)


def staying_mean(n: int) -> Rule:
    """Wilder's mean as TA-Lib's ADX has it: value / n + mean * (1 - 1 / n).

    Where a value is negative the mean stays; the first ``n`` rows must not be.
    """
    return Rule(_staying_mean_step, n, 1.0 - 1.0 / n, n, divisor=n)


def running_total() -> Rule:
    """Sum of all rows so far, in order."""
    return Rule(_running_step, 0.0, 0.0, 1)


def recursion(rule: Rule, rows: Iterable[FloatArray], into: Rows) -> Rows:
    """Run a rule over rows."""
    rows = iter(rows)
    total, missing = None, rule.count
    for row in islice(rows, rule.count):
        total = _added(total, row)
        missing -= 1
    if total is None or missing:
        return
    last = rule.seed(total)
    if rule.shown:
        first = next(into)
        np.copyto(first, last)
        last = first
        yield last
    yield from _stepped(rule, rows, last, into)


def exponential_means(rows: Iterable[FloatArray], n: int, into: Rows) -> Rows:
    """Run ``exponential`` over rows."""
    return recursion(exponential(n), rows, into)


def smoothed(rule: Rule, tiles: TilesFrom, first: int, shape: tuple[int, ...]) -> Stream:
    """Run a rule over the rows of an array of a shape that come in tiles, from row ``first`` on.

    A tile must stand until the next one.
    """

    def rows(into: Rows) -> Rows:
        return recursion(rule, chain.from_iterable(tiles(first)), into)

    def step(last: FloatArray) -> FloatArray:
        return rule.after(last, next(tiles(shape[0] - 1))[0])

    def compiled(out: FloatArray | None) -> Rows | None:
        smoother = Smoother.of(rule, shape[1:], math.prod(shape))
        return None if smoother is None else _taken(smoother, tiles(first), out)

    return Stream(first + rule.ahead, shape[1:], rows, step, tiles=compiled)


def exponential_mean(values: FloatArray, n: int, start: int = 0) -> Stream:
    """Exponential mean of an array whose values begin in row ``start``."""
    return _of_array(exponential(n), values, start)


def wilder_mean(values: FloatArray, n: int, start: int = 0) -> Stream:
    """Wilder's mean of an array whose values begin in row ``start``."""
    return _of_array(wilder(n), values, start)


class Smoother:
    """A rule that goes on from tile to tile, compiled; without a loop, row by row.

    Kept: ``_last`` is the last value, or the sum of the first rows while ``_missing`` more of them
    have to come.
    """

    def __init__(self, rule: Rule, loop: Loop | None = None) -> None:
        self._rule, self._loop = rule, loop
        self._missing = rule.count
        self._last: FloatArray | None = None
        self._applied: tuple[Callable[..., None], FloatArray, FloatArray] | None = None

    @classmethod
    def of(cls, rule: Rule, shape: tuple[int, ...], cells: int) -> Smoother | None:
        """Return one for rows of a shape; None where numpy goes row by row."""
        if not shape:
            return None
        loop = COMPILER.loop(_smooth, "rvwff", {"step": rule.step}, cells * SAVED)
        return None if loop is None else cls(rule, loop)

    def take(self, tile: FloatArray, out: FloatArray) -> int:
        """Write the values of the tile's rows to the top of ``out``; return how many there are."""
        rule, begun = self._rule, 0
        used = min(self._missing, len(tile))
        for row in tile[:used]:
            self._last = _added(self._last, row)
        self._missing -= used
        if self._missing or self._last is None:
            return 0
        if used:
            self._last = rule.seed(self._last)
            if rule.shown:
                out[0], begun = self._last, 1
        rest = len(tile) - used
        if rest and self._loop is not None:
            made, last = out[begun : begun + rest].reshape(rest, -1), self._last.reshape(-1)
            self._loop(_flat(tile[used:]), last, made, rule.weight, rule.keep)
        elif rest:
            self._by_rows(tile[used:], self._last, out[begun : begun + rest])
        return begun + rest

    def _by_rows(self, tile: FloatArray, last: FloatArray, out: FloatArray) -> None:
        if self._applied is None:
            self._applied = _applied(self._rule, last.shape)
        apply, weight, keep = self._applied
        newest = last
        for value, row in zip(tile, out, strict=True):
            apply(value, newest, weight, keep, row)
            newest = row
        np.copyto(last, newest)


def _smooth(
    values: FloatArray, last: FloatArray, out: FloatArray, weight: float, keep: float
) -> None:
    """Run ``step`` over the rows of a tile; ``last``: the row before, then the last one."""
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            value = step(values[row, column], last[column], weight, keep)
            last[column] = value
            out[row, column] = value


def step(value: FloatArray, last: FloatArray, weight: float, keep: float) -> FloatArray:
    """Stand in for the step that a loop is compiled with."""
    raise NotImplementedError


def _of_array(rule: Rule, values: FloatArray, start: int) -> Stream:
    stream = smoothed(rule, tiles_of(values), start, values.shape)
    return replace(stream, rows=lambda into: recursion(rule, values[start:], into))


def _taken(smoother: Smoother, tiles: Iterable[FloatArray], out: FloatArray | None) -> Rows:
    """Yield the values of tile after tile, written to ``out`` or to a buffer used again."""
    done = 0
    buffer = np.empty((0,))
    for tile in tiles:
        if out is None and len(buffer) < len(tile):
            buffer = np.empty(tile.shape)
        count = smoother.take(tile, buffer if out is None else out[done:])
        yield buffer[:count] if out is None else out[done : done + count]
        done += count


def _stepped(rule: Rule, rows: Rows, last: FloatArray, into: Rows) -> Rows:
    """Apply the step to row after row."""
    apply, weight, keep = _applied(rule, last.shape)
    for value, row in zip(rows, into, strict=False):
        apply(value, last, weight, keep, row)
        last = row
        yield row


def _applied(
    rule: Rule, shape: tuple[int, ...]
) -> tuple[Callable[..., None], FloatArray, FloatArray]:
    """Return the step on rows, and its factors as rows: numpy has nothing to convert then."""
    apply = _recorded(rule.step).on_rows(shape)
    return apply, np.full(shape, rule.weight), np.full(shape, rule.keep)


@cache
def _recorded(step: Step) -> Recorded:
    return Recorded(step, 0, 0, 0, 0)


def _added(total: FloatArray | None, row: FloatArray) -> FloatArray:
    return row.copy() if total is None else np.add(total, row, out=total)


def _flat(tile: FloatArray) -> FloatArray:
    """Rows of a tile with all their axes in one, laid out without gaps."""
    return np.ascontiguousarray(tile).reshape(len(tile), -1)
