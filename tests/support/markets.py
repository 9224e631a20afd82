"""Small random markets with what is hard about real ones, and the same bars as plain lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from reference.language_interpreter import History
from support.expressions import DAY_NAMES, MARKET_NAMES, SECTORS
from technic.panel import FIELDS, BarPanel, LongBars
from technic.typing import DateArray, FloatArray

__all__ = ["KINDS", "Market", "make_market", "markets"]

KINDS = ("walk", "ties", "flat", "tiny", "huge", "spike", "silent", "rising")
"""What a symbol's prices are like: ``ties`` moves by whole cents of a penny stock, ``spike`` has
one bad tick, ``silent`` mostly trades nothing."""


@dataclass(frozen=True)
class Market:
    """A panel, the benchmark's closes on its sessions (NaN: none), names of each symbol."""

    panel: BarPanel
    benchmark: FloatArray
    names: tuple[dict[str, float | str], ...]

    def histories(self) -> list[History]:
        """Each symbol's bars as lists of plain numbers."""
        days = [day.item() for day in self.panel.sessions]
        found = []
        for column, n in enumerate(self.panel.length):
            at = [int(i) for i in self.panel.session[:n, column]]
            closes = [float(self.benchmark[i]) for i in at]
            found.append(
                History(
                    [days[i] for i in at],
                    {name: getattr(self.panel, name)[:n, column].tolist() for name in FIELDS},
                    [None if np.isnan(close) else close for close in closes],
                )
            )
        return found

    def cut(self, day: np.datetime64) -> Market:
        """The market as it was known on a day: no later bar, no later session."""
        keep = int(np.searchsorted(self.panel.sessions, day, side="right"))
        panel = self.panel
        rows, columns = np.nonzero((panel.session >= 0) & (panel.session < keep))
        bars = LongBars(
            panel.symbols,
            columns.astype(np.int32),
            panel.sessions[panel.session[rows, columns]],
            *(getattr(panel, name)[rows, columns] for name in FIELDS),
        )
        sessions = panel.sessions[:keep]
        return Market(BarPanel.from_long(bars, sessions), self.benchmark[:keep], self.names)

    def take(self, columns: list[int]) -> Market:
        """Some of the symbols, in the order asked for."""
        picked = self.panel.take(np.array(columns, dtype=np.intp))
        return Market(picked, self.benchmark, tuple(self.names[i] for i in columns))


@st.composite
def markets(draw: DrawFn, most_symbols: int = 5, most_bars: int = 60) -> Market:
    """A few symbols over some weeks, listed late, ended early, with holes."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=most_symbols))
    n = draw(st.integers(1, most_bars))
    return make_market(kinds, n, draw(st.integers(0, 2**20)))


def make_market(kinds: list[str], n_sessions: int, seed: int) -> Market:
    """Make a market; half of the symbols have every session, others begin and end somewhere."""
    rng = np.random.default_rng(seed)
    sessions = _sessions(n_sessions, rng)
    parts = []
    for column, kind in enumerate(kinds):
        held = np.arange(n_sessions)
        if column and rng.random() < 0.5:
            first, last = np.sort(rng.integers(0, n_sessions, 2))
            held = held[(held >= min(first, n_sessions // 2)) & (held <= last)]
            held = held[rng.random(len(held)) > 0.05]
        parts.append((held, *_bars(kind, len(held), rng)))
    bars = LongBars(
        tuple(f"S{column}" for column in range(len(kinds))),
        np.repeat(np.arange(len(kinds), dtype=np.int32), [len(part[0]) for part in parts]),
        sessions[np.concatenate([part[0] for part in parts])],
        *(np.concatenate([part[i] for part in parts]) for i in range(1, 6)),
    )
    benchmark = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.01, n_sessions))), 2)
    if rng.random() < 0.5:
        benchmark[rng.random(n_sessions) < 0.1] = np.nan
    return Market(BarPanel.from_long(bars, sessions), benchmark, _names(len(kinds), rng))


def _sessions(n: int, rng: np.random.Generator) -> DateArray:
    """Weekdays without some holidays, so that weeks have one to five of them."""
    day = dt.date(2019, 12, 2) + dt.timedelta(days=int(rng.integers(0, 400)))
    days: list[dt.date] = []
    while len(days) < n:
        if day.weekday() < 5 and (not days or rng.random() > 0.1):
            days.append(day)
        day += dt.timedelta(days=1)
    return np.array(days, dtype="datetime64[D]")


def _bars(kind: str, n: int, rng: np.random.Generator) -> tuple[FloatArray, ...]:
    """Open, high, low, close, volume; volumes are whole numbers."""
    step = {"ties": 0.005, "flat": 0.0, "rising": 0.0}.get(kind, 0.03)
    start = 1.1 if kind == "ties" else float(rng.choice([3.3, 10.1, 57.0, 812.4]))
    drift = 0.01 if kind == "rising" else 0.0
    close = start * np.exp(np.cumsum(rng.normal(0, 1, n) * step + drift))
    open_ = close * np.exp(rng.normal(0, 1, n) * step / 2)
    high = np.maximum(open_, close) * (1 + np.abs(rng.normal(0, 1, n)) * step / 2)
    low = np.minimum(open_, close) * (1 - np.abs(rng.normal(0, 1, n)) * step / 2)
    prices = [np.maximum(np.round(x, 2), 0.01) for x in (open_, high, low, close)]
    if kind == "spike" and n:
        at = int(rng.integers(0, n))
        for array in prices:
            array[at] *= 1000.0
    scale = {"tiny": 2.0**-30, "huge": 2.0**30}.get(kind, 1.0)
    quiet = 0.8 if kind == "silent" else 0.05
    volume = np.floor(np.exp(rng.normal(10, 1, n))) * (rng.random(n) > quiet)
    return (*(x * scale for x in prices), volume)


def _names(n_symbols: int, rng: np.random.Generator) -> tuple[dict[str, float | str], ...]:
    """Values of the day, the listing and the market: few different ones, some missing."""

    def number() -> float:
        return float(rng.choice([np.nan, 0.0, 10.0, 10.5, 50.0, 99.0]))

    return tuple(
        {
            **{name: number() for name in (*DAY_NAMES, *MARKET_NAMES)},
            "market_cap": number() * 1e9,
            "sector": str(rng.choice(SECTORS)),
        }
        for _ in range(n_symbols)
    )
