"""run_study: replay the days, judge every hit by what came after it, and say what that is worth."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import PriceBasis
from technic.engine.local import in_turn
from technic.engine.open import workers_here
from technic.notebook.progress import notebook_progress
from technic.panel.machine.freed_memory import keep_freed_memory
from technic.settings import Settings, load_settings
from technic.study.check import PastCheck, check_past
from technic.study.config import StudyConfig
from technic.study.counted_trials import count_trials
from technic.study.days_asked import open_days
from technic.study.fires_together import fires_together
from technic.study.hit_outcomes import HitOutcomes, hit_outcomes
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay
from technic.study.replay.replay_part import ReplayPart, WholeReplay, not_judged
from technic.study.statistics import Comparison, SetupOverlap, compare_all
from technic.study.statistics.comparisons import import_beside, require_arch
from technic.study.statistics.hit_groups import HitGroup, group_edges, hit_groups
from technic.study.summary.owner_summary import OwnerSummary, summarised
from technic.study.summary.owner_sums import OwnerSums
from technic.study.summary.place_groups import PlaceGroups
from technic.study.summary.rating_summary import RatingSummary, rated, rating_names
from technic.study.trials import Appended
from technic.study.tried import tried
from technic.text.short_repr import short_repr
from technic.typing import FloatArray
from technic.wording.counts import count_of

__all__ = ["StudyResult", "run_study"]

StudyProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StudyResult:
    """``hits`` and ``outcomes``: a row a hit; ``summaries``: one for each owner that was asked for.

    ``by``: what hits are told apart by, beside their year, sector and the like.
    ``comparison``: those with enough hits as one family, None for fewer than two. ``overlap``: what
    fires together, the setups beside those studied among it. ``trial``: what the ledger of trials
    says, this study among it. ``check``: whether the past stays as it was, None: not asked for.
    ``price_basis``: how prices come; ``dated_universe``: whether it is known who was listed on each
    day, and the data have them. ``warnings``: what a reader should know first.
    """

    config: StudyConfig
    hits: Hits
    outcomes: HitOutcomes
    summaries: tuple[OwnerSummary, ...]
    ratings: tuple[RatingSummary, ...]
    by: tuple[HitGroup, ...]
    comparison: Comparison | None
    overlap: SetupOverlap
    trial: Appended
    check: PastCheck | None
    simulated: bool
    price_basis: PriceBasis
    dated_universe: bool
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        owners = ", ".join(self.hits.owners)
        return short_repr(self, count_of(len(self.hits.place), "hit"), f"of {owners}")


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
    _begin(config)
    settings = settings or load_settings(os.environ, Path.cwd())
    progress = progress or notebook_progress()
    names, edges = rating_names(config), group_edges(config.grouped, config.scan.benchmark)
    wanted = tuple(dict.fromkeys((*names, *edges)))
    replay = open_days(
        config.replayed, config.first, config.last, provider=provider, settings=settings, now=now
    )
    whole = WholeReplay.of(_reported(replay, wanted, progress), wanted)
    hits, provider = whole.hits, replay.context.provider

    def stage(name: str) -> Callable[[int, int], None] | None:
        return None if progress is None else partial(progress, name)

    found = hit_outcomes(replay, hits, whole.ranked, config, stage("outcomes"))
    trial, check = _counted(config, replay, settings, now, command), _checked(replay, config)
    total = trial.record.total
    gone = replay.rosters.missing_warning(found.without_bars)
    by = hit_groups(edges, whole.ratings, hits.places.session, hits.places.symbol)
    groups = PlaceGroups.of(hits.places, whole.regimes, by)
    values = {name: whole.ratings[name] for name in names}
    summaries, ratings, comparison = _summed_up(hits, found, config, total, groups, values, replay)
    return StudyResult(
        config=config,
        hits=hits,
        outcomes=replace(found, everybody=None),
        summaries=summaries,
        ratings=ratings,
        by=by,
        comparison=comparison,
        overlap=fires_together(replay, hits, config.beside, stage("overlap")),
        trial=trial,
        check=check,
        simulated=provider.simulated,
        price_basis=provider.price_basis,
        dated_universe=replay.rosters.survivorship_warning is None and gone is None,
        warnings=(
            *replay.warnings,
            *trial.warnings,
            *([] if gone is None else [gone]),
            *whole.left_out,
            *not_judged(found.poisoned),
            *([] if check is None else map(str, check.wrong)),
        ),
    )


def _begin(config: StudyConfig) -> None:
    """Ask for memory before there are threads, and import in one what comparing setups takes."""
    keep_freed_memory()
    if len(config.scan.setups) > 1:
        require_arch()
        import_beside()


def _reported(
    replay: Replay, ratings: Sequence[str], progress: StudyProgress | None
) -> Iterator[ReplayPart]:
    done = 0
    for part in replay.parts(ratings):
        yield part
        if progress is not None:
            done += len(part.days)
            progress("replay", done, len(replay.days))


def _summed_up(
    hits: Hits,
    found: HitOutcomes,
    config: StudyConfig,
    trials: int,
    groups: PlaceGroups,
    values: Mapping[str, FloatArray],
    replay: Replay,
) -> tuple[tuple[OwnerSummary, ...], tuple[RatingSummary, ...], Comparison | None]:
    """Sum up the hits of each owner, judge the ratings beside, and compare the owners."""
    workers = workers_here(replay.runner)
    sums = OwnerSums.of(hits, found, config, groups, workers)
    each = ((hits, found, config, owner, trials, groups, sums) for owner in range(len(hits.owners)))
    summaries = tuple(in_turn(summarised, each, workers))
    excess = found.everybody
    with ThreadPoolExecutor(workers) as beside:
        ratings = [
            beside.submit(rated, name, one, excess, config, trials)
            for name, one in values.items()
            if excess is not None
        ]
        comparison = _compared(summaries, sums, config)
        return summaries, tuple(one.result() for one in ratings), comparison


def _compared(
    summaries: Sequence[OwnerSummary], sums: OwnerSums, config: StudyConfig
) -> Comparison | None:
    """Compare as one family all owners that have enough hits to say anything; None for one."""
    excess = sums.excess[config.horizon]
    enough = [at for at, one in enumerate(summaries) if one.word != "too_few"]
    if len(enough) < 2:
        return None
    named = {summaries[at].name: excess[at] for at in enough}
    return compare_all(named, config.horizon, size=1 - config.confidence)


def _checked(replay: Replay, config: StudyConfig) -> PastCheck | None:
    """Compute some of the days again, all of them where there are fewer."""
    count = min(config.check_days, len(replay.days))
    return check_past(replay, count) if count else None


def _counted(
    config: StudyConfig,
    replay: Replay,
    settings: Settings,
    now: dt.datetime | None,
    command: str,
) -> Appended:
    """Count the study in the ledger of its data."""
    names = tried(config)
    ratings = len(set(config.ratings))
    return count_trials(
        replay,
        settings,
        now,
        names=names,
        horizons=config.horizons,
        # a setup is looked at over each horizon, a rating over one
        trials=(len(names) - ratings) * len(config.horizons) + ratings,
        command=command,
    )
