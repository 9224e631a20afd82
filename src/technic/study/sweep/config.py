"""What a sweep is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from technic.errors import ParameterError
from technic.scan.config import ScanConfig
from technic.scoring.parameters import require_number
from technic.study.config import MOST_HORIZONS
from technic.study.outcomes.forward_returns import require_horizon
from technic.study.statistics.intervals import CONFIDENCE
from technic.study.sweep.grid import Axis, Grid
from technic.study.sweep.points import swept_scan

__all__ = ["MOST_FOLDS", "ChooseBy", "SweepConfig"]

MOST_FOLDS = 12
ChooseBy = Literal["mean", "t"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepConfig:
    """``scan``: whose hits, by its one setup or its ``where``; ``axes``: the parameters swept.

    ``first``, ``last``, ``horizon``, ``horizons``, ``confidence``: as in `StudyConfig`, but that
    returns are taken over ``horizon`` alone unless more are asked for; each counts its own trials.
    ``folds``: parts of the days on which what was tuned before them is judged. ``choose_by``: the
    best point has the greatest ``mean`` excess, or the greatest ``t``. ``delisting_return``: what
    the last close of a delisted symbol is changed by.

    Raises ParameterError for whatever cannot be swept, before anything is read.
    """

    scan: ScanConfig
    axes: tuple[Axis, ...]
    first: str | None = None
    last: str | None = None
    horizon: int = 21
    horizons: tuple[int, ...] = ()
    folds: int = 4
    choose_by: ChooseBy = "mean"
    delisting_return: float = 0.0
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        require_horizon(self.horizon, 0)
        every = tuple(sorted({*self.horizons, self.horizon}))
        for horizon in every:
            require_horizon(horizon, 0)
        if len(every) > MOST_HORIZONS:
            raise ParameterError("horizons", len(every), f"at most {MOST_HORIZONS} horizons")
        object.__setattr__(self, "horizons", every)
        whole = isinstance(self.folds, int) and not isinstance(self.folds, bool)
        if not whole or not 1 <= self.folds <= MOST_FOLDS:
            raise ParameterError("folds", self.folds, f"a whole number from 1 to {MOST_FOLDS}")
        if self.choose_by not in get_args(ChooseBy):
            raise ParameterError("choose_by", self.choose_by, "mean or t")
        require_number("delisting_return", self.delisting_return, -1, 1)
        require_number("confidence", self.confidence, 0.5, 0.9999)
        if not isinstance(self.axes, tuple) or not all(isinstance(a, Axis) for a in self.axes):
            raise ParameterError(
                "axes", self.axes, 'a tuple of axes, such as (Axis("n", (20, 50)),)'
            )
        swept_scan(self.scan, self.grid)

    @property
    def grid(self) -> Grid:
        """The points."""
        return Grid(self.axes)
