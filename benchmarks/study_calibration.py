"""How often a study's intervals are wrong, on simulated markets in which the truth is known.

    python -m benchmarks.study_calibration [--seeds 1000] [--planted 100] [--families 40]

Nothing planted: hits that persist ten sessions and crowd in sectors, on a market with sectors, fat
tails and volatility that comes and goes; an interval that excludes zero is a false positive.
Planted: a drift after each hit; the interval should hold what it comes to. Families: 27 setups of
which none is worth anything; StepM should name none. Each seed is a market of its own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter
from scipy.stats import binomtest, t, ttest_1samp

from benchmarks.timing import machine_line
from technic.study.outcomes import MarketReturns, TradedPrices, forward_returns
from technic.study.replay.later_bars import LaterBars
from technic.study.statistics import DaySums, Interval, compare_all, mean_interval
from technic.study.statistics.intervals import stationary_variance
from technic.typing import BoolArray, FloatArray

SYMBOLS, SECTORS, SETUPS = 120, 8, 27
DAYS, HORIZON = 2520, 21
WARM_UP = 60
DRIFT = 0.001
"""Planted a session after a hit: 2.1 % over 21 sessions."""


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Returns and hits by session, ``(n_sessions, n_symbols)``; of some setups, one more axis."""

    returns: FloatArray
    hits: BoolArray


def persistent(random: np.random.Generator, enter: FloatArray, leave: float) -> BoolArray:
    """States that are entered with a probability for each session, and left with another."""
    enters, leaves = random.random(enter.shape) < enter, random.random(enter.shape) < leave
    found = np.zeros(enter.shape, dtype=np.bool_)
    now = np.zeros(enter.shape[1:], dtype=np.bool_)
    for day in range(len(enter)):
        now = np.where(now, ~leaves[day], enters[day])
        found[day] = now
    return found


def simulate(seed: int, n_days: int = DAYS, n_setups: int = 1) -> Market:
    """One market: hits last ten sessions on average and know nothing of the returns."""
    random = np.random.default_rng(seed)
    volatility = lfilter([1.0], [1.0, -0.95], random.standard_normal(n_days + WARM_UP))[WARM_UP:]
    daily = 0.01 * np.exp(0.3 * volatility)[:, None]
    sector = np.arange(SYMBOLS) % SECTORS
    index = random.standard_t(5, (n_days, 1))
    sectors = 0.6 * random.standard_t(5, (n_days, SECTORS))
    own = 1.5 * random.standard_t(5, (n_days, SYMBOLS))
    returns = np.clip(daily * (index + sectors[:, sector] + own), -0.4, 0.4)
    shape = (n_days, n_setups, SECTORS)
    in_favour = persistent(random, np.full(shape, 0.02), 0.05)[:, :, sector]
    hits = persistent(random, np.where(in_favour, 0.02, 0.002), 0.1)
    return Market(returns, hits)


def planted(market: Market) -> Market:
    """The same market with a drift on the sessions after each hit of the first setup."""
    after = np.zeros(market.returns.shape, dtype=np.bool_)
    for step in range(1, HORIZON + 1):
        after[step:] |= market.hits[:-step, 0]
    return Market((1 + market.returns) * np.where(after, 1 + DRIFT, 1.0) - 1, market.hits)


def later_bars(returns: FloatArray) -> LaterBars:
    """Bars that open where the last one closed."""
    close = 100.0 * np.cumprod(1 + returns, axis=0)
    opened = np.vstack([np.full((1, close.shape[1]), 100.0), close[:-1]])
    return LaterBars(
        sessions=np.arange(len(close)) + np.datetime64("2010-01-01"),
        symbols=tuple(f"S{i}" for i in range(close.shape[1])),
        open=opened,
        high=np.maximum(opened, close),
        low=np.minimum(opened, close),
        close=close,
        volume=np.ones(close.shape),
        breaks=np.zeros(close.shape, np.bool_),
        later_splits=np.ones(close.shape),
        dividends=None,
        last_bar=np.full(close.shape[1], len(close) - 1, np.int32),
        delisted=np.zeros(close.shape[1], np.bool_),
    )


def hits_in_excess(market: Market, horizon: int, setup: int = 0) -> tuple[np.ndarray, FloatArray]:
    """Session of each hit, and its return in excess of the universe's, as a study takes it."""
    bars = later_bars(market.returns)
    returns = forward_returns(TradedPrices.of(bars), horizon)
    universe = MarketReturns.of(returns, np.isfinite(bars.close)).mean
    session, symbol = np.nonzero(market.hits[:, setup])
    return session, (returns - universe[:, None])[session, symbol]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The hits of one study: their values, the same added up by session, and the interval."""

    value: FloatArray
    sums: DaySums
    found: Interval

    @classmethod
    def of(cls, market: Market, horizon: int) -> Sample:
        """Study the first setup of a market."""
        session, value = hits_in_excess(market, horizon)
        sums = DaySums.of(session, value, len(market.returns))
        return cls(value[np.isfinite(value)], sums, mean_interval(sums, horizon))

    @property
    def bootstrap_error(self) -> float:
        """The standard error of the stationary bootstrap alone."""
        return float(stationary_variance(self.sums.influence, self.found.block) ** 0.5)


def over_hits(some: Sample) -> bool:
    """Whether a t-test over hits finds something."""
    return bool(ttest_1samp(some.value, 0).pvalue < 0.05)


def over_days(some: Sample) -> bool:
    """Whether a t-test over the means of days finds something."""
    with_hits = some.sums.count > 0
    means = some.sums.total[with_hits] / some.sums.count[with_hits]
    return bool(ttest_1samp(means, 0).pvalue < 0.05)


def resampled(some: Sample) -> bool:
    """Whether the stationary bootstrap finds something, its error taken for a normal one."""
    return abs(some.sums.mean) > 1.96 * some.bootstrap_error


def resampled_t(some: Sample) -> bool:
    """Whether it does with Student's t of so many blocks."""
    width = float(t.ppf(0.975, some.found.blocks - 1))
    return abs(some.sums.mean) > width * some.bootstrap_error


def of_a_study(some: Sample) -> bool:
    """Whether a study does."""
    return some.found.excludes_zero


WAYS: dict[str, Callable[[Sample], bool]] = {
    "t-test over hits": over_hits,
    "t-test over days": over_days,
    "bootstrap over days": resampled,
    "bootstrap, t of blocks": resampled_t,
    "study": of_a_study,
}
CASES = ((2520, 5), (2520, 21), (2520, 63), (1260, 21), (504, 21))


def false_positives(seeds: range) -> dict[tuple[int, int], dict[str, int]]:
    """Count for each (days, horizon) and way how often nothing is taken for something."""
    found = {case: dict.fromkeys(WAYS, 0) for case in CASES}
    for seed in seeds:
        market = simulate(seed)
        for (days, horizon), ways in found.items():
            part = Market(market.returns[:days], market.hits[:days])
            sample = Sample.of(part, horizon)
            for name, way in WAYS.items():
                ways[name] += way(sample)
    return found


def coverage(seeds: range, n_days: int = DAYS) -> tuple[float, int]:
    """Return the size of what is planted, and how many intervals hold it.

    The size is what the drift adds to the mean over hits, by the same random numbers with and
    without it, on the average of the seeds.
    """
    added, intervals = [], []
    for seed in seeds:
        market = simulate(seed, n_days)
        without, with_drift = (Sample.of(one, HORIZON) for one in (market, planted(market)))
        added.append(with_drift.sums.mean - without.sums.mean)
        intervals.append(with_drift.found)
    size = float(np.mean(added))
    return size, sum(found.low <= size <= found.high for found in intervals)


def families(seeds: range, n_days: int = DAYS) -> int:
    """Count how often StepM names one of 27 setups that are worth nothing."""
    wrong = 0
    for seed in seeds:
        market = simulate(seed, n_days, SETUPS)
        setups = {
            str(setup): DaySums.of(*hits_in_excess(market, HORIZON, setup), n_days)
            for setup in range(SETUPS)
        }
        wrong += bool(compare_all(setups, HORIZON, seed=seed).better)
    return wrong


def shown(wrong: int, of: int) -> str:
    """A rate with the upper end of its exact 95 % interval."""
    bound = binomtest(wrong, of).proportion_ci(0.95).high
    return f"{wrong / of:.1%} (to {bound:.1%})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--planted", type=int, default=100)
    parser.add_argument("--families", type=int, default=40)
    asked = parser.parse_args()
    print(machine_line("scipy", "arch"))
    started = time.perf_counter()
    print(f"nothing planted, nominal 5 %, {asked.seeds} seeds:")
    for (days, horizon), ways in false_positives(range(asked.seeds)).items():
        print(f"  {days} sessions, horizon {horizon}")
        for name, wrong in ways.items():
            print(f"    {name:<24} {shown(wrong, asked.seeds)}", flush=True)
    size, held = coverage(range(10_000, 10_000 + asked.planted))
    print(
        f"planted {size:.2%} over {HORIZON} sessions: {held} of {asked.planted} intervals hold it"
    )
    wrong = families(range(20_000, 20_000 + asked.families))
    print(f"{SETUPS} setups, nothing planted: StepM names one in {shown(wrong, asked.families)}")
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
