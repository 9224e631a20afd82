"""Providers by name, opened: a vendor comes with its store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import PriceBasis
from technic.data_engine.interfaces.remote_provider import RemoteProvider
from technic.data_engine.interfaces.transport import TransportFactory
from technic.data_engine.open_vendor import VENDORS
from technic.errors import ParameterError
from technic.sessions import SessionCalendar
from technic.settings import Settings
from technic.tables.file_options import FileOptions

__all__ = [
    "PROVIDERS",
    "REMOTE",
    "market_clock",
    "open_provider",
    "open_remote",
    "store_url",
    "transport_factory",
]

REMOTE = tuple(VENDORS)
PROVIDERS = ("demo", "files", *REMOTE)


def open_provider(
    name: str,
    calendar: SessionCalendar,
    *,
    settings: Settings,
    data: str | None = None,
    price_basis: PriceBasis | None = None,
    adjust_by: str | None = None,
    options: FileOptions | None = None,
    no_volume: bool = False,
    max_concurrent: int = 50,
    now: Callable[[], dt.datetime] | None = None,
) -> Provider:
    """Open a provider; its module is imported only now.

    ``data``: file or folder of prices, for ``files``. ``price_basis``: how those prices are
    adjusted, where the user knows. ``adjust_by``: a column of adjusted closes in them; ``options``:
    what the user says about their layout; ``no_volume``: prices alone are wanted, whether there is
    volume or not. ``now``: the clock, also that of a vendor, which comes with its store. Raises
    ParameterError for an unknown name, missing data, a missing key, and what only ``files`` can do.
    """
    if name != "files" and data is not None:
        raise ParameterError("data", data, f"no data with the provider {name}", "use files")
    if name != "files" and adjust_by is not None:
        raise ParameterError("adjust_by", adjust_by, f"none with the provider {name}", "use files")
    if name != "files" and options is not None and options.symbol_from is not None:
        pattern = options.symbol_from.pattern
        raise ParameterError("symbol_from", pattern, f"none with the provider {name}", "use files")
    if name == "demo":
        from technic.data_engine.providers.demo import DemoProvider

        return DemoProvider(calendar)
    if name == "files":
        from technic.data_engine.providers.files.provider import FilesProvider

        if data is None:
            raise ParameterError("data", data, "a file or folder of prices", "give --data PATH")
        return FilesProvider(
            data,
            price_basis=price_basis,
            adjust_by=adjust_by,
            volume=not no_volume,
            options=options,
            calendar=calendar,
            now=None if now is None else now(),
        )
    remote = open_remote(name, settings)
    clock = now or market_clock(name, settings)
    return _with_store(remote, calendar, settings, max_concurrent, clock)


def open_remote(name: str, settings: Settings) -> RemoteProvider:
    """Open a vendor's interface with the user's keys; asks nothing yet."""
    if name not in VENDORS:
        raise ParameterError("provider", name, ", ".join(PROVIDERS))
    return VENDORS[name].open(settings)


def transport_factory(remote: RemoteProvider, settings: Settings) -> TransportFactory:
    """Return what makes the transport that requests of ``remote`` travel on.

    Raises ParameterError where it needs keys of its own and they are missing.
    """
    from technic.data_engine.network.aiohttp_transport import AiohttpTransport

    sockets = partial(AiohttpTransport, remote.capabilities.max_concurrent)
    vendor = VENDORS.get(remote.name)
    return (
        sockets if vendor is None or vendor.connect is None else vendor.connect(settings, sockets)
    )


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
    vendor = VENDORS[name]
    folder = name if vendor.folder is None else vendor.folder(settings)
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
    from technic.data_engine.sync.vendor_clock import LastKnownTime

    connect = transport_factory(remote, settings)
    store = BarStore.open(store_url(remote.name, settings))
    rules = FetchRules(max_concurrent=min(max_concurrent, remote.capabilities.max_concurrent))
    if VENDORS[remote.name].clock is not None:
        now = LastKnownTime(now, store)
    # a simulated vendor may list another market from one hour to the next
    folder = None if remote.simulated else settings.home / "cache"
    return StoredProvider(Syncer(remote, store, calendar, now, rules, connect), folder)


def market_clock(name: str, settings: Settings) -> Callable[[], dt.datetime]:
    """Return the clock of this machine, or the vendor's own where it has one."""
    vendor = VENDORS.get(name)
    return _clock if vendor is None or vendor.clock is None else vendor.clock(settings)


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
