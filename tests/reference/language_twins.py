"""The scan language's indicators on one symbol's lists of numbers, None where one is missing.

Plain loops, or TA-Lib itself on the part that has values: a window with a hole in it has no value;
what remembers everything begins with the first value and has none any more behind a hole.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import talib

from reference import twins as bar_twins

__all__ = ["TWINS", "Line", "Scale", "Twin"]

Line = list[float | None]
Scale = Literal["exact", "relative", "input", "square", "total", "hundred"]
HLC = ("high", "low", "close")


@dataclass(frozen=True)
class Twin:
    """How an indicator is computed, and what its rounding errors are measured by.

    ``fields`` are handed over before the arguments. ``scale``: the result is ``exact`` (nothing is
    rounded twice), or its error is measured by itself (``relative``), by the largest number or the
    largest square in the series number ``measured``, by its sum, or by 100. ``remembers``: it
    looks at everything from the start. ``wide``: it looks further back than its longest constant.
    ``divides``: an input that is nearly nothing decides about it. ``steps``: so does the direction
    of a step that is nearly none.
    """

    compute: Callable[..., Line]
    scale: Scale
    fields: tuple[str, ...] = ()
    remembers: bool = False
    divides: bool = False
    measured: int = 0
    wide: bool = False
    steps: bool = False


def by_library(compute: Callable[..., Sequence[float]], inputs: int = 1) -> Callable[..., Line]:
    """Apply a function of whole lists to the part up to the first hole; NaN comes back as None."""

    def whole(*arguments: object) -> Line:
        series, constants = arguments[:inputs], arguments[inputs:]
        n = len(series[0])
        there = [all(one[i] is not None for one in series) for i in range(n)]
        out: Line = [None] * n
        if True not in there:
            return out
        start = there.index(True)
        end = there.index(False, start) if False in there[start:] else n
        parts = (np.array(one[start:end], dtype=np.float64) for one in series)
        for i, value in zip(range(start, end), compute(*parts, *constants), strict=True):
            out[i] = float(value) if math.isfinite(value) else None
        return out

    return whole


def by_windows(compute: Callable[..., float | None]) -> Callable[..., Line]:
    """Apply a function of ``n`` numbers to every ``n`` of them; the length comes after the list."""

    def whole(values: Line, n: float, *constants: float) -> Line:
        out: Line = [None] * len(values)
        for i in range(int(n) - 1, len(values)):
            window = values[i - int(n) + 1 : i + 1]
            if None not in window:
                out[i] = compute(window, *constants)
        return out

    return whole


def pairs(compute: Callable[[float, float], float | None]) -> Callable[..., Line]:
    """Apply a function of a number and the one ``n`` bars before, whatever lies between."""

    def whole(values: Line, n: float) -> Line:
        out: Line = [None] * len(values)
        for i in range(int(n), len(values)):
            now, before = values[i], values[i - int(n)]
            if now is not None and before is not None:
                out[i] = compute(now, before)
        return out

    return whole


def _mean(window: Sequence[float]) -> float:
    return math.fsum(window) / len(window)


def _weighted(window: Sequence[float]) -> float:
    n = len(window)
    return math.fsum(x * weight for weight, x in enumerate(window, 1)) / (n * (n + 1) / 2)


def _variance(window: Sequence[float]) -> float:
    mean = _mean(window)
    return math.fsum((x - mean) ** 2 for x in window) / len(window)


def _deviation(window: Sequence[float], times: float = 1.0) -> float:
    return math.sqrt(_variance(window)) * times


def _slope(window: Sequence[float]) -> float:
    n = len(window)
    if n == 1:
        return 0.0
    middle, mean = (n - 1) / 2, _mean(window)
    across = math.fsum((k - middle) * (x - mean) for k, x in enumerate(window))
    return across / math.fsum((k - middle) ** 2 for k in range(n))


def _line_end(window: Sequence[float]) -> float:
    return _mean(window) + _slope(window) * (len(window) - 1) / 2


def _volatility(window: Sequence[float]) -> float | None:
    """Yearly deviation in percent of the log returns between the numbers of a window."""
    if not (min(window) > 0 or max(window) < 0):
        return None
    moves = [math.log(b / a) for a, b in itertools.pairwise(window)]
    mean = _mean(moves)
    spread = math.fsum((x - mean) ** 2 for x in moves) / (len(moves) - 1)
    return 100 * math.sqrt(252 * spread)


def _volatility_of(values: Line, n: float) -> Line:
    return by_windows(_volatility)(values, n + 1)


def _hull(values: Line, n: float) -> Line:
    mean = by_windows(_weighted)
    half, whole = mean(values, max(int(n) // 2, 1)), mean(values, n)
    raw = [None if b is None else 2 * a - b for a, b in zip(half, whole, strict=True)]
    return mean(raw, int(math.sqrt(n)))


def _volume_weighted(volume: Line, values: Line, n: float) -> Line:
    out: Line = [None] * len(values)
    for i in range(int(n) - 1, len(values)):
        rows = range(i - int(n) + 1, i + 1)
        if any(values[j] is None for j in rows):
            continue
        total = math.fsum(volume[j] for j in rows)
        if n == 1:
            out[i] = values[i]
        elif total:
            out[i] = math.fsum(values[j] * volume[j] for j in rows) / total
    return out


def _relative_volume(volume: Line, n: float) -> Line:
    out: Line = [None] * len(volume)
    for i in range(int(n), len(volume)):
        before = math.fsum(volume[i - int(n) : i]) / n
        out[i] = volume[i] / before if before else None
    return out


def _band(side: int) -> Callable[..., Line]:
    def band(values: Line, n: float, times: float = 2.0) -> Line:
        return by_windows(lambda window: _mean(window) + side * _deviation(window, times))(
            values, n
        )

    return band


def _stochastic_rsi(mean_of_k: bool) -> Callable[..., Line]:
    def line(values: Line, n: float, fast: float, k: float, d: float) -> Line:
        raw = by_library(lambda x: talib.STOCHRSI(x, int(n), int(fast), 1, 0)[0])(values)
        smooth = by_windows(_mean)(raw, k)
        return by_windows(_mean)(smooth, d) if mean_of_k else smooth

    return line


def _cloud(high: Line, low: Line, *lengths: float) -> Line:
    """Mean of the middles of one or two ranges, the last length being how far back they end."""
    *spans, back = (int(n) for n in lengths)
    bars = bar_twins.Bars([], high, low, high, [])
    out: Line = []
    for i in range(len(high)):
        middles = [bar_twins.middle(bars, i - back, n) for n in spans]
        mean = sum(middles) / len(middles)
        out.append(mean if math.isfinite(mean) else None)
    return out


def _signed_volume(close: Line, volume: Line, n: float) -> Line:
    bars = bar_twins.Bars([], [], [], close, volume)
    return [x if math.isfinite(x) else None for x in bar_twins.obv_change(bars, int(n))[0]]


def _gap(opening: Line, close: Line) -> Line:
    gaps = [_percent(now, before) for now, before in zip(opening[1:], close, strict=False)]
    return [None, *gaps][: len(close)]


def _dollars(close: Line, volume: Line) -> Line:
    return [price * shares for price, shares in zip(close, volume, strict=True)]


def _range_middle(high: Line, low: Line, n: float) -> Line:
    return _cloud(high, low, n, 0)


def _library(name: str, output: int | None = None, inputs: int = 1) -> Callable[..., Line]:
    """Let TA-Lib compute it; whole numbers go to it as such."""

    def compute(*arguments: object) -> Sequence[float]:
        given = [int(x) if isinstance(x, float) and x.is_integer() else x for x in arguments]
        answer = getattr(talib, name)(*given)
        return answer if output is None else answer[output]

    return by_library(compute, inputs)


def _stochastic(name: str, output: int) -> Callable[..., Line]:
    """TA-Lib's stochastics with plain means: a 0 for the kind of mean after each length."""

    def compute(high, low, close, *lengths: float) -> Sequence[float]:
        fast, *means = (int(n) for n in lengths)
        kinds = [x for n in means for x in (n, 0)]
        return getattr(talib, name)(high, low, close, fast, *kinds)[output]

    return by_library(compute, 3)


def _keltner(output: int) -> Callable[..., Line]:
    def compute(
        high, low, close, n: float, atr: float, times: float, middle: str = "typical"
    ) -> Sequence[float]:
        if middle == "typical":
            return talib.KC(high, low, close, int(n), int(atr), float(times))[output]
        # of bars without range the channel is the mean of the close; the reach is that of the bars
        own = [
            x[output]
            for x in (
                talib.KC(close, close, close, int(n), int(atr), 0.0),
                talib.KC(high, low, close, int(n), int(atr), float(times)),
                talib.KC(high, low, close, int(n), int(atr), 0.0),
            )
        ]
        return own[0] + (own[1] - own[2])

    return by_library(compute, 3)


def _awesome(high: Line, low: Line, *lengths: float) -> Line:
    """Mean over the shorter length less that over the longer one, in whichever order they came."""
    middles = [(top + bottom) / 2 for top, bottom in zip(high, low, strict=True)]
    short, long = (by_windows(_mean)(middles, n) for n in sorted(lengths))
    return [None if b is None else a - b for a, b in zip(short, long, strict=True)]


def _range_in_percent(high: Line, low: Line, close: Line, n: float) -> Line:
    """ATR over the close; TA-Lib's NATR of one bar forgets to divide."""
    ranges = _library("ATR", None, 3)(high, low, close, n)
    return [None if x is None else 100 * x / y for x, y in zip(ranges, close, strict=True)]


def _percent(now: float, before: float) -> float | None:
    return 100 * (now / before - 1) if before else None


def _percent_or_0(now: float, before: float) -> float | None:
    return 100 * (now / before - 1) if before else 0.0


def _bars_twins() -> dict[str, Twin]:
    """Indicators that read the bar themselves."""
    oscillators = {"adx": "ADX", "dx": "DX", "plus_di": "PLUS_DI", "minus_di": "MINUS_DI"}
    found = {
        name: Twin(_library(library, None, 3), "hundred", HLC, remembers=True)
        for name, library in oscillators.items()
    }
    found |= {
        name: Twin(_library(library, None, 3), "hundred", HLC)
        for name, library in {"cci": "CCI", "willr": "WILLR", "ultosc": "ULTOSC"}.items()
    }
    for output, letter in enumerate("kd"):
        found[f"stoch_{letter}"] = Twin(_stochastic("STOCH", output), "hundred", HLC)
        found[f"stochf_{letter}"] = Twin(_stochastic("STOCHF", output), "hundred", HLC)
    for output, edge in enumerate(("upper", "middle", "lower")):
        found[f"kc_{edge}"] = Twin(_keltner(output), "input", HLC, remembers=True)
    for edge in ("conversion", "base"):
        found[f"ichimoku_{edge}"] = Twin(_range_middle, "exact", ("high", "low"))
    for edge in ("lead1", "lead2"):
        found[f"ichimoku_{edge}"] = Twin(_cloud, "exact", ("high", "low"))
    return found


def _series_twins() -> dict[str, Twin]:
    """Indicators of one series."""
    found = {
        f"macd_{name}": Twin(_library("MACD", output), "input", remembers=True)
        for output, name in enumerate(("line", "signal", "histogram"))
    }
    for side, edge in ((1, "upper"), (0, "middle"), (-1, "lower")):
        found[f"bb_{edge}"] = Twin(_band(side), "input")
    for letter, twice in (("k", False), ("d", True)):
        found[f"stochrsi_{letter}"] = Twin(
            _stochastic_rsi(twice), "hundred", remembers=True, divides=True, steps=True
        )
    return found


TWINS: dict[str, Twin] = {
    **_bars_twins(),
    **_series_twins(),
    "sma": Twin(by_windows(_mean), "input"),
    "mean": Twin(by_windows(_mean), "input"),
    "sum": Twin(by_windows(math.fsum), "total"),
    "wma": Twin(by_windows(_weighted), "input"),
    "hma": Twin(_hull, "input", wide=True),
    "linearreg": Twin(by_windows(_line_end), "input"),
    "linearreg_slope": Twin(by_windows(_slope), "input"),
    "var": Twin(by_windows(_variance), "square"),
    "stddev": Twin(by_windows(_deviation), "input"),
    "highest": Twin(by_windows(max), "exact"),
    "lowest": Twin(by_windows(min), "exact"),
    "ema": Twin(_library("EMA"), "input", remembers=True),
    "rsi": Twin(_library("RSI"), "hundred", remembers=True, divides=True),
    "mom": Twin(pairs(lambda now, before: now - before), "exact"),
    "change": Twin(pairs(lambda now, before: now - before), "exact"),
    "roc": Twin(pairs(_percent_or_0), "hundred", divides=True),
    "pct_change": Twin(pairs(_percent), "hundred", divides=True),
    "realised_volatility": Twin(_volatility_of, "hundred", divides=True),
    "vwma": Twin(_volume_weighted, "input", ("volume",), measured=1),
    "rvol": Twin(_relative_volume, "relative", ("volume",)),
    "atr": Twin(_library("ATR", None, 3), "input", HLC, remembers=True),
    "natr": Twin(_range_in_percent, "hundred", HLC, remembers=True),
    "trange": Twin(_library("TRANGE", None, 3), "exact", HLC),
    "typical_price": Twin(_library("TYPPRICE", None, 3), "relative", HLC),
    "ao": Twin(_awesome, "input", ("high", "low")),
    "mfi": Twin(_library("MFI", None, 4), "hundred", (*HLC, "volume")),
    "obv": Twin(_library("OBV", None, 2), "total", ("close", "volume"), remembers=True, measured=1),
    "ad": Twin(_library("AD", None, 4), "total", (*HLC, "volume"), remembers=True, measured=3),
    "obv_change": Twin(_signed_volume, "relative", ("close", "volume")),
    "gap_pct": Twin(_gap, "hundred", ("open", "close")),
    "dollar_volume": Twin(_dollars, "exact", ("close", "volume")),
    "midprice": Twin(_range_middle, "exact", ("high", "low")),
    "donchian_high": Twin(by_windows(max), "exact", ("high",)),
    "donchian_middle": Twin(_range_middle, "exact", ("high", "low")),
    "donchian_low": Twin(by_windows(min), "exact", ("low",)),
}
