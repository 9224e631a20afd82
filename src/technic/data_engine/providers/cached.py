"""A price cache as a provider: what is in it is all there is, and nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic.data_engine.interfaces.records import (
    Failure,
    FetchResult,
    PriceBasis,
    Progress,
    Splits,
)
from technic.data_engine.price_cache import PriceCache
from technic.errors import NothingToScanError
from technic.panel.long_bars import concatenated
from technic.typing import DateArray
from technic.universe import Universe, universe_of

__all__ = ["CachedProvider"]


@dataclass(frozen=True, slots=True)
class CachedProvider:
    """For a scan of price frames without a provider: says whose they are, fetches nothing."""

    cache: PriceCache

    @property
    def name(self) -> str:
        """Where the cache came from; ``price_cache`` for frames of the caller's own."""
        return self.cache.source

    @property
    def local(self) -> bool:
        """It fetches nothing."""
        return True

    @property
    def simulated(self) -> bool:
        """Whether the cache was filled from a simulated market."""
        return self.cache.simulated

    @property
    def price_basis(self) -> PriceBasis:
        """How the prices in the cache are adjusted."""
        return self.cache.price_basis

    def listings(self) -> Universe:
        """The symbols of the cache, those it failed to get included."""
        return universe_of((*self.cache, *self.cache.failures), "symbols of the price cache")

    def last_session(self) -> np.datetime64:
        """The last day that any symbol of the cache has."""
        panel = self.cache.panel
        if not panel.length.any():
            failed = next(iter(self.cache.failures.items()), None)
            hint = f"{failed[0]}: {failed[1].detail}" if failed else ""
            raise NothingToScanError("the price cache holds no bars", hint)
        return np.datetime64(panel.sessions[int(panel.session.max())], "D")

    def history(
        self, symbols: Sequence[str], sessions: DateArray, progress: Progress | None = None
    ) -> FetchResult:
        """Fail every symbol: whoever asks has looked into the cache already."""
        del sessions
        missing = Failure("not_in_cache", "it is not in the price cache, and no provider was named")
        failures = {symbol: self.cache.failures.get(symbol, missing) for symbol in symbols}
        if progress is not None:
            progress(len(symbols), len(symbols))
        return FetchResult(concatenated([]), Splits.none(), failures)
