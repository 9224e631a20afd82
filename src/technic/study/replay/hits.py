"""Hits: which symbols met which setup or condition on which session, with the day's trade plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["HitPlaces", "Hits"]

_AXES = ("sessions", "symbols")
"""Fields that all parts of a stream share."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HitPlaces:
    """Symbols on sessions on which they met something, ``(n_places,)`` each: a place is there once.

    What is known of a symbol on a day is the same whatever it met, and most places meet several
    setups. A day after the other, within a day in the order of the symbols. All is as known on the
    session's close, and prices are in the split basis in force on it.

    ``sessions``, ``symbols``: what ``session`` and ``symbol`` are positions in, the same in all
    parts of one replay. ``rank``: place among the day's ``ranked`` symbols by tech_rating, 1 the
    highest, ties by symbol; 0 where the symbol has no rating. ``signal``: as the scan gives it.
    ``has_plan``: whether the scan gives a trade plan; elsewhere its prices are NaN, shares 0, texts
    None. ``side``: long or short; ``entry_type``: close or breakout. ``dollar_volume``: mean of
    close × volume over 20 bars. ``sector``: None where no listing says.
    """

    sessions: DateArray
    symbols: tuple[str, ...]
    session: NDArray[np.int32]
    symbol: NDArray[np.int32]
    rank: NDArray[np.int32]
    ranked: NDArray[np.int32]
    tech_rating: FloatArray
    rs_rating: FloatArray
    signal: NDArray[np.object_]
    has_plan: BoolArray
    side: NDArray[np.object_]
    entry_type: NDArray[np.object_]
    entry: FloatArray
    stop: FloatArray
    target: FloatArray
    shares: NDArray[np.int64]
    close: FloatArray
    dollar_volume: FloatArray
    sector: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.session)

    def take(self, picked: BoolArray | NDArray[np.intp]) -> HitPlaces:
        """Return some of the places."""
        some: dict[str, Any] = {name: getattr(self, name)[picked] for name in self.columns()}
        return replace(self, **some)

    @staticmethod
    def columns() -> list[str]:
        """Return the names of the columns."""
        return [field.name for field in fields(HitPlaces) if field.name not in _AXES]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Hits:
    """Hits of one or more sessions, ``(n_hits,)`` each, a day after the other.

    Within a day in the order of ``owners``, then of symbols. ``owner``: a position in ``owners``,
    the same in all parts of one replay; an owner is a setup or ``where``. ``place``: a position in
    ``places``, of which some may have no hit.
    """

    owners: tuple[str, ...]
    places: HitPlaces
    place: NDArray[np.int32]
    owner: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.place)

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of the places at each hit."""
        values: NDArray[Any] = getattr(self.places, name)[self.place]
        return values

    @property
    def sessions(self) -> DateArray:
        """What ``session`` is a position in."""
        return self.places.sessions

    @property
    def symbols(self) -> tuple[str, ...]:
        """What ``symbol`` is a position in."""
        return self.places.symbols

    @property
    def session(self) -> NDArray[np.int32]:
        """The session of each hit."""
        return self.column("session")

    @property
    def symbol(self) -> NDArray[np.int32]:
        """The symbol of each hit."""
        return self.column("symbol")

    @property
    def day(self) -> DateArray:
        """The session of each hit as a date."""
        return self.sessions[self.session]

    def symbol_names(self) -> NDArray[np.object_]:
        """The symbol of each hit as text."""
        return np.array(self.symbols, dtype=object)[self.symbol]

    def owner_names(self) -> NDArray[np.object_]:
        """The setup of each hit as text, or ``where``."""
        return np.array(self.owners, dtype=object)[self.owner]

    def take(self, picked: BoolArray | NDArray[np.intp]) -> Hits:
        """Return some of the hits; all places stay."""
        return replace(self, place=self.place[picked], owner=self.owner[picked])

    def ordered(self) -> Hits:
        """Return them with places and hits in their order, from whatever order."""
        order = np.lexsort((self.places.symbol, self.places.session))
        there = np.empty(len(order), np.int32)
        there[order] = np.arange(len(order), dtype=np.int32)
        hits = replace(self, places=self.places.take(order), place=there[self.place])
        # the places are in the order of session and symbol
        return hits.take(np.lexsort((hits.place, hits.owner, hits.session)))

    @staticmethod
    def joined(parts: Iterable[Hits]) -> Hits:
        """Put parts of one replay together, in the order given; at least one is needed."""
        every: Sequence[Hits] = list(parts)
        if not every:
            raise ValueError("hits of no part have no sessions and symbols")
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(part.places, name) for part in every])
            for name in HitPlaces.columns()
        }
        first = np.cumsum([0, *(len(part.places) for part in every)], dtype=np.int32)
        return replace(
            every[0],
            places=replace(every[0].places, **columns),
            place=np.concatenate([one.place + at for one, at in zip(every, first, strict=False)]),
            owner=np.concatenate([one.owner for one in every]),
        )
