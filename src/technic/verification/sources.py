"""Where the bars of a saved scan are now: files, the simulation, a store, what the caller gives.

Nothing is fetched and no key is needed. A store is read in the version that was scanned, and where
that is gone in its present one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import (
    Failure,
    FetchResult,
    PriceBasis,
    Progress,
    StreamResult,
)
from technic.data_engine.open_provider import REMOTE, open_provider, store_url
from technic.data_engine.price_cache import PriceFrames, cache_of
from technic.data_engine.providers.cached import CachedProvider
from technic.data_engine.providers.demo import DemoProvider
from technic.errors import InputFileError, ParameterError, StoreError
from technic.result.folder import SCAN
from technic.result.ledger import Ledger
from technic.result.saved import SavedScan
from technic.sessions import SessionCalendar
from technic.settings import Settings
from technic.typing import DateArray
from technic.universe import Universe

if TYPE_CHECKING:
    from technic.data_engine.store import BarStore
    from technic.data_engine.sync.store_provider import StoreVersion

__all__ = ["Source", "StoreReader", "sources_of"]


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
        basis = saved.config.price_basis
        return [
            Source(
                open_provider("files", calendar, settings=settings, data=path, price_basis=basis)
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
        saved.universe,
        np.datetime64(saved.data.last_session, "D"),
        cast(PriceBasis, saved.data.price_basis),
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


@dataclass(frozen=True, slots=True, eq=False)
class StoreReader:
    """A vendor's store as a provider that asks nobody.

    ``versions``: those that it reads, ``newest``: those that there are. ``failures``: what the scan
    could not fetch; a symbol that failed for want of bars is read again, it may have some now.
    """

    store: BarStore
    name: str
    versions: Mapping[str, int]
    newest: Mapping[str, int]
    failures: Mapping[str, Failure]
    simulated: bool
    universe: Universe
    last: np.datetime64
    price_basis: PriceBasis

    def listings(self) -> Universe:
        """The universe that was scanned: a vendor tells only today's."""
        return self.universe

    def last_session(self) -> np.datetime64:
        """The last session at the time of the scan."""
        return self.last

    def data_version(self) -> StoreVersion:
        """The versions of the tables it reads."""
        from technic.data_engine.sync.store_provider import StoreVersion

        return StoreVersion(self.name, self.store, self.versions)

    def history(
        self, symbols: Sequence[str], sessions: DateArray, progress: Progress | None = None
    ) -> FetchResult:
        """Read bars of ``symbols``; nothing is fetched."""
        from technic.data_engine.sync.store_provider import read_history

        fetched = read_history(self.store, self.name, symbols, sessions, self._held(symbols))
        failures = {
            symbol: self.failures[symbol] if failure.reason == "no_data" and symbol in self.failures
            else failure
            for symbol, failure in fetched.failures.items()
        }  # fmt: skip
        if progress is not None:
            progress(len(symbols), len(symbols))
        return replace(fetched, failures=failures)

    def stream(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        as_of: np.datetime64,
        progress: Progress | None = None,
    ) -> StreamResult:
        """The same for a market larger than memory."""
        from technic.data_engine.sync.store_provider import stream_history

        if progress is not None:
            progress(len(symbols), len(symbols))
        held = self._held(symbols)
        return stream_history(self.store, self.name, symbols, sessions, as_of, held)

    def _held(self, symbols: Sequence[str]) -> dict[str, Failure]:
        """What of ``symbols`` could not be fetched, for another reason than having no bars."""
        failed = {symbol: self.failures[symbol] for symbol in symbols if symbol in self.failures}
        return {symbol: why for symbol, why in failed.items() if why.reason != "no_data"}
