"""A store of a simulated market that is too large for memory, made month by month.

60,000 symbols: random walks with volume; some come to the market late, leave it early, split their
shares, or never trade. Only one month of bars is in memory at a time, and what a symbol's bars are
depends on the seed and the size of the market alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import Splits
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.providers.vendors.loopback import LoopbackProvider
from technic.data_engine.store import BarStore
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import Syncer
from technic.panel import LongBars
from technic.sessions import SessionCalendar
from technic.typing import DateArray

__all__ = ["large_store", "open_offline", "symbols_of", "universe_file"]

LATE, EARLY, SPLIT, SILENT = 0.10, 0.05, 0.05, 0.01
"""Shares of the symbols that are listed late, leave early, split once, never have a bar."""
RATIO = 4.0


def symbols_of(n_symbols: int) -> list[str]:
    """Names of five capitals, in alphabetical order."""
    letters = np.array(list("BCDFGHJKLM"))
    digits = np.arange(n_symbols)[:, None] // 10 ** np.arange(4, -1, -1) % 10
    return ["".join(row) for row in letters[digits]]


def universe_file(folder: Path, n_symbols: int) -> Path:
    """A file of listings that names every symbol, also those that never trade."""
    path = folder / f"universe-{n_symbols}.csv"
    pd.DataFrame({"symbol": symbols_of(n_symbols)}).to_csv(path, index=False)
    return path


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """When each symbol trades (positions among the sessions) and where it splits, -1: never."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    split: NDArray[np.int64]

    @classmethod
    def of(cls, n_symbols: int, n_sessions: int) -> Lives:
        """Draw the lives of a market."""
        rng = np.random.default_rng(n_symbols)
        kind = rng.random((4, n_symbols))
        day = rng.integers(1, n_sessions - 1, (3, n_symbols))
        first = np.where(kind[0] < LATE, day[0], 0)
        last = np.where(kind[1] < EARLY, np.maximum(day[1], first), n_sessions - 1)
        last = np.where(kind[2] < SILENT, -1, last)
        return cls(first, last, np.where(kind[3] < SPLIT, day[2], -1))


def large_store(url: str, n_symbols: int, sessions: DateArray) -> BarStore:
    """Return the store at ``url``; what it lacks of these sessions is written, month by month."""
    store = BarStore.open(url)
    there = store.coverage().sessions
    if np.isin(sessions, there).all():
        return store
    asked_at = dt.datetime.combine(sessions[-1].item(), dt.time(23), dt.UTC)
    names, lives = tuple(symbols_of(n_symbols)), Lives.of(n_symbols, len(sessions))
    months = np.unique(sessions.astype("datetime64[M]"))
    start = np.searchsorted(sessions, months.astype("datetime64[D]"))
    level = np.full(n_symbols, np.log(40.0))
    for month, low, high in zip(months, start, [*start[1:], len(sessions)], strict=True):
        rng = np.random.default_rng([n_symbols, int(month.astype(np.int64))])
        days = np.arange(low, high)
        bars, level = _month(names, sessions, days, level, lives, rng)
        if not np.isin(sessions[days], there).all():
            store.write_days(bars, sessions[days], asked_at, sessions[-1])
            print(f"  {month}: {len(bars):,} bars", flush=True)
    at = np.flatnonzero(lives.split >= 0)
    splits = Splits(
        np.array(names, dtype=object)[at], sessions[lives.split[at]], np.full(len(at), RATIO)
    )
    store.write_splits(splits, sessions[0], sessions[-1], asked_at)
    return store


def _month(
    names: tuple[str, ...],
    sessions: DateArray,
    days: NDArray[np.int64],
    level: NDArray[np.float64],
    lives: Lives,
    rng: np.random.Generator,
) -> tuple[LongBars, NDArray[np.float64]]:
    """One month's raw bars, sorted by symbol and day, and the logarithm of each last close."""
    shape = (len(names), len(days))
    moves = rng.normal(0.0002, 0.02, shape)
    executed = lives.split[:, None] == days
    moves[executed] -= np.log(RATIO)
    close = np.exp(level[:, None] + np.cumsum(moves, axis=1))
    start = close / np.exp(moves + np.where(executed, np.log(RATIO), 0.0))
    open_ = start * (1.0 + rng.uniform(-0.005, 0.005, shape))
    high = np.maximum(open_, close) * (1.0 + rng.uniform(0.0, 0.01, shape))
    low = np.minimum(open_, close) * (1.0 - rng.uniform(0.0, 0.01, shape))
    volume = np.round(np.exp(rng.normal(13.5, 0.4, shape)))
    held = (lives.first[:, None] <= days) & (days <= lives.last[:, None])
    column, day = np.nonzero(held)
    prices = (np.maximum(np.round(array[held], 2), 0.01) for array in (open_, high, low, close))
    bars = LongBars(names, column.astype(np.int32), sessions[days][day], *prices, volume[held])
    return bars, np.log(close[:, -1])


def _refused(request: HttpRequest) -> HttpResponse:
    raise SystemExit(f"the store should have all there is, and {request.url} was asked")


def open_offline(store: BarStore, calendar: SessionCalendar, last: np.datetime64) -> StoredProvider:
    """The provider of a scan over ``store`` at the end of ``last``; it fetches nothing."""
    now = dt.datetime.combine(last.item(), dt.time(23), dt.UTC)
    offline = partial(FunctionTransport, _refused)
    syncer = Syncer(LoopbackProvider(), store, calendar, lambda: now, open_transport=offline)
    return StoredProvider(syncer)
