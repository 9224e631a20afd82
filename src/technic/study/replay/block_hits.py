"""A block of days of a replay: what both passes over all symbols come to, put together."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.engine.blocks import even_slices
from technic.engine.processes import in_processes
from technic.engine.runner import TaskRunner
from technic.engine.threads import ThreadsRunner
from technic.regime import Regime
from technic.scan.expressions.conditions import Expression
from technic.scoring.signal import SIGNALS
from technic.study.replay.blocks import Block
from technic.study.replay.both_passes import (
    BlockWork,
    BothPasses,
    Halved,
    both_passes,
    concatenated,
    each_of,
    second_or_halve,
)
from technic.study.replay.day_rows import ReplayTask
from technic.study.replay.hit_blocks import FirstPass, SecondPass, second_pass
from technic.study.replay.hits import ENTRY_TYPES, SIDES, HitPlaces, Hits, few_texts
from technic.study.replay.lean import HitRules
from technic.study.replay.regimes import benchmark_regimes, day_stops, market_regimes
from technic.study.replay.replay_part import ReplayPart
from technic.typing import DateArray, FloatArray

__all__ = ["HitAxes", "part_of_block", "parts_in_processes"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HitAxes:
    """What the positions of hits mean; see Hits."""

    sessions: DateArray
    symbols: tuple[str, ...]
    owners: tuple[str, ...]

    def columns(self, symbols: Sequence[str]) -> NDArray[np.int32]:
        """Return the position of each of ``symbols``; -1 where it has none."""
        place = {name: i for i, name in enumerate(self.symbols)}
        return np.array([place.get(name, -1) for name in symbols], dtype=np.int32)


def _second(
    work: BlockWork,
    cut: slice,
    known: FirstPass | None,
    rs_rating: FloatArray,
    joined: dict[Expression, FloatArray],
) -> Halved[SecondPass]:
    def decide(
        first: FirstPass, rated: FloatArray, calls: dict[Expression, FloatArray]
    ) -> SecondPass:
        return second_pass(first, rated, calls, work.task, work.rules, work.listed)

    return second_or_halve(work, cut, known, rs_rating, joined, decide)


def part_of_block(
    work: BlockWork,
    axes: HitAxes,
    block_symbols: int,
    runner: TaskRunner,
    regimes: tuple[Regime, ...] | None,
) -> ReplayPart:
    """Return what a block comes to; the runner does both passes of each cut of symbols.

    ``block_symbols``: most of them that are computed together. ``regimes``: by the benchmark, None
    where they are by the index of the symbols.
    """
    cuts = even_slices(len(work.bars.symbols), block_symbols, runner.workers)
    task, made = work.task, both_passes(work, cuts, runner, _second)
    parts, done = made.first, made.second
    ranked = made.ranked(axes.symbols)
    count = np.count_nonzero(ranked, axis=1).astype(np.int32)
    if regimes is None:
        stops = day_stops(work.bars.sessions, task.windows, task.days)
        sums = [one.index for one in parts if one.index is not None]
        regimes = market_regimes(sums, stops, count)
    return ReplayPart(
        days=np.searchsorted(axes.sessions, task.days),
        hits=_hits(made, count, axes, work, runner),
        regimes=regimes,
        ranked=ranked,
        ratings=_ratings(parts, done, axes, task, work.rules),
        poisoned=tuple(made.poisoned),
    )


def parts_in_processes(
    works: Iterable[tuple[Block, BlockWork]],
    axes: HitAxes,
    block_symbols: int,
    processes: int,
    threads: int,
) -> Iterator[ReplayPart]:
    """Yield what blocks come to, each in one of some processes, on some threads there."""
    runner = ThreadsRunner(threads)

    def asked(
        found: tuple[Block, BlockWork],
    ) -> tuple[BlockWork, HitAxes, int, TaskRunner, tuple[Regime, ...] | None]:
        block, work = found
        return work, axes, block_symbols, runner, benchmark_regimes(block)

    # unlike a comprehension, map holds no block that it has handed out
    for part in in_processes(part_of_block, map(asked, works), processes):
        for one in part.poisoned:  # who raises there is logged nowhere else
            logger.warning("scanning %s raised %s: %s", one.symbol, one.error, one.detail)
        yield part


def _hits(
    made: BothPasses[SecondPass],
    count: NDArray[np.int32],
    axes: HitAxes,
    work: BlockWork,
    runner: TaskRunner,
) -> Hits:
    """Put the hits of all parts together, by day, owner, and symbol; ``count``: ranked a day."""
    parts, done, days = made.first, made.second, made.days
    names = np.array([name for one in parts for name in one.symbols], dtype=np.str_)
    by_name = np.empty(len(names), np.intp)
    by_name[np.argsort(names, kind="stable")] = np.arange(len(names))
    first = np.cumsum([0, *(len(one.symbols) for one in parts)])
    places = [by_name[one.symbol + at] for one, at in zip(parts, first, strict=False)]
    rating = concatenated(one.rating for one in done)
    rank = days.compared([rating, concatenated(places)], _ranks)
    each = zip(parts, done, rank, strict=True)
    return Hits.joined(each_of(runner, _part_hits, (work, axes, count), each)).ordered()


def _ratings(
    parts: Sequence[FirstPass],
    done: Sequence[SecondPass],
    axes: HitAxes,
    task: ReplayTask,
    rules: HitRules,
) -> dict[str, FloatArray]:
    """Spread the ratings of all parts over days and symbols."""
    shape = len(task.days), len(axes.symbols)
    found = {name: np.full(shape, np.nan) for name, _ in rules.ratings}
    for part, own in zip(parts, done, strict=True):
        column = axes.columns(part.symbols)[part.symbol] if found else part.symbol
        for name, values in found.items():
            values[part.places.day, column] = own.ratings[name]
    return found


def _ranks(rating: FloatArray, by_name: FloatArray) -> FloatArray:
    """Places by rating, 1 the highest, ties by name; 0 without a rating."""
    rated = np.flatnonzero(~np.isnan(rating))
    order = rated[np.lexsort((by_name[rated], -rating[rated]))]
    rank = np.zeros(len(rating))
    rank[order] = np.arange(1, len(order) + 1)
    return rank


def _part_hits(
    shared: tuple[BlockWork, HitAxes, NDArray[np.int32]],
    part: FirstPass,
    done: SecondPass,
    rank: FloatArray,
) -> Hits:
    """Return the hits of one part, owner by owner; ``shared``: how many are ranked on each day."""
    work, axes, count = shared
    at, plans = done.place, done.plans
    day, symbol = part.places.day[at], part.symbol[at]
    axis = axes.columns(part.symbols)
    session = np.searchsorted(axes.sessions, work.task.days).astype(np.int32)
    sector = work.listed.values("sector", part.symbols, day, symbol)
    places = HitPlaces(
        sessions=axes.sessions,
        symbols=axes.symbols,
        session=session[day],
        symbol=axis[symbol],
        rank=rank[at].astype(np.int32),
        ranked=count[day],
        tech_rating=done.columns["tech_rating"],
        rs_rating=done.columns["rs_rating"],
        signal=few_texts(done.signal, SIGNALS),
        has_plan=plans.has_plan,
        side=few_texts(plans.side, SIDES),
        entry_type=few_texts(plans.entry_type, ENTRY_TYPES),
        entry=plans.entry,
        stop=plans.stop,
        target=plans.target,
        shares=plans.shares,
        close=done.columns["close"],
        dollar_volume=done.columns["avg_dollar_volume_20"],
        sector=few_texts(sector),
    )
    hit = done.hit.astype(np.int32)
    return Hits(owners=axes.owners, places=places, place=hit, owner=done.owner)
