"""Providers by name: the one place that knows them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import PriceBasis
from technic.data_engine.interfaces.remote_provider import RemoteProvider
from technic.data_engine.interfaces.transport import TransportFactory
from technic.errors import ParameterError
from technic.sessions import SessionCalendar
from technic.settings import Settings

__all__ = [
    "PROVIDERS",
    "REMOTE",
    "market_clock",
    "open_provider",
    "open_remote",
    "store_url",
    "transport_factory",
]

T = TypeVar("T")

REMOTE = ("polygon", "polygon-files", "alpaca", "tiingo", "yahoo", "loopback")
PROVIDERS = ("demo", "files", *REMOTE)


def open_provider(
    name: str,
    calendar: SessionCalendar,
    *,
    settings: Settings,
    data: str | None = None,
    price_basis: PriceBasis | None = None,
    max_concurrent: int = 50,
    now: Callable[[], dt.datetime] | None = None,
) -> Provider:
    """Open a provider; its module is imported only now.

    ``data``: file or folder of prices, for ``files``. ``price_basis``: how those prices are
    adjusted, where the user knows. A vendor comes with its store. Raises ParameterError for an
    unknown name, missing data or a missing key.
    """
    if name != "files" and data is not None:
        raise ParameterError("data", data, f"no data with the provider {name}", "use files")
    if name == "demo":
        from technic.data_engine.providers.demo import DemoProvider

        return DemoProvider(calendar)
    if name == "files":
        from technic.data_engine.providers.files.provider import FilesProvider

        if data is None:
            raise ParameterError("data", data, "a file or folder of prices", "give --data PATH")
        return FilesProvider(data, price_basis=price_basis)
    remote = open_remote(name, settings)
    clock = now or market_clock(name, settings)
    return _with_store(remote, calendar, settings, max_concurrent, clock)


def open_remote(name: str, settings: Settings) -> RemoteProvider:
    """Open a vendor's interface with the user's keys; asks nothing yet."""
    if name not in _OPENERS:
        raise ParameterError("provider", name, ", ".join(PROVIDERS))
    return _OPENERS[name](settings)


def _polygon(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors import polygon

    plans = {"free": polygon.FREE, "paid": polygon.PAID}
    return polygon.PolygonProvider(
        _key("polygon_key", settings.polygon_key),
        base_url=settings.polygon_url or polygon.BASE_URL,
        plan=_plan("polygon_plan", settings.polygon_plan, plans),
    )


def _polygon_files(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors import polygon
    from technic.data_engine.providers.vendors.polygon_files import PolygonFiles

    key = _key("polygon_key", settings.polygon_key)
    return PolygonFiles(key, base_url=settings.polygon_url or polygon.BASE_URL)


def _alpaca(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors import alpaca

    plans = {"basic": alpaca.BASIC, "plus": alpaca.PLUS}
    feeds: dict[str, alpaca.Feed] = {"sip": "sip", "iex": "iex"}
    return alpaca.AlpacaProvider(
        _key("alpaca_key", settings.alpaca_key),
        _key("alpaca_secret", settings.alpaca_secret),
        base_url=settings.alpaca_url or alpaca.BASE_URL,
        plan=_plan("alpaca_plan", settings.alpaca_plan, plans),
        feed=_plan("alpaca_feed", settings.alpaca_feed, feeds),
    )


def _tiingo(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors import tiingo

    plans = {"free": tiingo.FREE, "power": tiingo.POWER}
    return tiingo.TiingoProvider(
        _key("tiingo_key", settings.tiingo_key),
        base_url=settings.tiingo_url or tiingo.BASE_URL,
        plan=_plan("tiingo_plan", settings.tiingo_plan, plans),
    )


def _yahoo(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors.yahoo import YahooProvider

    del settings  # Yahoo knows no keys
    return YahooProvider()


def _loopback(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors.loopback import LOOPBACK_URL, LoopbackProvider

    return LoopbackProvider(base_url=settings.loopback_url or LOOPBACK_URL)


_OPENERS: dict[str, Callable[[Settings], RemoteProvider]] = {
    "polygon": _polygon,
    "polygon-files": _polygon_files,
    "alpaca": _alpaca,
    "tiingo": _tiingo,
    "yahoo": _yahoo,
    "loopback": _loopback,
}


def transport_factory(remote: RemoteProvider, settings: Settings) -> TransportFactory:
    """Return what makes the transport that requests of ``remote`` travel on.

    Raises ParameterError where it needs keys of its own and they are missing.
    """
    from technic.data_engine.network.aiohttp_transport import AiohttpTransport

    sockets = partial(AiohttpTransport, remote.capabilities.max_concurrent)
    if remote.name == "polygon-files":
        from technic.data_engine.network.s3_transport import FLAT_FILES_URL, S3Access, S3Transport

        access = S3Access(
            _key("polygon_s3_key", settings.polygon_s3_key),
            _key("polygon_s3_secret", settings.polygon_s3_secret),
            settings.polygon_s3_url or FLAT_FILES_URL,
        )
        return lambda: S3Transport(access, sockets())
    if remote.name == "yahoo":
        from technic.data_engine.network.yahoo_transport import YahooTransport

        return YahooTransport
    return sockets


def _plan(name: str, chosen: str | None, plans: dict[str, T]) -> T:
    """Return the plan of that name; the first one unless the user says otherwise."""
    if chosen is None:
        return next(iter(plans.values()))
    if chosen not in plans:
        raise ParameterError(name, chosen, ", ".join(plans), f"set TECHNIC_{name.upper()}")
    return plans[chosen]


def store_url(name: str, settings: Settings) -> str:
    """Where the bars of a vendor are kept: a folder or an object store's URL."""
    if name not in REMOTE:
        raise ParameterError("provider", name, ", ".join(REMOTE), "the others keep no store")
    parts = urlsplit(settings.store or "")
    if parts.password or (parts.scheme and parts.query):  # the address is shown and logged
        what = (
            "a URL without a key in it; set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the like"
        )
        raise ParameterError("store", "(not shown)", what)
    folder = name
    if name == "alpaca":  # the volumes of two feeds must not meet in one store
        folder += f"-{settings.alpaca_feed or 'sip'}"
    return f"{(settings.store or str(settings.home / 'store')).rstrip('/')}/{folder}"


def _with_store(
    remote: RemoteProvider,
    calendar: SessionCalendar,
    settings: Settings,
    max_concurrent: int,
    now: Callable[[], dt.datetime],
) -> Provider:
    from technic.data_engine.network.fetch import FetchRules
    from technic.data_engine.store import BarStore
    from technic.data_engine.sync.store_provider import StoredProvider
    from technic.data_engine.sync.syncer import Syncer

    connect = transport_factory(remote, settings)
    store = BarStore.open(store_url(remote.name, settings))
    rules = FetchRules(max_concurrent=min(max_concurrent, remote.capabilities.max_concurrent))
    # a simulated vendor may list another market from one hour to the next
    folder = None if remote.simulated else settings.home / "cache"
    return StoredProvider(Syncer(remote, store, calendar, now, rules, connect), folder)


def _key(name: str, key: str | None) -> str:
    if key is None:
        raise ParameterError(name, None, "your key", f"set TECHNIC_{name.upper()}")
    return key


def market_clock(name: str, settings: Settings) -> Callable[[], dt.datetime]:
    """Return the clock of this machine; the simulated market has its own."""
    if name == "loopback":
        from technic.data_engine.providers.vendors.loopback import LOOPBACK_URL, MarketClock

        return MarketClock(settings.loopback_url or LOOPBACK_URL)
    return _clock


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
