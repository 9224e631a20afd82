"""Hits: which symbols met which setup or condition on which session, with the day's trade plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["ENTRY_TYPES", "SIDES", "HitPlaces", "Hits", "Texts", "few_texts"]

_AXES = ("sessions", "symbols")
"""Fields that all parts of a stream share."""
Texts: TypeAlias = "pd.Categorical[Any]"
SIDES = ("long", "short")
ENTRY_TYPES = ("close", "breakout")


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
    missing. ``side``: one of ``SIDES``; ``entry_type``: of ``ENTRY_TYPES``. ``dollar_volume``: mean
    of close × volume over 20 bars. ``sector``: missing where no listing says. A text is one byte,
    for there are millions of places.
    """

    sessions: DateArray
    symbols: tuple[str, ...]
    session: NDArray[np.int32]
    symbol: NDArray[np.int32]
    rank: NDArray[np.int32]
    ranked: NDArray[np.int32]
    tech_rating: FloatArray
    rs_rating: FloatArray
    signal: Texts
    has_plan: BoolArray
    side: Texts
    entry_type: Texts
    entry: FloatArray
    stop: FloatArray
    target: FloatArray
    shares: NDArray[np.int64]
    close: FloatArray
    dollar_volume: FloatArray
    sector: Texts

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
        """Return a column of the places at each hit; None for a text that is missing."""
        values: Any = getattr(self.places, name)[self.place]
        if isinstance(values, pd.Categorical):
            values = np.array([*values.categories, None], dtype=object)[values.codes]
        found: NDArray[Any] = values
        return found

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
        """Put parts of one replay together, in the order given; at least one is needed.

        A part that nobody else holds is given back column by column: there are gigabytes of them.
        """
        columns: dict[str, list[Any]] = {name: [] for name in HitPlaces.columns()}
        places: list[NDArray[np.int32]] = []
        owners: list[NDArray[np.int16]] = []
        empty, first = None, 0
        for part in parts:
            for name, pieces in columns.items():
                pieces.append(getattr(part.places, name))
            places.append(part.place + np.int32(first))
            owners.append(part.owner)
            first += len(part.places)
            if empty is None:
                nobody = part.places.take(np.empty(0, np.intp))
                empty = replace(part.take(np.empty(0, np.intp)), places=nobody)
        if empty is None:
            raise ValueError("hits of no part have no sessions and symbols")
        every: dict[str, Any] = {name: _concatenated(columns.pop(name)) for name in tuple(columns)}
        return replace(
            empty,
            places=replace(empty.places, **every),
            place=np.concatenate(places),
            owner=np.concatenate(owners),
        )


def few_texts(texts: Sequence[object] | NDArray[Any], known: Sequence[str] | None = None) -> Texts:
    """Return texts as codes of the few that there are; whatever is none is missing.

    ``known``: all that may occur; None: those that do.
    """
    if known is None:
        code, found = pd.factorize(np.asarray(texts, dtype=object))
        return pd.Categorical.from_codes(code, pd.Index(found, dtype=object))
    # a comparison for each of a few texts takes a quarter of the time of looking all of them up
    code, every = np.full(len(texts), -1, np.int8), np.asarray(texts)
    for place, name in enumerate(known):
        code[every == name] = place
    return pd.Categorical.from_codes(code, pd.Index(list(known), dtype=object))


def _concatenated(parts: Sequence[Any]) -> Any:
    if not isinstance(parts[0], pd.Categorical):
        return np.concatenate(parts)
    names = list(dict.fromkeys(name for part in parts for name in part.categories))
    places = [np.array([*map(names.index, one.categories), -1], np.int16) for one in parts]
    code = np.concatenate([place[one.codes] for place, one in zip(places, parts, strict=True)])
    return pd.Categorical.from_codes(code, pd.Index(names, dtype=object))
