"""The coarse life of each security: one row per symbol, one column per quarter of 63 sessions.

Where a price stands at the start of each quarter is drawn first, together with listings,
delistings and splits, which depend on it (a company splits when its price is high, merges its
shares when it is low). Days are filled in between by ``bars``: any quarter can be opened without
the ones before it. Levels are base-2 logarithms; they hold the symbol's own part only, in the
basis of raw prices at the start of the quarter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.marketsim.events import Events
from technic.marketsim.factors import Factors
from technic.marketsim.random_streams import (
    LEVELS,
    exponential_table,
    normal,
    student_table,
    uniform,
)
from technic.marketsim.sectors import BLANK_CHECK, INDUSTRIES, KINDS, SECTORS
from technic.marketsim.securities import Securities
from technic.typing import BoolArray, FloatArray

__all__ = ["QUARTER", "STRIDE", "Quarters", "draw_quarters"]

QUARTER = 63
"""Sessions in a quarter; ``STRIDE`` columns hold it, the first being the close before it."""
STRIDE = QUARTER + 1

LN2 = math.log(2.0)
MOMENTUM = 0.25
REVERSION = 0.85
MAX_AMPLITUDE = 0.075
# A market's list of symbols holds most of what ended lately and little of what ended long ago.
RECENT_QUARTERS, RECENT_HAZARD, PAST_HAZARD = 5, 0.003, 0.0004
COMPANY_KINDS = 2
FORWARD_RATIOS = np.array([2.0, 3.0, 4.0, 5.0, 10.0, 20.0])
REVERSE_RATIOS = np.array([4.0, 5.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0])


@dataclass(frozen=True, slots=True, eq=False)
class Quarters:
    """Arrays ``(n_symbols, n_quarters)`` unless said otherwise.

    A symbol has bars from session ``first`` up to before ``stop``, both ``(n_symbols,)``.
    ``level`` is its own level at the start of the quarter, ``step`` what it gains by the end
    apart from the ``jump`` on place ``jump_at`` (1 … 63). ``sigma`` is the own daily volatility
    (base 2), ``amplitude`` the whole one (of the price), ``shares`` ``(n_symbols, n_quarters + 1)``
    the usual volume at the borders, in shares of the start of the quarter before ``splits``.
    """

    first: NDArray[np.int64]
    stop: NDArray[np.int64]
    level: FloatArray
    step: FloatArray
    jump: FloatArray
    jump_at: NDArray[np.int64]
    sigma: FloatArray
    amplitude: FloatArray
    shares: FloatArray
    growth: FloatArray
    splits: Events


def draw_quarters(seed: int, securities: Securities, factors: Factors, sessions: int) -> Quarters:
    """Draw the lives of ``securities``; ``factors`` cover whole quarters."""
    size, count = len(securities.symbol), -(-sessions // QUARTER)
    restless = np.exp(0.3 * normal(seed, "turbulence", size, count))
    sigma = securities.sigma[:, None] * restless
    heat = factors.heat[1:].reshape(count, QUARTER)
    warmth = np.array([math.fsum(row) for row in (heat * heat).tolist()])

    shock = normal(seed, "step", size, count)
    shock[:, 1:] = math.sqrt(1.0 - MOMENTUM**2) * shock[:, 1:] + MOMENTUM * shock[:, :-1]
    step = (REVERSION * sigma * np.sqrt(warmth) * shock - 0.25 * sigma**2 * warmth) / LN2
    jump = _jumps(seed, securities, sigma) / LN2
    first = _first_sessions(seed, securities, sessions)
    tide = (
        securities.beta[:, None] * factors.market[::QUARTER]
        + securities.tilt[:, None] * factors.industry[securities.industry, ::QUARTER]
    )
    level, ratio, stop = _levels(seed, securities, tide, step + jump, first, sessions)
    stop = np.minimum(stop, stop[securities.parent])

    swing = np.array([sector.swing for sector in SECTORS])
    of = np.array([number for number, _, _ in INDUSTRIES])[securities.industry]
    pulled = (securities.beta * 0.0085) ** 2 + (securities.tilt * swing[of]) ** 2
    growth = np.cumprod(np.concatenate([np.ones((size, 1)), ratio], axis=1), axis=1)
    bustle = np.exp(0.35 * normal(seed, "bustle", size, count + 1))
    return Quarters(
        first=first,
        stop=stop,
        level=level,
        step=step,
        jump=jump,
        jump_at=_jump_places(seed, size, count),
        sigma=sigma / LN2,
        amplitude=np.minimum(np.sqrt(sigma**2 + pulled[:, None]), MAX_AMPLITUDE),
        shares=(securities.dollars / securities.first_price)[:, None] * bustle,
        growth=growth[:, :-1],
        splits=_split_events(seed, ratio, first, stop),
    )


def _jumps(seed: int, securities: Securities, sigma: FloatArray) -> FloatArray:
    """Draw the report of each quarter and, rarely, news that revalue a company in one day."""
    size, count = sigma.shape
    at = (uniform(seed, "report", size, count) * LEVELS).astype(np.intp)
    report = np.clip(2.2 * sigma * student_table()[at], -0.5, 0.4)
    news = uniform(seed, "news", size, count)
    at = (uniform(seed, "news/size", size, count) * LEVELS).astype(np.intp)
    shift = 0.2 + 0.35 * exponential_table()[at]
    report = np.where(news < 0.0020, np.minimum(shift, 2.3), report)
    report = np.where((news >= 0.0020) & (news < 0.0040), -np.minimum(shift, 2.3), report)
    return report * securities.events[:, None]


def _jump_places(seed: int, size: int, count: int) -> NDArray[np.int64]:
    """Each company reports at about the same place of every quarter."""
    usual = 4.0 + 55.0 * uniform(seed, "report/place", size)
    moved = 6.0 * uniform(seed, "report/moved", size, count) - 3.0
    return np.clip(usual[:, None] + moved, 1, QUARTER).astype(np.int64)


def _first_sessions(seed: int, securities: Securities, sessions: int) -> NDArray[np.int64]:
    """Two thirds are listed before the calendar begins; the others come evenly over it."""
    size = len(securities.symbol)
    draw = uniform(seed, "listed", size)
    first = np.where(draw < 0.33, np.floor(draw / 0.33 * sessions), 0.0)
    blank = securities.industry == BLANK_CHECK
    late = max(sessions - 800, 0)
    first[blank] = late + np.floor(draw[blank] * (sessions - late))
    company = np.array([KINDS[kind].name == "common" for kind in securities.kind])
    after = np.where(company | (draw < 0.8), 0.0, 1.0) * 40.0
    first = np.maximum(first, np.minimum(first[securities.parent] + after, sessions - 1))
    return first.astype(np.int64)


def _levels(
    seed: int,
    securities: Securities,
    tide: FloatArray,
    gain: FloatArray,
    first: NDArray[np.int64],
    sessions: int,
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Walk through the quarters: levels, split ratios (1.0 where none), ends of listings."""
    size, count = gain.shape
    level, ratio = np.empty((size, count)), np.ones((size, count))
    stop = np.full(size, sessions, dtype=np.int64)
    company = securities.kind < COMPANY_KINDS
    ceiling = 75.0 * np.exp(0.9 * np.abs(normal(seed, "split/ceiling", size)))
    floor = 0.9 * uniform(seed, "split/floor", size)
    willing = uniform(seed, "split", size, count)
    end = uniform(seed, "end", size, count)
    own = np.log2(securities.first_price) - tide[:, 0]
    for quarter in range(count):
        fresh = (first // QUARTER == quarter) & (quarter > 0)
        own = np.where(fresh, np.log2(securities.first_price) - tide[:, quarter], own)
        level[:, quarter] = own
        price = np.exp2(np.clip(own + tide[:, quarter], -20.0, 20.0))
        listed = company & (first < quarter * QUARTER) & (stop == sessions)
        ratio[:, quarter] = _ratios(price, ceiling, floor, willing[:, quarter], listed)
        hazard = RECENT_HAZARD if quarter >= count - RECENT_QUARTERS else PAST_HAZARD
        ends = listed & (end[:, quarter] < hazard * np.where(price < 0.7, 25.0, 1.0))
        day = quarter * QUARTER + np.floor(end[:, quarter] * 1e5 % QUARTER).astype(np.int64)
        stop = np.where(ends, np.minimum(day, sessions), stop)
        own = own + gain[:, quarter] - np.log2(ratio[:, quarter])
    return level, ratio, stop


def _ratios(
    price: FloatArray,
    ceiling: FloatArray,
    floor: FloatArray,
    willing: FloatArray,
    listed: BoolArray,
) -> FloatArray:
    """Split ratio of a quarter: shares are split when dear, merged when cheap, else 1.0."""
    splits = listed & (price > ceiling) & (willing < 0.35)
    merges = listed & (price < floor) & (willing < 0.50)
    ratio = np.ones(len(price))
    wanted = np.searchsorted(FORWARD_RATIOS, price[splits] / (0.6 * ceiling[splits]))
    ratio[splits] = FORWARD_RATIOS[np.minimum(wanted, len(FORWARD_RATIOS) - 1)]
    wanted = np.searchsorted(REVERSE_RATIOS, (2.0 + 8.0 * willing[merges]) / price[merges])
    ratio[merges] = 1.0 / REVERSE_RATIOS[np.minimum(wanted, len(REVERSE_RATIOS) - 1)]
    return ratio


def _split_events(
    seed: int, ratio: FloatArray, first: NDArray[np.int64], stop: NDArray[np.int64]
) -> Events:
    symbol, quarter = np.nonzero(ratio != 1.0)
    size, count = ratio.shape
    place = 2 + (uniform(seed, "split/day", size, count)[symbol, quarter] * 60).astype(np.int64)
    session = quarter * QUARTER + place - 1
    kept = (session > first[symbol]) & (session < stop[symbol])
    return Events.of(size, symbol[kept], quarter[kept], place[kept], ratio[symbol, quarter][kept])
