"""What a study is asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from technic.errors import ParameterError
from technic.scan.config import ScanConfig
from technic.scoring.parameters import require_number
from technic.setups import Setup
from technic.study.outcomes import HORIZONS, GradeRules
from technic.study.outcomes.forward_returns import require_horizon
from technic.study.statistics.hit_groups import GroupRule, group_rule
from technic.study.statistics.intervals import CONFIDENCE

__all__ = ["StudyConfig"]

MOST_HORIZONS = 20
MOST_CHECKED = 250
MOST_RATINGS, MOST_BY = 8, 4
"""Each is held of all days and symbols: eight of ten years of 6,000 symbols are 1 GB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyConfig:
    """``scan``: whose hits, by its setups and its ``where``, over which data and universe.

    ``ratings``: numbers of a scan, names or ``name = expression``, that are judged by what those
    they rate high made and those they rate low. ``by``: numbers by whose value on the day of a hit
    hits are told apart, in fifths of the day or between edges, ``pe_ttm: 10, 20, 40``.
    ``first``, ``last``: the days scanned, ``YYYY-MM-DD``; where they are not given ``last`` is the
    data's last session, and ``first`` begins a year of sessions up to it. ``horizon``: sessions
    over which the verdict is; ``horizons``: those over which returns are taken, ``horizon`` among
    them. ``rules``: how plans are graded. ``confidence``: of all intervals. ``event_curve``:
    whether the course of prices around hits is gathered, which a report draws. ``beside``: setups
    that are not judged: how many hits of those studied they have too is counted. ``check_days``:
    days that are computed again to see whether the past stays as it was; see `check_past`.
    """

    scan: ScanConfig
    first: str | None = None
    last: str | None = None
    horizon: int = 21
    horizons: tuple[int, ...] = HORIZONS
    rules: GradeRules = field(default_factory=GradeRules)
    confidence: float = CONFIDENCE
    event_curve: bool = False
    ratings: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    beside: tuple[Setup, ...] = ()
    check_days: int = 0

    def __post_init__(self) -> None:
        require_horizon(self.horizon, 0)
        every = tuple(sorted({*self.horizons, self.horizon}))
        for horizon in every:
            require_horizon(horizon, 0)
        if len(every) > MOST_HORIZONS:
            raise ParameterError("horizons", len(every), f"at most {MOST_HORIZONS} horizons")
        object.__setattr__(self, "horizons", every)
        require_number("confidence", self.confidence, 0.5, 0.9999)
        require_number("check_days", self.check_days, 0, MOST_CHECKED)
        if len(self.ratings) > MOST_RATINGS:
            raise ParameterError("ratings", len(self.ratings), f"at most {MOST_RATINGS} ratings")
        if len(self.by) > MOST_BY:
            raise ParameterError("by", len(self.by), f"at most {MOST_BY} numbers")
        if self.by and not self.scan.setups and self.scan.where is None:
            raise ParameterError("by", self.by[0], "nothing without hits: --setup or --where")
        if not self.scan.setups and self.scan.where is None and not self.ratings:
            allowed = "a setup, a condition or a rating that is studied, such as --setup vcp"
            raise ParameterError("setup", None, allowed)

    @property
    def replayed(self) -> ScanConfig:
        """The scan of each day: ratings, and what hits are told apart by, are columns of it."""
        more = (*self.ratings, *(rule.column for rule in self.grouped))
        more = tuple(dict.fromkeys(more))  # a number may be both
        return replace(self.scan, columns=(*self.scan.columns, *more))

    @property
    def grouped(self) -> tuple[GroupRule, ...]:
        """What hits are told apart by."""
        return tuple(map(group_rule, self.by))
