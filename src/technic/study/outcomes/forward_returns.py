"""Returns after each session, from the next open, and how far prices went on the way.

All is by session: a return over h sessions of a hit on session d is from the open of d + 1 to the
close of d + h; entered ``lag`` sessions later, from the open of d + 1 + lag to the close of
d + h + lag. docs/study.md says what holds where there is no bar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.study.outcomes.prices import TradedPrices
from technic.typing import BoolArray, FloatArray, IntArray

__all__ = [
    "HORIZONS",
    "MarketReturns",
    "benchmark_returns",
    "event_returns",
    "excursions",
    "forward_returns",
]

HORIZONS = (1, 5, 10, 21, 63)
"""Sessions over which returns are taken unless others are asked for."""

_FURTHEST = 2520
_UNIT = 2.0**32
_LARGEST = 2.0**17  # returns added up as whole units: 2^14 symbols of it still fit 63 bits


def forward_returns(prices: TradedPrices, horizon: int, lag: int = 0) -> FloatArray:
    """Return what a share bought after each session was worth ``horizon`` sessions later.

    ``(n_sessions, n_symbols)``: (price sold + dividends) / price bought − 1. Dividends count whose
    ex-date is after the session bought on, up to the one sold on. NaN where the return is not
    known yet, where there was no bar within the horizon to buy at, and for a horizon that
    reaches past the last session; and where prices begin anew on the way that cannot be compared
    with those before.
    """
    require_horizon(horizon, lag)
    start, stop = 1 + lag, lag + horizon
    found = np.full(prices.sold.shape, np.nan)
    days = len(prices.sold) - stop
    if days <= 0:
        return found
    price, bought_on = prices.bought[start:][:days], prices.next_bar[start:][:days]
    sold, sold_on = prices.sold[stop:], prices.sold_on[stop:]
    if prices.paid is not None and prices.paid[-1].any():
        highest = len(prices.sold) - 1
        received = np.take_along_axis(prices.paid, np.minimum(sold_on, highest), axis=0)
        received -= np.take_along_axis(prices.paid, np.minimum(bought_on, highest), axis=0)
        sold = sold + received
    np.divide(sold, price, out=found[:days])
    found[:days] -= 1.0
    last = np.arange(stop, stop + days, dtype=np.int32)[:, None]
    found[:days][bought_on > last] = np.nan
    if prices.next_break is not None:
        found[:days][_breaks_between(prices, bought_on, sold_on)] = np.nan
    return found


def event_returns(prices: TradedPrices, offset: int) -> FloatArray:
    """Return what was made from each close to ``offset`` sessions later, or up to it from earlier.

    ``(n_sessions, n_symbols)``: for the course of prices around hits, not for what can be earned,
    since nobody buys at a close that is known. After the day C[d+k] / C[d] − 1, sold as
    `TradedPrices` says, dividends left out. Before it, k < 0, the return of who held until the day,
    with its sign turned: 1 − C[d] / C[d+k], NaN where there was no bar, or over a break. C[d+k] /
    C[d] − 1 would stand for no holding there: by Jensen's inequality its mean is above zero where
    the expected return is zero, the more the wilder prices are, which is a kink at 0 without any
    effect; and means of logarithms would differ on both sides with the variance (Hudson and
    Gregoriou 2015).
    """
    if isinstance(offset, bool) or not isinstance(offset, int) or abs(offset) > _FURTHEST:
        raise ParameterError("offset", offset, f"a whole number of sessions up to {_FURTHEST}")
    close, found = prices.bars.close, np.full(prices.sold.shape, np.nan)
    days = len(close) - abs(offset)
    if days <= 0:
        return found
    early, late = slice(0, days), slice(len(close) - days, len(close))
    if offset >= 0:
        found[early] = prices.sold[late] / close[early] - 1.0
        last = prices.sold_on[late]
    else:
        found[late] = 1.0 - close[late] / close[early]
        last = np.arange(-offset, len(close), dtype=np.int32)[:, None]
    first = np.arange(days, dtype=np.int32)[:, None]
    if prices.next_break is not None:
        broken = _breaks_between(prices, np.broadcast_to(first, (days, close.shape[1])), last)
        found[early if offset >= 0 else late][broken] = np.nan
    return found


def excursions(prices: TradedPrices, horizon: int, lag: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return the furthest a price went up, and down, from the price bought at, within a horizon.

    ``(n_sessions, n_symbols)`` each, as parts of that price: the highest high and the lowest low
    of the bars from the session bought on to the last one of the horizon. A long's favourable and
    adverse excursion; of a short the other way round, with the sign turned. NaN where nothing was
    bought, or where the horizon reaches past the last session.
    """
    require_horizon(horizon, lag)
    start, days = 1 + lag, len(prices.sold) - lag - horizon
    up, down = np.full((2, *prices.sold.shape), np.nan)
    if days <= 0:
        return up, down
    price = prices.bought[start:][:days]
    bars = prices.bars
    for found, values, extreme in ((up, bars.high, np.fmax), (down, bars.low, np.fmin)):
        reached = _window_extreme(values, horizon, extreme)[start:][:days]
        found[:days] = reached / price - 1.0
        if prices.next_break is not None:
            bought_on = prices.next_bar[start:][:days]
            last = np.arange(lag + horizon, len(prices.sold), dtype=np.int32)[:, None]
            found[:days][_breaks_between(prices, bought_on, last)] = np.nan
    return up, down


def benchmark_returns(
    close: FloatArray, horizon: int, lag: int = 0, opens: FloatArray | None = None
) -> FloatArray:
    """Return an index over the sessions of `forward_returns`: ``(n_sessions,)``, NaN unknown.

    From the open of the first session to the close of the last. Where only closes are known, from
    the close before that open: the night between belongs to the index then and not to the hit.
    """
    require_horizon(horizon, lag)
    start, stop = (lag if opens is None else 1 + lag), lag + horizon
    before = close if opens is None else opens
    days = len(close) - stop
    found = np.full(len(close), np.nan)
    if days > 0:
        found[:days] = close[stop : stop + days] / before[start : start + days] - 1.0
    return found


@dataclass(frozen=True, slots=True, eq=False)
class MarketReturns:
    """The returns of all symbols of the universe on each day, added up; blocks of symbols add.

    ``total``: ``(n_sessions,)`` whole units of 2⁻³², so that the sum is the same in any order;
    ``count``: how many. What one symbol adds is at most ±131,072, thirteen million percent.
    """

    total: IntArray
    count: IntArray

    @classmethod
    def of(cls, returns: FloatArray, member: BoolArray) -> MarketReturns:
        """Add up returns ``(n_sessions, n_symbols)`` of the members of each session, if known."""
        known = member & np.isfinite(returns)
        units = np.rint(np.clip(np.where(known, returns, 0.0), -_LARGEST, _LARGEST) * _UNIT)
        return cls(units.astype(np.int64).sum(axis=1), np.count_nonzero(known, axis=1))

    def __add__(self, other: MarketReturns) -> MarketReturns:
        """Return both together."""
        return MarketReturns(self.total + other.total, self.count + other.count)

    @property
    def mean(self) -> FloatArray:
        """The universe's mean return of each session, NaN where nobody's is known."""
        known = np.where(self.count, self.count, 1)
        return np.where(self.count, self.total / _UNIT / known, np.nan)


def require_horizon(horizon: int, lag: int) -> None:
    """Raise ParameterError unless both are whole numbers of sessions that make sense."""
    for name, value, least in (("horizon", horizon, 1), ("lag", lag, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _FURTHEST:
            raise ParameterError(
                name, value, f"a whole number of sessions from {least} to {_FURTHEST}"
            )


def _breaks_between(
    prices: TradedPrices, first: NDArray[np.int32], last: NDArray[np.int32]
) -> BoolArray:
    """Whether prices begin anew after session ``first`` and up to ``last``."""
    breaks = prices.next_break
    if breaks is None:
        return np.zeros(first.shape, dtype=np.bool_)
    ahead = np.take_along_axis(breaks, np.minimum(first, len(breaks) - 1), axis=0)
    found: BoolArray = ahead <= last
    return found


def _window_extreme(
    values: FloatArray, width: int, extreme: Callable[..., FloatArray]
) -> FloatArray:
    """Return the extreme of each row and the ``width`` − 1 after it, by doubling windows."""
    done, reached = 1, values
    while done < width:
        step = min(done, width - done)
        wider = reached.copy()
        extreme(reached[:-step], reached[step:], out=wider[:-step])
        done, reached = done + step, wider
    return reached
