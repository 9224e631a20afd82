"""Twins of oscillators, of lines that turn with the trend, and of volume: TA-Lib or plain loops.

Loops add and multiply in the order of the arrays where a tie decides: a flat price then has the
same bits both ways.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import talib

from reference.language_twins import HLC, Line, Twin, by_library, by_windows

__all__ = ["LINE_TWINS"]

HLCV = (*HLC, "volume")
NONE = math.nan


def _talib(
    name: str, *kinds: float, output: int | None = None, inputs: int = 1, whole: bool = True
):
    """Let TA-Lib compute it; ``kinds`` follow the constants, which are whole numbers or not."""

    def compute(*arguments: object) -> Sequence[float]:
        series, constants = arguments[:inputs], arguments[inputs:]
        given = [int(x) if whole else float(x) for x in constants]
        answer = getattr(talib, name)(*series, *given, *kinds)
        return answer if output is None else answer[output]

    return by_library(compute, inputs)


def _supertrend(output: int) -> Callable[..., Line]:
    def compute(high, low, close, n: float, times: float) -> Sequence[float]:
        line, trend = talib.SUPERTREND(high, low, close, int(n), float(times))
        return line if output == 0 else np.where(trend == 0, NONE, trend)

    return by_library(compute, 3)


def _mean_from(values: Sequence[float], n: int, start: int) -> list[float]:
    """Exponential mean of what begins at ``start``, in the order of additions of the arrays."""
    out = [NONE] * len(values)
    last = 0.0
    for i in range(start, len(values)):
        if i < start + n:
            last = values[i] if i == start else last + values[i]
            if i == start + n - 1:
                last /= n
        else:
            last = values[i] * (2.0 / (n + 1)) + last * (1.0 - 2.0 / (n + 1))
        if i >= start + n - 1:
            out[i] = last
    return out


def _adaptive(close, n: float) -> list[float]:
    n = int(n)
    out = [NONE] * len(close)
    if len(close) <= n:
        return out
    last = float(close[n - 1])
    for i in range(n, len(close)):
        way = math.fsum(abs(close[j] - close[j - 1]) for j in range(i - n + 1, i + 1))
        gone = close[i] - close[i - n]
        ratio = 1.0 if way <= gone or way == 0.0 else abs(gone) / way
        last += (ratio * (2 / 3 - 2 / 31) + 2 / 31) ** 2 * (close[i] - last)
        out[i] = last
    return out


def _detrended(values: Line, n: float) -> Line:
    means = by_windows(lambda window: math.fsum(window) / len(window))(values, n)
    back = int(n) // 2 + 1
    return [
        None if i < back or mean is None or values[i - back] is None else values[i - back] - mean
        for i, mean in enumerate(means)
    ]


def _percent_rank(window: Sequence[float]) -> float:
    *before, now = window
    return 100 * sum(x < now for x in before) / len(before)


def _rank_of(values: Line, n: float) -> Line:
    return by_windows(_percent_rank)(values, n + 1)


def _connors(close, strength: float, streak: float, rank: float) -> Sequence[float]:
    close = [float(x) for x in close]
    pairs = list(itertools.pairwise(close))
    changes = [100 * (b / a - 1) if a else 0.0 for a, b in pairs]
    runs = [0.0]
    for a, b in pairs:
        step = float((b > a) - (b < a))
        runs.append(runs[-1] + step if runs[-1] * step > 0 else step)
    ranks = [NONE, *(NONE if x is None else x for x in _rank_of(changes, rank))]
    lines = talib.RSI(np.array(close), int(strength)), talib.RSI(np.array(runs), int(streak))
    return (lines[0] + lines[1] + np.array(ranks)) / 3


def _schaff(close, *lengths: float) -> list[float]:
    close = [float(x) for x in close]
    fast, slow = sorted(int(n) for n in lengths[:2])
    cycle = int(lengths[2])
    mean = _mean_from(close, slow, 0)
    line = [a - b for a, b in zip(_mean_from(close, fast, slow - fast), mean, strict=True)]
    once = _places(line, cycle, slow - 1, [abs(x) for x in mean])
    return _places(once, cycle, slow + cycle - 2, [100.0] * len(close))


def _places(values: list[float], n: int, start: int, size: list[float]) -> list[float]:
    out, place = [NONE] * len(values), 0.0
    first = start + n - 1
    for i in range(first, len(values)):
        window = values[i - n + 1 : i + 1]
        reach = max(window) - min(window)
        if reach > 1e-12 * size[i]:
            place = (values[i] - min(window)) / reach * 100.0
        out[i] = place if i == first else out[i - 1] + 0.5 * (place - out[i - 1])
    return out


def _fisher(high, low, n: float) -> list[float]:
    n, middle = int(n), [(a + b) / 2 for a, b in zip(high, low, strict=True)]
    out, place, last = [NONE] * len(middle), 0.0, 0.0
    for i in range(n - 1, len(middle)):
        window = middle[i - n + 1 : i + 1]
        reach = max(window) - min(window)
        share = (middle[i] - min(window)) / reach if reach else 0.5
        place = 0.66 * (share - 0.5) + 0.67 * place
        place = 0.999 if place > 0.99 else -0.999 if place < -0.99 else place
        last = 0.5 * math.log((1 + place) / (1 - place)) + 0.5 * last
        out[i] = last
    return out


def _latest_extreme(pick: Callable[..., float]) -> Callable[[Sequence[float]], float]:
    def since(window: Sequence[float]) -> float:
        extreme = pick(window)
        return float(next(ago for ago, x in enumerate(reversed(window)) if x == extreme))

    return since


def _added_up(values: Line) -> Line:
    return by_library(lambda x: np.array(list(itertools.accumulate(x.tolist()))))(values)


def _place_in_bar(high: float, low: float, close: float) -> float:
    return ((close - low) - (high - close)) / (high - low) if high > low else 0.0


def _money_flow(high: Line, low: Line, close: Line, volume: Line, n: float) -> Line:
    bars = zip(high, low, close, volume, strict=True)
    flow = [shares * _place_in_bar(*bar) for *bar, shares in bars]
    out: Line = [None] * len(close)
    for i in range(int(n) - 1, len(close)):
        total = math.fsum(volume[i - int(n) + 1 : i + 1])
        out[i] = math.fsum(flow[i - int(n) + 1 : i + 1]) / total if total else 0.0
    return out


def _typical(high: Line, low: Line, close: Line) -> list[float]:
    return [sum(bar) / 3.0 for bar in zip(high, low, close, strict=True)]


def _average_price(high: Line, low: Line, close: Line, volume: Line, n: float) -> Line:
    typical = _typical(high, low, close)
    out: Line = [None] * len(close)
    for i in range(int(n) - 1, len(close)):
        rows = range(i - int(n) + 1, i + 1)
        total = math.fsum(volume[j] for j in rows)
        if total:
            out[i] = math.fsum(typical[j] * volume[j] for j in rows) / total
    return out


def _klinger(high: Line, low: Line, close: Line, volume: Line, *lengths: float) -> list[float]:
    typical = _typical(high, low, close)
    pairs = zip(itertools.pairwise(typical), volume[1:], strict=True)
    signed = [NONE, *(float(v if now >= before else -v) for (before, now), v in pairs)]
    lines = (_mean_from(signed, int(n), 1) for n in lengths)
    return [a - b for a, b in zip(*lines, strict=True)]


class _Leg:
    """A leg of the zigzag, told bar by bar; ``direction`` is 0 while there is none."""

    def __init__(self, percent: float) -> None:
        self.up, self.down = 1.0 + percent / 100.0, 1.0 - percent / 100.0
        self.direction, self.pivot, self.extreme = 0.0, NONE, NONE

    def begin(self, tops: Sequence[float], bottoms: Sequence[float]) -> None:
        top, bottom = max(tops[:-1]), min(bottoms[:-1])
        rises, falls = tops[-1] >= bottom * self.up, bottoms[-1] <= top * self.down
        if rises and not falls:
            self.direction, self.pivot, self.extreme = 1.0, bottom, tops[-1]
        if falls and not rises:
            self.direction, self.pivot, self.extreme = -1.0, top, bottoms[-1]

    def go_on(self, high: float, low: float) -> None:
        ahead, behind = (high, low) if self.direction > 0 else (low, high)
        if (ahead - self.extreme) * self.direction > 0:
            self.extreme = ahead
        elif self.direction > 0 and behind <= self.extreme * self.down:
            self.direction, self.pivot, self.extreme = -1.0, self.extreme, behind
        elif self.direction < 0 and behind >= self.extreme * self.up:
            self.direction, self.pivot, self.extreme = 1.0, self.extreme, behind


def _turns(output: int) -> Callable[..., Line]:
    def legs(high: Line, low: Line, percent: float) -> Line:
        leg, out = _Leg(percent), [None] * len(high)
        for i in range(1, len(high)):
            if leg.direction:
                leg.go_on(high[i], low[i])
            else:
                leg.begin(high[: i + 1], low[: i + 1])
            if leg.direction:
                out[i] = (leg.direction, leg.pivot, leg.extreme)[output]
        return out

    return legs


def _changes(values: Line) -> Line:
    pairs = itertools.pairwise(values)
    return [None, *(None if not a or b is None else b / a - 1 for a, b in pairs)][: len(values)]


def _together(of: Callable[[list[float], list[float]], float | None]) -> Callable[..., Line]:
    """Apply a function of two lists of changes to each ``n`` of them."""

    def whole(values: Line, base: Line, n: float) -> Line:
        own, other = _changes(values), _changes(base)
        out: Line = [None] * len(values)
        for i in range(int(n), len(values)):
            pair = own[i - int(n) + 1 : i + 1], other[i - int(n) + 1 : i + 1]
            if None not in (*pair[0], *pair[1]):
                out[i] = of(*pair)
        return out

    return whole


def _covariance(a: list[float], b: list[float]) -> float:
    means = math.fsum(a) / len(a), math.fsum(b) / len(b)
    pairs = zip(a, b, strict=True)
    return math.fsum((x - means[0]) * (y - means[1]) for x, y in pairs) / len(a)


def _beta(own: list[float], base: list[float]) -> float | None:
    spread = _covariance(base, base)
    return _covariance(own, base) / spread if spread > 1e-26 else None


def _correlation(own: list[float], base: list[float]) -> float | None:
    spreads = _covariance(own, own), _covariance(base, base)
    if min(spreads) <= 1e-26:
        return None
    return _covariance(own, base) / math.sqrt(spreads[0]) / math.sqrt(spreads[1])


def _lines() -> dict[str, Twin]:
    """Lines that turn, and Heikin-Ashi bars."""
    found = {
        "sar": Twin(_talib("SAR", inputs=2, whole=False), "input", ("high", "low"), remembers=True),
        "supertrend": Twin(_supertrend(0), "input", HLC, remembers=True),
        "supertrend_direction": Twin(_supertrend(1), "exact", HLC, remembers=True),
    }
    for output, part in enumerate(("direction", "pivot", "extreme")):
        found[f"zigzag_{part}"] = Twin(_turns(output), "exact", ("high", "low"), remembers=True)
    for output, part in enumerate(("open", "high", "low", "close")):
        compute = _talib("HA", output=output, inputs=4)
        found[f"ha_{part}"] = Twin(compute, "input", ("open", *HLC), remembers=True)
    return found


LINE_TWINS: dict[str, Twin] = {
    **_lines(),
    "rma": Twin(_talib("RMA"), "input", remembers=True),
    "dema": Twin(_talib("DEMA"), "input", remembers=True),
    "tema": Twin(_talib("TEMA"), "input", remembers=True),
    "kama": Twin(by_library(_adaptive), "input", remembers=True),
    "cmo": Twin(_talib("CMO"), "hundred", remembers=True, divides=True),
    "dpo": Twin(_detrended, "input", wide=True),
    "ppo": Twin(_talib("PPO", 1), "hundred", remembers=True, divides=True),
    "trix": Twin(_talib("TRIX"), "hundred", remembers=True, divides=True),
    "tsi": Twin(_talib("TSI"), "hundred", remembers=True, divides=True),
    "percentrank": Twin(_rank_of, "exact"),
    "connors_rsi": Twin(by_library(_connors), "hundred", remembers=True, divides=True, steps=True),
    "stc": Twin(by_library(_schaff), "hundred", remembers=True, divides=True, steps=True),
    "fisher": Twin(by_library(_fisher, 2), "hundred", ("high", "low"), remembers=True),
    "aroon_up": Twin(_talib("AROON", output=1, inputs=2), "hundred", ("high", "low")),
    "aroon_down": Twin(_talib("AROON", output=0, inputs=2), "hundred", ("high", "low")),
    "aroon_osc": Twin(_talib("AROONOSC", inputs=2), "hundred", ("high", "low")),
    "bars_since_highest": Twin(by_windows(_latest_extreme(max)), "exact"),
    "bars_since_lowest": Twin(by_windows(_latest_extreme(min)), "exact"),
    "cumsum": Twin(_added_up, "total", remembers=True),
    "nvi": Twin(_talib("NVI", inputs=2), "relative", ("close", "volume"), remembers=True),
    "pvi": Twin(_talib("PVI", inputs=2), "relative", ("close", "volume"), remembers=True),
    "cmf": Twin(_money_flow, "hundred", HLCV),
    "adosc": Twin(_talib("ADOSC", inputs=4), "total", HLCV, remembers=True, measured=3),
    "klinger": Twin(by_library(_klinger, 4), "total", HLCV, remembers=True, measured=3),
    "vwap": Twin(_average_price, "input", HLCV),
    "beta": Twin(_together(_beta), "hundred", divides=True),
    "correlation": Twin(_together(_correlation), "hundred", divides=True),
}
