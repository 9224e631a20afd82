"""Special dividends in relative strength: what a holder was paid is no loss of strength.

On the ex-date of a special dividend the price falls by what is paid out. Prices of a scan are
adjusted for splits alone, so its returns show a loss that no holder had. Relative strength, and
nothing else, counts the payment back in: a return over the ex-date is multiplied by close ÷
(close − amount), close being the last one before it. Regular dividends are left out on both sides
of a comparison: hardly any moves a rank, and not every vendor lists them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.known_actions import DividendsBySymbol, KnownActions
from technic.data_engine.interfaces.records import Dividends
from technic.data_engine.price_cache import LazyPrices, PriceCache
from technic.panel import BarPanel
from technic.scoring.curves import Columns
from technic.scoring.relative_strength import RS_WEIGHTS, rs_score
from technic.typing import DateArray, FloatArray
from technic.wording.counts import count_of

__all__ = [
    "SPECIAL_DIVIDEND_PCT",
    "by_symbol",
    "counted_dividends",
    "known_actions",
    "partly_asked",
    "strength_columns",
]

SPECIAL_DIVIDEND_PCT = 5.0
"""Percent of the close before the ex-date from which on a payment is a special dividend."""
YEAR = max(RS_WEIGHTS)
"""Bars that relative strength looks back."""
_NONE = (np.empty(0, "datetime64[D]"), np.empty(0))


def by_symbol(dividends: Dividends) -> DividendsBySymbol:
    """Return days and amounts of each symbol's dividends, oldest first."""
    order = np.lexsort((dividends.session, dividends.symbol.astype(str)))
    symbols, session = dividends.symbol[order], dividends.session[order]
    amount = dividends.amount[order]
    starts = np.flatnonzero(symbols[1:] != symbols[:-1]) + 1 if len(symbols) else symbols
    cuts = [0, *starts.tolist(), len(symbols)]
    return {
        str(symbols[start]): (session[start:end], amount[start:end])
        for start, end in pairwise(cuts)
        if start < end
    }


def strength_columns(
    panel: BarPanel, rows: NDArray[np.intp], columns: Columns, dividends: DividendsBySymbol
) -> dict[str, FloatArray]:
    """``rs_score`` and ``special_dividends_pct`` of each symbol at its row of ``rows``.

    ``rows``: ``(n_symbols,)``, or ``(k, n_symbols)`` for several days; ``columns``: the returns at
    these rows. ``dividends``: in the basis of the panel's prices, one a
    day; those before the panel's first bar or after the row change nothing, and one of at least
    the close before is not believed. The second column: percent of the close before each, added up
    over the last 252 bars, 0 where none is known. All arrays of the shape of ``rows``.
    """
    paid = np.zeros(rows.shape)
    special = list(_special(panel, rows, dividends)) if dividends else []
    if not special:
        return {"rs_score": rs_score(columns), "special_dividends_pct": paid}
    growth = {bars: np.ones(rows.shape) for bars in RS_WEIGHTS}
    for column, first, percent in special:
        own = rows[..., column]
        for bars, factor in growth.items():
            over = (own >= first) & (own - bars < first)
            factor[..., column] = np.where(
                over, factor[..., column] / (1.0 - percent / 100.0), factor[..., column]
            )
        over = (own >= first) & (own - YEAR < first)
        paid[..., column] += np.where(over, percent, 0.0)
    return {"rs_score": rs_score(columns, growth), "special_dividends_pct": paid}


def counted_dividends(columns: Columns) -> Iterator[str]:
    """Yield a sentence that says in which ranks a special dividend is counted, if in any."""
    count = int(np.count_nonzero(columns["special_dividends_pct"]))
    if count:
        yield (
            f"relative strength counts special dividends ({SPECIAL_DIVIDEND_PCT:g} % of the price "
            f"or more) of {count_of(count, 'symbol')}, listed in special_dividends_pct; "
            "no other value does"
        )


def partly_asked(dividends: Dividends, sessions: DateArray) -> Iterator[str]:
    """Yield a sentence where some dividends are known, and those of some ``sessions`` are not.

    ``sessions``: all on whose ex-dates a special dividend would count.
    """
    if dividends.asked is None:
        return
    unknown = sessions[~np.isin(sessions, dividends.asked)]
    if len(unknown):
        yield (
            f"relative strength counts special dividends of {count_of(len(sessions), 'session')}, "
            f"and of {len(unknown):,} of them ({unknown[0]} to {unknown[-1]}) no dividends were "
            "asked for: who paid one then ranks too low; technic sync --dividends asks for them"
        )


def _special(
    panel: BarPanel, rows: NDArray[np.intp], dividends: DividendsBySymbol
) -> Iterator[tuple[int, int, float]]:
    """Yield column, row of the first bar from the ex-date on, percent of the close before."""
    last = rows if rows.ndim == 1 else rows.max(axis=0, initial=-1)
    lowest = np.fmin.reduce(panel.close, axis=0, initial=np.nan)
    for column, symbol in enumerate(panel.symbols):
        days, amounts = dividends.get(symbol, _NONE)
        # Nearly all symbols end here: their dividends are small beside any price of the window.
        if not len(amounts) or not 100.0 * amounts.max() >= SPECIAL_DIVIDEND_PCT * lowest[column]:
            continue
        own = panel.sessions[panel.session[: panel.length[column], column]]
        for first, amount in zip(np.searchsorted(own, days).tolist(), amounts, strict=True):
            if 0 < first <= last[column]:
                percent = 100.0 * float(amount) / float(panel.close[first - 1, column])
                if SPECIAL_DIVIDEND_PCT <= percent < 100.0:
                    yield column, first, percent


def known_actions(prices: PriceCache | LazyPrices) -> KnownActions:
    """Return the corporate actions that came with the bars, in the basis of these."""
    return KnownActions(prices.split_records, by_symbol(prices.dividends))
