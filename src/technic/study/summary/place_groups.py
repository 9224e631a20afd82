"""What each place of a hit is among: its year, sector, regime, price and liquidity."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.regime import Regime
from technic.study.config import StudyConfig
from technic.study.replay.hits import HitPlaces, Texts
from technic.study.statistics import (
    LIQUIDITY_EDGES,
    PRICE_EDGES,
    TRENDS,
    VOLATILITIES,
    DaySums,
    Interval,
    bucket_names,
    buckets,
    by_group,
    by_session_group,
    named,
    years,
)
from technic.study.statistics.hit_groups import KINDS, HitGroup

__all__ = ["PlaceGroups"]

Codes = NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class PlaceGroups:
    """Codes by kind of group and the names that they are positions in, −1 for none.

    ``by_session``: of each session of the study; ``by_place``: of each place of a hit.
    """

    places: HitPlaces
    regimes: Sequence[Regime]
    by_session: dict[str, tuple[Codes, Sequence[str]]]
    by_place: dict[str, tuple[Codes, Sequence[str]]]

    @classmethod
    def of(
        cls, places: HitPlaces, regimes: Sequence[Regime], more: Sequence[HitGroup] = ()
    ) -> PlaceGroups:
        """Sort the places; ``regimes``: of each session of the study; ``more``: kinds asked for."""
        by_session: dict[str, tuple[Codes, Sequence[str]]] = {
            "year": years(places.sessions),
            "regime": (named([one.trend for one in regimes], TRENDS), TRENDS),
            "volatility": (named([one.volatility for one in regimes], VOLATILITIES), VOLATILITIES),
        }
        by_place: dict[str, tuple[Codes, Sequence[str]]] = {
            "sector": _sectors(places.sector),
            "price": (_small(buckets(places.close, PRICE_EDGES)), bucket_names(PRICE_EDGES)),
            "liquidity": (
                _small(buckets(places.dollar_volume, LIQUIDITY_EDGES)),
                bucket_names(LIQUIDITY_EDGES),
            ),
        }
        by_place |= {one.name: (one.code, one.names) for one in more}
        return cls(places, regimes, by_session, by_place)

    def absent(self, days: NDArray[np.integer]) -> dict[str, str]:
        """Say why the market's regime is known on none of ``days``, those of an owner's hits."""
        regimes = [self.regimes[day] for day in days.tolist()]
        kinds = {"regime": "trend", "volatility": "volatility"}
        return {
            what: f"the market's {kind} is not known on any day of a hit ({regimes[-1].detail})"
            for what, kind in kinds.items()
            if regimes and all(getattr(one, kind) == "unknown" for one in regimes)
        }

    def intervals(
        self,
        sums: DaySums,
        grouped: Mapping[str, Sequence[DaySums]],
        absent: Container[str],
        config: StudyConfig,
        block: float,
    ) -> dict[str, dict[str, Interval]]:
        """Return the interval of each group by name, of one owner's hits.

        ``sums``: of all of them; ``grouped``: of each group, by kind of group of the places.
        ``absent``: kinds that are left out; ``block``: as `by_group` takes it.
        """

        def found(what: str) -> dict[str, Interval]:
            if what in self.by_session:
                code, names = self.by_session[what]
                return by_session_group(
                    sums, code, names, config.horizon, block=block, confidence=config.confidence
                )
            _, names = self.by_place[what]
            return by_group(
                grouped[what], names, config.horizon, block=block, confidence=config.confidence
            )

        order = (*KINDS, *(what for what in self.by_place if what not in KINDS))
        return {what: found(what) for what in order if what not in absent}


def _sectors(sector: Texts) -> tuple[Codes, Sequence[str]]:
    """Return the position of each sector among all, by name; unknown where no listing says."""
    # an empty text says nothing; one that is missing has the code −1, the last of the texts
    texts = [*(str(text) or "unknown" for text in sector.categories), "unknown"]
    names = sorted(set(texts))
    place = np.array([names.index(text) for text in texts], dtype=np.int16)
    return place[sector.codes], names


def _small(code: NDArray[np.int64]) -> NDArray[np.int16]:
    """Codes of a few groups in a quarter of the memory."""
    return code.astype(np.int16)
