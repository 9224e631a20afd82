"""Providers seen through a glass: as known on a day, read once for many days, or shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import (
    Dividends,
    FetchResult,
    PriceBasis,
    Progress,
    SplitRecord,
    Splits,
)
from technic.typing import DateArray
from technic.universe import Universe

__all__ = ["Fetched", "KnownUntil", "Shuffled"]


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What all of them take over from the provider behind."""

    inner: Provider

    @property
    def name(self) -> str:
        """The provider's."""
        return self.inner.name

    @property
    def simulated(self) -> bool:
        """The provider's."""
        return self.inner.simulated

    @property
    def local(self) -> bool:
        """The provider's: who is compared must not change."""
        free = hasattr(self.inner, "stream") or getattr(self.inner, "local", False)
        return bool(free)

    @property
    def price_basis(self) -> PriceBasis:
        """The provider's."""
        return self.inner.price_basis

    def listings(self) -> Universe:
        """The provider's."""
        return self.inner.listings()

    def last_session(self) -> np.datetime64:
        """The provider's."""
        return self.inner.last_session()

    def history(
        self, symbols: Sequence[str], sessions: DateArray, progress: Progress | None = None
    ) -> FetchResult:
        """The provider's."""
        return self.inner.history(symbols, sessions, progress)


@dataclass(frozen=True, slots=True, eq=False)
class KnownUntil(_Seen):
    """A provider on ``day``: nothing later is there, neither bars nor corporate actions."""

    day: np.datetime64

    def last_session(self) -> np.datetime64:
        """The day."""
        return self.day

    def history(
        self, symbols: Sequence[str], sessions: DateArray, progress: Progress | None = None
    ) -> FetchResult:
        """What the provider answers, up to the day."""
        found = self.inner.history(symbols, sessions[sessions <= self.day], progress)
        splits, paid = found.splits, found.dividends
        early, before = splits.session <= self.day, paid.session <= self.day
        return replace(
            found,
            splits=Splits(splits.symbol[early], splits.session[early], splits.ratio[early]),
            dividends=Dividends(
                paid.symbol[before], paid.session[before], paid.amount[before], paid.asked
            ),
            splits_asked=found.splits_asked[found.splits_asked <= self.day],
            split_records={
                name: self._record(record) for name, record in found.split_records.items()
            },
        )

    def _record(self, record: SplitRecord) -> SplitRecord:
        early = record.session <= self.day
        return replace(record, session=record.session[early], ratio=record.ratio[early])


@dataclass(frozen=True, slots=True, eq=False)
class Fetched(_Seen):
    """A provider of what it has answered once: for who asks for parts of it many times.

    ``answer``: its bars on all sessions that will be asked for, of the symbols that will be.
    """

    answer: FetchResult

    def history(
        self, symbols: Sequence[str], sessions: DateArray, progress: Progress | None = None
    ) -> FetchResult:
        """The part of the answer on ``sessions``, of all its symbols."""
        if progress is not None:
            progress(len(symbols), len(symbols))
        bars = self.answer.bars
        if not len(sessions):
            return replace(self.answer, bars=bars.rows(np.zeros(len(bars), np.bool_)))
        inside = (bars.session >= sessions[0]) & (bars.session <= sessions[-1])
        return replace(self.answer, bars=bars.rows(inside))


@dataclass(frozen=True, slots=True, eq=False)
class Shuffled(_Seen):
    """A provider that lists its symbols in another order."""

    seed: int

    def listings(self) -> Universe:
        """All of them, shuffled."""
        listed = self.inner.listings()
        return listed.take(np.random.default_rng(self.seed).permutation(len(listed)))
