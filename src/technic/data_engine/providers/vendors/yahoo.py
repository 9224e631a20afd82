"""Yahoo's charts: one symbol's daily bars a request, through yfinance's session.

Yahoo has no official interface. yfinance knows the cookies that its site wants; its tables are not
used, because in them a passing fault looks like a delisted symbol and costs a second request.
Prices come split-adjusted to the present.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import quote

import msgspec
import numpy as np

from technic.data_engine.interfaces.records import PriceBasis
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    BarRequest,
    Capabilities,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors.http import checked_base_url, decode, endpoint, to_wire
from technic.data_engine.providers.vendors.rows import (
    Stamps,
    bar_times,
    long_bars,
    require_complete,
    require_inside,
    trading_days,
)
from technic.data_engine.providers.vendors.vendor import BarsOnly
from technic.errors import ParameterError
from technic.panel import LongBars
from technic.typing import BoolArray, DateArray

__all__ = ["BASE_URL", "PLAN", "YahooProvider"]

BASE_URL = "https://query2.finance.yahoo.com"

PLAN = Capabilities(
    kinds=frozenset({"symbol_range"}),
    requests_per_minute=60,
    max_concurrent=4,
    final_after=dt.timedelta(hours=24),
)
"""Nothing is documented; faster than about one request a second has led to blocks, and the last
day has been missing for some symbols until the next one."""


class _Quote(msgspec.Struct):
    open: list[float | None] = []
    high: list[float | None] = []
    low: list[float | None] = []
    close: list[float | None] = []
    volume: list[float | None] = []


class _Indicators(msgspec.Struct):
    quote: list[_Quote]


class _Meta(msgspec.Struct):
    symbol: str
    dataGranularity: str = "1d"  # noqa: N815 - the vendor's name


class _Result(msgspec.Struct):
    meta: _Meta
    indicators: _Indicators
    timestamp: list[float] = []


class _Trouble(msgspec.Struct):
    code: str | None = None
    description: str | None = None


class _Chart(msgspec.Struct):
    result: list[_Result] | None = None
    error: _Trouble | None = None


class _Answer(msgspec.Struct):
    chart: _Chart


@dataclass(frozen=True, slots=True)
class YahooProvider(BarsOnly):
    """Yahoo; no key."""

    base_url: str = field(default=BASE_URL, kw_only=True)
    plan: Capabilities = field(default=PLAN, kw_only=True, repr=False)

    name = "yahoo"
    price_basis: ClassVar[PriceBasis] = "split_adjusted"

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", checked_base_url(self.base_url))

    @property
    def capabilities(self) -> Capabilities:
        """What is asked of Yahoo at most."""
        return self.plan

    def bars(self, request: BarRequest) -> Endpoint[LongBars]:
        """Daily bars of one symbol, split-adjusted to the present."""
        if request.kind not in self.plan.kinds or request.freq != "daily":
            asked = f"{request.freq} {request.kind}"
            raise ParameterError("request", asked, f"daily {', '.join(self.plan.kinds)}")
        (symbol,) = request.symbols

        def asked_for(_: str | None) -> HttpRequest:
            ticker = quote(to_wire(symbol, "yahoo"), safe="")
            return HttpRequest(
                f"{self.base_url}/v8/finance/chart/{ticker}",
                {
                    "period1": str(_seconds(request.first)),
                    "period2": str(_seconds(request.last + 1)),
                    "interval": "1d",
                    "includePrePost": "false",
                },
            )

        return endpoint(request.label, asked_for, lambda response: (_bars(response, request), None))


def _bars(response: HttpResponse, request: BarRequest) -> LongBars:
    (symbol,) = request.symbols
    if response.status == 404:
        raise UnknownSymbolError(symbol, f"{symbol}: {_words_of(response)}")
    chart = decode(response, _Answer).chart
    if chart.error is not None or not chart.result:
        raise BadAnswerError(f"{symbol}: a good answer without a chart")
    result = chart.result[0]
    if result.meta.symbol != to_wire(symbol, "yahoo") or result.meta.dataGranularity != "1d":
        got = f"{result.meta.dataGranularity} of {result.meta.symbol}"
        raise BadAnswerError(f"asked 1d of {symbol}, got {got}")
    quotes = result.indicators.quote[0] if result.indicators.quote else _Quote()
    fields = [quotes.open, quotes.high, quotes.low, quotes.close, quotes.volume]
    stamps = bar_times([1000 * seconds for seconds in result.timestamp])
    days = trading_days(stamps)
    if any(len(values) != len(days) for values in fields):
        raise BadAnswerError(f"{symbol}: columns of different lengths")
    # a row without any value is a day without a bar; the price of the moment may come as a row
    # after the last day, or beside the bar of the last day
    due = np.array([any(v is not None for v in row) for row in zip(*fields, strict=True)], bool)
    due &= (days <= request.last) & ~_live(stamps, days)
    kept = np.flatnonzero(due)
    values = [[column[at] for at in kept] for column in fields]
    bars = long_bars([symbol] * len(kept), days[kept], values)
    return require_inside(require_complete(bars), request)


def _live(stamps: Stamps, days: DateArray) -> BoolArray:
    """Tell which rows of the last day are live quotes: all after its own, stamped at the open."""
    if not len(days):
        return np.zeros(0, np.bool_)
    last = days == days.max()
    return np.asarray(last & (stamps > stamps[last].min()))


def _seconds(day: np.datetime64) -> int:
    return int(day.astype("datetime64[s]").astype(np.int64))


def _words_of(response: HttpResponse) -> str:
    try:
        error = msgspec.json.decode(response.body, type=_Answer).chart.error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        error = None
    return (error and error.description) or "not found"
