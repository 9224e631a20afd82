"""Panels from a table of closes, for what reads nothing but closes and sessions."""

from __future__ import annotations

import numpy as np

from technic.panel import BarPanel, LongBars

FIRST = np.datetime64("2020-01-01")


def panel_of_closes(closes):
    """Panel of ``(n_sessions, n_symbols)`` closes; NaN is a session without a bar."""
    closes = np.asarray(closes, float)
    sessions = FIRST + np.arange(len(closes))
    day, symbol = np.nonzero(np.isfinite(closes))
    close = closes[day, symbol]
    names = tuple(f"S{i:03d}" for i in range(closes.shape[1]))
    bars = LongBars(
        names, symbol.astype(np.int32), sessions[day], close, close, close, close, close
    )
    return BarPanel.from_long(bars, sessions)


def random_closes(n_sessions, n_symbols, seed=0, holes=0.0):
    """Random walks around 50; late listings, early ends and holes where ``holes`` is above 0."""
    rng = np.random.default_rng(seed)
    walk = rng.normal(0, 0.02, (n_sessions, n_symbols)).cumsum(axis=0)
    closes = np.round(50 * np.exp(walk), 2)
    if holes:
        closes[rng.random(closes.shape) < holes] = np.nan
        for i in range(0, n_symbols, 3):
            closes[: rng.integers(0, n_sessions), i] = np.nan
        for i in range(1, n_symbols, 5):
            closes[rng.integers(1, n_sessions) :, i] = np.nan
    return closes
