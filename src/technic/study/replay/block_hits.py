"""A block of days of a replay: both passes over all symbols, and each day's ranks between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from technic.engine.runner import TaskRunner
from technic.language.syntax.nodes import Call
from technic.scan.expressions.conditions import Expression
from technic.scan.expressions.vocabulary import vocabulary
from technic.scoring import rs_eligible, rs_rating
from technic.study.replay.basis_bars import BlockBars
from technic.study.replay.day_rows import ReplayTask
from technic.study.replay.hit_blocks import (
    FirstPass,
    SecondPass,
    first_pass,
    second_pass,
    without_bars,
)
from technic.study.replay.hits import Hits
from technic.study.replay.lean import HitRules
from technic.study.replay.listed_names import ListedNames
from technic.study.replay.regimes import day_stops, market_regimes
from technic.study.replay.replay_part import ReplayPart
from technic.typing import BoolArray, DateArray, FloatArray

__all__ = [
    "BlockWork",
    "ComparedParts",
    "HitAxes",
    "compared_parts",
    "first_pass_of",
    "part_of_block",
]

IndexArray = NDArray[np.intp]


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


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """The places of all parts, day by day: ``order`` sorts them, ``starts`` is where days begin."""

    order: IndexArray
    starts: IndexArray
    cuts: IndexArray

    @classmethod
    def of(cls, parts: Sequence[FirstPass], n_days: int) -> _Days:
        day = np.concatenate([np.empty(0, np.intp), *(one.places.day for one in parts)])
        order = np.argsort(day.astype(np.uint16), kind="stable")
        starts = np.searchsorted(day[order], np.arange(n_days + 1))
        return cls(order, starts, np.cumsum([len(one.places.day) for one in parts])[:-1])

    def compared(
        self, arrays: Sequence[NDArray[Any] | str], compare: Callable[..., FloatArray]
    ) -> list[FloatArray]:
        """Compare the symbols of each day; return the values of each part.

        ``arrays``: values at all places, one part after the other, or a text for all.
        """
        days = [one if isinstance(one, str) else one[self.order] for one in arrays]
        found = np.full(len(self.order), np.nan)
        for first, stop in zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            if stop > first:
                own = [one if isinstance(one, str) else one[first:stop] for one in days]
                found[first:stop] = compare(*own)
        out = np.empty(len(found))
        out[self.order] = found
        return np.split(out, self.cuts)


@dataclass(frozen=True, slots=True, eq=False)
class BlockWork:
    """All that both passes of a block need beside the symbols; it travels to other processes."""

    bars: BlockBars
    task: ReplayTask
    rules: HitRules
    listed: ListedNames


def first_pass_of(work: BlockWork, cut: slice) -> FirstPass:
    """Return the first pass of some symbols of a block."""
    return first_pass(work.bars, cut, work.task, work.rules, work.listed)


def _first_of_all(work: BlockWork, cut: slice) -> FirstPass:
    return without_bars(first_pass_of(work, cut))


def _second(
    work: BlockWork,
    cut: slice,
    known: FirstPass | None,
    rs_rating: FloatArray,
    joined: dict[Expression, FloatArray],
) -> SecondPass:
    known = known or first_pass_of(work, cut)
    return second_pass(known, rs_rating, joined, work.task, work.rules, work.listed)


@dataclass(frozen=True, slots=True, eq=False)
class ComparedParts:
    """The first passes of a block and, for each, what the second needs beside the shared work.

    ``arguments``: the cut, its first pass where that may stay, the ratings of relative strength,
    and the values of the calls that compare.
    """

    parts: Sequence[FirstPass]
    days: _Days
    arguments: Sequence[tuple[slice, FirstPass | None, FloatArray, dict[Expression, FloatArray]]]


def compared_parts(work: BlockWork, cuts: Sequence[slice], runner: TaskRunner) -> ComparedParts:
    """Run the first pass of each cut of the symbols, and compare those of each day."""
    here = runner.shares_memory
    one_pass = first_pass_of if here else _first_of_all
    parts = runner.map(one_pass, work, [(cut,) for cut in cuts])
    days = _Days.of(parts, len(work.task.days))
    rated = days.compared(
        [_all(one.columns["rs_score"] for one in parts), _all(map(_eligible, parts))], rs_rating
    )
    ranked = [one.ranked for one in parts]
    joined: list[dict[Expression, FloatArray]] = [{} for _ in parts]
    for call in work.rules.compared:
        for own, values in zip(joined, _call(call, parts, ranked, days), strict=True):
            own[call] = values
    known = parts if here else [None for _ in parts]
    return ComparedParts(parts, days, list(zip(cuts, known, rated, joined, strict=True)))


def part_of_block(
    work: BlockWork, cuts: Sequence[slice], axes: HitAxes, runner: TaskRunner
) -> ReplayPart:
    """Return what a block comes to; the runner does both passes of each cut of symbols.

    Regimes are by the index of the symbols: where a benchmark is used, they mean nothing.
    """
    compared, task = compared_parts(work, cuts, runner), work.task
    parts, done = compared.parts, runner.map(_second, work, compared.arguments)
    count = np.zeros(len(task.days), np.int32)
    for one in parts:
        count += np.bincount(one.places.day[one.ranked], minlength=len(count)).astype(np.int32)
    stops = day_stops(work.bars.sessions, task.windows, task.days)
    sums = [one.index for one in parts if one.index is not None]
    return ReplayPart(
        days=np.searchsorted(axes.sessions, task.days),
        hits=_hits(parts, done, compared.days, count, axes, task, work.listed),
        regimes=market_regimes(sums, stops, count),
        ratings=_ratings(parts, done, axes, task, work.rules),
    )


def _all(parts: Iterable[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(list(parts))


def _eligible(part: FirstPass) -> BoolArray:
    score = np.where(part.ranked, part.columns["rs_score"], np.nan)
    return rs_eligible({**part.columns, "rs_score": score}, part.ranked)


def _call(
    call: Expression, parts: Sequence[FirstPass], ranked: Sequence[BoolArray], days: _Days
) -> list[FloatArray]:
    """Return the values of a call that compares the symbols of each day, of each part."""
    assert isinstance(call.node, Call)
    function = vocabulary().functions[call.node.function]
    arrays: list[NDArray[Any] | str] = []
    for number, one in enumerate(parts[0].compared[call]):
        if isinstance(one, str):
            arrays.append(one)
            continue
        values = [cast("NDArray[Any]", part.compared[call][number]) for part in parts]
        if values[0].dtype.kind == "f":
            values = [np.where(own, v, np.nan) for own, v in zip(ranked, values, strict=True)]
        arrays.append(_all(values))
    return days.compared(arrays, function.kernel)


def _hits(
    parts: Sequence[FirstPass],
    done: Sequence[SecondPass],
    days: _Days,
    count: NDArray[np.int32],
    axes: HitAxes,
    task: ReplayTask,
    listed: ListedNames,
) -> Hits:
    """Put the hits of all parts together, by day, owner, and symbol; ``count``: ranked a day."""
    names = np.array([name for one in parts for name in one.symbols], dtype=np.str_)
    by_name = np.empty(len(names), np.intp)
    by_name[np.argsort(names, kind="stable")] = np.arange(len(names))
    first = np.cumsum([0, *(len(one.symbols) for one in parts)])
    places = [by_name[one.symbol + at] for one, at in zip(parts, first, strict=False)]
    rating = _all(one.rating for one in done)
    rank = days.compared([rating, _all(places)], _ranks)
    made = [
        _part_hits(*each, count, axes, task, listed) for each in zip(parts, done, rank, strict=True)
    ]
    hits = Hits.joined(made)
    return hits.take(np.lexsort((hits.symbol, hits.owner, hits.session)))


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
    part: FirstPass,
    done: SecondPass,
    rank: FloatArray,
    count: NDArray[np.int32],
    axes: HitAxes,
    task: ReplayTask,
    listed: ListedNames,
) -> Hits:
    """Return the hits of one part, owner by owner."""
    at, plans, columns = done.place, done.plans, done.columns
    day, symbol = part.places.day[at], part.symbol[at]
    axis = axes.columns(part.symbols)
    session = np.searchsorted(axes.sessions, task.days).astype(np.int32)
    return Hits(
        sessions=axes.sessions,
        symbols=axes.symbols,
        owners=axes.owners,
        session=session[day],
        symbol=axis[symbol],
        owner=done.owner,
        rank=rank[at].astype(np.int32),
        ranked=count[day],
        tech_rating=columns["tech_rating"],
        rs_rating=columns["rs_rating"],
        signal=done.signal.astype(object),
        has_plan=plans.has_plan,
        side=plans.side,
        entry_type=plans.entry_type,
        entry=plans.entry,
        stop=plans.stop,
        target=plans.target,
        shares=plans.shares,
        close=columns["close"],
        dollar_volume=columns["avg_dollar_volume_20"],
        sector=listed.text("sector", part.symbols, day, symbol),
    )
