"""What of a scan's expressions decides its hits, and what in that compares symbols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from technic.columns import DEFAULT_COLUMNS
from technic.language import Node, scope_of
from technic.language.syntax.nodes import And, Call, Name, children, walk
from technic.scan.expressions.compiled import CompiledExpressions
from technic.scan.expressions.conditions import WHERE, Condition, Expression
from technic.scan.expressions.scan_expressions import ScanExpressions
from technic.scan.expressions.vocabulary import vocabulary
from technic.scoring import BENCHMARK_COLUMNS
from technic.scoring.components import REQUIRED_COLUMNS
from technic.scoring.technical_rating import TECHNICAL_COLUMNS
from technic.trade_plan import PLAN_COLUMNS, PlanTable

__all__ = ["HitRules", "hit_rules"]


_OF_THE_DAY = ("last_bar", "usable_since", "plan_note", "tv_status", "tv_not_settled")
"""Names of texts that are written a day at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class HitRules:
    """The conditions of a scan, by owner, and what they need.

    ``owners``: the setups in the order of the scan, ``where`` alone where there are none, each with
    what has to be true for it, costly ones last; ``where``: what has to be true for all of them.
    What bars alone say and one owner alone asks is one whole in each window. ``compared``: the
    calls that compare symbols, each in its window; ``technical``: columns of the Technical Rating.
    ``names``: default columns; ``plans``, ``benchmark``: whether a name of the trade plan, or of
    the comparison with the benchmark, is used; ``listed``: names of the listings. ``ratings``: by
    name, what is wanted of everybody who is ranked.
    """

    owners: tuple[tuple[str, tuple[Expression, ...]], ...]
    where: tuple[Expression, ...]
    compared: tuple[Expression, ...]
    technical: tuple[str, ...]
    names: tuple[str, ...]
    listed: tuple[str, ...]
    plans: bool
    benchmark: bool
    ratings: tuple[tuple[str, Expression], ...] = ()

    @property
    def nodes(self) -> Iterable[Expression]:
        """All that has to be true for anybody, and every rating, each once."""
        asked = [*self.where, *(one for _, some in self.owners for one in some)]
        return dict.fromkeys([*asked, *(rating for _, rating in self.ratings)])


def hit_rules(expressions: ScanExpressions, ratings: Sequence[str] = ()) -> HitRules | None:
    """Return the rules; None where hits have to be found a day at a time.

    That is where a comparison of symbols computes with numbers of the listings, and where a
    condition reads a text that is written for each day. ``ratings``: columns of the expressions.
    """
    columns = dict(expressions.columns)
    rated = tuple((name, columns[name]) for name in ratings)
    conditions = tuple(replace(one, shown=(), facts=()) for one in expressions.conditions)
    owners: dict[str, list[Condition]] = {}
    for one in conditions:
        owners.setdefault(one.owner, []).append(one)
    operands = dict.fromkeys(one for each in conditions for one in each.operands)
    operands |= dict.fromkeys(rating for _, rating in rated)
    compared = dict.fromkeys(
        Expression(call, one.window) for one in operands for call in _comparing(one.node)
    )
    if any(not _plain(call.node) for call in compared):
        return None
    used = {n.name for one in operands for n in walk(one.node) if isinstance(n, Name)}
    if not used.isdisjoint(_OF_THE_DAY):
        return None
    listing = [name for name in used if vocabulary().names[name].scope == "listing"]
    wanted = {*REQUIRED_COLUMNS, *PLAN_COLUMNS, *used}
    technical: tuple[str, ...] = ()
    if isinstance(expressions, CompiledExpressions):
        technical = tuple(name for name in TECHNICAL_COLUMNS if name in used)
    asked = {
        owner: tuple(dict.fromkeys(one for each in some for one in each.operands))
        for owner, some in owners.items()
    }
    often = Counter(one for some in asked.values() for one in some)
    where = asked.pop(WHERE, ()) if len(asked) > 1 else ()
    return HitRules(
        where=_as_wholes(where, often),
        owners=tuple((owner, _as_wholes(some, often)) for owner, some in asked.items()),
        compared=tuple(compared),
        technical=technical,
        names=tuple(name for name in DEFAULT_COLUMNS if name in wanted),
        listed=tuple(sorted(listing)),
        plans=not used.isdisjoint(PlanTable.column_names()),
        benchmark=not used.isdisjoint(BENCHMARK_COLUMNS),
        ratings=rated,
    )


def _comparing(node: Node) -> list[Call]:
    """Return the outermost calls that compare symbols."""
    if isinstance(node, Call) and vocabulary().functions[node.function].memory == "market":
        return [node]
    return [call for child in children(node) for call in _comparing(child)]


def _plain(node: Node) -> bool:
    """Tell whether all that a call compares is of the bars, or as the listing has it."""
    assert isinstance(node, Call)
    return all(
        isinstance(one, Name) or scope_of(one, vocabulary()) != "listing" for one in node.arguments
    )


def _as_wholes(asked: Sequence[Expression], often: Counter[Expression]) -> tuple[Expression, ...]:
    """Join what bars alone say and nobody else asks; what is costly comes last.

    Less is written and read so; what several owners ask (a sweep's many) is still computed once.
    """
    own: dict[int, list[Node]] = {}
    others = []
    for one in asked:
        if often[one] == 1 and scope_of(one.node, vocabulary()) == "bar":
            own.setdefault(one.window, []).append(one.node)
        else:
            others.append(one)
    wholes = [
        Expression(nodes[0] if len(nodes) == 1 else And(tuple(nodes)), window)
        for window, nodes in own.items()
    ]
    return (*wholes, *sorted(others, key=lambda one: _costly(one.node)))


def _costly(node: Node) -> bool:
    functions = vocabulary().functions
    return any(isinstance(one, Call) and functions[one.function].costly for one in walk(node))
