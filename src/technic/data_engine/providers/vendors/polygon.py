"""Polygon.io, now Massive: whole-market days, ranges, snapshot, splits, dividends, tickers.

Bars are asked unadjusted: adjusted history changes with every split. Tickers are CQS symbols, our
canonical form, and case decides. No feed of the whole market names symbol changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import numpy as np

from technic.data_engine.interfaces.records import Dividends, PriceBasis, Splits
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import BadAnswerError, BarRequest, Capabilities
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors import polygon_wire as wire
from technic.data_engine.providers.vendors.http import (
    checked_base_url,
    checked_key,
    endpoint,
    to_wire,
)
from technic.data_engine.providers.vendors.vendor import BarsOnly
from technic.errors import ParameterError
from technic.panel import LongBars
from technic.text.redact import redacted
from technic.universe import Universe

__all__ = ["BASE_URL", "FREE", "PAID", "PolygonProvider"]

T = TypeVar("T")

BASE_URL = "https://api.massive.com"
STOCKS = "/v2/aggs/grouped/locale/us/market/stocks"
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
LONGEST_URL = 8_000
SPANS = {
    "daily": "1/day",
    "1min": "1/minute",
    "5min": "5/minute",
    "15min": "15/minute",
    "30min": "30/minute",
    "60min": "60/minute",
}

FREE = Capabilities(
    kinds=frozenset({"symbol_range", "market_day"}),
    history_days=730,
    requests_per_minute=5,
    same_day=False,
    intraday=True,
)
"""The free plan: five requests a minute, two years, no bars of today before the day is over."""

PAID = Capabilities(
    kinds=frozenset({"symbol_range", "market_day", "snapshot"}),
    requests_per_minute=6_000,
    intraday=True,
)
"""Paid plans: no limit but the vendor's wish for fewer than 100 requests a second."""


@dataclass(frozen=True, slots=True)
class PolygonProvider(BarsOnly):
    """Polygon with the user's key; ``plan`` says what the key may do."""

    key: str = field(repr=False)
    base_url: str = field(default=BASE_URL, kw_only=True)
    plan: Capabilities = field(default=FREE, kw_only=True, repr=False)

    name = "polygon"
    key_settings: ClassVar[tuple[str, ...]] = ("TECHNIC_POLYGON_KEY",)
    price_basis: ClassVar[PriceBasis] = "raw"

    def __post_init__(self) -> None:
        checked_key("key", self.key)
        object.__setattr__(self, "base_url", checked_base_url(self.base_url))

    @property
    def capabilities(self) -> Capabilities:
        """What the plan offers."""
        return self.plan

    def bars(self, request: BarRequest) -> Endpoint[LongBars]:
        """Bars of a whole-market day, of one symbol's range, or of the current session."""
        if request.kind not in self.plan.kinds:
            raise ParameterError("request.kind", request.kind, ", ".join(sorted(self.plan.kinds)))
        least = self.plan.least_market_rows
        if request.kind == "market_day":
            return self.paged(
                request.label,
                f"{STOCKS}/{request.first}",
                {"adjusted": "false", "include_otc": "false"},
                lambda response: (wire.market_day(response, request, least), None),
            )
        if request.kind == "snapshot":
            return self.paged(
                request.label,
                SNAPSHOT,
                {"include_otc": "false"},
                lambda response: (wire.snapshot(response, request, least), None),
            )
        (symbol,) = request.symbols
        days = f"{request.first}/{request.last}"
        return self.paged(
            request.label,
            lambda: f"/v2/aggs/ticker/{_path(symbol)}/range/{SPANS[request.freq]}/{days}",
            {"adjusted": "false", "sort": "asc", "limit": "50000"},
            lambda response: wire.symbol_range(response, request),
        )

    def splits(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Splits]:
        """Splits executed from ``first`` to ``last``, of all symbols."""
        return self.paged(
            f"splits {first}…{last}",
            "/stocks/v1/splits",
            _between("execution_date", first, last),
            lambda response: wire.splits(response, (first, last)),
        )

    def dividends(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Dividends]:
        """Cash dividends with an ex-date from ``first`` to ``last``, of all symbols."""
        return self.paged(
            f"dividends {first}…{last}",
            "/stocks/v1/dividends",
            _between("ex_dividend_date", first, last),
            lambda response: wire.dividends(response, (first, last)),
        )

    def listings(self) -> Endpoint[Universe]:
        """Active US stocks, funds and the like, a thousand a page."""
        params = {"market": "stocks", "active": "true", "limit": "1000", "sort": "ticker"}
        return self.paged(
            "listings",
            "/v3/reference/tickers",
            {**params, "order": "asc"},
            wire.listings,
        )

    def paged(
        self,
        label: str,
        path: str | Callable[[], str],
        params: Mapping[str, str],
        read: Callable[[HttpResponse], tuple[T, str | None]],
    ) -> Endpoint[T]:
        """Build an endpoint; its cursor is path and query of ``next_url``: the host may differ."""
        headers = {"Authorization": f"Bearer {self.key}"}

        def request(cursor: str | None) -> HttpRequest:
            if cursor is None:
                where = path if isinstance(path, str) else path()
                return HttpRequest(self.base_url + where, params, headers)
            where, _, query = cursor.partition("?")
            return HttpRequest(
                self.base_url + where, dict(parse_qsl(query, keep_blank_values=True)), headers
            )

        def paged(response: HttpResponse) -> tuple[T, str | None]:
            page, next_url = read(response)
            return page, _cursor(next_url, self.key) if next_url else None

        return endpoint(label, request, paged, (self.key,))


def _path(symbol: str) -> str:
    return quote(to_wire(symbol, "cqs"), safe="")


def _between(name: str, first: np.datetime64, last: np.datetime64) -> dict[str, str]:
    days = {f"{name}.gte": str(first), f"{name}.lte": str(last)}
    return {**days, "sort": f"{name}.asc", "limit": "5000"}


def _cursor(next_url: str, key: str) -> str:
    """Path and query of the next page, without a key were there one."""
    try:
        parts = urlsplit(next_url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError as error:
        raise BadAnswerError("next_url is no URL") from error
    path = parts.path
    if not path.startswith("/") or not path.isascii() or not path.isprintable():
        raise BadAnswerError("next_url has no path")
    if len(next_url) > LONGEST_URL or redacted(path, (key,)) != path:
        raise BadAnswerError("next_url is none that could be asked")
    kept = [pair for pair in pairs if pair[0].lower() != "apikey" and key not in pair]
    return f"{path}?{urlencode(kept)}"
