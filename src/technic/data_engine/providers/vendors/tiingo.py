"""Tiingo: one symbol's end-of-day history a request, and the list of what it has.

A history names the splits in its rows but no feed lists those of the market, so prices are
restated here: each is divided by the splits after it. Every history is asked up to the present,
whatever range is wanted, so that all of them are in the present basis; asking more of one symbol
costs no request.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Annotated, ClassVar
from urllib.parse import quote

import msgspec
import numpy as np

from technic.data_engine.interfaces.records import PriceBasis
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import (
    AccountRefusedError,
    BadAnswerError,
    BarRequest,
    Capabilities,
    PlanLimitError,
    ThrottledError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors.http import (
    checked_base_url,
    checked_key,
    decode,
    endpoint,
    retry_after_s,
    says_throttled,
    to_wire,
    trouble_of,
)
from technic.data_engine.providers.vendors.rows import (
    long_bars,
    require_complete,
    require_inside,
)
from technic.data_engine.providers.vendors.tiingo_tickers import listed_tickers
from technic.data_engine.providers.vendors.vendor import BarsOnly
from technic.errors import ParameterError
from technic.panel import LongBars
from technic.typing import FloatArray
from technic.universe import Universe

__all__ = ["BASE_URL", "FREE", "POWER", "TICKERS_URL", "TiingoProvider"]

BASE_URL = "https://api.tiingo.com"
TICKERS_URL = "https://apimedia.tiingo.com/docs/tiingo/daily/supported_tickers.zip"

FREE = Capabilities(kinds=frozenset({"symbol_range"}), requests_per_minute=50 / 60)
"""The free plan: 50 requests an hour, 1,000 a day, 500 different symbols a month."""

POWER = Capabilities(kinds=frozenset({"symbol_range"}), requests_per_minute=10_000 / 60)
"""The Power plan: 10,000 requests an hour, 100,000 a day."""

_OVER = re.compile(r"run over your", re.IGNORECASE)
_HOURLY = re.compile(r"hour", re.IGNORECASE)
_MONTHLY = re.compile(r"month", re.IGNORECASE)


class _Row(msgspec.Struct, frozen=True):
    date: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    open: float | None = None
    high: float | None = None
    low: float | None = None
    close: float | None = None
    volume: float | None = None
    splitFactor: float | None = None  # noqa: N815 - the vendor's name


@dataclass(frozen=True, slots=True)
class TiingoProvider(BarsOnly):
    """Tiingo with the user's token."""

    key: str = field(repr=False)
    base_url: str = field(default=BASE_URL, kw_only=True)
    tickers_url: str = field(default=TICKERS_URL, kw_only=True)
    plan: Capabilities = field(default=FREE, kw_only=True, repr=False)

    name = "tiingo"
    key_settings: ClassVar[tuple[str, ...]] = ("TECHNIC_TIINGO_KEY",)
    price_basis: ClassVar[PriceBasis] = "split_adjusted"

    def __post_init__(self) -> None:
        checked_key("key", self.key)
        object.__setattr__(self, "base_url", checked_base_url(self.base_url))
        object.__setattr__(self, "tickers_url", checked_base_url(self.tickers_url))

    @property
    def capabilities(self) -> Capabilities:
        """What the plan offers."""
        return self.plan

    def bars(self, request: BarRequest) -> Endpoint[LongBars]:
        """Daily bars of one symbol, split-adjusted to the present."""
        if request.kind not in self.plan.kinds or request.freq != "daily":
            asked = f"{request.freq} {request.kind}"
            raise ParameterError("request", asked, f"daily {', '.join(self.plan.kinds)}")
        (symbol,) = request.symbols

        def asked_for(_: str | None) -> HttpRequest:
            ticker = quote(to_wire(symbol, "tiingo"), safe="")
            return HttpRequest(
                f"{self.base_url}/tiingo/daily/{ticker}/prices",
                {"startDate": str(request.first), "format": "json"},
                {"Authorization": f"Token {self.key}"},
            )

        return endpoint(
            request.label, asked_for, lambda response: (_bars(response, request), None), (self.key,)
        )

    def listings(self) -> Endpoint[Universe]:
        """US stocks and ETFs with prices up to these days; the list is public, so without key."""
        return endpoint(
            "listings",
            lambda _: HttpRequest(self.tickers_url),
            lambda response: (listed_tickers(response), None),
        )


def _bars(response: HttpResponse, request: BarRequest) -> LongBars:
    (symbol,) = request.symbols
    _check_said(response, symbol)
    rows = sorted(dict.fromkeys(decode(response, list[_Row])), key=lambda row: row.date)
    days = np.array([row.date.date() for row in rows], dtype="datetime64[D]")
    if (np.diff(days).astype(np.int64) <= 0).any():
        raise BadAnswerError(f"two different bars of {symbol} on one day")
    divisor = _splits_after([row.splitFactor for row in rows], symbol)
    prices = [
        np.array([row.open for row in rows], np.float64) / divisor,
        np.array([row.high for row in rows], np.float64) / divisor,
        np.array([row.low for row in rows], np.float64) / divisor,
        np.array([row.close for row in rows], np.float64) / divisor,
    ]
    volume = np.array([row.volume for row in rows], np.float64) * divisor
    bars = long_bars([symbol] * len(rows), days, [*prices, volume])
    due = require_complete(bars.rows(days <= request.last))
    return require_inside(due, request)


def _splits_after(factors: list[float | None], symbol: str) -> FloatArray:
    """Return the product of the factors after each row."""
    factor = np.array(factors, dtype=np.float64)
    after = np.ones(len(factor))
    with np.errstate(over="ignore", under="ignore"):
        after[:-1] = np.cumprod(factor[:0:-1])[::-1]
    # a row's own factor counts for the rows before it, the first row's for none
    if not ((factor > 0) & (after > 1e-9) & (after < 1e9)).all():
        raise BadAnswerError(f"a split factor of {symbol} is missing or out of all proportion")
    return after


def _check_said(response: HttpResponse, symbol: str) -> None:
    """Raise what the words of an answer stand for, whatever its status: some come with a 200.

    Only an explicit "not found" means that there is no such symbol; the allowances of a day and of
    a month do not come back by waiting a little.
    """
    if response.body[:1] == b"[":
        return
    text = trouble_of(response)
    if _OVER.search(text):
        if _HOURLY.search(text):
            raise ThrottledError(text, retry_after_s(response))
        # symbols that were asked before in this month are answered still, nothing on this day
        raise (PlanLimitError if _MONTHLY.search(text) else AccountRefusedError)(text)
    if response.status == 404 and "not found" in text.lower():
        raise UnknownSymbolError(symbol, f"{symbol}: {text}")
    if response.status == 200 and says_throttled(text):
        raise ThrottledError(text, retry_after_s(response))
