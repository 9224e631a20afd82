"""Whether the best point stands on a plateau, or is a peak by itself.

An effect that is there does not hang on one number: with a step of one parameter to either side it
is smaller, and still there. Where the neighbours keep less than half of it, the best is a peak
without a plateau: most of what it has is not its neighbours', and the best of many noisy points
looks just so. Neighbours share most of their hits, so the converse does not hold: a plateau is no
evidence of an effect.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from technic.study.statistics import DaySums, Interval
from technic.study.statistics.intervals import block_length, effective_blocks, influence_interval
from technic.study.sweep.grid import Grid
from technic.study.sweep.point_sums import PointSums
from technic.study.sweep.walk_forward import LEAST_DAYS, LEAST_HITS
from technic.wording.counts import agree, count_of

__all__ = ["LEAST_KEPT", "Plateau", "plateau_of"]

LEAST_KEPT = 0.5
"""What neighbours keep of the best point's mean, on average, where it stands on a plateau."""
PlateauWord = Literal["plateau", "peak", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Plateau:
    """``word``: ``plateau``, ``peak``, ``none`` (the best is not above zero: there is nothing to
    keep) or ``unknown`` (no neighbour has hits enough); ``sentence``: it in words.

    ``neighbours``: points one step of one parameter away that have hits enough; ``mean``: of their
    means; ``kept``: it as a part of the best point's, NaN where that is not above zero.
    ``difference``: the best point's mean less theirs, with its interval: all resampled on the same
    days. ``ends``: parameters of which the best has the first or the last value of the grid.
    """  # noqa: D205

    word: PlateauWord
    sentence: str
    neighbours: tuple[int, ...]
    mean: float
    kept: float
    difference: Interval | None
    ends: tuple[str, ...]


def plateau_of(sums: PointSums, grid: Grid, best: int, horizon: int, confidence: float) -> Plateau:
    """Hold the best point against its neighbours on the grid."""
    own = sums.of(best)
    others = {point: sums.of(point) for point in grid.neighbours(best)}
    enough = {
        point: one
        for point, one in others.items()
        if one.hits >= LEAST_HITS and one.days >= LEAST_DAYS
    }
    ends = grid.ends(best)
    if not enough:
        sentence = (
            f"Whether {grid.label(best)} is a peak cannot be said: none of its"
            f" {count_of(len(others), 'neighbour')} has hits enough."
        )
        return Plateau("unknown", sentence, (), math.nan, math.nan, None, ends)
    mean = math.fsum(one.mean for one in enough.values()) / len(enough)
    kept = mean / own.mean if own.mean > 0 else math.nan
    word: PlateauWord = "none"
    if own.mean > 0:
        word = "plateau" if kept >= LEAST_KEPT else "peak"
    difference = _difference(own, list(enough.values()), horizon, confidence)
    sentence = _sentence(word, grid, best, own.mean, mean, kept, len(enough), difference)
    return Plateau(word, sentence + _at_the_end(ends), tuple(enough), mean, kept, difference, ends)


def _difference(own: DaySums, others: list[DaySums], horizon: int, confidence: float) -> Interval:
    """Return the best point's mean less the neighbours' with its interval."""
    mean = own.mean - math.fsum(one.mean for one in others) / len(others)
    influence = own.influence - np.mean([one.influence for one in others], axis=0)
    block = block_length(influence, horizon)
    blocks = min(effective_blocks(one, block) for one in (own, *others))
    return influence_interval(
        mean, influence, block, blocks, confidence, hits=own.hits, days=own.days
    )


def _sentence(
    word: PlateauWord,
    grid: Grid,
    best: int,
    own: float,
    mean: float,
    kept: float,
    n: int,
    difference: Interval,
) -> str:
    label, near = grid.label(best), count_of(n, "neighbour")
    averages = f"its {near} {agree(n, 'has', 'average')} {mean * 100:+.2f} %"
    if word == "none":
        return f"No point is above zero: the best, {label}, has {own * 100:+.2f} %, {averages}."
    part = f"{kept * 100:.0f} % of its own {own * 100:+.2f} %"
    if word == "plateau":
        return f"{label} stands on a plateau: {averages}, {part}."
    told = f"{label} is a peak without a plateau: {averages}, {part}, so it hangs on these numbers"
    if math.isfinite(difference.low) and not difference.excludes_zero:
        told += ", and noise alone may have raised it above them"
    return f"{told}."


def _at_the_end(ends: tuple[str, ...]) -> str:
    if not ends:
        return ""
    names = " and ".join(ends)
    return f" It has the first or last value of {names}: better ones may lie outside the grid."
