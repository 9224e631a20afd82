"""Who met what: one bit for each owner, symbol and day, for owners too many to keep their hits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.engine.runner import TaskRunner
from technic.scan.expressions.conditions import WHERE, Expression
from technic.study.replay.block_hits import BlockWork, compared_parts, first_pass_of
from technic.study.replay.hit_blocks import FirstPass, decided_places
from technic.study.replay.replayed_day import ReplayedDay
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["MetPlaces", "met_of_block", "met_on_day"]

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


def met_of_block(
    work: BlockWork,
    cuts: Sequence[slice],
    days: DateArray,
    symbols: Sequence[str],
    runner: TaskRunner,
) -> Iterator[MetPlaces]:
    """Yield what each cut of the symbols meets on the days of a block.

    ``days``, ``symbols``: those of the replay.
    """
    compared = compared_parts(work, cuts, runner)
    session = np.searchsorted(days, work.task.days)
    place = {name: at for at, name in enumerate(symbols)}
    done = runner.map(_met, work, compared.arguments)
    for part, (at, bits) in zip(compared.parts, done, strict=True):
        axis = np.array([place.get(name, -1) for name in part.symbols], dtype=np.intp)
        own = axis[part.symbol[at]]
        yield MetPlaces(session[part.places.day[at]], own, bits, len(work.rules.owners))


def met_on_day(day: ReplayedDay, days: DateArray, symbols: Sequence[str]) -> MetPlaces:
    """Return what is met on one day."""
    owners = day.values.setups or (WHERE,)
    met = np.array([day.met(owner) for owner in owners])
    at = np.flatnonzero(met.any(axis=0))
    place = {name: number for number, name in enumerate(symbols)}
    own = np.array([place[day.market.symbols[i]] for i in at.tolist()], dtype=np.intp)
    session = np.full(len(at), np.searchsorted(days, day.day), dtype=np.intp)
    return MetPlaces(session, own, np.packbits(met[:, at], axis=0), len(owners))


def _met(
    work: BlockWork,
    cut: slice,
    known: FirstPass | None,
    rs_rating: FloatArray,
    joined: dict[Expression, FloatArray],
) -> tuple[IndexArray, NDArray[np.uint8]]:
    """Return the places of a first pass on which anything is met, and by whom."""
    known = known or first_pass_of(work, cut)
    decided = decided_places(known, rs_rating, joined, work.task, work.rules, work.listed)
    at = np.flatnonzero(decided.met.any(axis=0))
    return at, np.packbits(decided.met[:, at], axis=0)
