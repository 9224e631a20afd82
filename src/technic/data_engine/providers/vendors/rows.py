"""From rows as vendors send them to bars: days, doubles, what may be missing and what not."""

from __future__ import annotations

import datetime as dt
import logging
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.requests import BadAnswerError, BadBarsError, BarRequest
from technic.panel import FIELDS, LongBars
from technic.panel.long_bars import concatenated
from technic.text.outside import could_be_symbol
from technic.typing import DateArray, FloatArray

__all__ = [
    "Stamps",
    "bar_times",
    "iso_days",
    "joined_pages",
    "long_bars",
    "require_complete",
    "require_inside",
    "trading_days",
]

logger = logging.getLogger(__name__)

VISIBLE = bytes(range(0x20, 0x7F))
DAY_MS = 86_400_000
NEW_YORK_MIDNIGHT_MS = 4 * 3_600_000
"""Midnight in New York is 04:00 or 05:00 UTC, and trading ends by 01:00 UTC: four hours earlier
every time from midnight to the end of late trading falls on the date it has in New York."""

LATEST_MS = 253_402_300_800_000
"""The year 10000."""

Stamps = NDArray[np.int64]


def bar_times(stamps_ms: Sequence[float] | Stamps) -> Stamps:
    """Check epoch milliseconds; BadAnswerError for what is no time."""
    try:
        stamps = np.array(stamps_ms, dtype=np.float64)
    except (OverflowError, TypeError, ValueError) as error:
        raise BadAnswerError(f"a time stamp is no number: {error}") from error
    if not ((stamps > -LATEST_MS) & (stamps < LATEST_MS)).all():
        raise BadAnswerError("a time stamp is missing or not of this era")
    return stamps.astype(np.int64)


def iso_days(texts: Sequence[str]) -> DateArray:
    """Return days written as ``2024-03-08``; BadAnswerError for what is no day."""
    try:
        return np.array([dt.date.fromisoformat(text) for text in texts], dtype="datetime64[D]")
    except ValueError as error:
        raise BadAnswerError(f"a day is none: {error}") from error


def trading_days(stamps_ms: Stamps) -> DateArray:
    """Return the date in New York of epoch milliseconds, for times when there is trading."""
    days: DateArray = ((stamps_ms - NEW_YORK_MIDNIGHT_MS) // DAY_MS).astype("datetime64[D]")
    return days


def long_bars(
    symbols: Sequence[str],
    session: DateArray,
    values: Sequence[Sequence[float | None] | FloatArray],
    *,
    market: bool = False,
) -> LongBars:
    """Build bars from rows as they came: ``symbols[i]`` on ``session[i]``; None becomes NaN.

    ``values``: open, high, low, close, volume. A row that came twice is kept once; two rows that
    differ are a BadAnswerError, since nobody can tell which is right. ``market``: in the answer of
    a whole market they are a bar without values, which is asked alone, and the others stay. Rows
    under what can be no symbol are left out, and counted in the log.
    """
    fields = [_doubles(field) for field in values]
    joined = "".join(symbols)  # one look at all: this is done for every day of the market
    if not joined.isascii() or joined.encode().translate(None, VISIBLE):
        kept = np.flatnonzero([could_be_symbol(symbol) for symbol in symbols])
        logger.warning("left out %d rows under no symbol", len(symbols) - len(kept))
        symbols, session = [symbols[at] for at in kept.tolist()], session[kept]
        fields = [field[kept] for field in fields]
    names = tuple(dict.fromkeys(symbols))
    if len(names) == len(symbols):
        return LongBars(names, np.arange(len(names), dtype=np.int32), session, *fields)
    at = {name: i for i, name in enumerate(names)}
    column = np.fromiter((at[symbol] for symbol in symbols), np.int32, len(symbols))
    bars = LongBars(names, column, session, *fields)
    keep, clashing = _without_doubles(bars)
    if keep is None:
        return bars
    if len(clashing) and not market:
        row = clashing[0]
        name = bars.symbols[bars.column[row]]
        raise BadBarsError(name, f"two different bars of {name} on {bars.session[row]}")
    for name in FIELDS:
        getattr(bars, name)[clashing] = np.nan
    return bars.rows(keep)


def _doubles(values: Sequence[float | None] | FloatArray) -> FloatArray:
    """Copy numbers into an array; None becomes NaN.

    Packing takes half the time of ``np.array``, which looks at each number twice.
    """
    packed = np.empty(len(values))
    if isinstance(values, np.ndarray):
        packed[:] = values
        return packed
    try:
        struct.pack_into(f"{len(values)}d", packed.data, 0, *values)
    except struct.error:  # one of them is None
        return np.array(values, dtype=np.float64)
    return packed


def joined_pages(pages: Sequence[LongBars]) -> tuple[LongBars, dict[str, str]]:
    """Put the pages of one answer together: a row that came on two of them is kept once.

    Rows that differ are a bar without values; returned are their symbols, too, each with the day.
    """
    bars = concatenated(pages)
    if len(pages) < 2:
        return bars, {}
    keep, clashing = _without_doubles(bars)
    if keep is None:
        return bars, {}
    for name in FIELDS:
        getattr(bars, name)[clashing] = np.nan
    days = {bars.symbols[bars.column[row]]: str(bars.session[row]) for row in clashing[::-1]}
    return bars.rows(keep), days


def require_complete(bars: LongBars) -> LongBars:
    """Return the bars if no value is missing: asked alone, a symbol's answer has to be whole."""
    for field in (bars.open, bars.high, bars.low, bars.close, bars.volume):
        bad = np.flatnonzero(~np.isfinite(field))
        if len(bad):
            name = bars.symbols[bars.column[bad[0]]]
            raise BadBarsError(name, f"a value of {name} on {bars.session[bad[0]]} is missing")
    return bars


def require_inside(bars: LongBars, request: BarRequest) -> LongBars:
    """Return the bars if they belong to the request; others would be kept where they are not due.

    ``bars.session`` may hold UTC times.
    """
    strange = set(bars.symbols).difference(request.symbols) if request.symbols else set()
    if strange:
        raise BadAnswerError(f"asked {request.label}, got {min(strange)}")
    days = bars.session
    if days.dtype != np.dtype("datetime64[D]"):
        days = trading_days(days.astype("datetime64[ms]").astype(np.int64))
    outside = np.flatnonzero((days < request.first) | (days > request.last))
    if len(outside):
        raise BadAnswerError(f"asked {request.label}, got {bars.session[outside[0]]}")
    return bars


def _without_doubles(bars: LongBars) -> tuple[NDArray[np.intp] | None, NDArray[np.intp]]:
    """Return the rows to keep, None for all, and those of which a later one says something else."""
    stamp = bars.session.astype(np.int64)
    none = np.empty(0, np.intp)
    step = np.diff(bars.column)
    if ((step > 0) | ((step == 0) & (np.diff(stamp) > 0))).all():
        return None, none  # in order, as vendors send them: nothing can be there twice
    order = np.lexsort((stamp, bars.column))
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(bars.column[order]) != 0) | (np.diff(stamp[order]) != 0)
    first = order[new][np.cumsum(new) - 1]  # lexsort is stable: the row that came first
    differs = np.zeros(len(order), bool)
    for name in FIELDS:
        one, other = getattr(bars, name)[order], getattr(bars, name)[first]
        differs |= (one != other) & ~(np.isnan(one) & np.isnan(other))
    return np.sort(order[new]), np.unique(first[differs])
