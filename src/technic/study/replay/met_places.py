"""Who met what: one bit for each owner, symbol and day, for owners too many to keep their hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.engine.blocks import PoisonedSymbol
from technic.engine.runner import TaskRunner
from technic.scan.expressions.conditions import WHERE, Expression
from technic.study.replay.both_passes import BlockWork, Halved, both_passes, second_or_halve
from technic.study.replay.hit_blocks import FirstPass, decided_places
from technic.study.replay.replayed_day import ReplayedDay
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["MetPart", "MetPlaces", "met_of_block", "met_on_day"]

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class MetPlaces:
    """Places (a day and a symbol) on which an owner hits, ascending by day.

    ``session``, ``symbol``: ``(n_places,)`` positions in the days and symbols of the replay.
    ``bits``: ``(n_owners / 8, n_places)``, the owners' in the order of the scan, eight to a byte.
    """

    session: IndexArray
    symbol: IndexArray
    bits: NDArray[np.uint8]
    n_owners: int

    @property
    def met(self) -> BoolArray:
        """Which owner hits where: ``(n_owners, n_places)``."""
        return np.unpackbits(self.bits, axis=0, count=self.n_owners).astype(np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class MetPart:
    """Some days of a replay: ``days``, ``ranked`` and ``poisoned`` as in `ReplayPart`.

    ``places``: what is met on them, some symbols after the others.
    """

    days: IndexArray
    ranked: BoolArray
    places: tuple[MetPlaces, ...]
    poisoned: tuple[PoisonedSymbol, ...]


def met_of_block(
    work: BlockWork,
    cuts: Sequence[slice],
    days: DateArray,
    symbols: Sequence[str],
    runner: TaskRunner,
) -> MetPart:
    """Return what each cut of the symbols meets on the days of a block.

    ``days``, ``symbols``: those of the replay.
    """
    made = both_passes(work, cuts, runner, _met)
    session = np.searchsorted(days, work.task.days)
    place = {name: at for at, name in enumerate(symbols)}
    found = []
    for part, (at, bits) in zip(made.first, made.second, strict=True):
        axis = np.array([place.get(name, -1) for name in part.symbols], dtype=np.intp)
        own, day = axis[part.symbol[at]], session[part.places.day[at]]
        found.append(MetPlaces(day, own, bits, len(work.rules.owners)))
    return MetPart(session, made.ranked(symbols), tuple(found), tuple(made.poisoned))


def met_on_day(day: ReplayedDay, days: DateArray, symbols: Sequence[str]) -> MetPart:
    """Return what is met on one day."""
    owners = day.values.setups or (WHERE,)
    met = np.array([day.met(owner) for owner in owners])
    at = np.flatnonzero(met.any(axis=0))
    place = {name: number for number, name in enumerate(symbols)}
    own = np.array([place[day.market.symbols[i]] for i in at.tolist()], dtype=np.intp)
    this = np.searchsorted(days, [day.day])
    bits = np.packbits(met[:, at], axis=0)
    places = MetPlaces(np.repeat(this, len(at)), own, bits, len(owners))
    return MetPart(this, day.ranked(symbols)[None], (places,), day.poisoned)


def _met(
    work: BlockWork,
    cut: slice,
    known: FirstPass | None,
    rs_rating: FloatArray,
    joined: dict[Expression, FloatArray],
) -> Halved[tuple[IndexArray, NDArray[np.uint8]]]:
    """Return the places of a first pass on which anything is met, and by whom."""

    def decide(
        first: FirstPass, rated: FloatArray, calls: dict[Expression, FloatArray]
    ) -> tuple[IndexArray, NDArray[np.uint8]]:
        decided = decided_places(first, rated, calls, work.task, work.rules, work.listed)
        at = np.flatnonzero(decided.met.any(axis=0))
        return at, np.packbits(decided.met[:, at], axis=0)

    return second_or_halve(work, cut, known, rs_rating, joined, decide)
