"""Later bars made by hand: one symbol's bars as rows of open, high, low, close."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from technic.study.replay.later_bars import LaterBars

__all__ = ["NO_BAR", "later_bars", "random_bars"]

NO_BAR = (np.nan,) * 4


def later_bars(
    *symbols: Sequence[Sequence[float]],
    delisted: Sequence[bool] = (),
    dividends: Sequence[Sequence[float]] | None = None,
    later_splits: Sequence[Sequence[float]] | None = None,
    breaks: Sequence[Sequence[bool]] | None = None,
) -> LaterBars:
    """Build later bars; each symbol is a list of (open, high, low, close), all equally long.

    ``dividends``, ``later_splits``, ``breaks``: a list for each symbol.
    """
    prices = np.array(symbols, dtype=np.float64).transpose(2, 1, 0).copy()
    n_sessions, n_symbols = prices.shape[1:]
    bar = np.isfinite(prices[0])
    last = np.where(bar.any(axis=0), n_sessions - 1 - bar[::-1].argmax(axis=0), -1)
    days = np.arange(n_sessions) + np.datetime64("2024-01-01")
    ones = np.ones((n_sessions, n_symbols))
    return LaterBars(
        sessions=days,
        symbols=tuple(f"S{i}" for i in range(n_symbols)),
        open=prices[0],
        high=prices[1],
        low=prices[2],
        close=prices[3],
        volume=np.where(bar, 1000.0, np.nan),
        breaks=ones > 1 if breaks is None else np.array(breaks, bool).T.copy(),
        later_splits=ones if later_splits is None else np.array(later_splits, float).T.copy(),
        dividends=None if dividends is None else np.array(dividends, float).T.copy(),
        last_bar=last.astype(np.int32),
        delisted=np.array(delisted or [False] * n_symbols, dtype=np.bool_),
    )


def random_bars(
    random: np.random.Generator, n_sessions: int, n_symbols: int, *, dividends: bool
) -> LaterBars:
    """Bars on a coarse grid of prices, so that levels are often met exactly; some are missing."""
    steps = random.integers(-6, 7, (n_sessions, n_symbols)).cumsum(axis=0)
    close = 100.0 + steps * 0.5
    opened = close + random.integers(-8, 9, close.shape) * 0.5
    high = np.maximum(opened, close) + random.integers(0, 8, close.shape) * 0.5
    low = np.minimum(opened, close) - random.integers(0, 8, close.shape) * 0.5
    ends = random.integers(n_sessions // 2, n_sessions * 2, n_symbols)
    missing = random.random(close.shape) < 0.1
    missing |= np.arange(n_sessions)[:, None] > ends
    rows = np.stack([opened, high, low, close], axis=-1)
    rows[missing] = np.nan
    delisted = (ends < n_sessions - 1) & (random.random(n_symbols) < 0.7)
    breaks = np.isfinite(rows[:, :, 0]) & (random.random(close.shape) < 0.02)
    paid = np.where(random.random(close.shape) < 0.1, 0.37, 0.0)
    return later_bars(
        *rows.transpose(1, 0, 2),
        delisted=delisted.tolist(),
        dividends=paid.T.tolist() if dividends else None,
        breaks=breaks.T.tolist(),
    )
