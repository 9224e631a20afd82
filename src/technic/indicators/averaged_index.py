"""An index made of each row of some lines, and its mean: directional movement and ADX.

The lines come from a recursion, and so does the mean. Whole histories go tile by tile: the index,
which looks at its own row alone, is made of a whole tile then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from technic.indicators.recursions import Rule, Smoother
from technic.indicators.streams import Stream, in_tiles, scratch
from technic.indicators.tiles import TilesFrom
from technic.typing import FloatArray

__all__ = ["Index", "index_tiles", "with_mean"]

Index = Callable[[FloatArray, FloatArray], None]
"""Writes the index of rows ``(..., lines, n_symbols)`` to ``(..., n_symbols)``.

A negative one says that a row has none: then the mean stays, or what the rule makes of it.
"""


def index_tiles(lines: Stream, index: Index, rule: Rule, n_bars: int) -> TilesFrom:
    """Give the index of all rows of ``lines``, for a rule that runs over it.

    In the rows that its seed is made of, a row without an index counts 0.
    """

    def tiles(first: int) -> Iterator[FloatArray]:
        assert first == lines.first
        return (values for _, values in _indexed(lines, index, rule, n_bars))

    return tiles


def with_mean(
    lines: Stream, index: Index, rule: Rule, n_bars: int, *, unfinished: bool = False
) -> Stream:
    """Return the rows of ``lines`` with the mean of their index below them.

    ``unfinished``: also the first rows, which have no mean yet: NaN.
    """
    hidden = 0 if unfinished else rule.ahead
    n_lines, n_symbols = lines.shape
    made = _Averaged(lines, index, rule, n_bars, hidden)
    return Stream(
        lines.first + hidden,
        (n_lines + 1, n_symbols),
        made.rows,
        made.step,
        tiles=made.tiles,
        unfinished=rule.ahead - hidden,
    )


@dataclass(frozen=True, slots=True)
class _Averaged:
    """The ways to make the rows of ``with_mean``; ``hidden``: how many that are not shown."""

    lines: Stream
    index: Index
    rule: Rule
    n_bars: int
    hidden: int

    def rows(self, into: Iterator[FloatArray]) -> Iterator[FloatArray]:
        """Make one row after the other, the lines where they are wanted at once."""
        n_lines, n_symbols = self.lines.shape
        shape = n_lines + 1, n_symbols
        both, value = np.empty(shape), np.empty((1, n_symbols))
        buffers = chain(islice(scratch(shape), self.hidden), into)
        mean = Smoother(self.rule)

        def above() -> Iterator[FloatArray]:
            nonlocal both
            for both in buffers:
                yield both[:-1]

        for count, parts in enumerate(self.lines.rows(above())):
            self.index(parts, value[0])
            _begin(value, count, self.rule)
            if not mean.take(value, both[-1:]):
                both[-1] = np.nan
            if count >= self.hidden:
                yield both

    def step(self, last: FloatArray) -> FloatArray:
        """Make the row after the last one."""
        assert self.lines.step is not None
        newest, value = self.lines.step(last[:-1]), np.empty_like(last[-1])
        self.index(newest, value)
        return np.concatenate([newest, self.rule.after(last[-1], value)[None]])

    def tiles(self, out: FloatArray | None) -> Iterator[FloatArray]:
        """Make tile after tile; the mean is compiled where that pays."""
        n_symbols = self.lines.shape[-1]
        mean = Smoother.of(self.rule, (n_symbols,), self.n_bars * n_symbols) or Smoother(self.rule)
        buffer, means, done = np.empty((0,)), np.empty((0,)), 0
        for parts, values in _indexed(self.lines, self.index, self.rule, self.n_bars):
            height, n_lines, _ = parts.shape
            if len(means) < height:
                means = np.empty(values.shape)
                buffer = np.empty((height if out is None else 0, n_lines + 1, n_symbols))
            early = height - mean.take(values, means)
            skipped = early if self.hidden else 0
            made = buffer if out is None else out[done:]
            made = made[: height - skipped]
            made[:, :-1] = parts[skipped:]
            made[: early - skipped, -1] = np.nan
            made[early - skipped :, -1] = means[: height - early]
            yield made
            done += len(made)


def _indexed(
    lines: Stream, index: Index, rule: Rule, n_bars: int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield all rows of ``lines`` in tiles, each with its index; both stand until the next."""
    buffer = np.empty((0, lines.shape[-1]))
    for rows, parts in in_tiles(lines, n_bars):
        if len(buffer) < len(parts):
            buffer = np.empty((len(parts), lines.shape[-1]))
        values = buffer[: len(parts)]
        index(parts, values)
        _begin(values, rows.start - lines.first, rule)
        yield parts, values


def _begin(values: FloatArray, begun: int, rule: Rule) -> None:
    """Count rows without an index 0 in the seed; ``begun``: rows before these."""
    early = values[: max(rule.count - begun, 0)]
    np.maximum(early, 0.0, out=early)
