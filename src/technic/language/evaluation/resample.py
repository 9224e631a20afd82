"""Weekly and monthly bars, each symbol's made from its own daily bars up to its own row.

A week is the ISO week of a session, a month that of the calendar. The first price of the period
opens its bar, the last closes it, high and low are its extremes, volumes are added from the first
day on. The period of the row itself is still running: its bar is made of the days so far, and
nothing later is looked at. The first period may have begun before the panel does: its bar is made
of the days that are there, and counts as a bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from technic.panel import FIELDS, BarPanel
from technic.panel.ragged import common_row
from technic.typing import DateArray, FloatArray

__all__ = ["Resampled", "Timeframe", "periods", "resampled"]

Timeframe = Literal["weekly", "monthly"]
_MONDAY = 3
"""Days from the Monday of its week to 1970-01-01, a Thursday."""
_JOINS = {"high": np.maximum, "low": np.minimum, "volume": np.add}
MOST_ODD = 0.25
"""Up to this share of columns with other sessions, the others are not copied together."""

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """A panel of longer bars, packed as every panel.

    ``panel.sessions`` names each period by its last session in the daily panel. ``rows``: the
    running period of each column, -1 where it has no bar. ``benchmark``: its value on the last day
    of each bar, ``(n_bars, n_symbols)``, None where none was given.
    """

    panel: BarPanel
    rows: NDArray[np.intp]
    benchmark: FloatArray | None


def resampled(
    panel: BarPanel,
    rows: NDArray[np.intp],
    timeframe: Timeframe,
    benchmark: FloatArray | None = None,
) -> Resampled:
    """Return the longer bars of each column up to its row; ``benchmark``: ``(n_sessions,)``."""
    period, last = periods(panel.sessions, timeframe)
    parts = [_part(panel, rows, period, *columns) for columns in _alike(panel, rows)]
    shape = max((len(part.starts) for part in parts), default=0), panel.n_symbols
    out = {name: np.full(shape, np.nan) for name in FIELDS}
    session = np.full(shape, -1, np.int32)
    closes = None if benchmark is None else np.full(shape, np.nan)
    for part in parts:
        final = part.at(part.held(panel.session), part.lengths - 1)
        held = part.lengths > 0
        for name in FIELDS:
            part.put(out[name], part.bars(name, getattr(panel, name)), np.nan)
        part.put(session, np.where(held, period[final], -1), -1)
        if closes is not None and benchmark is not None:
            part.put(closes, np.where(held, benchmark[final], np.nan), np.nan)
    length = np.count_nonzero(session >= 0, axis=0)
    made = BarPanel(
        symbols=panel.symbols,
        sessions=last,
        session=session,
        length=length,
        left_out=panel.left_out,
        **out,
    )
    return Resampled(made, length - 1, closes)


def periods(sessions: DateArray, timeframe: Timeframe) -> tuple[NDArray[np.int32], DateArray]:
    """Return the period of each session, counted from 0, and the last session of each."""
    if timeframe == "weekly":
        key = (sessions.astype("datetime64[D]").astype(np.int64) + _MONDAY) // 7
    else:
        key = sessions.astype("datetime64[M]").astype(np.int64)
    _, first, period = np.unique(key, return_index=True, return_inverse=True)
    last = np.append(first[1:], len(sessions))[: len(first)] - 1
    return period.astype(np.int32), sessions[last]


def _alike(
    panel: BarPanel, rows: NDArray[np.intp]
) -> list[tuple[slice | NDArray[np.intp], NDArray[np.intp]]]:
    """Return the columns to compute together, each time with those that show their sessions.

    First those with the same sessions up to the same row, for whom one column speaks, then the
    others. Where the others are few the first part is all columns, and the second writes over it.
    """
    present = np.flatnonzero(rows >= 0)
    if not len(present):
        return []
    common = common_row(rows)
    ending = np.flatnonzero(rows == common)
    begins = panel.session[0, ending]
    model = ending[[int(np.argmax(begins == common_row(begins)))]]
    height = common + 1
    same = (panel.session[:height] == panel.session[:height, model]).all(axis=0) & (rows == common)
    odd = np.flatnonzero(~same)
    together = slice(None) if len(odd) <= MOST_ODD * len(rows) else np.flatnonzero(same)
    return [(together, model), (odd, odd)] if len(odd) else [(slice(None), model)]


def _part(
    panel: BarPanel,
    rows: NDArray[np.intp],
    period: NDArray[np.int32],
    columns: slice | NDArray[np.intp],
    shown: NDArray[np.intp],
) -> _Part:
    """Find where the periods of the columns ``shown`` begin, up to their rows."""
    ends = rows[shown]
    height = int(ends.max(initial=-1)) + 1
    codes = period[panel.session[:height, shown]]
    begins = np.arange(height)[:, None] <= ends
    begins[1:] &= codes[1:] != codes[:-1]
    counts = np.count_nonzero(begins, axis=0)
    column, row = np.nonzero(begins.T)
    place = np.arange(len(row)) - (np.cumsum(counts) - counts)[column]
    stops = np.broadcast_to(ends + 1, (int(counts.max(initial=0)), len(shown))).copy()
    starts = stops.copy()
    starts[place, column] = row
    stops[:-1] = starts[1:]
    return _Part(columns, starts, stops - starts)


@dataclass(frozen=True, slots=True)
class _Part:
    """Where the periods of some columns begin and how many bars they have, ``(n_periods, m)``.

    m is 1 where all columns are alike. A column with fewer periods has no bars in its last ones.
    """

    columns: slice | NDArray[np.intp]
    starts: NDArray[np.intp]
    lengths: NDArray[np.intp]

    def held(self, values: NDArray[T]) -> NDArray[T]:
        """Return an array of the panel as ``at`` reads it.

        Where each column has periods of its own they are laid out one after the other: what is
        read next is then near.
        """
        if self.starts.shape[1] == 1:
            return values
        height = int((self.starts + self.lengths).max(initial=0))
        return np.ascontiguousarray(values[:height, self.columns].T)

    def at(self, held: NDArray[T], offset: int | NDArray[np.intp]) -> NDArray[T]:
        """Return the value of each period's bar number ``offset``, or of any other bar."""
        if self.starts.shape[1] > 1:
            row = np.clip(self.starts + offset, 0, held.shape[1] - 1).T
            found = held[np.arange(len(row))[:, None], row].T
        else:
            found = held[np.clip(self.starts + offset, 0, len(held) - 1)[:, 0]]
            if not isinstance(self.columns, slice):
                found = found[:, self.columns]
        return cast("NDArray[T]", found)

    def bars(self, name: str, values: FloatArray) -> FloatArray:
        """Return one field of the periods' bars."""
        held = self.held(values)
        if name == "close":
            return np.where(self.lengths > 0, self.at(held, self.lengths - 1), np.nan)
        out = np.where(self.lengths > 0, self.at(held, 0), np.nan)
        join = _JOINS.get(name)
        for day in range(1, int(self.lengths.max(initial=0)) if join is not None else 0):
            assert join is not None
            join(out, self.at(held, day), out=out, where=self.lengths > day)
        return out

    def put(self, whole: NDArray[T], values: NDArray[T], absent: float) -> None:
        """Write what was found into an array of all columns."""
        whole[:, self.columns] = absent
        whole[: len(values), self.columns] = values
