"""Ranges, deviations and the bands drawn from them."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from technic.errors import ParameterError
from technic.indicators.division import percent
from technic.indicators.parameters import bars_like, factor, period
from technic.indicators.recursions import exponential, smoothed, wilder, wilder_mean
from technic.indicators.streams import Stream, whole
from technic.indicators.tiles import TilesFrom, row_tiles, tiles_made, tiles_of
from technic.indicators.trend import ma
from technic.panel.windows import window_max, window_min, window_variance
from technic.typing import FloatArray

__all__ = [
    "atr",
    "bbands",
    "donchian",
    "kc",
    "kc_parts",
    "natr",
    "realised_volatility",
    "stddev",
    "trange",
    "typical_price",
    "typical_tiles",
    "var",
]

Bands = tuple[FloatArray, FloatArray, FloatArray]
SESSIONS_A_YEAR = 252
KELTNER_MIDDLES = ("typical", "close")
"""Of which price the middle line of the Keltner channel may be the mean."""


def typical_price(high: FloatArray, low: FloatArray, close: FloatArray) -> FloatArray:
    """Return (high + low + close) / 3."""
    bars_like(high=high, low=low, close=close)
    out = np.empty_like(close)
    for rows in row_tiles(0, *close.shape):
        _typical(high[rows], low[rows], close[rows], out[rows])
    return out


def typical_tiles(high: FloatArray, low: FloatArray, close: FloatArray) -> TilesFrom:
    """Give the rows of ``typical_price`` from any row on in tiles; each stands until the next."""

    def typical(rows: slice, out: FloatArray) -> None:
        _typical(high[rows], low[rows], close[rows], out)

    return tiles_made(typical, close.shape)


def _typical(high: FloatArray, low: FloatArray, close: FloatArray, out: FloatArray) -> None:
    np.add(high, low, out=out)
    out += close
    out /= 3.0


def trange(high: FloatArray, low: FloatArray, close: FloatArray) -> FloatArray:
    """True range: the largest of high - low and both distances to the previous close.

    Row 0 has no previous close and is NaN.
    """
    bars_like(high=high, low=low, close=close)
    out = np.empty_like(close)
    out[:1] = np.nan
    for rows in row_tiles(1, *close.shape):
        _true_range(high, low, close, rows, out[rows])
    return out


def _true_range(
    high: FloatArray, low: FloatArray, close: FloatArray, rows: slice, out: FloatArray
) -> None:
    top, bottom, before = high[rows], low[rows], close[rows.start - 1 : rows.stop - 1]
    np.maximum(top, before, out=out)
    out -= np.minimum(bottom, before)
    crossed = top < bottom
    if crossed.any():
        # A bar with its high below its low: the shortcut above holds for proper bars only.
        reach = np.maximum(np.abs(top - before), np.abs(bottom - before))
        np.copyto(out, np.maximum(top - bottom, reach), where=crossed)


def atr(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Average true range: Wilder's mean of the true range; first value in row ``timeperiod``."""
    bars_like(high=high, low=low, close=close)
    ranges = tiles_made(partial(_true_range, high, low, close), close.shape)
    return whole(smoothed(wilder(period(timeperiod)), ranges, 1, close.shape), len(close))


def natr(high: FloatArray, low: FloatArray, close: FloatArray, timeperiod: int = 14) -> FloatArray:
    """Average true range in percent of the close; 0 where the close is 0."""
    return percent(atr(high, low, close, timeperiod), close)


def var(close: FloatArray, timeperiod: int = 5) -> FloatArray:
    """Variance (divisor n) of the last ``timeperiod`` values."""
    bars_like(close=close)
    return window_variance(close, period(timeperiod))[0]


def stddev(close: FloatArray, timeperiod: int = 5, nbdev: float = 1.0) -> FloatArray:
    """Standard deviation (divisor n) times ``nbdev``."""
    scale = factor(nbdev, "nbdev")
    bars_like(close=close)
    out = window_variance(close, period(timeperiod, least=2))[0]
    for rows in row_tiles(0, *close.shape):
        np.sqrt(out[rows], out=out[rows])
        out[rows] *= scale
    return out


def bbands(
    close: FloatArray,
    timeperiod: int = 20,
    nbdevup: float = 2.0,
    nbdevdn: float = 2.0,
    matype: int = 0,
) -> Bands:
    """Bollinger bands: upper, middle, lower; middle is the moving average ``matype``.

    The deviation is always taken around the plain mean, with divisor n.
    """
    up, down = factor(nbdevup, "nbdevup"), factor(nbdevdn, "nbdevdn")
    bars_like(close=close)
    n = period(timeperiod, least=2)
    spread, mean = window_variance(close, n)
    centre = mean if matype == 0 and not isinstance(matype, bool) else ma(close, n, matype)
    upper, lower = np.empty_like(close), spread
    for rows in row_tiles(0, *close.shape):
        reach = np.sqrt(spread[rows])
        np.add(centre[rows], reach * up, out=upper[rows])
        np.subtract(centre[rows], reach * down, out=lower[rows])
    return upper, centre, lower


def kc(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    timeperiod: int = 20,
    atrperiod: int = 10,
    nbdev: float = 2.0,
    middle: str = "typical",
) -> Bands:
    """Keltner channel: upper, middle, lower; EMA of the typical price ± ``nbdev`` ATR.

    ``middle``: "typical", as in TA-Lib, or "close", as on TradingView, for an EMA of the close.

    The seeds of both averages end in the first row that has a value, the later of the rows
    ``timeperiod - 1`` and ``atrperiod``, so this ATR is not quite that of ``atr``.
    """
    width = factor(nbdev, "nbdev")
    bars_like(high=high, low=low, close=close)
    n, m = period(timeperiod, least=2), period(atrperiod, "atrperiod")
    if middle not in KELTNER_MIDDLES:
        raise ParameterError("middle", middle, " or ".join(KELTNER_MIDDLES))
    prices = typical_tiles(high, low, close) if middle == "typical" else tiles_of(close)
    parts = kc_parts(trange(high, low, close), prices, n, m)
    centre, reach = (whole(part, len(close)) for part in parts)
    reach *= width
    return centre + reach, centre, centre - reach


def kc_parts(true_range: FloatArray, typical: TilesFrom, n: int, m: int) -> tuple[Stream, Stream]:
    """Centre line and average range of the Keltner channel; ``typical``: the prices of the line."""
    first = max(n - 1, m)
    centre = smoothed(exponential(n), typical, first - n + 1, true_range.shape)
    return centre, wilder_mean(true_range, m, start=first - m + 1)


def donchian(high: FloatArray, low: FloatArray, timeperiod: int = 20) -> Bands:
    """Donchian channel: highest high, middle, lowest low of the last bars, today included."""
    bars_like(high=high, low=low)
    n = period(timeperiod)
    upper, lower = window_max(high, n), window_min(low, n)
    return upper, (upper + lower) / 2.0, lower


def realised_volatility(close: FloatArray, timeperiod: int = 20) -> FloatArray:
    """Yearly volatility in percent of the last ``timeperiod`` log returns.

    Sample deviation (divisor n - 1) times sqrt(252); first value in row ``timeperiod``. NaN where
    a close in the window is not positive.
    """
    bars_like(close=close)
    n = period(timeperiod, least=2)
    out = np.full_like(close, np.nan)
    if len(close) > 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            growth = close[1:] / close[:-1]
            np.log(growth, out=growth)
            spread = window_variance(growth, n)[0]
            spread *= n / (n - 1)
            np.sqrt(spread, out=out[1:])
        out *= 100.0 * math.sqrt(SESSIONS_A_YEAR)
    return out
