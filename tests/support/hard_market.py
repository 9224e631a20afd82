"""A made-up market in which everything that is hard for a replay happens within two years."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from support.made_up_market import CALENDAR, SYMBOLS
from technic.data_engine.interfaces.records import Dividends, FetchResult, Progress, Splits
from technic.panel import LongBars
from technic.setups import load_setups
from technic.study.all_setups import all_setup_names
from technic.testing import FakeProvider, make_bars
from technic.typing import DateArray
from technic.universe import Universe

NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(900, np.datetime64("2024-06-28"))
SPLITS = [
    ("AK", "2023-05-01", 4.0),
    ("AK", "2024-01-16", 2.0),
    ("BN", "2024-02-20", 0.1),
    ("BN", "2024-02-21", 3.0),
    ("CL", "2024-04-15", 1.5),
]
PAID = [
    ("AK", "2023-11-15", 12.0),
    ("AK", "2023-03-15", 9.0),
    ("BO", "2024-01-10", 7.0),
    ("BO", "2024-01-10", 1.0),
    ("CL", "2024-04-16", 0.2),
]
EVERY_SETUP = load_setups(*all_setup_names(benchmark=False))
QUICK_SETUPS = tuple(
    one
    for one in EVERY_SETUP
    if one.name not in ("vcp", "flat_base", "cup_with_handle", "high_tight_flag")
)
COLUMNS = (
    "tv_rating",
    "tv_status",
    "tv_not_settled",
    "ema_200",
    "far = sma(close, 420)",
    "late = close / close[333]",
    "weekly(rsi(close, 14))",
    "monthly(highest(high, 3))",
    "place = rank(roc(close, 63), exchange)",
    "strong = tech_rating > 50 and score_trend > 40",
    "planned = entry - stop",
    "total = obv()",
    "special_dividends_pct",
)


def dated(rows: list[tuple[str, str, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Symbols, days and numbers of rows as providers answer them."""
    names = np.array([name for name, _, _ in rows], dtype=object)
    days = np.array([day for _, day, _ in rows], dtype="datetime64[D]")
    return names, days, np.array([number for _, _, number in rows], dtype=np.float64)


@dataclass(slots=True)
class PayingProvider(FakeProvider):
    """A fake provider that knows of dividends, and was asked for splits."""

    dividends: Dividends = field(default_factory=Dividends.none)

    def history(self, symbols, sessions: DateArray, progress: Progress | None = None):
        """What a fake provider answers, with what it knows."""
        answer: FetchResult = FakeProvider.history(self, symbols, sessions, progress)
        return replace(answer, dividends=self.dividends, splits_asked=sessions)


def hard_bars() -> LongBars:
    """Raw bars with splits, an unknown split, prints, halts, holes, late and early listings."""
    rng = np.random.default_rng(15)  # of this call: the market is the same each time
    bars = make_bars(SYMBOLS, SESSIONS)
    place = {name: at for at, name in enumerate(SYMBOLS)}
    arrays = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close")}
    volume = bars.volume.copy()

    def of(symbol: str, first: str, last: str = "2099-01-01"):
        own = bars.column == place[symbol]
        return own & (bars.session >= np.datetime64(first)) & (bars.session < np.datetime64(last))

    for symbol, day, ratio in (*SPLITS, ("DK", "2023-09-12", 2.0)):  # nobody knows of the last
        before = of(symbol, "1990-01-01", day)
        for values in arrays.values():
            values[before] *= ratio
        volume[before] /= ratio
    for symbol, day, factor in (("DL", "2023-10-10", 100.0), ("DM", "2024-03-05", 0.4)):
        there = of(symbol, day, str(np.datetime64(day) + 1))
        for values in arrays.values():
            values[there] *= factor  # gone with the next bar
    arrays["high"][of("DN", "2024-02-06", "2024-02-07")] *= 0.5  # under its low
    arrays["close"][of("DO", "2023-12-05", "2023-12-07")] = 0.0  # two days
    volume[of("DP", "2024-01-08", "2024-01-30")] = 0.0
    for values in arrays.values():
        values[of("EK", "1990-01-01")] *= 0.003  # less than a dollar
    gone = of("EL", "2024-03-18") | of("EM", "1990-01-01", "2024-02-12")
    gone |= of("EN", "2023-06-01", "2023-09-01") | of("EO", "2024-03-01", "2024-03-08")
    gone |= (bars.column == place["EP"]) & (rng.random(len(bars)) < 0.2)
    return replace(bars, volume=volume, **arrays).rows(~gone)


def hard_market() -> PayingProvider:
    """The provider of them, with listings of which some have no bars at all."""
    names = ["ZZ", *SYMBOLS[::-1]]
    frame = pd.DataFrame(
        {
            "symbol": pd.Series(names, dtype=object),
            "exchange": pd.Series(["NYSE", "NASDAQ"] * 15 + ["NYSE"], dtype=object),
            "sector": pd.Series(["Energy", None, "Tech"] * 10 + ["Tech"], dtype=object),
        }
    )
    universe = Universe(frame, "made-up listings")
    return PayingProvider(
        hard_bars(),
        Splits(*dated(SPLITS)),
        universe,
        local=True,
        price_basis="raw",
        dividends=Dividends(*dated(PAID)),
    )


def around_what_happens() -> DateArray:
    """Days around every event, and some others: new years, the turn of the anchor."""
    events = [day for _, day, _ in (*SPLITS, *PAID)] + [
        *("2023-10-10", "2023-12-05", "2024-02-06", "2024-03-05", "2024-03-08", "2024-03-18"),
        *("2023-03-15", "2024-03-13", "2024-01-02", "2024-06-28", "2023-09-12", "2024-02-12"),
    ]
    at = np.searchsorted(SESSIONS, np.array(events, dtype="datetime64[D]"))
    near = np.unique(np.clip(np.concatenate([at - 1, at, at + 1]), 60, len(SESSIONS) - 1))
    return SESSIONS[near]
