"""Where the bars of a saved scan are now: files, the simulation, a store, what the caller gives.

Nothing is fetched and no key is needed. A store is read in the version that was scanned, and where
that is gone in its present one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import Failure, PriceBasis
from technic.data_engine.open_provider import REMOTE, open_provider, store_url
from technic.data_engine.price_cache import PriceFrames
from technic.data_engine.price_frames import cache_of
from technic.data_engine.providers.cached import CachedProvider
from technic.data_engine.providers.demo import DemoProvider
from technic.errors import InputFileError, ParameterError, StoreError
from technic.result.folder import SCAN
from technic.result.ledger import Ledger
from technic.result.saved import SavedScan
from technic.sessions import SessionCalendar
from technic.settings import Settings

__all__ = ["Source", "sources_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Bars to run on; ``note`` says how they are not the ones of then, if that is known."""

    provider: Provider
    note: str = ""


def sources_of(
    saved: SavedScan,
    calendar: SessionCalendar,
    settings: Settings,
    *,
    price_cache: PriceFrames | None = None,
    provider: Provider | None = None,
    data: str | None = None,
) -> list[Source]:
    """Return the sources to try, the best first; a source that fails with StoreError is gone.

    Raises UsageError where the data is not named or not there, StoreError where there is no store.
    """
    version: Mapping[str, Any] = saved.data_version
    if version.get("kind") == "price_cache":
        if price_cache is None:
            what = "the price frames that were scanned, which are not saved with a result"
            hint = "verify(folder, price_cache=...) in Python"
            raise ParameterError("price_cache", None, what, hint)
        if "rest" not in version and provider is None:
            return [Source(CachedProvider(cache_of(price_cache, calendar)))]
        version = version.get("rest") or {"kind": "unknown", "provider": saved.data.provider}
    elif price_cache is not None:
        what = "none: the scan was run without price frames"
        raise ParameterError("price_cache", type(price_cache).__name__, what)
    if data is not None and version.get("kind") != "files":
        what = f"no data: {saved.data.provider} was scanned, not files"
        raise ParameterError("data", data, what)
    if provider is not None:
        return [Source(provider)]
    return _by_kind(saved, version, calendar, settings, data)


def _by_kind(
    saved: SavedScan,
    version: Mapping[str, Any],
    calendar: SessionCalendar,
    settings: Settings,
    data: str | None,
) -> list[Source]:
    kind = version.get("kind")
    if kind == "files":
        path = data or _path_now(saved, version)
        config = saved.config
        return [
            Source(
                open_provider(
                    "files",
                    calendar,
                    settings=settings,
                    data=path,
                    price_basis=config.price_basis,
                    adjust_by=config.adjust_by,
                    options=config.file_options(),
                    no_volume=config.no_volume,
                )
            )
        ]
    if kind == "simulation":
        size, seed = (version.get(name) for name in ("size", "seed"))
        if not isinstance(size, int) or not isinstance(seed, int):
            what = "the data version of the simulation has no whole number as size and seed"
            raise InputFileError(str(saved.folder / SCAN), what, hint="it was edited")
        return [Source(DemoProvider(calendar, size, seed))]
    if kind == "store" and saved.data.provider in REMOTE:
        return _of_store(saved, version, store_url(saved.data.provider, settings))
    what = f"the open provider that was scanned ({saved.data.provider})"
    raise ParameterError("provider", None, what, "verify(folder, provider=...) in Python")


def _path_now(saved: SavedScan, version: Mapping[str, Any]) -> str:
    """Return where the prices are: as the config names them, else where they were."""
    named = [path for path in (version.get("path"), saved.config.data) if isinstance(path, str)]
    for path in named:
        if Path(path).exists():
            return path
    shown = named[0] if named else "not named"
    raise InputFileError(shown, "is not there any more", hint="--data PATH says where it is now")


def _of_store(saved: SavedScan, version: Mapping[str, Any], url: str) -> list[Source]:
    """Return the store as it was at the scan, then as it is."""
    from technic.data_engine.store import BarStore
    from technic.data_engine.sync.store_reader import StoreReader

    name = saved.data.provider
    if "://" not in url and not Path(url).is_dir():
        raise StoreError(url, "is not there", f"technic sync --provider {name} fills it")
    store = BarStore.open(url)
    newest = store.versions()
    reader = StoreReader(
        store,
        name,
        newest,
        newest,
        _failures(saved.ledger),
        saved.data.simulated,
        saved.listings,
        np.datetime64(saved.data.last_session, "D"),
        # bars of which the traded prices were known had come raw
        "raw"
        if saved.config.gate.price_floor_basis == "traded"
        else cast(PriceBasis, saved.data.price_basis),
    )
    then = _versions(version)
    now: Any = reader.data_version().provenance()["tables"]
    if then is None or _ids(version.get("tables")) != _ids(now, then):
        note = "this is another store than the one that was scanned; its present version was read"
        return [Source(reader, note)]
    kept = replace(reader, store=store.at_versions(then), versions=then)
    note = "the store no longer has the version that was scanned; its present one was read"
    return [Source(kept), Source(reader, note)]


def _versions(version: Mapping[str, Any]) -> dict[str, int] | None:
    tables = version.get("tables")
    if not isinstance(tables, dict) or not all(isinstance(one, dict) for one in tables.values()):
        return None
    versions = {name: one.get("version") for name, one in tables.items()}
    return versions if all(isinstance(number, int) for number in versions.values()) else None


def _ids(tables: Any, of: Mapping[str, int] | None = None) -> dict[str, object]:
    """Return the identity of each table, of those in ``of`` where it is given."""
    return {name: one.get("id") for name, one in tables.items() if of is None or name in of}


def _failures(ledger: Ledger) -> dict[str, Failure]:
    """Return what could not be fetched, as the ledger has it."""
    entries = zip(ledger.symbols, ledger.outcome, ledger.detail, strict=True)
    return {
        symbol: Failure(str(outcome).removeprefix("fetch."), str(detail or ""))
        for symbol, outcome, detail in entries
        if str(outcome).startswith("fetch.")
    }
