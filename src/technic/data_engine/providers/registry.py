"""Providers by name: the one place that knows them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from technic.data_engine.providers.base import PriceBasis, Provider
from technic.data_engine.remote import RemoteProvider
from technic.errors import ParameterError
from technic.sessions import SessionCalendar
from technic.settings import Settings

__all__ = ["PROVIDERS", "REMOTE", "open_provider", "open_remote", "store_url"]

REMOTE = ("polygon", "alpaca", "tiingo", "yahoo", "loopback")
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
        from technic.data_engine.providers.files import FilesProvider

        if data is None:
            raise ParameterError("data", data, "a file or folder of prices", "give --data PATH")
        return FilesProvider(data, price_basis=price_basis)
    remote = open_remote(name, settings)
    clock = now or _clock_of(name, settings)
    return _with_store(remote, calendar, settings, max_concurrent, clock)


def open_remote(name: str, settings: Settings) -> RemoteProvider:
    """Open a vendor's interface with the user's keys; asks nothing yet."""
    if name == "polygon":
        from technic.data_engine.providers import polygon

        plans = {"free": polygon.FREE, "paid": polygon.PAID}
        plan = settings.polygon_plan or "free"
        if plan not in plans:
            raise ParameterError("polygon_plan", plan, ", ".join(plans))
        return polygon.PolygonProvider(
            _key(name, settings.polygon_key),
            base_url=settings.polygon_url or polygon.BASE_URL,
            plan=plans[plan],
        )
    if name == "loopback":
        from technic.data_engine.providers.loopback import LOOPBACK_URL, LoopbackProvider

        return LoopbackProvider(base_url=settings.loopback_url or LOOPBACK_URL)
    raise ParameterError("provider", name, ", ".join(PROVIDERS))


def store_url(name: str, settings: Settings) -> str:
    """Where the bars of a vendor are kept: a folder or an object store's URL."""
    if name not in REMOTE:
        raise ParameterError("provider", name, ", ".join(REMOTE), "the others keep no store")
    url = settings.store or str(settings.home / "store")
    return f"{url.rstrip('/')}/{name}"


def _with_store(
    remote: RemoteProvider,
    calendar: SessionCalendar,
    settings: Settings,
    max_concurrent: int,
    now: Callable[[], dt.datetime],
) -> Provider:
    from technic.data_engine.fetch import FetchRules
    from technic.data_engine.store import BarStore
    from technic.data_engine.stored import StoredProvider
    from technic.data_engine.sync import Syncer

    store = BarStore.open(store_url(remote.name, settings))
    rules = FetchRules(max_concurrent=min(max_concurrent, remote.capabilities.max_concurrent))
    return StoredProvider(Syncer(remote, store, calendar, now, rules))


def _key(name: str, key: str | None) -> str:
    if key is None:
        variable = f"TECHNIC_{name.upper()}_KEY"
        raise ParameterError(f"{name}_key", None, f"your key: set {variable} or put it in a file")
    return key


def _clock_of(name: str, settings: Settings) -> Callable[[], dt.datetime]:
    """Return the clock of this machine; the simulated market has its own."""
    if name == "loopback":
        from technic.data_engine.providers.loopback import LOOPBACK_URL, MarketClock

        return MarketClock(settings.loopback_url or LOOPBACK_URL)
    return _clock


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
