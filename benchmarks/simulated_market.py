"""What benchmarks on the simulated market share: the moment of asking, and a benchmark's closes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from technic.data_engine.providers.demo import LAST_SESSION, SESSIONS
from technic.sessions import build_calendar

__all__ = ["NOW", "index_file"]

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
"""After the market's last session."""


def index_file(folder: Path) -> Path:
    """Write closes of every session of the simulated market, in random steps."""
    sessions = build_calendar(2026).last(SESSIONS, LAST_SESSION)
    steps = np.random.default_rng(1).normal(0.0003, 0.01, len(sessions))
    closes = np.round(1_000.0 * np.exp(np.cumsum(steps)), 2)
    lines = (f"{day},{close}" for day, close in zip(sessions, closes.tolist(), strict=True))
    path = folder / "index.csv"
    path.write_text("date,close\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path
