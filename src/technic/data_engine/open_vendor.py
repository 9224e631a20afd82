"""Vendors by name: how each is opened with the user's settings.

A vendor's module is imported when it is opened, so that the names cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from technic.errors import ParameterError

if TYPE_CHECKING:
    import datetime as dt

    from technic.data_engine.interfaces.remote_provider import RemoteProvider
    from technic.data_engine.interfaces.transport import TransportFactory
    from technic.settings import Settings

__all__ = ["VENDORS", "Vendor"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Vendor:
    """How a vendor is opened; each function gets the user's settings and asks nothing.

    ``open``: its interface, with the user's keys; raises ParameterError where one is missing.
    ``plans``: those that the settings know, the smallest first. ``connect``: what its requests
    travel on, where sockets (given) are not enough. ``folder``: of its store, where that is not its
    name. ``clock``: where it has a time of its own. ``lists``: whether it says what is listed.
    """

    open: Callable[[Settings], RemoteProvider]
    plans: tuple[str, ...] = ()
    connect: Callable[[Settings, TransportFactory], TransportFactory] | None = None
    folder: Callable[[Settings], str] | None = None
    clock: Callable[[Settings], Callable[[], dt.datetime]] | None = None
    lists: bool = True


def _polygon(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors import polygon

    plans = {"free": polygon.FREE, "paid": polygon.PAID}
    return polygon.PolygonProvider(
        _key("polygon_key", settings.polygon_key),
        base_url=settings.polygon_url or polygon.BASE_URL,
        plan=_choice("polygon_plan", settings.polygon_plan, plans),
    )


def _polygon_files(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors import polygon
    from technic.data_engine.providers.vendors.polygon_files import PolygonFiles

    key = _key("polygon_key", settings.polygon_key)
    return PolygonFiles(key, base_url=settings.polygon_url or polygon.BASE_URL)


def _polygon_s3(settings: Settings, sockets: TransportFactory) -> TransportFactory:
    from technic.data_engine.network.s3_transport import FLAT_FILES_URL, S3Access, S3Transport

    access = S3Access(
        _key("polygon_s3_key", settings.polygon_s3_key),
        _key("polygon_s3_secret", settings.polygon_s3_secret),
        settings.polygon_s3_url or FLAT_FILES_URL,
    )
    return lambda: S3Transport(access, sockets())


def _alpaca(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors import alpaca

    plans = {"basic": alpaca.BASIC, "plus": alpaca.PLUS}
    feeds: dict[str, alpaca.Feed] = {"sip": "sip", "iex": "iex"}
    return alpaca.AlpacaProvider(
        _key("alpaca_key", settings.alpaca_key),
        _key("alpaca_secret", settings.alpaca_secret),
        base_url=settings.alpaca_url or alpaca.BASE_URL,
        plan=_choice("alpaca_plan", settings.alpaca_plan, plans),
        feed=_choice("alpaca_feed", settings.alpaca_feed, feeds),
    )


def _alpaca_folder(settings: Settings) -> str:
    """Name the feed: the volumes of two must not meet in one store."""
    return f"alpaca-{settings.alpaca_feed or 'sip'}"


def _tiingo(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors import tiingo

    plans = {"free": tiingo.FREE, "power": tiingo.POWER}
    return tiingo.TiingoProvider(
        _key("tiingo_key", settings.tiingo_key),
        base_url=settings.tiingo_url or tiingo.BASE_URL,
        plan=_choice("tiingo_plan", settings.tiingo_plan, plans),
    )


def _yahoo(_: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors.yahoo import YahooProvider

    return YahooProvider()


def _yahoo_session(_: Settings, __: TransportFactory) -> TransportFactory:
    from technic.data_engine.network.yahoo_transport import YahooTransport

    return YahooTransport


def _loopback(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors.loopback import LOOPBACK_URL, LoopbackProvider

    return LoopbackProvider(base_url=settings.loopback_url or LOOPBACK_URL)


def _loopback_clock(settings: Settings) -> Callable[[], dt.datetime]:
    from technic.data_engine.providers.vendors.loopback import LOOPBACK_URL, MarketClock

    return MarketClock(settings.loopback_url or LOOPBACK_URL)


def _key(name: str, key: str | None) -> str:
    if key is None:
        raise ParameterError(name, None, "your key", f"set TECHNIC_{name.upper()}")
    return key


def _choice(name: str, chosen: str | None, choices: dict[str, T]) -> T:
    """Return the choice of that name; the first one unless the user says otherwise."""
    if chosen is None:
        return next(iter(choices.values()))
    if chosen not in choices:
        raise ParameterError(name, chosen, ", ".join(choices), f"set TECHNIC_{name.upper()}")
    return choices[chosen]


VENDORS: Mapping[str, Vendor] = MappingProxyType(
    {
        "polygon": Vendor(_polygon, plans=("free", "paid")),
        "polygon-files": Vendor(_polygon_files, connect=_polygon_s3),
        "alpaca": Vendor(_alpaca, plans=("basic", "plus"), folder=_alpaca_folder),
        "tiingo": Vendor(_tiingo, plans=("free", "power")),
        "yahoo": Vendor(_yahoo, connect=_yahoo_session, lists=False),
        "loopback": Vendor(_loopback, clock=_loopback_clock),
    }
)
"""Every vendor by its name on the command line."""
