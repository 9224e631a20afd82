"""All sums that the numbers of owners are made of, for all owners at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from technic.engine.local import in_turn
from technic.study.config import StudyConfig
from technic.study.hit_outcomes import LAGS, HitOutcomes
from technic.study.outcomes import COST_LEVELS, CostLevel, net_r
from technic.study.replay.hits import Hits
from technic.study.statistics import DaySums
from technic.study.summary.owner_days import OwnerDays, PlaceValues
from technic.study.summary.place_groups import PlaceGroups
from technic.typing import FloatArray

__all__ = ["OwnerSums"]

T = TypeVar("T")
_EachOwner = Sequence[DaySums]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OwnerSums:
    """Sums by session, ``(n_owners,)`` each.

    ``excess``, ``raw``: by horizon; ``late``: by lag; ``benchmark``: at the main horizon, None
    without one. ``every``: R of all plans whose longest life is over, before costs and after each
    of `COST_LEVELS`; ``one_a_symbol``: of those with one order or trade a symbol at a time.
    ``groups``: excess over the main horizon, by kind of group of the places, ``(n_owners,)`` of
    ``(n_groups,)``.
    """

    excess: Mapping[int, _EachOwner]
    raw: Mapping[int, _EachOwner]
    late: Mapping[int, _EachOwner]
    benchmark: _EachOwner | None
    every: Sequence[_EachOwner]
    one_a_symbol: Sequence[_EachOwner]
    groups: Mapping[str, Sequence[Sequence[DaySums]]]

    @classmethod
    def of(
        cls, hits: Hits, found: HitOutcomes, config: StudyConfig, groups: PlaceGroups, workers: int
    ) -> OwnerSums:
        """Add all of it up, some numbers at a time on a few threads."""
        days, taken = OwnerDays.of(hits), OwnerDays.of(hits, found.taken)
        main, horizons = config.horizon, config.horizons
        asked: list[PlaceValues] = [
            *(partial(found.excess, one) for one in horizons),
            *(partial(_of_places, found.returns[one]) for one in horizons),
            *(partial(found.late_excess, lag) for lag in LAGS),
            *([] if found.benchmark is None else [partial(found.benchmark_excess, main)]),
        ]
        numbers = iter(_each([partial(days.sums, one) for one in asked], workers))
        levels = (None, *COST_LEVELS)
        plans = _each([partial(_plan_sums, found, (days, taken), one) for one in levels], workers)
        apart = partial(found.excess, main)
        kinds = [
            partial(days.grouped, apart, code, len(names))
            for code, names in groups.by_place.values()
        ]
        return cls(
            excess={one: next(numbers) for one in horizons},
            raw={one: next(numbers) for one in horizons},
            late={lag: next(numbers) for lag in LAGS},
            benchmark=next(numbers, None),
            every=[every for every, _ in plans],
            one_a_symbol=[some for _, some in plans],
            groups=dict(zip(groups.by_place, _each(kinds, workers), strict=True)),
        )


def _of_places(values: FloatArray, places: slice) -> FloatArray:
    return values[places]


def _each(calls: Sequence[Callable[[], T]], workers: int) -> list[T]:
    return list(in_turn(_called, ((call,) for call in calls), workers))


def _called(call: Callable[[], T]) -> T:
    return call()


def _plan_sums(
    found: HitOutcomes, each: Sequence[OwnerDays], level: CostLevel | None
) -> list[list[DaySums]]:
    """Add up R after the costs of a level, none before any, over some sets of hits."""
    r = found.grades.r if level is None else net_r(found.grades, level)
    r = np.append(r, np.nan)  # what has no plan has the grade −1

    def planned(places: slice) -> FloatArray:
        values: FloatArray = r[found.grade[places]]
        values[~found.plan_over[found.session[places]]] = np.nan
        return values

    return [days.sums(planned) for days in each]
