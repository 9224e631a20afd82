"""Hashes of bars by symbol and by day, the same wherever and however they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.store._rows import trading_days
from technic.panel import FIELDS, LongBars
from technic.typing import DateArray

__all__ = ["DayHashes", "content_hashes", "day_hashes"]

ODD = np.uint64(0x9E3779B97F4A7C15)
SHIFT = np.uint64(29)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


@dataclass(frozen=True, slots=True, eq=False)
class DayHashes:
    """A hash of all bars of each day, ascending days; 0 is a day without a bar."""

    days: DateArray
    hashes: NDArray[np.int64]

    @classmethod
    def none(cls) -> DayHashes:
        """No day."""
        return cls(np.empty(0, "datetime64[D]"), np.empty(0, np.int64))


def day_hashes(bars: LongBars, also: DateArray | None = None) -> DayHashes:
    """Hash the bars of each day, whatever their order; ``also``: days that get one in any case.

    A row's hash changes with any bit of its symbol, time and values; a day's is their sum.
    """
    day = trading_days(bars.session)
    touched = day if also is None else np.concatenate([day, also])
    if not len(bars):
        days = np.unique(touched)
        return DayHashes(days, np.zeros(len(days), np.int64))
    names = [blake2b(name.encode(), digest_size=8).digest() for name in bars.symbols]
    row = np.frombuffer(b"".join(names), "<u8")[bars.column]
    for column in (bars.session.astype(np.int64), *(getattr(bars, name) for name in FIELDS)):
        row ^= column.view(np.uint64)
        row *= ODD
        row ^= row >> SHIFT
    start = touched.min()
    used = np.flatnonzero(np.bincount((touched - start).astype(np.int64)))
    place = (day - start).astype(np.int64)
    length = int(used[-1]) + 1
    # Sums of 32-bit halves are exact in the floats that bincount adds up.
    low = np.bincount(place, (row & LOW).astype(np.float64), length)[used].astype(np.uint64)
    high = np.bincount(place, (row >> HALF).astype(np.float64), length)[used].astype(np.uint64)
    return DayHashes(start + used, (low + (high << HALF)).view(np.int64))


def content_hashes(bars: LongBars) -> dict[str, str]:
    """Hash the days and values of each symbol; ``bars`` are sorted by (symbol, session)."""
    bounds = np.searchsorted(bars.column, np.arange(len(bars.symbols) + 1))
    days = bars.session.astype("datetime64[D]").astype("<i8")
    columns = [days, *(getattr(bars, name).astype("<f8") for name in FIELDS)]
    hashes = {}
    for at, symbol in enumerate(bars.symbols):
        digest = blake2b(digest_size=16)
        for column in columns:
            digest.update(column[bounds[at] : bounds[at + 1]].data)
        hashes[symbol] = digest.hexdigest()
    return hashes
