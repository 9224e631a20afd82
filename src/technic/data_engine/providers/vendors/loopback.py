"""The simulated market over HTTP on this machine, read as if it were Polygon."""

from __future__ import annotations

import datetime as dt
import http.client
import json
from dataclasses import dataclass, field, replace
from typing import ClassVar
from urllib.parse import urlsplit

from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.providers.vendors.http import checked_base_url
from technic.data_engine.providers.vendors.polygon import PolygonProvider
from technic.errors import FetchError
from technic.universe import Universe

__all__ = ["LOOPBACK_URL", "UNLIMITED", "LoopbackProvider", "MarketClock"]

LOOPBACK_URL = "http://127.0.0.1:8765"
CLOCK_PATH = "/loopback/today"
CLOCK_TIMEOUT_S = 10.0
CLOCK_BYTES = 1_000

UNLIMITED = Capabilities(kinds=frozenset({"symbol_range", "market_day", "snapshot"}), intraday=True)
"""What the simulated vendor offers unless it is told to be stricter."""


@dataclass(frozen=True, slots=True)
class LoopbackProvider(PolygonProvider):
    """A client of ``technic marketsim``; the key is of no matter, the data SIMULATED."""

    key: str = field(default="loopback", repr=False)
    base_url: str = field(default=LOOPBACK_URL, kw_only=True)
    plan: Capabilities = field(default=UNLIMITED, kw_only=True, repr=False)

    name = "loopback"
    key_settings: ClassVar[tuple[str, ...]] = ()
    simulated = True

    def listings(self) -> Endpoint[Universe]:
        """As Polygon's, under a name that says what they are."""
        real = PolygonProvider.listings(self)

        def read(response: HttpResponse) -> tuple[Universe, str | None]:
            page, cursor = real.read(response)
            return Universe(page.columns, "SIMULATED listings"), cursor

        return replace(real, read=read)


@dataclass(slots=True)
class MarketClock:
    """The time in the simulated market, which has a day of its own; asked once, when first needed.

    Calling it raises FetchError where nothing serves the market at ``base_url``.
    """

    base_url: str = LOOPBACK_URL
    _now: dt.datetime | None = None

    def __call__(self) -> dt.datetime:
        """The moment the server's clock showed when it was first asked."""
        if self._now is None:
            self._now = _ask_time(checked_base_url(self.base_url))
        return self._now


def _ask_time(base_url: str) -> dt.datetime:
    """Ask on a plain connection: what looks like a request for data would be counted as one."""
    where = urlsplit(base_url)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(where.netloc, timeout=CLOCK_TIMEOUT_S)
        try:
            connection.request("GET", where.path + CLOCK_PATH)
            answer = connection.getresponse().read(CLOCK_BYTES)
        finally:
            connection.close()
        now = dt.datetime.fromisoformat(json.loads(answer)["now"])
    except (OSError, http.client.HTTPException) as error:
        detail = f"nothing answers at {base_url}; technic marketsim starts the market"
        raise FetchError("loopback", "any symbol", "unavailable", detail) from error
    except (ValueError, TypeError, KeyError) as error:
        detail = f"what answers at {base_url} is no simulated market"
        raise FetchError("loopback", "any symbol", "bad_answer", detail) from error
    if now.tzinfo is None:
        detail = f"the clock at {base_url} has no time zone"
        raise FetchError("loopback", "any symbol", "bad_answer", detail)
    return now
