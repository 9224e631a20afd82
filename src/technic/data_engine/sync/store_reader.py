"""StoreReader: a vendor's store as a provider that asks nobody, in any version it still has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.interfaces.records import (
    Failure,
    FetchResult,
    PriceBasis,
    Progress,
    StreamResult,
)
from technic.typing import DateArray
from technic.universe import Universe

if TYPE_CHECKING:  # who only asks whether a provider is one needs no store
    from technic.data_engine.store import BarStore
    from technic.data_engine.sync.store_provider import StoreVersion

__all__ = ["StoreReader"]


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

    @property
    def local(self) -> bool:
        """It asks nobody."""
        return True

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
        *,
        peers: Sequence[str] = (),
    ) -> StreamResult:
        """The same for a market larger than memory."""
        from technic.data_engine.sync.store_provider import stream_history

        if progress is not None:
            progress(len(symbols), len(symbols))
        held, everybody = self._held(symbols), (*symbols, *peers)
        return stream_history(self.store, self.name, everybody, sessions, as_of, held)

    def _held(self, symbols: Sequence[str]) -> dict[str, Failure]:
        """What of ``symbols`` could not be fetched, for another reason than having no bars."""
        failed = {symbol: self.failures[symbol] for symbol in symbols if symbol in self.failures}
        return {symbol: why for symbol, why in failed.items() if why.reason != "no_data"}
