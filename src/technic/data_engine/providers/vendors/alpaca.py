"""Alpaca Market Data: many symbols' bars a request, splits, dividends, symbol changes, assets.

Bars are asked raw and as they were: ``asof=-`` keeps the bars of a symbol that has changed under
the symbol of their day, and ``renames`` names the change. One feed is asked for everything, for
volumes of two feeds must not meet in one average.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeVar

import numpy as np

from technic.data_engine.interfaces.records import Dividends, PriceBasis, Renames, Splits
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import BarRequest, Capabilities, UnknownSymbolError
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors import alpaca_wire as wire
from technic.data_engine.providers.vendors.http import (
    checked_base_url,
    checked_key,
    endpoint,
    to_wire,
)
from technic.data_engine.providers.vendors.vendor import BarsOnly
from technic.errors import ParameterError
from technic.panel import LongBars
from technic.universe import Universe

__all__ = ["BASE_URL", "BASIC", "PLUS", "TRADING_URL", "AlpacaProvider", "Feed"]

T = TypeVar("T")

Feed = Literal["sip", "iex"]
"""All exchanges, or IEX alone: a fraction of the volume, and symbols without bars on quiet days."""

BASE_URL = "https://data.alpaca.markets"
TRADING_URL = "https://paper-api.alpaca.markets"
FRAMES = {
    "daily": "1Day",
    "1min": "1Min",
    "5min": "5Min",
    "15min": "15Min",
    "30min": "30Min",
    "60min": "1Hour",
}

DAY = np.timedelta64(1, "D")
EARLY = np.timedelta64(10, "D")
LATE = np.timedelta64(120, "D")
"""Actions are looked up by the day they are processed, which for a dividend is weeks after its
ex-date: so more days are asked for, and those that are not due are left out."""

BASIC = Capabilities(
    kinds=frozenset({"multi_symbol"}),
    bars_per_page=10_000,
    symbols_per_request=500,
    requests_per_minute=200,
    intraday=True,
)
"""The free plan. How long a URL may be is not documented: 500 symbols stay far below 8,000 bytes
in it."""

PLUS = Capabilities(
    kinds=frozenset({"multi_symbol"}),
    bars_per_page=10_000,
    symbols_per_request=500,
    requests_per_minute=10_000,
    intraday=True,
)
"""Algo Trader Plus."""


@dataclass(frozen=True, slots=True)
class AlpacaProvider(BarsOnly):
    """Alpaca with the user's pair of keys, of a live or a paper account.

    ``trading_url``: where the account's assets are listed; left out, Alpaca's host for paper
    accounts, or ``base_url`` if that is another one.
    """

    key: str = field(repr=False)
    secret: str = field(repr=False)
    base_url: str = field(default=BASE_URL, kw_only=True)
    trading_url: str | None = field(default=None, kw_only=True)
    plan: Capabilities = field(default=BASIC, kw_only=True, repr=False)
    feed: Feed = field(default="sip", kw_only=True)

    name = "alpaca"
    key_settings: ClassVar[tuple[str, ...]] = ("TECHNIC_ALPACA_KEY", "TECHNIC_ALPACA_SECRET")
    price_basis: ClassVar[PriceBasis] = "raw"

    def __post_init__(self) -> None:
        checked_key("key", self.key)
        checked_key("secret", self.secret)
        base_url = checked_base_url(self.base_url)
        trading_url = TRADING_URL if base_url == BASE_URL else base_url
        if self.trading_url is not None:
            trading_url = checked_base_url(self.trading_url)
        object.__setattr__(self, "base_url", base_url)
        object.__setattr__(self, "trading_url", trading_url)

    @property
    def capabilities(self) -> Capabilities:
        """What the plan offers."""
        return self.plan

    def bars(self, request: BarRequest) -> Endpoint[LongBars]:
        """Bars of many symbols; asking raises UnknownSymbolError for one that cannot be written."""
        if request.kind not in self.plan.kinds:
            raise ParameterError("request.kind", request.kind, ", ".join(sorted(self.plan.kinds)))
        written, unwritten = _written(request.symbols)
        start, end = _window(request)

        def params() -> dict[str, str]:
            if unwritten:
                raise UnknownSymbolError(*unwritten[0])
            return {
                "symbols": ",".join(written),
                "timeframe": FRAMES[request.freq],
                "start": start,
                "end": end,
                "limit": str(self.plan.bars_per_page),
                "adjustment": "raw",
                "feed": self.feed,
                "asof": "-",
                "sort": "asc",
            }

        return self._endpoint(
            request.label,
            f"{self.base_url}/v2/stocks/bars",
            params,
            lambda response: wire.bars(response, request, written),
        )

    def splits(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Splits]:
        """Splits and stock dividends with an ex-date from ``first`` to ``last``."""
        types = "forward_split,reverse_split,stock_dividend"
        return self._actions("splits", types, first, last, wire.splits)

    def dividends(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Dividends]:
        """Cash dividends with an ex-date from ``first`` to ``last``."""
        return self._actions("dividends", "cash_dividend", first, last, wire.dividends)

    def renames(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Renames]:
        """Symbol changes processed from ``first`` to ``last``."""
        return self._actions("renames", "name_change", first, last, wire.renames)

    def listings(self) -> Endpoint[Universe]:
        """Active US equities that are listed on an exchange; types are not told."""
        return self._endpoint(
            "listings",
            f"{self.trading_url}/v2/assets",
            lambda: {"status": "active", "asset_class": "us_equity"},
            lambda response: (wire.listings(response), None),
        )

    def _actions(
        self,
        label: str,
        types: str,
        first: np.datetime64,
        last: np.datetime64,
        read: Callable[[HttpResponse, tuple[np.datetime64, np.datetime64]], tuple[T, str | None]],
    ) -> Endpoint[T]:
        window = {"start": str(first - EARLY), "end": str(last + LATE)}
        return self._endpoint(
            f"{label} {first}…{last}",
            f"{self.base_url}/v1/corporate-actions",
            lambda: {"types": types, **window, "limit": "1000", "sort": "asc"},
            lambda response: read(response, (first, last)),
        )

    def _endpoint(
        self,
        label: str,
        url: str,
        params: Callable[[], Mapping[str, str]],
        read: Callable[[HttpResponse], tuple[T, str | None]],
    ) -> Endpoint[T]:
        """Build an endpoint; its cursor is the token of the next page."""
        headers = {"APCA-API-KEY-ID": self.key, "APCA-API-SECRET-KEY": self.secret}

        def request(cursor: str | None) -> HttpRequest:
            token = {} if cursor is None else {"page_token": cursor}
            return HttpRequest(url, {**params(), **token}, headers)

        return endpoint(label, request, read, (self.key, self.secret))


def _written(symbols: Sequence[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """From the vendor's spelling to ours, and (symbol, why) of those that have none."""
    written: dict[str, str] = {}
    unwritten: list[tuple[str, str]] = []
    for symbol in symbols:
        try:
            written[to_wire(symbol, "alpaca")] = symbol
        except UnknownSymbolError as error:
            unwritten.append((error.symbol, error.detail))
    return written, unwritten


def _window(request: BarRequest) -> tuple[str, str]:
    """First and last moment at which a bar of the request may start.

    A day's bar starts at midnight in New York, 04:00 or 05:00 UTC. The end does not reach into
    the present, where the free plan may not look, unless bars within the current day are asked.
    """
    if request.freq == "daily":
        return f"{request.first}T00:00:00Z", f"{request.last}T05:59:59Z"
    return f"{request.first}T06:00:00Z", f"{request.last + DAY}T05:59:59Z"
