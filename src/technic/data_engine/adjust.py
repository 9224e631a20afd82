"""Prices in the basis in force on a day: split-adjusted, or with dividends put back as well.

Indicators and ratings use split-adjusted prices; total-return prices are for forward returns and
for those who ask for them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import Dividends, Splits
from technic.errors import ParameterError
from technic.panel import PRICES, LongBars
from technic.typing import FloatArray

__all__ = ["require_ratios", "restated_dividends", "split_adjust", "total_return_adjust"]


def split_adjust(bars: LongBars, splits: Splits, as_of: np.datetime64) -> LongBars:
    """Restate raw bars in the basis in force on ``as_of``.

    A bar's prices are divided, and its volume multiplied, by the product of the ratios of its
    symbol's splits that were executed after the bar's session and up to ``as_of``; the bar of the
    day of a split trades in the new basis already. Splits of other symbols and later ones change
    nothing. Arrays that need no change are shared with ``bars``, which is never written to.

    Raises ParameterError for a ratio that is not a positive number, or two splits of one symbol
    on one day.
    """
    column, session, ratio = _relevant(bars.symbols, splits, as_of)
    affected = np.zeros(len(bars.symbols), dtype=np.bool_)
    affected[column] = True
    rows = np.flatnonzero(affected[bars.column])
    if not len(rows):
        return bars
    divisor = _products(column, session, ratio, bars.column[rows], bars.session[rows])
    adjusted = {name: getattr(bars, name).copy() for name in (*PRICES, "volume")}
    for name in PRICES:
        adjusted[name][rows] /= divisor
    adjusted["volume"][rows] *= divisor
    return replace(bars, **adjusted)


def total_return_adjust(
    bars: LongBars, splits: Splits, dividends: Dividends, as_of: np.datetime64
) -> LongBars:
    """Restate raw bars as if every dividend up to ``as_of`` had been put back into the stock.

    On top of ``split_adjust``: a bar's prices are multiplied by 1 − amount ÷ previous close for
    each ex-date after the bar's session and up to ``as_of``, both in one split basis (the usual
    method of data vendors). Volume is split-adjusted only. A dividend before the first bar of its
    symbol changes nothing; one of at least the previous close is a ParameterError.
    """
    adjusted = split_adjust(bars, splits, as_of)
    dividends = _summed(dividends)
    place = {symbol: at for at, symbol in enumerate(bars.symbols)}
    column = np.array([place.get(symbol, -1) for symbol in dividends.symbol], dtype=np.int64)
    used = np.flatnonzero((column >= 0) & (dividends.session <= as_of))
    if not len(used):
        return adjusted
    ex = dividends.session[used].astype("datetime64[D]")
    split_column, split_day, ratio = _relevant(bars.symbols, splits, as_of)
    later = _products(split_column, split_day, ratio, column[used].astype(np.int32), ex)
    before = _close_before(adjusted, column[used], ex)
    kept = 1.0 - dividends.amount[used] / later / before
    wrong = np.flatnonzero(kept <= 0.0)
    if len(wrong):
        at = used[int(wrong[0])]
        raise ParameterError(
            "dividends",
            f"{dividends.symbol[at]} {dividends.session[at]} {dividends.amount[at]}",
            "less than the close before the ex-date",
        )
    there = np.isfinite(kept)
    factors = Splits(dividends.symbol[used][there], ex[there], 1.0 / kept[there])
    prices = split_adjust(adjusted, factors, as_of)
    return replace(prices, volume=adjusted.volume)


def restated_dividends(
    dividends: Dividends, splits: Splits, first: np.datetime64, as_of: np.datetime64
) -> Dividends:
    """Return the dividends of ``first`` to ``as_of`` in the split basis in force on ``as_of``.

    One row a symbol and day, in this order: what was paid on one day is added up.
    """
    inside = (dividends.session >= first) & (dividends.session <= as_of)
    some = _summed(
        Dividends(dividends.symbol[inside], dividends.session[inside], dividends.amount[inside])
    )
    order = np.lexsort((some.session, some.symbol.astype(str)))
    symbols = tuple(dict.fromkeys(some.symbol[order].tolist()))
    place = {symbol: at for at, symbol in enumerate(symbols)}
    column = np.array([place[symbol] for symbol in some.symbol[order]], dtype=np.int32)
    session = some.session[order]
    later = _products(*_relevant(symbols, splits, as_of), column, session)
    return Dividends(some.symbol[order], session, some.amount[order] / later, dividends.asked)


def _close_before(
    bars: LongBars, column: NDArray[np.int64], day: NDArray[np.datetime64]
) -> FloatArray:
    """Close of each symbol's last bar before a day, NaN where there is none."""
    shift = np.int64(2**32)
    key = bars.column * shift + bars.session.astype("datetime64[D]").astype(np.int64)
    order = np.argsort(key, kind="stable")
    wanted = np.searchsorted(key[order], column * shift + day.astype(np.int64)) - 1
    found = np.full(len(column), np.nan)
    there = np.flatnonzero(wanted >= 0)
    rows = order[wanted[there]]
    own = bars.column[rows] == column[there]
    found[there[own]] = bars.close[rows[own]]
    return found


def _summed(dividends: Dividends) -> Dividends:
    """Add up what was paid on one day: a regular and a special dividend."""
    paid: dict[tuple[str, np.datetime64], float] = {}
    rows = zip(dividends.symbol, dividends.session, dividends.amount, strict=True)
    for symbol, day, amount in rows:
        paid[(symbol, day)] = paid.get((symbol, day), 0.0) + float(amount)
    symbols = np.empty(len(paid), object)
    symbols[:] = [symbol for symbol, _ in paid]
    days = np.array([day for _, day in paid], "datetime64[D]")
    return Dividends(symbols, days, np.array(list(paid.values()), np.float64))


def require_ratios(splits: Splits) -> None:
    """Raise ParameterError for the first ratio that is no number above zero."""
    wrong = np.flatnonzero(~(np.isfinite(splits.ratio) & (splits.ratio > 0.0)))
    if len(wrong):
        at = int(wrong[0])
        raise ParameterError(
            "splits",
            f"{splits.symbol[at]} {splits.session[at]} ratio {splits.ratio[at]}",
            "positive ratios (4.0 for a 4:1 split, 0.1 for a 1:10 merger of shares)",
        )


def _relevant(
    symbols: tuple[str, ...], splits: Splits, as_of: np.datetime64
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Check the splits; return (column, day number, ratio) of those that count, sorted."""
    require_ratios(splits)
    position = {symbol: at for at, symbol in enumerate(symbols)}
    column = np.array([position.get(symbol, -1) for symbol in splits.symbol], dtype=np.int64)
    used = np.flatnonzero((column >= 0) & (splits.session <= as_of))
    day = splits.session[used].astype("datetime64[D]").astype(np.int64)
    order = used[np.lexsort((day, column[used]))]
    column, ratio = column[order], splits.ratio[order].astype(np.float64)
    day = splits.session[order].astype("datetime64[D]").astype(np.int64)
    twice = np.flatnonzero((np.diff(column) == 0) & (np.diff(day) == 0))
    if len(twice):
        at = int(order[twice[0]])
        raise ParameterError(
            "splits",
            f"{splits.symbol[at]} {splits.session[at]} twice",
            "one ratio for each symbol and session",
        )
    return column, day, ratio


def _products(
    column: NDArray[np.int64],
    day: NDArray[np.int64],
    ratio: FloatArray,
    bar_column: NDArray[np.int32],
    bar_session: NDArray[np.datetime64],
) -> FloatArray:
    """Product of the ratios of each bar's symbol on days after the bar's, 1.0 where none.

    Multiplied from the last split backwards within each symbol, so the product of a symbol does
    not depend on which others there are.
    """
    product = np.append(ratio, 1.0)
    for at in range(len(ratio) - 2, -1, -1):
        if column[at] == column[at + 1]:
            product[at] *= product[at + 1]
    # Symbol and day in one ascending number; day numbers stay far below 2**32.
    shift = np.int64(2**32)
    key = column * shift + day
    bar_key = bar_column * shift + bar_session.astype("datetime64[D]").astype(np.int64)
    following = np.searchsorted(key, bar_key, side="right")
    own = following < np.searchsorted(column, bar_column, side="right")
    return np.where(own, product[following], 1.0)
