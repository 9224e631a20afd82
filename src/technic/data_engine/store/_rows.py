"""Bars in the order in which the tables hold them, and days as a query sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.panel import FIELDS, LongBars
from technic.typing import BoolArray, DateArray

__all__ = [
    "EXCHANGE_ZONE",
    "as_days",
    "concat",
    "empty_bars",
    "in_cells",
    "ordered",
    "sort_key",
    "trading_days",
]

EXCHANGE_ZONE = "America/New_York"
MOST_SMALL = 1 << 16
"""Columns that numbers of two bytes can count."""


def as_days(parameter: str, days: DateArray) -> DateArray:
    """Return ascending days without doubles; ParameterError for a missing one."""
    array: DateArray = np.unique(np.array(days, dtype="datetime64[D]"))
    if np.isnat(array).any():
        raise ParameterError(parameter, "NaT", "days")
    return array


def trading_days(session: NDArray[np.datetime64]) -> DateArray:
    """Return the trading day of each entry: itself, or the exchange's date of a UTC time."""
    day: DateArray = session.astype("datetime64[D]")
    if session.dtype == day.dtype:
        return day
    zone = ZoneInfo(EXCHANGE_ZONE)
    unique, place = np.unique(day, return_inverse=True)
    offsets = []
    for each in unique.astype(object):
        # Clocks change on Sundays before dawn, so noon's offset holds for a whole trading day.
        noon = dt.datetime.combine(each, dt.time(12), dt.UTC).astimezone(zone)
        offsets.append(noon.utcoffset() or dt.timedelta())
    offset = np.array(offsets, dtype="timedelta64[s]")
    local: DateArray = (session + offset[place]).astype("datetime64[D]")
    return local


def empty_bars(like: NDArray[np.datetime64] | None = None) -> LongBars:
    """No bars; their time is of the same kind as ``like``'s."""
    kind = np.dtype("datetime64[D]") if like is None else like.dtype
    none = np.empty(0)
    return LongBars((), np.empty(0, np.int32), np.empty(0, kind), none, none, none, none, none)


def sort_key(column: NDArray[np.int32], session: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """One ascending number for (column, session)."""
    stamp = session.view(np.int64)
    if not len(stamp):
        return stamp
    low = stamp.min()
    span = np.int64(stamp.max() - low + 1)
    key: NDArray[np.int64] = column * span + (stamp - low)
    return key


def ordered(bars: LongBars) -> LongBars:
    """Sort by (symbol, session), symbols in alphabetical order, those without a bar left out.

    Raises ParameterError when a symbol has two bars at one time.
    """
    used = np.flatnonzero(np.bincount(bars.column, minlength=len(bars.symbols)))
    by_name = sorted(used.tolist(), key=bars.symbols.__getitem__)
    rank = np.zeros(len(bars.symbols), dtype=np.int32)
    rank[by_name] = np.arange(len(by_name), dtype=np.int32)
    names = tuple(bars.symbols[at] for at in by_name)
    bars = replace(bars, symbols=names, column=rank[bars.column])
    if len(set(bars.symbols)) != len(bars.symbols):
        raise ParameterError("bars", "a symbol that is listed twice", "each symbol once")
    key = sort_key(bars.column, bars.session)
    step = np.diff(key)
    if np.any(step < 0):
        order = _sorting(bars, key)
        bars, step = bars.rows(order), np.diff(key[order])
    if np.any(step == 0):
        at = int(np.argmax(step == 0))
        twice = f"{bars.symbols[bars.column[at]]} {bars.session[at]} twice"
        raise ParameterError("bars", twice, "one bar for each symbol and session")
    return bars


def _sorting(bars: LongBars, key: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the order of the rows by ``key``, that of ``sort_key``.

    Where day follows day, as a market's days are put together, columns alone decide: as small
    numbers they are sorted by radix, in a sixth of the time.
    """
    stamp = bars.session.view(np.int64)
    if len(bars.symbols) <= MOST_SMALL and not np.any(stamp[1:] < stamp[:-1]):
        return np.argsort(bars.column.astype(np.uint16), kind="stable")
    return np.argsort(key, kind="stable")


def in_cells(
    bars: LongBars,
    symbols: Sequence[str],
    first: DateArray | np.datetime64,
    last: DateArray | np.datetime64,
) -> BoolArray:
    """Mark the bars of ``symbols`` from ``first`` to ``last`` (for all, or for each its own)."""
    place = {name: at for at, name in enumerate(symbols)}
    at = np.array([place.get(name, -1) for name in bars.symbols], np.intp)
    low, high = (np.broadcast_to(_days(days), len(symbols)) for days in (first, last))
    # One entry more than there are symbols: the last one, which -1 finds, is nobody's range.
    lows = np.append(low, np.datetime64("9999-12-31"))[at][bars.column]
    highs = np.append(high, np.datetime64("0001-01-01"))[at][bars.column]
    day = trading_days(bars.session)
    marked: BoolArray = (day >= lows) & (day <= highs)
    return marked


def _days(days: DateArray | np.datetime64) -> DateArray:
    return np.asarray(days, "datetime64[D]")


def concat(parts: Sequence[LongBars]) -> LongBars:
    """Put bars of several sources into one, ordered."""
    names: dict[str, int] = {}
    columns = []
    for part in parts:
        place = [names.setdefault(name, len(names)) for name in part.symbols]
        columns.append(np.array(place, dtype=np.int32)[part.column])
    return ordered(
        LongBars(
            tuple(names),
            np.concatenate(columns),
            np.concatenate([part.session for part in parts]),
            *(np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS),
        )
    )
