"""How a result came about: universe, data, runner, times, counts."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from technic.data_engine.price_cache import BatchStats
from technic.scan.context import ScanContext
from technic.universe import Universe
from technic.universe.market_caps import later_market_caps
from technic.wording.counts import count_of

__all__ = ["DataInfo", "RankInfo", "RunnerInfo", "ScanStats", "UniverseInfo"]

SMALL_MARKET = 500
"""Symbols below which a rank is no rank in the market."""


@dataclass(frozen=True, slots=True)
class UniverseInfo:
    """How many symbols the scan had to account for, and where the list came from."""

    size: int
    source: str


@dataclass(frozen=True, slots=True)
class RankInfo:
    """Among how many symbols ranks, percentiles and relative strength are.

    ``shown_only``: of a narrowed universe, with nobody else to compare with.
    """

    size: int
    shown_only: bool = False

    @property
    def small(self) -> bool:
        """Whether the ranks are none in a market, so that it has to be said."""
        return self.shown_only or self.size < SMALL_MARKET

    def __str__(self) -> str:
        return f"RS among {count_of(self.size, 'symbol')}"


@dataclass(frozen=True, slots=True)
class DataInfo:
    """Where the bars came from, up to which day, and how their prices are adjusted.

    ``price_floor_basis``: which prices the price floor judged; results of earlier versions judged
    those in the data. ``market_caps_of``: the day of the market caps in the listings where that is
    much later than the day of the scan.
    """

    provider: str
    last_session: str
    simulated: bool
    price_basis: str
    price_floor_basis: str = "as_given"
    market_caps_of: str | None = None

    @classmethod
    def of(cls, context: ScanContext, universe: Universe) -> DataInfo:
        """Describe the data of a scan and of the listings it accounts for."""
        return cls(
            provider=context.provider.name,
            last_session=str(context.last_session),
            simulated=context.provider.simulated,
            price_basis=context.price_basis,
            price_floor_basis=context.price_floor_basis,
            market_caps_of=later_market_caps(universe, context.calendar.sessions, context.as_of),
        )


@dataclass(frozen=True, slots=True)
class RunnerInfo:
    """Which runner was asked for, which one ran, and why if they differ."""

    asked: str
    ran: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScanStats:
    """Seconds of each stage, the batch telemetry, and what the pre-screen took away.

    ``prescreen_off``: default rules that could not run, with the reason. ``streamed``: the bars
    were more than fit in memory and were read block by block.
    """

    seconds: Mapping[str, float]
    batch: BatchStats
    prescreen_removed: Mapping[str, int] = field(default_factory=dict)
    prescreen_off: Mapping[str, str] = field(default_factory=dict)
    streamed: bool = False

    @property
    def total_seconds(self) -> float:
        """Wall time of the whole scan."""
        return math.fsum(self.seconds.values())

    def as_dict(self) -> dict[str, object]:
        """Return what ``--format json`` prints under ``stats``."""
        return {
            "seconds": {**self.seconds, "total": self.total_seconds},
            "batch": {
                **dataclasses.asdict(self.batch),
                "success_rate": self.batch.success_rate,
            },
            "prescreen_removed": dict(self.prescreen_removed),
            "prescreen_off": dict(self.prescreen_off),
            "streamed": self.streamed,
        }
