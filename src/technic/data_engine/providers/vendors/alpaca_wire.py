"""What Alpaca's answers mean; who asks is in ``alpaca``.

Bars of many symbols come in one map, page by page: a page may end within a symbol, and only a
missing token ends the pages. A symbol without bars is simply absent.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, TypeVar

import msgspec

from technic.data_engine.interfaces.records import Dividends, Renames, Splits
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    BarRequest,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.providers.vendors.actions import (
    Action,
    Days,
    dividend_table,
    rename_table,
    split_table,
)
from technic.data_engine.providers.vendors.http import decode, from_wire, trouble_of
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

T = TypeVar("T", "_Split", "_Payment")

__all__ = ["bars", "dividends", "listings", "renames", "splits"]

_UNKNOWN = re.compile(r"invalid symbols?: *([^\s,]+)")
_CUSIP = re.compile(r"[0-9]")
"""Actions of securities that trade under no symbol carry their CUSIP, which begins with a digit."""


class _Bar(msgspec.Struct, gc=False):
    t: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    o: float | None = None
    h: float | None = None
    l: float | None = None  # noqa: E741 - the vendor's name
    c: float | None = None
    v: float | None = None


class _Bars(msgspec.Struct):
    bars: dict[str, list[_Bar] | None] | None
    next_page_token: str | None


class _Split(msgspec.Struct):
    symbol: str | None = None
    ex_date: dt.date | None = None
    old_rate: float | None = None
    new_rate: float | None = None


class _Payment(msgspec.Struct):
    """A dividend in cash ($ a share) or in stock (shares a share)."""

    symbol: str | None = None
    ex_date: dt.date | None = None
    rate: float | None = None


class _NameChange(msgspec.Struct):
    old_symbol: str | None = None
    new_symbol: str | None = None
    process_date: dt.date | None = None


class _Actions(msgspec.Struct):
    forward_splits: list[_Split] = []
    reverse_splits: list[_Split] = []
    stock_dividends: list[_Payment] = []
    cash_dividends: list[_Payment] = []
    name_changes: list[_NameChange] = []


class _ActionPage(msgspec.Struct):
    corporate_actions: _Actions
    next_page_token: str | None


class _Asset(msgspec.Struct):
    symbol: str
    name: str | None = None
    exchange: str | None = None


def bars(
    response: HttpResponse, request: BarRequest, written: Mapping[str, str]
) -> tuple[LongBars, str | None]:
    """Read a page of many symbols' bars; ``written`` leads from the vendor's symbols to ours.

    Within the day ``session`` holds UTC times. One symbol that the vendor does not know fails the
    whole request: it is named in an UnknownSymbolError.
    """
    if response.status == 400:
        unknown = _UNKNOWN.search(trouble_of(response))
        if unknown is not None and unknown[1] in written:
            raise UnknownSymbolError(written[unknown[1]], trouble_of(response))
    answer = decode(response, _Bars)
    found = {name: rows or [] for name, rows in (answer.bars or {}).items()}
    strange = found.keys() - written.keys()
    if strange:
        raise BadAnswerError(f"asked {request.label}, got {min(strange)}")
    rows = [bar for name in found for bar in found[name]]
    names = [written[name] for name in found for _ in found[name]]
    stamps = bar_times([_milliseconds(bar.t) for bar in rows])
    time = stamps.astype("datetime64[ms]").astype("datetime64[us]")
    session = trading_days(stamps) if request.freq == "daily" else time
    values = [
        [bar.o for bar in rows],
        [bar.h for bar in rows],
        [bar.l for bar in rows],
        [bar.c for bar in rows],
        [bar.v for bar in rows],
    ]
    page = require_complete(long_bars(names, session, values))
    return require_inside(page, request), answer.next_page_token or None


def splits(response: HttpResponse, days: Days) -> tuple[Splits, str | None]:
    """Read a page of splits; a dividend of r shares a share is a split into 1 + r."""
    page = decode(response, _ActionPage)
    actions = page.corporate_actions
    rows = [
        (row.symbol, row.ex_date, _ratio(row.new_rate, row.old_rate))
        for row in _traded(actions.forward_splits + actions.reverse_splits)
    ]
    rows += [
        (row.symbol, row.ex_date, None if row.rate is None else 1 + row.rate)
        for row in _traded(actions.stock_dividends)
    ]
    return split_table(_canonical(rows), days), page.next_page_token or None


def dividends(response: HttpResponse, days: Days) -> tuple[Dividends, str | None]:
    """Read a page of cash dividends."""
    page = decode(response, _ActionPage)
    paid = _traded(page.corporate_actions.cash_dividends)
    rows = [(row.symbol, row.ex_date, row.rate) for row in paid if row.rate != 0]
    return dividend_table(_canonical(rows), days), page.next_page_token or None


def renames(response: HttpResponse, days: Days) -> tuple[Renames, str | None]:
    """Read a page of symbol changes."""
    page = decode(response, _ActionPage)
    rows = [
        (from_wire(row.old_symbol, "alpaca"), from_wire(row.new_symbol, "alpaca"), row.process_date)
        for row in page.corporate_actions.name_changes
        if row.old_symbol and row.new_symbol and row.process_date
        if not (_CUSIP.match(row.old_symbol) or _CUSIP.match(row.new_symbol))
    ]
    return rename_table(rows, days), page.next_page_token or None


def listings(response: HttpResponse) -> Universe:
    """Read what can be traded on an exchange; the feeds of bars hold nothing traded over it."""
    rows = [row for row in decode(response, list[_Asset]) if row.exchange != "OTC"]
    columns = {
        "company": [row.name for row in rows],
        "exchange": [exchange_name(row.exchange) for row in rows],
    }
    names = [from_wire(row.symbol, "alpaca") for row in rows]
    return universe_of(names, "Alpaca assets", columns)


def _milliseconds(time: dt.datetime) -> float:
    try:
        return time.timestamp() * 1000
    except (OverflowError, ValueError) as error:
        raise BadAnswerError("a time stamp is not of this era") from error


def _traded(rows: Iterable[T]) -> list[T]:
    return [row for row in rows if not (row.symbol and _CUSIP.match(row.symbol))]


def _canonical(rows: Iterable[Action]) -> list[Action]:
    return [
        (from_wire(symbol, "alpaca") if symbol else None, day, value) for symbol, day, value in rows
    ]


def _ratio(new: float | None, old: float | None) -> float | None:
    return new / old if new and old else None
