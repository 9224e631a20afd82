"""run_study: replay the days, judge every hit by what came after it, and say what that is worth."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from technic.code_version import code_version
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import PriceBasis
from technic.regime import Regime
from technic.settings import Settings, load_settings
from technic.study.config import StudyConfig
from technic.study.hit_outcomes import HitOutcomes, hit_outcomes
from technic.study.lineage import lineage_of
from technic.study.owner_summary import OwnerSummary, excess_sums, summarised
from technic.study.rating_summary import RatingSummary, rated, rating_names
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay, open_replay
from technic.study.replay.replay_part import ReplayPart, gathered_ratings, left_out, not_judged
from technic.study.statistics import Comparison, SetupOverlap, compare_all
from technic.study.statistics.comparisons import require_arch
from technic.study.trials import Appended, StudyEntry, TrialLedger
from technic.typing import FloatArray

__all__ = ["StudyResult", "run_study"]

StudyProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StudyResult:
    """``hits`` and ``outcomes``: a row a hit; ``summaries``: one for each owner that was asked for.

    ``comparison``: those with enough hits as one family, None for fewer than two. ``trial``: what
    the ledger of trials says, this study among it. ``price_basis``: how prices come;
    ``dated_universe``: whether it is known who was listed on each day, and the data have them.
    ``warnings``: what a reader should know first.
    """

    config: StudyConfig
    hits: Hits
    outcomes: HitOutcomes
    summaries: tuple[OwnerSummary, ...]
    ratings: tuple[RatingSummary, ...]
    comparison: Comparison | None
    overlap: SetupOverlap
    trial: Appended
    simulated: bool
    price_basis: PriceBasis
    dated_universe: bool
    warnings: tuple[str, ...]


def run_study(
    config: StudyConfig,
    *,
    provider: Provider | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
    progress: StudyProgress | None = None,
    command: str = "",
) -> StudyResult:
    """Study the hits of ``config`` and write the trial down, whatever came of it.

    Raises what ``run_scan`` raises.
    """
    if len(config.scan.setups) > 1:
        require_arch()
    settings = settings or load_settings(os.environ, Path.cwd())
    names = rating_names(config)
    replay = open_replay(
        config.replayed, config.first, config.last, provider=provider, settings=settings, now=now
    )
    parts, ratings = gathered_ratings(
        _reported(replay, names, progress), names, len(replay.days), len(replay.symbols)
    )
    hits = Hits.joined(part.hits for part in parts)
    provider = replay.context.provider
    stage = None if progress is None else (lambda done, total: progress("outcomes", done, total))
    found = hit_outcomes(replay, hits, config, stage)
    trial = _written(config, replay, hits.owners, names, settings, now, command)
    total = trial.record.total
    regimes, missing = _regimes(parts), replay.rosters.missing_warning(found.without_bars)
    summaries = tuple(
        summarised(hits, found, config, owner, total, regimes) for owner in range(len(hits.owners))
    )
    return StudyResult(
        config=config,
        hits=hits,
        outcomes=replace(found, everybody=None),
        summaries=summaries,
        ratings=_rated(ratings, found, config, total),
        comparison=_compared(hits, found, config, summaries),
        overlap=SetupOverlap.of(hits.owner, hits.place, len(hits.owners)),
        trial=trial,
        simulated=provider.simulated,
        price_basis=provider.price_basis,
        dated_universe=replay.rosters.survivorship_warning is None and missing is None,
        warnings=(
            *replay.warnings,
            *([] if missing is None else [missing]),
            *left_out(((part.days, part.poisoned) for part in parts), replay.days),
            *not_judged(found.poisoned),
        ),
    )


def _reported(
    replay: Replay, ratings: Sequence[str], progress: StudyProgress | None
) -> Iterator[ReplayPart]:
    done = 0
    for part in replay.parts(ratings):
        yield part
        if progress is not None:
            done += len(part.days)
            progress("replay", done, len(replay.days))


def _regimes(parts: Sequence[ReplayPart]) -> tuple[Regime, ...]:
    """Return the market's regime on each session of the study, whatever part has it."""
    days = np.concatenate([part.days for part in parts])
    every = [regime for part in parts for regime in part.regimes]
    return tuple(every[at] for at in np.argsort(days).tolist())


def _rated(
    ratings: Mapping[str, FloatArray], found: HitOutcomes, config: StudyConfig, trials: int
) -> tuple[RatingSummary, ...]:
    if found.everybody is None:
        return ()
    excess = found.everybody
    return tuple(rated(name, one, excess, config, trials) for name, one in ratings.items())


def _compared(
    hits: Hits, found: HitOutcomes, config: StudyConfig, summaries: Sequence[OwnerSummary]
) -> Comparison | None:
    """Compare as one family all owners that have enough hits to say anything; None for one."""
    sums = {
        one.name: excess_sums(hits, found, config.horizon, np.flatnonzero(hits.owner == owner))
        for owner, one in enumerate(summaries)
        if one.word != "too_few"
    }
    return compare_all(sums, config.horizon, size=1 - config.confidence) if len(sums) > 1 else None


def _written(
    config: StudyConfig,
    replay: Replay,
    owners: tuple[str, ...],
    ratings: tuple[str, ...],
    settings: Settings,
    now: dt.datetime | None,
    command: str,
) -> Appended:
    """Count the study in the ledger of its data, whatever came of it."""
    entry = StudyEntry(
        names=(*owners, *ratings),
        horizons=config.horizons,
        first=str(replay.days[0]),
        last=str(replay.days[-1]),
        # a setup is looked at over each horizon, a rating over one
        trials=len(owners) * len(config.horizons) + len(ratings),
        code=" ".join(code_version().values()),
        command=command,
    )
    return TrialLedger(settings.home, lineage_of(replay)).append(
        entry, now or dt.datetime.now(dt.UTC)
    )
