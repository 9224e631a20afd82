"""Hits of a block of days, a few symbols at a time, in two passes over the same bars.

The first says what symbols are compared by: the score of relative strength, and what the
conditions rank. Once all symbols are in, each day's ranks are known, and the second pass can decide
everything else of a symbol alone: rating, signal, conditions, and the plans of what hits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from technic.columns import evaluate
from technic.language import Node, scope_of
from technic.language.evaluation.many_days import evaluate_places
from technic.language.syntax.nodes import Call, Name, Text
from technic.panel.places import Places
from technic.scan.cross_section import rated_columns
from technic.scan.expressions.conditions import Expression
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.special_dividends import strength_columns
from technic.scoring import subscores
from technic.scoring.relative_strength import RS_WEIGHTS
from technic.scoring.technical_rating import technical_columns
from technic.study.replay.basis_bars import BasisPanel
from technic.study.replay.block_windows import BASE_START
from technic.study.replay.day_rows import (
    ReplayTask,
    compared_columns,
    index_of_places,
    passed_places,
    place_windows,
)
from technic.study.replay.lean import HitRules
from technic.study.replay.listed_names import ListedNames
from technic.study.replay.usable_bars.usable_columns import UsableColumns, usable_columns
from technic.study.replay.window_values import Column, WindowValues
from technic.trade_plan import PLAN_COLUMNS, PlanTable, trade_plans
from technic.typing import BoolArray, FloatArray

__all__ = [
    "Decided",
    "FirstPass",
    "SecondPass",
    "decided_places",
    "first_pass",
    "second_pass",
    "without_bars",
]

IndexArray = NDArray[np.intp]
_RS_NAMES = ("bars", *(f"return_{bars}_pct" for bars in RS_WEIGHTS))


@dataclass(frozen=True, slots=True, eq=False)
class FirstPass:
    """What is known of some symbols after the first pass.

    ``symbols``: theirs; ``places``: days and symbols that passed the gate and are compared, rows
    and columns of the base window; ``symbol``: of each, a position in ``symbols``; ``shown``,
    ``ranked``: masks over the places; ``columns``: those known so far; ``compared``: for each call
    that compares, the values of its arguments; ``index``: as in `DayRows`. ``usable``: the bars;
    None in what has travelled: whoever needs them takes them again.
    """

    symbols: tuple[str, ...]
    usable: UsableColumns | None
    places: Places
    symbol: IndexArray
    shown: BoolArray
    ranked: BoolArray
    columns: dict[str, FloatArray]
    compared: dict[Expression, list[Column | str]]
    index: tuple[FloatArray, FloatArray] | None


@dataclass(frozen=True, slots=True, eq=False)
class SecondPass:
    """Hits of some symbols: a place that meets several owners' conditions is there once.

    ``place``: positions in the places of the first pass; ``columns``, ``signal``, ``plans``: those
    of these places. ``hit``: of each hit a position in ``place``; ``owner``: a position in the
    rules' owners. ``rating``: tech_rating at all places of the first pass; ``ratings``: those that
    are wanted, by name, at all places too.
    """

    place: IndexArray
    hit: IndexArray
    owner: NDArray[np.int16]
    rating: FloatArray
    ratings: dict[str, FloatArray]
    columns: Mapping[str, FloatArray]
    signal: NDArray[np.str_]
    plans: PlanTable


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """All that is known of the places of the first pass: columns, signals, and who meets what.

    ``met``: ``(n_owners, n_places)``, where all conditions of each of the rules' owners are true
    and the symbol is kept. ``ratings``: those that are wanted, by name, NaN for who is not ranked.
    """

    columns: Mapping[str, FloatArray]
    signal: NDArray[np.str_]
    met: BoolArray
    ratings: dict[str, FloatArray]


def first_pass(
    bases: Sequence[BasisPanel], task: ReplayTask, rules: HitRules, listed: ListedNames
) -> FirstPass:
    """Ask the gate of the bars of some symbols, and compute what symbols are compared by."""
    usable = usable_columns(bases, task.windows, task.days, task.config.gate)
    _, _, places = passed_places(usable, task)
    symbol = usable.symbol[places.column]
    member = listed.members(usable.symbols)[places.day, symbol]
    places = places.take(member > 0)
    symbol = usable.symbol[places.column]
    shown = listed.members(usable.symbols)[places.day, symbol] == listed.SHOWN
    base, rows = usable.panels[BASE_START], usable.rows[BASE_START]
    at = places.in_days(base.n_symbols)
    whole = evaluate(base, rows, _RS_NAMES)
    whole |= strength_columns(base, rows, whole, usable.dividends)
    columns = {name: values.take(at) for name, values in whole.items()}
    last = base.sessions[base.session[places.row, places.column]] if base.n_bars else task.days[:0]
    compared = _arguments(usable, places, symbol, task, rules, listed)
    ranked = last == task.days[places.day]
    index = index_of_places(usable, places.take(ranked), task)
    return FirstPass(
        usable.symbols, usable, places, symbol, shown, ranked, columns, compared, index
    )


def without_bars(known: FirstPass) -> FirstPass:
    """Return what other processes need to compare symbols."""
    return replace(known, usable=None)


def _arguments(
    usable: UsableColumns,
    places: Places,
    symbol: IndexArray,
    task: ReplayTask,
    rules: HitRules,
    listed: ListedNames,
) -> dict[Expression, list[Column | str]]:
    """Return the values of what the comparing calls look at."""
    found: dict[Expression, list[Column | str]] = {}
    for window in dict.fromkeys(one.window for one in rules.compared):
        calls = [one for one in rules.compared if one.window == window]
        nodes = [node for one in calls for node in _own(one.node)]
        parts = [
            evaluate_places(
                nodes,
                one.panel,
                one.places,
                vocabulary(),
                benchmark=one.benchmark,
                facts=one.facts,
            )
            for one in place_windows(usable, places, task, window)
        ]
        values = {node: np.concatenate([part[node] for part in parts]) for node in parts[0]}
        for one in calls:
            assert isinstance(one.node, Call)
            found[one] = [
                listed.values(node.name, usable.symbols, places.day, symbol)
                if isinstance(node, Name) and scope_of(node, vocabulary()) == "listing"
                else node.value
                if isinstance(node, Text)
                else values[node]
                for node in one.node.arguments
            ]
    return found


def _own(node: Node) -> list[Node]:
    """Return the arguments of a comparing call that bars have a value of."""
    assert isinstance(node, Call)
    known = vocabulary()
    return [one for one in node.arguments if scope_of(one, known) in ("bar", "day")]


def second_pass(
    known: FirstPass,
    rs_rating: FloatArray,
    joined: Mapping[Expression, FloatArray],
    task: ReplayTask,
    rules: HitRules,
    listed: ListedNames,
) -> SecondPass:
    """Rate the symbols, decide the conditions, plan what hits; arguments as `decided_places`."""
    decided = decided_places(known, rs_rating, joined, task, rules, listed)
    columns, signal = decided.columns, decided.signal
    owner, hit = np.nonzero(decided.met)
    place = np.flatnonzero(decided.met.any(axis=0))
    own = {name: columns[name][place] for name in (*PLAN_COLUMNS, "tech_rating", "rs_rating")}
    plans = trade_plans(own, signal[place], task.config.plan)
    return SecondPass(
        place=place,
        hit=np.searchsorted(place, hit),
        owner=owner.astype(np.int16),
        rating=columns["tech_rating"],
        ratings=decided.ratings,
        columns=own,
        signal=signal[place],
        plans=plans,
    )


def decided_places(
    known: FirstPass,
    rs_rating: FloatArray,
    joined: Mapping[Expression, FloatArray],
    task: ReplayTask,
    rules: HitRules,
    listed: ListedNames,
) -> Decided:
    """Rate the symbols and decide the conditions.

    ``rs_rating``: at the places of the first pass; ``joined``: values of the comparing calls.
    """
    usable, places = known.usable, known.places
    assert usable is not None
    base, rows = usable.panels[BASE_START], usable.rows[BASE_START]
    at = places.in_days(base.n_symbols)
    columns = dict(known.columns)
    missing = [name for name in rules.names if name not in columns]
    columns |= {name: values.take(at) for name, values in evaluate(base, rows, missing).items()}
    columns |= subscores(columns)
    if rules.benchmark and task.benchmark is not None:
        columns |= compared_columns(base, rows, task, places)
    columns, signal = rated_columns(columns, known.ranked, task.config, lambda *_: rs_rating)
    technical = technical_columns(base, rows, rules.technical)
    columns |= {name: np.asarray(values.take(at), np.float64) for name, values in technical.items()}
    names: dict[str, Column] = {**columns, "signal": signal.astype(object)}
    if rules.plans:
        every = trade_plans(columns, signal, task.config.plan)
        names |= {
            name: one.astype(object) if one.dtype.kind in "OU" else one.astype(np.float64)
            for name, one in every.columns().items()
        }
    names |= {
        name: listed.values(name, known.symbols, places.day, known.symbol) for name in rules.listed
    }
    values = _values(known, usable, names, joined, task, rules)
    met = _met(values, rules, known.shown & _filtered(columns, signal, task))
    return Decided(
        columns,
        signal,
        np.array(met).reshape(len(met), len(places.row)),
        _ratings(values, rules, known.ranked),
    )


def _filtered(
    columns: Mapping[str, FloatArray], signal: NDArray[np.str_], task: ReplayTask
) -> BoolArray:
    """Tell whom the filters leave; a value that is missing fails, as in the scan."""
    rules = task.config.filters
    kept = np.ones(len(signal), np.bool_)
    for name, limit, sign in (
        ("close", rules.min_price, 1),
        ("close", rules.max_price, -1),
        ("tech_rating", rules.min_rating, 1),
        ("rs_rating", rules.min_rs_rating, 1),
        ("avg_dollar_volume_20", rules.min_dollar_volume, 1),
    ):
        if limit is not None:
            kept &= sign * columns[name] >= sign * limit
    return kept & np.isin(signal, rules.signals) if rules.signals else kept


def _values(
    known: FirstPass,
    usable: UsableColumns,
    names: Mapping[str, Column],
    joined: Mapping[Expression, FloatArray],
    task: ReplayTask,
    rules: HitRules,
) -> dict[int, WindowValues]:
    """Make what knows the values of all expressions of each window."""
    return {
        window: WindowValues.of(
            place_windows(usable, known.places, task, window),
            [one.node for one in rules.nodes if one.window == window],
            names,
            {one.node: array for one, array in joined.items() if one.window == window},
        )
        for window in dict.fromkeys(one.window for one in rules.nodes)
    }


def _met(values: Mapping[int, WindowValues], rules: HitRules, kept: BoolArray) -> list[BoolArray]:
    """Tell where each owner's conditions are all true, among the kept."""
    alive = kept.copy()
    for one in rules.where:
        alive &= values[one.window].value(one.node, alive) == 1.0
    found = []
    for _, asked in rules.owners:
        met = alive.copy()
        for one in asked:
            met &= values[one.window].value(one.node, met) == 1.0
        found.append(met)
    return found


def _ratings(
    values: Mapping[int, WindowValues], rules: HitRules, ranked: BoolArray
) -> dict[str, FloatArray]:
    """Return the ratings at all places, NaN for who is not ranked."""
    found, everybody = {}, np.ones(len(ranked), np.bool_)
    for name, one in rules.ratings:
        found[name] = np.where(ranked, values[one.window].value(one.node, everybody), np.nan)
    return found
