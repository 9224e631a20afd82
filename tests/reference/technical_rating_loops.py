"""The Technical Rating of one symbol as plain loops over lists, written from the definitions.

Every indicator is a list as long as the bars, NaN where it has no value. The rules read as they
stand in docs/technical-rating.md; nothing here knows of panels, blocks or the code under test.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from reference.twins import Bars, middle

__all__ = ["SETTLED", "indicators", "rating", "status", "unsettled", "votes"]

NAN = math.nan
Line = list[float]


def over(a: float, b: float, price: float = 0.0) -> bool:
    """``a > b`` as Pine compares; for values of a price, more than rounding apart."""
    return a - b > max(1e-10, 1e-12 * abs(price))


def each(n: int, rows: int, value: Callable[[int], float]) -> Line:
    """``value(row)`` from row ``n`` on."""
    return [NAN if row < n else value(row) for row in range(rows)]


def ratio(top: float, bottom: float, price: float) -> float:
    """``top / bottom``, no value where the bottom is nothing."""
    return top / bottom if over(bottom, 0.0, price) else NAN


def sma(x: Sequence[float], n: int) -> Line:
    """Plain mean of ``n`` values."""
    return each(n - 1, len(x), lambda i: math.fsum(x[i - n + 1 : i + 1]) / n)


def wma(x: Sequence[float], n: int) -> Line:
    """Weights 1 for the oldest to ``n`` for the newest."""

    def value(i: int) -> float:
        return sum((j + 1) * x[i - n + 1 + j] for j in range(n)) / (n * (n + 1) / 2)

    return each(n - 1, len(x), value)


def smoothed(x: Sequence[float], n: int, share: float) -> Line:
    """Seeded by the mean of the first ``n`` values there are, then a share of each new one."""
    out: Line = []
    first: list[float] = []
    last = NAN
    for value in x:
        if math.isnan(value):
            out.append(NAN)
            continue
        if len(first) < n:
            first.append(value)
            last = math.fsum(first) / n if len(first) == n else NAN
        else:
            last += share * (value - last)
        out.append(last)
    return out


def ema(x: Sequence[float], n: int) -> Line:
    """Exponential mean."""
    return smoothed(x, n, 2 / (n + 1))


def rma(x: Sequence[float], n: int) -> Line:
    """Wilder's mean."""
    return smoothed(x, n, 1 / n)


def rsi(close: Sequence[float], n: int) -> Line:
    """Wilder's relative strength; 100 where nothing was lost."""
    moves = [NAN, *(b - a for a, b in itertools.pairwise(close))]
    gain, loss = rma([max(x, 0.0) for x in moves], n), rma([max(-x, 0.0) for x in moves], n)
    return [
        NAN if math.isnan(a) else 100.0 if b == 0 else 100 - 100 / (1 + a / b)
        for a, b in zip(gain, loss, strict=True)
    ]


def place(x: Sequence[float], high: Sequence[float], low: Sequence[float], price: bool) -> Line:
    """Where ``x`` lies in the range of 14 rows, in percent; ``price``: it is one."""

    def value(i: int) -> float:
        top, bottom = max(high[i - 13 : i + 1]), min(low[i - 13 : i + 1])
        if any(math.isnan(v) for v in (*high[i - 13 : i + 1], *low[i - 13 : i + 1])):
            return NAN
        return 100 * ratio(x[i] - bottom, top - bottom, x[i] if price else 0.0)

    return each(13, len(x), value)


def cci(x: Sequence[float], n: int) -> Line:
    """Distance from the mean in 1.5 % of the mean distance."""
    mean = sma(x, n)

    def value(i: int) -> float:
        spread = math.fsum(abs(v - mean[i]) for v in x[i - n + 1 : i + 1]) / n
        return ratio(x[i] - mean[i], spread, x[i]) / 0.015

    return each(n - 1, len(x), value)


def directional(bars: Bars) -> tuple[Line, Line, Line]:
    """+DI, -DI and ADX of 14 bars."""
    reach, plus, minus = [NAN], [NAN], [NAN]
    for i in range(1, len(bars)):
        before = bars.close[i - 1]
        reach.append(max(bars.high[i], before) - min(bars.low[i], before))
        up, down = bars.high[i] - bars.high[i - 1], bars.low[i - 1] - bars.low[i]
        price = bars.close[i]
        plus.append(up if over(up, down, price) and over(up, 0, price) else 0.0)
        minus.append(down if over(down, up, price) and over(down, 0, price) else 0.0)
    tr, up_mean, down_mean = rma(reach, 14), rma(plus, 14), rma(minus, 14)
    there = [not math.isnan(x) for x in tr]
    dx = [
        NAN if not ok else 100 * abs(a - b) / (a + b) if a + b else 0.0
        for ok, a, b in zip(there, up_mean, down_mean, strict=True)
    ]
    adx = [NAN if x == 0 else a for x, a in zip(tr, rma(dx, 14), strict=True)]
    di = [
        [100 * a / x if x and not math.isnan(x) else NAN for a, x in zip(means, tr, strict=True)]
        for means in (up_mean, down_mean)
    ]
    return di[0], di[1], adx


def ultimate(bars: Bars) -> Line:
    """Buying pressure over true range on 7, 14 and 28 bars, weights 4, 2, 1."""

    def share(i: int, n: int) -> float:
        pressure = reach = 0.0
        for j in range(i - n + 1, i + 1):
            low, high = (f(x[j], bars.close[j - 1]) for f, x in ((min, bars.low), (max, bars.high)))
            pressure, reach = pressure + bars.close[j] - low, reach + high - low
        return ratio(pressure, reach, bars.close[i])

    rows = len(bars)
    return each(28, rows, lambda i: 100 * (4 * share(i, 7) + 2 * share(i, 14) + share(i, 28)) / 7)


def indicators(bars: Bars) -> dict[str, Line]:
    """Everything that the rules look at, by name."""
    close, rows = bars.close, range(len(bars))
    out = {f"sma_{n}": sma(close, n) for n in (10, 20, 30, 50, 100, 200)}
    out |= {f"ema_{n}": ema(close, n) for n in (10, 12, 13, 20, 26, 30, 50, 100, 200)}
    ahead = [2 * a - b for a, b in zip(wma(close, 4), wma(close, 9), strict=True)]
    out["hull_9"] = wma(ahead, 3)
    money = [c * v for c, v in zip(close, bars.volume, strict=True)]
    paid, volume = sma(money, 20), sma(bars.volume, 20)
    out["vwma_20"] = [a / b if b > 0 else NAN for a, b in zip(paid, volume, strict=True)]
    for name, n in (("conversion", 9), ("base", 26), ("lead2", 52)):
        out[name] = [middle(bars, i, n) for i in rows]
    out["lead1"] = [(a + b) / 2 for a, b in zip(out["conversion"], out["base"], strict=True)]
    out["rsi"] = rsi(close, 14)
    out["stoch_k"] = sma(place(close, bars.high, bars.low, True), 3)
    out["stoch_d"] = sma(out["stoch_k"], 3)
    out["stochrsi_k"] = sma(place(out["rsi"], out["rsi"], out["rsi"], False), 3)
    out["stochrsi_d"] = sma(out["stochrsi_k"], 3)
    out["cci"] = cci(close, 20)
    out["plus_di"], out["minus_di"], out["adx"] = directional(bars)
    half = [(a + b) / 2 for a, b in zip(bars.high, bars.low, strict=True)]
    out["ao"] = [a - b for a, b in zip(sma(half, 5), sma(half, 34), strict=True)]
    out["mom"] = each(10, len(bars), lambda i: close[i] - close[i - 10])
    out["macd"] = [a - b for a, b in zip(out["ema_12"], out["ema_26"], strict=True)]
    out["signal"] = ema(out["macd"], 9)
    out["willr"] = [x - 100 for x in place(close, bars.high, bars.low, True)]
    out["bull"] = [h - m for h, m in zip(bars.high, out["ema_13"], strict=True)]
    out["bear"] = [x - m for x, m in zip(bars.low, out["ema_13"], strict=True)]
    out["ultimate"] = ultimate(bars)
    return out


def votes(bars: Bars, row: int, lines: dict[str, Line]) -> dict[str, float]:
    """The 26 votes on one bar."""
    price = bars.close[row]

    def at(name: str, back: int = 0) -> float:
        return lines[name][row - back] if row >= back else NAN

    def cast(checked: float, up: bool, down: bool) -> float:
        return NAN if math.isnan(checked) else 1.0 if up else -1.0 if down else 0.0

    def sign(a: float, b: float, checked: float) -> float:
        return cast(checked, over(a, b, price), over(b, a, price))

    def turn(name: str, low: float, high: float) -> float:
        now, before = at(name), at(name, 1)
        up = over(low, now) and over(now, before)
        return cast(before, up, over(now, high) and over(before, now))

    def low_cross(k: float, d: float) -> bool:
        return over(20, k) and over(20, d) and over(k, d)

    def high_cross(k: float, d: float) -> bool:
        return over(k, 80) and over(d, 80) and over(d, k)

    out = {}
    for kind in ("sma", "ema"):
        for n in (10, 20, 30, 50, 100, 200):
            mean = at(f"{kind}_{n}")
            out[f"tv_{kind}_{n}"] = sign(price, mean, mean)
    for name in ("hull_9", "vwma_20"):
        out[f"tv_{name}"] = sign(price, at(name), at(name))

    base, conversion = at("base"), at("conversion")
    lead1, lead2 = at("lead1", 26), at("lead2", 26)
    out["tv_ichimoku"] = cast(
        at("lead2"),
        over(lead1, lead2, price)
        and over(base, lead1, price)
        and over(conversion, base, price)
        and over(price, conversion, price),
        over(lead2, lead1, price)
        and over(lead1, base, price)
        and over(base, conversion, price)
        and over(conversion, price, price),
    )
    out["tv_rsi"] = turn("rsi", 30, 70)
    k, d = at("stoch_k"), at("stoch_d")
    out["tv_stochastic"] = cast(at("stoch_d", 1), low_cross(k, d), high_cross(k, d))
    out["tv_cci"] = turn("cci", -100, 100)
    trending = over(at("adx"), 20) and over(at("adx"), at("adx", 1))
    plus, minus = at("plus_di"), at("minus_di")
    out["tv_adx"] = cast(at("adx"), trending and over(plus, minus), trending and over(minus, plus))
    out["tv_awesome"] = awesome(at("ao"), at("ao", 1), at("ao", 2), price, cast)
    out["tv_momentum"] = sign(at("mom"), at("mom", 1), at("mom", 1))
    out["tv_macd"] = sign(at("macd"), at("signal"), at("signal"))
    trend = at("ema_50")
    rising, falling = over(price, trend, price), over(trend, price, price)
    k, d = at("stochrsi_k"), at("stochrsi_d")
    out["tv_stochrsi"] = cast(trend, falling and low_cross(k, d), rising and high_cross(k, d))
    out["tv_williams"] = turn("willr", -80, -20)
    bull, bear = at("bull"), at("bear")
    out["tv_bull_bear"] = cast(
        trend,
        rising and over(0, bear, price) and over(bear, at("bear", 1), price),
        falling and over(bull, 0, price) and over(at("bull", 1), bull, price),
    )
    out["tv_ultimate"] = cast(at("ultimate"), over(at("ultimate"), 70), over(30, at("ultimate")))
    return out


def awesome(
    now: float, before: float, earlier: float, price: float, cast: Callable[..., float]
) -> float:
    """A cross of zero, or a saucer."""

    def says(a: float, b: float, c: float) -> bool:
        crosses = over(a, 0, price) and not over(b, 0, price)
        turns = over(a, b, price) and over(c, b, price)
        return crosses or (over(a, 0, price) and over(b, 0, price) and turns)

    return cast(before, says(now, before, earlier), says(-now, -before, -earlier))


def rating(cast: dict[str, float]) -> tuple[float, float, float]:
    """Mean of the 15 moving-average votes, of the 11 oscillator votes, and of both means."""
    names = list(cast)
    groups = []
    for members in (names[:15], names[15:]):
        there = [cast[name] for name in members if not math.isnan(cast[name])]
        groups.append(sum(there) / len(there) if there else NAN)
    means = [mean for mean in groups if not math.isnan(mean)]
    return groups[0], groups[1], sum(means) / len(means) if means else NAN


def status(value: float) -> str:
    """The label of a rating, strict at the edges."""
    if math.isnan(value):
        return "unrated"
    for edge, name in ((-0.5, "strong sell"), (-0.1, "sell")):
        if value < edge:
            return name
    for edge, name in ((0.5, "strong buy"), (0.1, "buy")):
        if value > edge:
            return name
    return "neutral"


def bars_until_settled(first: int, *shares: float) -> int:
    """Count bars one by one until each seed in turn weighs less than 1e-4."""
    bars = first
    for share in shares:
        weight = 1.0
        while weight >= 1e-4:
            weight *= 1 - share
            bars += 1
    return bars


SETTLED = {
    **{f"sma_{n}": n for n in (10, 20, 30, 50, 100, 200)},
    **{f"ema_{n}": bars_until_settled(n, 2 / (n + 1)) for n in (10, 20, 30, 50, 100, 200)},
    "hull_9": 11,
    "vwma_20": 20,
    "ichimoku": 52 + 26,
    "rsi": bars_until_settled(16, 1 / 14),
    "stochastic": 14 + 2 + 2 + 1,
    "cci": 21,
    "adx": bars_until_settled(29, 1 / 14, 1 / 14),
    "awesome": 36,
    "momentum": 12,
    "macd": bars_until_settled(34, 2 / 27, 2 / 10),
    "stochrsi": max(bars_until_settled(50, 2 / 51), bars_until_settled(32, 1 / 14)),
    "williams": 15,
    "bull_bear": max(bars_until_settled(50, 2 / 51), bars_until_settled(14, 2 / 14)),
    "ultimate": 29,
}
"""Bars that each vote needs, counted by hand and by loops."""


def unsettled(bars: int) -> str:
    """Names of the votes that need more bars."""
    return ", ".join(name for name, needed in SETTLED.items() if needed > bars)
