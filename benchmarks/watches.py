"""1,000 watches judged together on one new session of 6,000 symbols, against one plain scan of it.

    python -m benchmarks.watches [--symbols 6000] [--watches 1000] [--rounds 3]

Both sides read the same bars and scan them; what the watches take is the difference: evaluating
their conditions in one scan, judging who came in and who went out, and writing state, events and
deliveries. Each watch was judged on the session before. Nothing is sent. A service reads and checks
the conditions once and judges them on every new session; what reading takes is told apart: it is
taken by each run of `technic watch run`, a process of its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.timing import in_turn, machine_line
from technic import ScanConfig, run_scan
from technic.scan.expressions.compiler import read_expressions
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import Settings, load_settings
from technic.testing import FakeProvider, make_bars
from technic.watches.database import FILE_NAME, open_watches
from technic.watches.judge_watches import JudgedRun, judge_watches
from technic.watches.market_day import MarketDay
from technic.watches.watch import Watch
from technic.watches.watch_table import WatchTable

LAST = "2024-12-31"
BARS = 300
FORMS = (
    "rsi(close, {few}) < {low} and close > sma(close, {long}) and volume > 1.8 * sma(volume, 50)",
    "crosses_above(ema(close, {short}), ema(close, {long})) and rs_rating > {high} and close > {n}",
    "close >= highest(close, {long}) and volume > 2.{n} * sma(volume, 50)",
    "crosses_above(close, sma(close, {long})) and rs_rating > 70 and volume > 2.{n} * volume[1]",
    "close > close[1] + 1.{n} * atr({few}) and volume > 1.5 * sma(volume, {short})",
)
LONG, SHORT, FEW = (20, 50, 100, 150, 200), (5, 8, 9, 10, 12, 21), (2, 3, 5, 7, 9, 14, 21)
"""What the watches ask: periods are those that traders use, thresholds are the watches' own."""


def conditions(count: int) -> list[str]:
    """Return so many different conditions; periods of some are those of others."""
    found = [
        FORMS[i % len(FORMS)].format(
            n=i,
            long=LONG[i // 5 % len(LONG)],
            short=SHORT[i // 5 % len(SHORT)],
            few=FEW[i // 5 % len(FEW)],
            low=f"{10 + i % 25}.{i}",
            high=50 + i % 49,
        )
        for i in range(count)
    ]
    assert len(set(found)) == count
    return found


def market(bars: FakeProvider, calendar: SessionCalendar, now: dt.datetime) -> MarketDay:
    """Return the data, as watches find it."""
    config = ScanConfig(provider="fake")
    return MarketDay(config, bars, calendar, str(bars.last_session()), now, None)


def main() -> None:
    """Judge the session before, then run both sides on the last one and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--watches", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()

    calendar = load_calendar(dt.date(2026, 1, 1), load_settings(os.environ, Path.cwd()).home)
    sessions = calendar.last(BARS, np.datetime64(LAST))
    bars = make_bars([f"X{i:04d}" for i in range(args.symbols)], sessions)
    provider = FakeProvider(bars)
    earlier = replace(provider, bars=bars.rows(np.flatnonzero(bars.session < sessions[-1])))
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)

    with tempfile.TemporaryDirectory() as folder:
        before, home = Path(folder) / "before", Path(folder) / "home"
        with open_watches(before) as database:
            for number, text in enumerate(conditions(args.watches)):
                WatchTable(database).add(Watch(name=f"w{number}", where=text), 0.0)
            judge(before, earlier, calendar, now)

        def judged() -> JudgedRun:
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            shutil.copy(before / FILE_NAME, home / FILE_NAME)
            return judge(home, provider, calendar, now)

        def plain() -> object:
            config = ScanConfig(provider="fake")
            return run_scan(config, provider=provider, settings=Settings(home=home), now=now)

        def anew() -> JudgedRun:
            read_expressions.cache_clear()
            return judged()

        done = judged()
        scan, watches, first = in_turn([plain, judged, anew], args.rounds)
    print(machine_line())
    print(f"{args.symbols:,} symbols x {BARS} bars, best of {args.rounds}, processor time")
    print(f"plain scan of the session:  {scan:6.2f} s")
    print(f"with {args.watches:,} watches judged:  {watches:6.2f} s")
    print(f"the watches:                {watches - scan:6.2f} s, {done.events:,} events")
    print(f"reading their conditions:   {first - watches:6.2f} s, once a process")


def judge(
    home: Path, provider: FakeProvider, calendar: SessionCalendar, now: dt.datetime
) -> JudgedRun:
    """Judge all watches in a folder."""
    with open_watches(home) as database:
        return judge_watches(
            database,
            Settings(home=home),
            now=now,
            market=lambda _settings, moment: market(provider, calendar, moment),
        )


if __name__ == "__main__":
    main()
