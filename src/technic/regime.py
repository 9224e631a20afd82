"""Market regime: which way an index goes and how much it moves, as of its last value.

The index is a benchmark's closes, or the equal-weighted index of the scanned universe. Sums are
exact, so neither the order of the symbols nor the cut into blocks changes a bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.panel import BarPanel
from technic.panel.ragged import common_row
from technic.scoring.parameters import require_number
from technic.typing import BoolArray, FloatArray
from technic.wording.counts import count_of

__all__ = [
    "IndexSums",
    "Regime",
    "RegimeRules",
    "index_sums",
    "index_sums_of_days",
    "market_regime",
]

SESSIONS_PER_YEAR = 252
LEVELS = (1e-12, 1e15)
"""A level outside is no level but a defect of the data, and counts as missing."""
UNITS = 2.0**32
RETURN_UNIT = 1.0 / UNITS
"""Returns are rounded to whole units of this, so that sums of them are exact in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeRules:
    """Averages (sessions) that judge the trend, and volatility limits (percent a year).

    ``max_age``: sessions that the index may lag behind the day it is asked about.
    """

    fast: int = 50
    slow: int = 200
    volatility_sessions: int = 20
    calm_below_pct: float = 12.0
    high_from_pct: float = 25.0
    max_age: int = 5

    def __post_init__(self) -> None:
        for name, least in (("fast", 1), ("slow", 2), ("volatility_sessions", 2), ("max_age", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ParameterError(f"regime.{name}", value, f"a whole number from {least}")
        if self.fast >= self.slow:
            raise ParameterError("regime.fast", self.fast, f"less than regime.slow ({self.slow})")
        require_number("regime.high_from_pct", self.high_from_pct, 0, 1000)
        require_number("regime.calm_below_pct", self.calm_below_pct, 0, self.high_from_pct)


@dataclass(frozen=True, slots=True)
class Regime:
    """``trend``: up, down, sideways or unknown; ``volatility``: calm, normal, high or unknown.

    ``source`` says what index was judged, ``detail`` is a sentence with the numbers. Numbers are
    None where the index is too short for them. ``sessions``: values the index had.
    """

    trend: str
    volatility: str
    source: str
    detail: str
    sessions: int
    close_vs_slow_pct: float | None
    fast_vs_slow_pct: float | None
    volatility_pct: float | None


def market_regime(index: FloatArray, source: str, rules: RegimeRules | None = None) -> Regime:
    """Judge an index as of the last session of ``index``.

    ``index``: ``(n_sessions,)`` levels up to the day asked about, NaN where there is none. Trend
    is up with the level above its slow average and the fast average above the slow, down with
    both below, else sideways. Volatility is the annualised sample deviation of log returns.
    """
    rules = rules or RegimeRules()
    there = np.flatnonzero((index >= LEVELS[0]) & (index <= LEVELS[1]))
    levels = [float(value) for value in index[there]]
    age = len(index) - 1 - int(there[-1]) if levels else 0
    if age > rules.max_age:
        detail = f"the index ends {count_of(age, 'session')} before the day asked about"
        return Regime("unknown", "unknown", source, detail, len(levels), None, None, None)

    trend, close_pct, fast_pct, sentence = _trend(levels, rules)
    volatility_pct = _volatility_pct(levels, rules.volatility_sessions)
    if volatility_pct is None:
        volatility = "unknown"
        moves = f"volatility needs {count_of(rules.volatility_sessions + 1, 'session')}"
    else:
        volatility = "calm" if volatility_pct < rules.calm_below_pct else "normal"
        volatility = "high" if volatility_pct >= rules.high_from_pct else volatility
        moves = f"volatility {volatility_pct:.1f} % a year"
    late = f"; last value {count_of(age, 'session')} old" if age else ""
    return Regime(
        trend=trend,
        volatility=volatility,
        source=source,
        detail=f"{sentence}; {moves}{late}",
        sessions=len(levels),
        close_vs_slow_pct=close_pct,
        fast_vs_slow_pct=fast_pct,
        volatility_pct=volatility_pct,
    )


def _trend(levels: list[float], rules: RegimeRules) -> tuple[str, float | None, float | None, str]:
    """Trend, level and fast average above the slow one in percent, and a sentence."""
    if len(levels) < rules.slow:
        return (
            "unknown",
            None,
            None,
            f"trend needs {count_of(rules.slow, 'session')}, has {len(levels)}",
        )
    slow = math.fsum(levels[-rules.slow :]) / rules.slow
    fast = math.fsum(levels[-rules.fast :]) / rules.fast
    close_pct, fast_pct = 100.0 * (levels[-1] / slow - 1.0), 100.0 * (fast / slow - 1.0)
    trend = "sideways"
    if levels[-1] > slow and fast > slow:
        trend = "up"
    elif levels[-1] < slow and fast < slow:
        trend = "down"
    sentence = (
        f"level {close_pct:+.1f} % and {rules.fast}-session average {fast_pct:+.1f} % from the "
        f"{rules.slow}-session average"
    )
    return trend, close_pct, fast_pct, sentence


def _volatility_pct(levels: list[float], sessions: int) -> float | None:
    if len(levels) <= sessions:
        return None
    changes = [math.log(b / a) for a, b in pairwise(levels[-sessions - 1 :])]
    mean = math.fsum(changes) / sessions
    variance = math.fsum((change - mean) ** 2 for change in changes) / (sessions - 1)
    return 100.0 * math.sqrt(variance * SESSIONS_PER_YEAR)


@dataclass(frozen=True, slots=True, eq=False)
class IndexSums:
    """What a block of symbols adds to the equal-weighted index; ``(n_sessions,)`` each.

    ``total``: the sum of returns on each session, in units of ``RETURN_UNIT``; ``count``: of how
    many symbols. Both are whole numbers, so parts of a market add up to the same bits in any
    order and cut.
    """

    total: FloatArray
    count: NDArray[np.int64]

    @classmethod
    def added(cls, parts: Iterable[IndexSums]) -> IndexSums:
        """Add up parts over the same sessions; none make an index of no sessions."""
        one = [*parts] or [cls(np.empty(0), np.empty(0, dtype=np.int64))]
        total, count = one[0].total.copy(), one[0].count.copy()
        for part in one[1:]:
            total += part.total
            count += part.count
        return cls(total, count)

    def levels(self) -> FloatArray:
        """The index: 100 on the session before the first change, NaN before and after the last."""
        return _chained(self.total * RETURN_UNIT, self.count)


def index_sums(
    panel: BarPanel,
    rows: NDArray[np.intp],
    eligible: BoolArray,
    max_return: float = 0.25,
) -> IndexSums:
    """Sum the returns of the eligible symbols on each of ``panel.sessions``.

    ``rows``: each symbol's last row (bars after it do not count; -1: none). A session's change of
    the index is the mean return of the symbols with a bar then and on the session before, each
    return held within ±``max_return`` so that one wild move or bad tick cannot carry the index.
    """
    require_number("max_return", max_return, 0, 1)
    n_sessions = len(panel.sessions)
    total = np.zeros(n_sessions)
    count = np.zeros(n_sessions, dtype=np.int64)
    limit = round(max_return / RETURN_UNIT)
    usable = np.where(eligible, rows, -1)
    start, was_common = 0, np.zeros(panel.n_symbols, dtype=np.bool_)
    if panel.n_bars and panel.n_symbols:
        start = common_row(panel.session[0])
        was_common = panel.session[0] == start
    # Most symbols stand on one session: those are summed at once, the others by their own.
    apart: list[tuple[NDArray[np.int32], FloatArray]] = []
    for row in range(1, panel.n_bars):
        here, base = panel.session[row], panel.close[row - 1]
        live = (row <= usable) & (base > 0.0)
        common = here == start + row
        together = live & common & was_common
        was_common = common
        units = _units(panel.close[row], base, limit)
        alone = np.flatnonzero(live & ~together)
        alone = alone[here[alone] == panel.session[row - 1, alone] + 1]
        apart.append((here[alone], units[alone]))
        symbols = np.count_nonzero(together)
        if symbols:
            units[~together] = 0.0
            total[start + row] += units.sum()
            count[start + row] += symbols
    if apart:
        at = np.concatenate([sessions for sessions, _ in apart])
        total += np.bincount(at, np.concatenate([units for _, units in apart]), n_sessions)
        count += np.bincount(at, minlength=n_sessions)
    return IndexSums(total, count)


def index_sums_of_days(
    panel: BarPanel, eligible: BoolArray, max_return: float = 0.25
) -> tuple[FloatArray, FloatArray]:
    """Sum returns as ``index_sums`` does, for many days at once: totals and counts.

    ``eligible``: ``(n_days, n_symbols)``; both answers are ``(n_days, n_sessions)``, and mean
    nothing on sessions after the day. All are whole numbers that floats hold exactly, so that a
    product of matrices adds them up to the same bits, however it goes about it.
    """
    require_number("max_return", max_return, 0, 1)
    shape = len(panel.sessions), panel.n_symbols
    units, there = np.zeros(shape), np.zeros(shape)
    if panel.n_bars > 1:
        here, base = panel.session[1:], panel.close[:-1]
        live = (here >= 0) & (here == panel.session[:-1] + 1) & (base > 0.0)
        moves = _units(panel.close[1:], base, round(max_return / RETURN_UNIT))
        at = here[live], np.nonzero(live)[1]
        units[at], there[at] = moves[live], 1.0
    days = eligible.astype(np.float64)
    return days @ units.T, days @ there.T


def _units(close: FloatArray, base: FloatArray, limit: int) -> FloatArray:
    """Returns in whole units, within ±limit; where there is no bar they mean nothing."""
    with np.errstate(all="ignore"):
        units = close / base
        units -= 1.0
        units *= UNITS
    return np.clip(np.rint(units, out=units), -limit, limit, out=units)


def _chained(total: FloatArray, count: NDArray[np.int64]) -> FloatArray:
    """Levels from each session's sum of returns and the number of symbols in it."""
    level = np.full(len(count), np.nan)
    changed = np.flatnonzero(count)
    if not changed.size:
        return level
    first, last = int(changed[0]), int(changed[-1])
    mean = total[first : last + 1] / np.maximum(count[first : last + 1], 1)
    level[first - 1] = 100.0
    level[first : last + 1] = 100.0 * np.cumprod(1.0 + mean)
    return level
