"""Hits whose symbol was delisted later, and the worst that the unknown ones may have cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.study.hit_outcomes import HitOutcomes
from technic.study.replay.hits import Hits

__all__ = ["Survivorship", "survivorship"]


@dataclass(frozen=True, slots=True)
class Survivorship:
    """Counts of hits, and mean excess returns over the main horizon; NaN without any.

    ``delisted``: whose symbol was delisted by the end of the data; ``within``: of these, within the
    horizon, counted with the last close changed by the assumed return of a delisting;
    ``never_bought``: delisted with the close of the hit's day, so there was no open to buy at.
    ``unknown``: whose horizon is over and whose return nobody knows (a halt, prices that begin
    anew, no bar any more and not known to be delisted). ``counted``: the mean that the verdict is
    of; ``unknown_lost``: that mean if the unknown ones had lost everything; ``all_lost``: if those
    delisted within the horizon had too.
    """

    delisted: int
    within: int
    never_bought: int
    unknown: int
    counted: float
    unknown_lost: float
    all_lost: float


def survivorship(
    hits: Hits, found: HitOutcomes, own: NDArray[np.intp], horizon: int
) -> Survivorship:
    """Count the hits ``own``; what is not over yet is no part of anything but ``delisted``."""
    at = hits.place[own]
    session, symbol = hits.places.session[at], hits.places.symbol[at]
    row = np.searchsorted(found.sessions, hits.sessions)[session]
    made, market = found.returns[horizon][at], found.universe[horizon][session]
    last, delisted = found.last_bar[symbol], found.delisted[symbol]
    known = np.isfinite(made)
    within = known & delisted & (last < row + horizon)
    never = ~known & delisted & (last <= row)
    unknown = ~known & found.over[session] & ~never & np.isfinite(market)
    excess, lost = made - market, -1.0 - market

    def mean(*worst: NDArray[np.bool_]) -> float:
        values, counted = excess.copy(), known.copy()
        for which in worst:
            values[which], counted[which] = lost[which], True
        return float(values[counted].mean()) if counted.any() else float("nan")

    return Survivorship(
        delisted=int(delisted.sum()),
        within=int(within.sum()),
        never_bought=int(never.sum()),
        unknown=int(unknown.sum()),
        counted=mean(),
        unknown_lost=mean(unknown),
        all_lost=mean(unknown, within),
    )
