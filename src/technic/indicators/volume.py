"""Volume and money: OBV, AD, MFI, relative volume, dollar volume."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from technic.indicators.division import quotient, same
from technic.indicators.parameters import bars_like, period
from technic.indicators.recursions import running_total, smoothed
from technic.indicators.streams import Stream, whole
from technic.indicators.tiles import row_tiles
from technic.indicators.volatility import typical_price
from technic.panel.windows import lagged, window_mean, window_sum
from technic.typing import FloatArray

__all__ = [
    "ad",
    "ad_rows",
    "dollar_volume",
    "mfi",
    "obv",
    "obv_change",
    "obv_rows",
    "rvol",
]


def obv(close: FloatArray, volume: FloatArray) -> FloatArray:
    """On-balance volume: volume added on a higher close, taken off on a lower one.

    Begins with the volume of the first bar. A running total: its level depends on where history
    begins, only its changes mean something.
    """
    return whole(obv_rows(close, volume), len(close))


def obv_rows(close: FloatArray, volume: FloatArray) -> Stream:
    """``obv`` row by row."""
    bars_like(close=close, volume=volume)

    def flow(start: int) -> Iterator[FloatArray]:
        if not start:
            yield volume[:1]
        for rows in row_tiles(max(start, 1), *close.shape):
            yield _signed(close[rows], close[rows.start - 1 : rows.stop - 1], volume[rows])

    return smoothed(running_total(), flow, 0, close.shape)


def _signed(close: FloatArray, before: FloatArray, volume: FloatArray) -> FloatArray:
    # Not in place: numpy's sign is several times slower when it writes over its argument.
    signed: FloatArray = np.sign(close - before) * volume
    return signed


def obv_change(close: FloatArray, volume: FloatArray, timeperiod: int = 20) -> FloatArray:
    """Change of ``obv`` over the last bars, in units of their mean volume.

    Between ``-timeperiod`` and ``timeperiod``; NaN where there was no volume. Made from its own
    window, unlike the running total.
    """
    bars_like(close=close, volume=volume)
    n = period(timeperiod)
    mean = window_mean(volume, n)
    return quotient(window_sum(_signed_volume(close, volume), n), mean, instead=np.nan)


def ad(high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray) -> FloatArray:
    """Accumulation/distribution line: volume weighted by where the close lies in the bar.

    A bar without range adds nothing. A running total, as ``obv``.
    """
    return whole(ad_rows(high, low, close, volume), len(close))


def ad_rows(high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray) -> Stream:
    """``ad`` row by row."""
    bars_like(high=high, low=low, close=close, volume=volume)

    def flow(start: int) -> Iterator[FloatArray]:
        for rows in row_tiles(start, *close.shape):
            top, bottom, last = high[rows], low[rows], close[rows]
            reach = top - bottom
            tile = last - bottom
            tile -= top - last
            tile = quotient(tile, reach, reach <= 0.0)
            tile *= volume[rows]
            yield tile

    return smoothed(running_total(), flow, 0, close.shape)


def mfi(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    volume: FloatArray,
    timeperiod: int = 14,
) -> FloatArray:
    """Money flow index: share of the money that moved on a rising typical price, 0 to 100.

    Prices that differ by less than 1e-14 of their size count as equal and move no money. 0 where
    no money moved in the window. First value in row ``timeperiod``.
    """
    bars_like(high=high, low=low, close=close, volume=volume)
    n = period(timeperiod, least=2)
    out = np.full_like(close, np.nan)
    if len(close) <= n:
        return out
    typical = typical_price(high, low, close)
    today, before = typical[1:], typical[:-1]
    money = today * volume[1:]
    np.copyto(money, 0.0, where=same(today, before))
    np.copyto(money, np.nan, where=np.isnan(before))
    rising = money.copy()
    np.copyto(rising, 0.0, where=today < before)
    total = window_sum(money, n)
    out[1:] = quotient(window_sum(rising, n), total, total <= 0.0)
    out *= 100.0
    return out


def rvol(volume: FloatArray, timeperiod: int = 20) -> FloatArray:
    """Relative volume: today's over the mean of the ``timeperiod`` bars before today.

    Infinite where those bars had no volume, NaN where today has none either.
    """
    bars_like(volume=volume)
    n = period(timeperiod)
    before = lagged(window_mean(volume, n), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return volume / before


def _signed_volume(close: FloatArray, volume: FloatArray) -> FloatArray:
    """Volume with the sign of the day's change; NaN in row 0, which has no day before it."""
    flow = np.empty_like(close)
    flow[:1] = np.nan
    for rows in row_tiles(1, *close.shape):
        flow[rows] = _signed(close[rows], close[rows.start - 1 : rows.stop - 1], volume[rows])
    return flow


def dollar_volume(close: FloatArray, volume: FloatArray) -> FloatArray:
    """Close times volume: about what was paid for the day's shares."""
    bars_like(close=close, volume=volume)
    return close * volume
