"""run_sweep: all points in one replay, each judged; the best told apart from what it is worth."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.provider import Provider
from technic.settings import Settings, load_settings
from technic.study.counted_trials import count_trials
from technic.study.days_asked import open_days
from technic.study.replay.replay import A_YEAR, BLOCK_SYMBOLS, Replay
from technic.study.replay.replay_part import left_out, not_judged
from technic.study.statistics import Comparison, Interval, compare_all, mean_interval, verdict
from technic.study.statistics.comparisons import require_arch
from technic.study.summary.owner_summary import UNIVERSE
from technic.study.sweep.config import SweepConfig
from technic.study.sweep.day_returns import Reading, day_returns
from technic.study.sweep.grid import Grid
from technic.study.sweep.plateau import Plateau, plateau_of
from technic.study.sweep.point_sums import PointSums, PointTally
from technic.study.sweep.points import subject_of, swept_scan
from technic.study.sweep.walk_forward import (
    FoldDays,
    WalkForward,
    best_point,
    fold_days,
    walk_forward,
)
from technic.study.trials import Appended
from technic.study.tried import tried_scan
from technic.typing import DateArray

__all__ = ["PointSummary", "SweepResult", "run_sweep"]

SweepProgress = Callable[[str, int, int], None]
_BYTES_AT_ONCE = 2**28
"""What the values of all points' expressions may take while they are compared."""


@dataclass(frozen=True, slots=True)
class PointSummary:
    """A point of the grid over all days; returns are in excess of the universe's mean.

    ``values``: by parameter. ``hits``, ``days``: all of them; ``episodes``: independent ones with
    a known outcome. ``excess``: by horizon. ``word``: the verdict's, as a study of this point alone
    would give it but for the trials of the whole grid.
    """

    values: dict[str, float]
    hits: int
    days: int
    episodes: int
    excess: dict[int, Interval]
    word: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SweepResult:
    """``points``: in the order of ``grid``; ``best``: the one that all days together would choose,
    None where no point has hits enough: what it shows was tuned, and flatters.

    ``walk_forward``: what choosing was worth on days that it did not see; ``word``, ``sentence``:
    the verdict of that. ``plateau``: the best point beside its neighbours, None without one.
    ``comparison``: all points as one family. ``trial``: what the ledger says, this sweep in it.
    ``days``, ``universe``: the sessions scanned, and how many symbols.
    """  # noqa: D205

    config: SweepConfig
    grid: Grid
    subject: str
    days: DateArray
    universe: int
    points: tuple[PointSummary, ...]
    best: int | None
    plateau: Plateau | None
    walk_forward: WalkForward
    word: str
    sentence: str
    comparison: Comparison
    trial: Appended
    simulated: bool
    warnings: tuple[str, ...]


def run_sweep(
    config: SweepConfig,
    *,
    provider: Provider | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
    progress: SweepProgress | None = None,
    command: str = "",
) -> SweepResult:
    """Sweep the parameters, and write the trials down, whatever came of them.

    Every point is a setup of one replay: bars, gate, ranks and whatever expressions share are
    computed once. Raises what ``run_study`` raises.
    """
    require_arch()
    settings = settings or load_settings(os.environ, Path.cwd())
    replay = open_days(
        swept_scan(config.scan, config.grid), config.first, config.last,
        provider=provider, settings=settings, now=now,
    )  # fmt: skip
    folds = fold_days(len(replay.days), config.folds, config.horizon)
    tally, lost = _tallied(_narrowed(replay), config, folds, progress)
    n_tuned = len(folds)
    judged = dict(zip(_horizons(config), (tally.sums[0], *tally.sums[n_tuned + 1 :]), strict=True))
    trial = _counted(config, replay, settings, now, command)
    main, total = judged[config.horizon], trial.record.total
    walked = walk_forward(
        tally.sums[1 : n_tuned + 1], main, tally.episodes, folds,
        horizon=config.horizon, choose_by=config.choose_by, confidence=config.confidence,
    )  # fmt: skip
    # the points held out were not chosen by these days: of this sweep they are one trial
    before = total - trial.record.entry.trials
    word, sentence = verdict(
        walked.held_out, episodes=walked.episodes, horizon=config.horizon, trials=before + 1,
        against=UNIVERSE,
    )  # fmt: skip
    best = best_point(main, config.horizon, config.choose_by, config.confidence)
    grid, spread = config.grid, (config.horizon, config.confidence)
    return SweepResult(
        config=config,
        grid=grid,
        subject=subject_of(config.scan),
        days=replay.days,
        universe=len(replay.symbols),
        points=tuple(_summary(config, tally, judged, at, total) for at in range(len(grid))),
        best=best,
        plateau=None if best is None else plateau_of(main, grid, best, *spread),
        walk_forward=walked,
        word=word,
        sentence=sentence,
        comparison=_compared(main, config),
        trial=trial,
        simulated=replay.context.provider.simulated,
        warnings=(*replay.warnings, *trial.warnings, *lost),
    )


def _horizons(config: SweepConfig) -> tuple[int, ...]:
    """Return all horizons, the main one first."""
    return (config.horizon, *(one for one in config.horizons if one != config.horizon))


def _tallied(
    replay: Replay,
    config: SweepConfig,
    folds: tuple[FoldDays, ...],
    progress: SweepProgress | None,
) -> tuple[PointTally, tuple[str, ...]]:
    """Take all returns, then add up who hits where: the main horizon, the folds', the others.

    Beside it sentences on the symbols that raised, and are left out.
    """
    days = replay.days
    main, *others = _horizons(config)
    readings = [
        Reading(main, len(days)),
        *(Reading(main, fold.tuned, days[fold.first - 1]) for fold in folds),
        *(Reading(horizon, len(days)) for horizon in others),
    ]
    stage = None if progress is None else (lambda done, total: progress("outcomes", done, total))
    returns, poisoned = day_returns(replay, readings, config.delisting_return, stage)
    tally = PointTally(len(config.grid), returns, main)
    lost = []
    for part in replay.met():
        tally.add(part)
        lost.append((part.days, part.poisoned))
        if progress is not None:
            progress("replay", int(part.days[-1]) + 1, len(days))
    return tally, (*left_out(lost, days), *not_judged(poisoned))


def _narrowed(replay: Replay) -> Replay:
    """Return the replay with fewer symbols at a time where many points need many values of each."""
    operands = {one for each in replay.expressions.conditions for one in each.operands}
    held = (len(operands) + len(replay.expressions.conditions)) * A_YEAR * 8
    return replace(replay, block_symbols=max(1, min(BLOCK_SYMBOLS, _BYTES_AT_ONCE // held)))


def _summary(
    config: SweepConfig,
    tally: PointTally,
    judged: dict[int, PointSums],
    point: int,
    trials: int,
) -> PointSummary:
    excess = {
        horizon: mean_interval(judged[horizon].of(point), horizon, confidence=config.confidence)
        for horizon in config.horizons
    }
    episodes = int(tally.episodes[point].sum())
    word, _ = verdict(
        excess[config.horizon], episodes=episodes, horizon=config.horizon, trials=trials
    )
    return PointSummary(
        values=config.grid.values(point),
        hits=int(tally.hits[point].sum()),
        days=int(np.count_nonzero(tally.hits[point])),
        episodes=episodes,
        excess=excess,
        word=word,
    )


def _compared(sums: PointSums, config: SweepConfig) -> Comparison:
    grid = config.grid
    points = {grid.label(at): sums.of(at) for at in range(len(sums))}
    return compare_all(points, config.horizon, size=1 - config.confidence)


def _counted(
    config: SweepConfig,
    replay: Replay,
    settings: Settings,
    now: dt.datetime | None,
    command: str,
) -> Appended:
    """Count every point over every horizon, and the result held out."""
    return count_trials(
        replay,
        settings,
        now,
        names=(f"sweep of {', '.join(tried_scan(config.scan))}: {config.grid}",),
        horizons=config.horizons,
        trials=len(config.grid) * len(config.horizons) + 1,
        command=command,
    )
