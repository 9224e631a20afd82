"""What Polygon's answers mean; who asks is in ``polygon``.

In a range ``t`` is the start of the day in New York, in a whole-market day its end, so there the
day of the request counts. Lists without rows come as ``results`` absent, null or empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

import msgspec
import numpy as np

from technic.data_engine.interfaces.records import Dividends, Splits
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    BarRequest,
    ThrottledError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.providers.vendors.actions import Days, dividend_table, split_table
from technic.data_engine.providers.vendors.http import decode, from_wire, says_throttled, trouble_of
from technic.data_engine.providers.vendors.rows import (
    bar_times,
    long_bars,
    require_complete,
    require_inside,
    trading_days,
)
from technic.panel import LongBars
from technic.universe import Universe, universe_of
from technic.universe.exchanges import exchange_name
from technic.wording.counts import count_of

__all__ = ["dividends", "listings", "market_day", "snapshot", "splits", "symbol_range"]

T = TypeVar("T", bound="_Envelope")

GOOD_STATUS = ("OK", "DELAYED")
NS_A_MS = 1_000_000


class _Envelope(msgspec.Struct):
    status: str
    next_url: str | None = None


class _Prices(msgspec.Struct, gc=False):
    """In the order in which the vendor writes: so each name is found where it is looked for."""

    v: float | None = None
    o: float | None = None
    c: float | None = None
    h: float | None = None
    l: float | None = None  # noqa: E741 - the vendor's name


class _Bar(_Prices, gc=False, kw_only=True):
    t: float


class _MarketBar(msgspec.Struct, gc=False):
    """The prices once more: inherited, they would stand before the symbol, which comes first."""

    T: str
    v: float | None = None
    o: float | None = None
    c: float | None = None
    h: float | None = None
    l: float | None = None  # noqa: E741 - the vendor's name
    t: float | None = None


class _Aggregates(_Envelope):
    adjusted: bool | None = None
    resultsCount: int | None = None  # noqa: N815 - the vendor's name


class _Range(_Aggregates):
    ticker: str | None = None
    results: list[_Bar] | None = None


class _MarketDay(_Aggregates):
    results: list[_MarketBar] | None = None


class _SnapshotRow(msgspec.Struct, gc=False):
    ticker: str
    updated: float = 0
    day: _Prices | None = None


class _Snapshot(_Envelope):
    tickers: list[_SnapshotRow] | None = None


class _Split(msgspec.Struct):
    ticker: str | None = None
    execution_date: dt.date | None = None
    split_from: float | None = None
    split_to: float | None = None


class _Splits(_Envelope):
    results: list[_Split] | None = None


class _Dividend(msgspec.Struct):
    id: str | None = None
    ticker: str | None = None
    ex_dividend_date: dt.date | None = None
    cash_amount: float | None = None
    currency: str | None = None


class _Dividends(_Envelope):
    results: list[_Dividend] | None = None


class _Ticker(msgspec.Struct):
    ticker: str
    name: str | None = None
    type: str | None = None
    primary_exchange: str | None = None


class _Tickers(_Envelope):
    results: list[_Ticker] | None = None


def market_day(response: HttpResponse, request: BarRequest, least_rows: int) -> LongBars:
    """Read the whole market on one day; rows that lack a price stay in, as NaN."""
    answer = _answer(response, _MarketDay)
    rows = answer.results or []
    _check_raw(answer, rows)
    rows = _of_the_day(rows, request)
    if len(rows) < least_rows:
        raise BadAnswerError(
            f"{request.label}: {count_of(len(rows), 'row')}, fewer than {least_rows}"
        )
    names = [row.T for row in rows]
    if "" in names:
        raise BadAnswerError(f"{request.label}: a row without a symbol")
    return long_bars(names, np.full(len(rows), request.first), _values(rows), market=True)


def _of_the_day(rows: list[_MarketBar], request: BarRequest) -> list[_MarketBar]:
    """Leave out single rows that carry another day; BadAnswerError where it is most of them."""
    known = {row.t for row in rows}  # one for all, as a rule
    stamps = [stamp for stamp in known if stamp is not None]
    days = trading_days(bar_times(stamps))
    wrong = {stamp: day for stamp, day in zip(stamps, days, strict=True) if day != request.first}
    if not wrong:
        return rows
    kept = [row for row in rows if row.t not in wrong]
    if 2 * len(kept) < len(rows):
        got = next(iter(wrong.values()))
        raise BadAnswerError(f"{request.label}: the rows carry another day, {got}")
    return kept


def symbol_range(response: HttpResponse, request: BarRequest) -> tuple[LongBars, str | None]:
    """Read a page of one symbol's bars; within the day their ``session`` holds UTC times."""
    (symbol,) = request.symbols
    if response.status == 404:
        raise UnknownSymbolError(symbol, f"{symbol}: {trouble_of(response)}")
    answer = _answer(response, _Range)
    rows = answer.results or []
    _check_raw(answer, rows)
    if answer.ticker not in (None, symbol):
        raise BadAnswerError(f"asked {symbol}, got {answer.ticker}")
    stamps = bar_times([row.t for row in rows])
    time = stamps.astype("datetime64[ms]").astype("datetime64[us]")
    session = trading_days(stamps) if request.freq == "daily" else time
    bars = long_bars([symbol] * len(rows), session, _values(rows))
    return require_inside(require_complete(bars), request), answer.next_url


def snapshot(response: HttpResponse, request: BarRequest, least_rows: int) -> LongBars:
    """Read the running or last session; a day that is all zeros has not traded yet."""
    rows = [
        (row.ticker, row.day, row.updated / NS_A_MS)
        for row in _answer(response, _Snapshot).tickers or []
        if row.day is not None and row.day.c
    ]
    days = trading_days(bar_times([updated for _, _, updated in rows]))
    fresh = [row for row, day in zip(rows, days, strict=True) if day == request.first]
    if len(fresh) < least_rows:
        raise BadAnswerError(
            f"{request.label}: {count_of(len(fresh), 'row')}, fewer than {least_rows}"
        )
    names = [name for name, _, _ in fresh]
    if "" in names:
        raise BadAnswerError(f"{request.label}: a row without a symbol")
    session = np.full(len(fresh), request.first)
    return long_bars(names, session, _values([day for _, day, _ in fresh]), market=True)


def splits(response: HttpResponse, days: Days) -> tuple[Splits, str | None]:
    """Read a page of splits."""
    answer = _answer(response, _Splits)
    rows = [
        (row.ticker, row.execution_date, _ratio(row.split_to, row.split_from))
        for row in answer.results or []
    ]
    return split_table(rows, days), answer.next_url


def dividends(response: HttpResponse, days: Days) -> tuple[Dividends, str | None]:
    """Read a page of cash dividends; those paid in another currency are no dollars, and left."""
    answer = _answer(response, _Dividends)
    once = {
        row.id or (row.ticker, row.ex_dividend_date, row.cash_amount): row
        for row in answer.results or []
    }
    rows = [
        (row.ticker, row.ex_dividend_date, row.cash_amount)
        for row in once.values()
        if row.currency in (None, "USD") and row.cash_amount != 0
    ]
    return dividend_table(rows, days), answer.next_url


def listings(response: HttpResponse) -> tuple[Universe, str | None]:
    """Read a page of what is listed; types stay as the vendor writes them."""
    answer = _answer(response, _Tickers)
    rows = answer.results or []
    columns = {
        "company": [row.name for row in rows],
        "exchange": [exchange_name(row.primary_exchange) for row in rows],
        "type": [row.type for row in rows],
    }
    names = [from_wire(row.ticker, "cqs") for row in rows]
    return universe_of(names, "Polygon listings", columns), answer.next_url


def _answer(response: HttpResponse, kind: type[T]) -> T:
    answer = decode(response, kind)
    if answer.status not in GOOD_STATUS:
        text = f"status {answer.status!r} in a good answer: {trouble_of(response)}"
        raise (ThrottledError if says_throttled(text) else BadAnswerError)(text)
    return answer


def _check_raw(answer: _Aggregates, rows: Sequence[_Prices | _MarketBar]) -> None:
    if answer.adjusted or (rows and answer.adjusted is None):
        raise BadAnswerError("asked unadjusted bars, got others")
    if answer.resultsCount not in (None, len(rows)):
        raise BadAnswerError(
            f"{count_of(answer.resultsCount, 'row')} announced, {len(rows)} in the answer"
        )


def _values(rows: Sequence[_Prices | _MarketBar]) -> list[list[float | None]]:
    return [
        [row.o for row in rows],
        [row.h for row in rows],
        [row.l for row in rows],
        [row.c for row in rows],
        [row.v for row in rows],
    ]


def _ratio(new: float | None, old: float | None) -> float | None:
    return new / old if new and old else None
