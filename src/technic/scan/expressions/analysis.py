"""What follows from the expressions of a scan: windows, history, recursions, what ranks.

Equal parts of many expressions are looked at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

from technic.columns import COLUMNS
from technic.errors import ParameterError, RuleUnavailableError
from technic.language import Node, scope_of
from technic.language.analysis.definitions import definition
from technic.language.analysis.facts import fact_leaves
from technic.language.analysis.requirements import Needs
from technic.language.functions.function import Scope
from technic.language.syntax.nodes import (
    And,
    Call,
    Comparison,
    Membership,
    Name,
    Or,
    Text,
    children,
    walk,
    walk_new,
)
from technic.language.syntax.trees import substituted
from technic.scan.config import ScanConfig
from technic.scan.expressions.compiled import CompiledExpressions
from technic.scan.expressions.conditions import Condition, Expression
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.windows import BASE_WINDOW
from technic.scoring import BENCHMARK_COLUMNS
from technic.scoring.technical_rating import TECHNICAL_COLUMNS
from technic.universe.listings import TEXT_COLUMNS

__all__ = ["ExpressionAnalysis", "definitions"]

RANKED = ("rs_rating", "tech_rating", "score_relative_strength", "signal")
"""Columns that compare symbols with each other."""
RUNNING_TOTALS = ("obv", "ad")
"""Functions that add up from the first bar of their window."""


class ExpressionAnalysis:
    """Looks at the checked trees of one scan; remembers what it found of each part."""

    def __init__(self, config: ScanConfig) -> None:
        self._config = config
        self._needs = Needs(vocabulary())
        self._substituted: dict[Node, Node] = {}
        self._windowed: dict[Node, Expression] = {}
        self._scopes: dict[Node, Scope] = {}
        self._shown: dict[Node, tuple[Node, ...]] = {}
        self._ranking: dict[Node, bool] = {}

    def windowed(self, node: Node) -> Expression:
        """Give an expression its window: the base window, unless it looks further back.

        A longer history just for settling is read where ``max_history`` asks for it.
        """
        if node not in self._windowed:
            whole = substituted(node, definitions(), self._substituted)
            need = self._needs.of(whole)
            sessions = need.lookback
            if self._config.max_history is not None:
                sessions = max(sessions, min(need.stable_after, self._config.max_history))
            window = sessions if sessions > self._config.bars else BASE_WINDOW
            self._windowed[node] = Expression(whole, window)
        return self._windowed[node]

    def condition(self, owner: str, name: str, node: Node) -> Condition:
        """Give each operand of a condition its window, and what explains it the same."""
        operands = node.operands if isinstance(node, And) else (node,)
        parts = [self.windowed(one) for one in operands]
        facts = self._facts(parts)
        windows = {part.window for part in parts}
        if len(windows) > 1:
            return Condition(owner, name, node, tuple(parts), facts=facts)
        # one whole, so that a costly operand is computed only where the others hold
        whole = self.windowed(node)
        shown = tuple(Expression(side, whole.window) for side in self.shown(whole.node))
        return Condition(owner, name, node, (whole,), shown, facts)

    def _facts(self, parts: Iterable[Expression]) -> tuple[Expression, ...]:
        """Return the facts of some expressions, each once: their values need no longer window."""
        leaves = fact_leaves((part.node for part in parts), vocabulary())
        return tuple(Expression(leaf, BASE_WINDOW) for leaf in leaves)

    def shown(self, node: Node) -> tuple[Node, ...]:
        """Return the numbers on both sides of a comparison, and what a membership looks at.

        Those of each operand, each once, where several make a condition.
        """
        if node not in self._shown:
            self._shown[node] = tuple(self._explaining(node))
        return self._shown[node]

    def _explaining(self, node: Node) -> Iterator[Node]:
        if isinstance(node, And | Or):
            operands = node.operands
            yield from dict.fromkeys(side for one in operands for side in self.shown(one))
            return
        sides: tuple[Node, ...] = ()
        if isinstance(node, Comparison):
            sides = (node.left, node.right)
        elif isinstance(node, Membership):
            sides = (node.operand,)
        known = vocabulary()
        for side in sides:
            if scope_of(side, known, self._scopes) != "constant" and not any(
                isinstance(n, Call) and known.functions[n.function].costly for n in walk(side)
            ):
                yield side

    def check_history(self, nodes: tuple[Node, ...]) -> None:
        """Raise ParameterError where ``max_history`` is too short, or nothing needs it."""
        config = self._config
        if config.max_history is None:
            return
        if not nodes:
            allowed = "nothing where no expression may need it: name one by where, columns or sort"
            raise ParameterError("max_history", config.max_history, allowed)
        for node in nodes:
            needed = self._needs.of(node).lookback
            if needed > config.max_history:
                raise ParameterError(
                    "max_history", config.max_history, f"at least {needed}, which {node} needs"
                )
        if config.bars > config.max_history:
            allowed = f"at least {config.bars}, the sessions that are loaded in any case"
            raise ParameterError(
                "max_history", config.max_history, allowed, "fewer bars load fewer"
            )

    def analysed(self, parsed: CompiledExpressions) -> CompiledExpressions:
        """Add what follows from the expressions: names, history, recursions."""
        nodes, expressions = parsed.nodes, parsed.expressions
        seen: set[Node] = set()
        parts = [part for node in nodes for part in walk_new(node, seen)]
        names = frozenset(part.name for part in parts if isinstance(part, Name))
        compared = sorted(names.intersection((*BENCHMARK_COLUMNS, "benchmark")))
        if compared and self._config.benchmark is None:
            raise RuleUnavailableError(compared[0], "a benchmark", "name one with --benchmark")
        technical = tuple(name for name in TECHNICAL_COLUMNS if name in names)
        need = self._needs.together(nodes)
        votes = [(name, BASE_WINDOW, TECHNICAL_COLUMNS[name].stable_after) for name in technical]
        ranking = (c.owner for c in parsed.conditions if self._ranks(c.node))
        return replace(
            parsed,
            names=names,
            compared_texts=_compared_texts(parts),
            lookback=need.lookback,
            stable_after=max((need.stable_after, *(bars for _, _, bars in votes))),
            recursions=(*_recursions(expressions), *votes),
            technical=technical,
            rank_owners=tuple(dict.fromkeys(ranking)),
            running_totals=tuple(dict.fromkeys(_running_totals(expressions))),
            facts=fact_leaves(nodes, vocabulary()),
        )

    def _ranks(self, node: Node) -> bool:
        """Tell whether a condition compares symbols with each other."""
        if node not in self._ranking:
            own = isinstance(node, Name) and node.name in RANKED
            if isinstance(node, Call):
                own = vocabulary().functions[node.function].memory == "market"
            self._ranking[node] = own or any(self._ranks(child) for child in children(node))
        return self._ranking[node]


@cache
def definitions() -> dict[str, Node]:
    """Columns that are computed only when somebody asks for them, as expressions.

    What is made of facts and prices is among them.
    """
    known = vocabulary()
    asked = [column.name for column in COLUMNS.values() if not column.default]
    asked += [name for name, info in known.names.items() if info.fact == "priced"]
    nodes = {name: definition(name, known) for name in asked}
    return {name: node for name, node in nodes.items() if node is not None}


def _running_totals(expressions: tuple[Expression, ...]) -> Iterator[tuple[str, int]]:
    """Yield the sums whose level never forgets where history begins, each with its window."""
    seen: dict[int, set[Node]] = {}
    for expression in expressions:
        for node in walk_new(expression.node, seen.setdefault(expression.window, set())):
            if isinstance(node, Call) and node.function in RUNNING_TOTALS:
                yield str(node), expression.window


def _recursions(expressions: tuple[Expression, ...]) -> Iterator[tuple[str, int, int]]:
    """Yield recursive parts, each with its window and the bars it needs to settle."""
    needs: dict[int, Needs] = {}
    for expression in expressions:
        window = expression.window
        inside = needs.setdefault(window, Needs(vocabulary()))
        before = len(inside.recursive)
        inside.of(expression.node)
        for text, needed in islice(inside.recursive.items(), before, None):
            yield text, window, needed


def _compared_texts(parts: list[Node]) -> tuple[tuple[str, str], ...]:
    """Columns of the listings, each with a text that an expression compares it with."""
    pairs = dict.fromkeys(
        (name.name, text.value)
        for node in parts
        for name, text in _compared(node)
        if name.name in ("symbol", *TEXT_COLUMNS)
    )
    return tuple(pairs)


def _compared(node: Node) -> Iterator[tuple[Name, Text]]:
    """Yield a name and each text that a comparison or a membership holds against it."""
    if isinstance(node, Comparison):
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, Name) and isinstance(other, Text):
                yield side, other
    elif isinstance(node, Membership) and isinstance(node.operand, Name):
        for value in node.values:
            if isinstance(value, Text):
                yield node.operand, value
