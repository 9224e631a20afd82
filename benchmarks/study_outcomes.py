"""Five million plans graded and the forward returns of a market, beside a plain loop.

    python -m benchmarks.study_outcomes [--symbols 6000] [--days 2520] [--hits 5000000]

Random walks by session, blocks of symbols as a study reads them, as many hits a day as 27 setups
give. Prints the time of each part and how many plans a plain loop grades in a second; the grades of
its sample are compared first.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from tests.reference import plan_loop

from benchmarks.timing import machine_line, peak_memory
from technic.study.outcomes import (
    HORIZONS,
    GradeRules,
    Grades,
    MarketReturns,
    Outcome,
    Plans,
    TradedPrices,
    forward_returns,
    grade_plans,
    one_at_a_time,
    order_ends,
)
from technic.study.replay.later_bars import LaterBars

BLOCK = 512


def walks(n_sessions: int, n_symbols: int, seed: int) -> LaterBars:
    """Bars of random walks; one in a hundred is missing, one symbol in ten is delisted."""
    random = np.random.default_rng(seed)
    shape = (n_sessions, n_symbols)
    close = 50.0 * np.exp((0.02 * random.standard_normal(shape)).cumsum(axis=0))
    opened = close * np.exp(0.01 * random.standard_normal(shape))
    high = np.maximum(opened, close) * (1 + 0.01 * random.random(shape))
    low = np.minimum(opened, close) * (1 - 0.01 * random.random(shape))
    ends = np.where(
        random.random(n_symbols) < 0.1, random.integers(1, n_sessions, n_symbols), n_sessions
    )
    missing = (random.random(shape) < 0.01) | (np.arange(n_sessions)[:, None] >= ends)
    for prices in (opened, high, low, close):
        prices[missing] = np.nan
    last = n_sessions - 1 - (~missing)[::-1].argmax(axis=0)
    return LaterBars(
        sessions=np.arange(n_sessions) + np.datetime64("2014-01-01"),
        symbols=tuple(f"X{i:04d}" for i in range(n_symbols)),
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=np.where(missing, np.nan, 1e6),
        breaks=np.zeros(shape, np.bool_),
        later_splits=np.ones(shape),
        dividends=np.zeros(shape),
        last_bar=np.where(missing.all(axis=0), -1, last).astype(np.int32),
        delisted=ends < n_sessions,
    )


def random_plans(bars: LaterBars, n_hits: int, seed: int) -> Plans:
    """Plans at the closes of random days, day after day: half breakouts, all swing distances."""
    random = np.random.default_rng(seed)
    session = np.sort(random.integers(0, len(bars.sessions), n_hits)).astype(np.int32)
    symbol = random.integers(0, len(bars.symbols), n_hits).astype(np.int32)
    close = bars.close[session, symbol]
    there = np.isfinite(close)
    session, symbol, close = session[there], symbol[there], close[there]
    breakout = random.random(len(close)) < 0.5
    entry = np.round(np.where(breakout, close * 1.02, close), 2)
    risk = np.maximum(np.round(entry * random.uniform(0.02, 0.08, len(close)), 2), 0.01)
    return Plans(
        session=session,
        symbol=symbol,
        side=np.ones(len(close), np.int8),
        breakout=breakout,
        entry=entry,
        stop=entry - risk,
        target=entry + 2 * risk,
    )


def loop_speed(bars: LaterBars, plans: Plans, grades: Grades, sample: int) -> float:
    """Grade a sample by the plain loop; return plans a second. SystemExit where grades differ."""
    rules = GradeRules()
    picked = np.linspace(0, len(plans) - 1, sample).astype(int)
    names = ("session", "symbol", "side", "breakout", "entry", "stop", "target")
    started = time.process_time()
    loops = [
        plan_loop.grade(bars, {name: getattr(plans, name)[at] for name in names}, rules)
        for at in picked
    ]
    spent = time.process_time() - started
    if not np.array_equal([loop["r"] for loop in loops], grades.r[picked], equal_nan=True):
        raise SystemExit("the loop grades otherwise")
    return sample / spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6000)
    parser.add_argument("--days", type=int, default=2520)
    parser.add_argument("--hits", type=int, default=5_000_000)
    parser.add_argument("--sample", type=int, default=2000)
    asked = parser.parse_args()
    print(machine_line())

    spent = dict.fromkeys(("grades", "overlap", "returns"), 0.0)
    counts = np.zeros(len(Outcome), dtype=np.int64)
    speed, graded, taken = 0.0, 0, 0
    for first in range(0, asked.symbols, BLOCK):
        width = min(BLOCK, asked.symbols - first)
        bars = walks(asked.days, width, first)
        plans = random_plans(bars, round(asked.hits * width / asked.symbols), first)
        started = time.process_time()
        grades = grade_plans(bars, plans)
        spent["grades"] += time.process_time() - started

        started = time.process_time()
        key = np.unique(plans.session.astype(np.int64) * width + plans.symbol, return_index=True)[1]
        some = plans.take(key)
        ends = order_ends(plans, grades, GradeRules())[key]
        taken += int(one_at_a_time(some.symbol, some.session, ends).sum())
        spent["overlap"] += time.process_time() - started

        started = time.process_time()
        prices = TradedPrices.of(bars)
        for horizon in HORIZONS:
            returns = forward_returns(prices, horizon)
            MarketReturns.of(returns, np.isfinite(bars.close))
        spent["returns"] += time.process_time() - started
        speed = speed or loop_speed(bars, plans, grades, asked.sample)
        counts += np.bincount(grades.outcome, minlength=len(Outcome))
        graded += len(grades)

    ways = ", ".join(f"{counts[way]:,} {way.name.lower()}" for way in Outcome)
    print(f"{graded:,} plans graded in {spent['grades']:.1f} s of one core: {ways}")
    ratio = graded / speed / spent["grades"]
    print(f"a plain loop: {speed:,.0f} plans a second, {ratio:.0f} times as long")
    print(f"one trade a symbol: {taken:,} taken in {spent['overlap']:.1f} s")
    print(
        f"returns over {len(HORIZONS)} horizons of every symbol and day: {spent['returns']:.1f} s"
    )
    print(f"most memory: {peak_memory() / 2**30:.2f} GiB")


if __name__ == "__main__":
    main()
