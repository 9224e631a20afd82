"""Values of checked expressions over all symbols of a panel: at one day, or at every bar.

Steps for a day: every part of the scope ``bar`` goes into one program, so what several expressions
share is computed once and only on the bars that are needed (``program``, ``bar_values``); what
stands inside weekly(...) or monthly(...) goes into a program of its own over longer bars; the rest
is done on one value for each symbol. Functions that are costly come last, and only for the symbols
whose outcome they can still change.

A symbol's value is the same bit for bit alone or among others, and no later bar changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import cast

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError, RuleUnavailableError
from technic.language.analysis.definitions import definition
from technic.language.analysis.scope import scope_of
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.evaluation.bar_values import all_bars, newest_bars
from technic.language.evaluation.market_values import block_parts
from technic.language.evaluation.panel_facts import PanelFacts
from technic.language.evaluation.program import constant_of, program_of
from technic.language.evaluation.resample import Timeframe, resampled
from technic.language.functions import elementwise
from technic.language.functions.function import Function, Memory, Scope
from technic.language.functions.operators import applied, split
from technic.language.syntax.nodes import And, Call, Name, Node, Or, children
from technic.panel import BarPanel
from technic.typing import BoolArray, FloatArray

__all__ = ["DayValues", "evaluate_bars", "evaluate_block", "evaluate_day"]


def evaluate_day(
    nodes: Iterable[Node],
    panel: BarPanel,
    rows: NDArray[np.intp],
    vocabulary: Vocabulary,
    *,
    known: Mapping[str, FloatArray] | None = None,
    benchmark: FloatArray | None = None,
    alive: BoolArray | None = None,
    facts: PanelFacts | None = None,
) -> dict[Node, FloatArray]:
    """Return the values of checked nodes of at most the scope ``day``, each ``(n_symbols,)``.

    ``rows``: the row to read in each column (``panel.rows_at``); everything is NaN where it is
    negative. ``known``: values of names of the scope ``day`` that are there already; those that are
    not and stand for expressions are computed from these. ``benchmark``: its closes,
    ``(n_sessions,)``. ``facts``: what was known of the companies of the columns. ``alive``: where
    costly functions are still worth computing; elsewhere they are NaN. Raises ParameterError for a
    node that needs other symbols, RuleUnavailableError for a name nobody has values of.
    """
    asked = list(nodes)
    scopes: dict[Node, Scope] = {}
    for node in asked:
        if scope_of(node, vocabulary, scopes) not in ("constant", "bar", "day"):
            raise ParameterError("nodes", str(node), "expressions about one symbol")
    day = DayValues(panel, rows, vocabulary, known or {}, benchmark, facts)
    day.prepare(asked)
    mask = np.ones(panel.n_symbols, np.bool_) if alive is None else alive
    return {node: day.result(node, mask) for node in asked}


def evaluate_block(
    nodes: Iterable[Node],
    panel: BarPanel,
    rows: NDArray[np.intp],
    vocabulary: Vocabulary,
    *,
    known: Mapping[str, FloatArray] | None = None,
    benchmark: FloatArray | None = None,
    facts: PanelFacts | None = None,
) -> dict[Node, FloatArray]:
    """Return what a block has to say about checked nodes of any scope: their ``block_parts``.

    Arguments as ``evaluate_day``. Within ``and``, costly functions are computed only for the
    symbols that no other operand rules out, within ``or`` for those that none lets in; names of
    other scopes count as unknown. Where one was not computed it is NaN, and the value of the whole
    condition is what it would have been.
    """
    return DayValues(panel, rows, vocabulary, known or {}, benchmark, facts).parts(nodes)


def evaluate_bars(
    nodes: Iterable[Node],
    panel: BarPanel,
    vocabulary: Vocabulary,
    *,
    benchmark: FloatArray | None = None,
    facts: PanelFacts | None = None,
) -> dict[Node, FloatArray]:
    """Return the values of checked nodes at all bars, each ``(n_bars, n_symbols)``.

    NaN after a column's last bar. What several nodes share is computed once. The bits are those of
    ``evaluate_day`` at the same row. Raises ParameterError for a node without a value at every bar.
    """
    asked = list(dict.fromkeys(nodes))
    for node in asked:
        if scope_of(node, vocabulary) not in ("constant", "bar"):
            raise ParameterError("nodes", str(node), "expressions that have a value at every bar")
    program, results = program_of(vocabulary, tuple(asked))
    found = all_bars(program, results, panel, benchmark, facts=facts)
    return dict(zip(asked, found, strict=True))


class DayValues:
    """The values at one row of each column; ``scopes``: those of parts looked at so far."""

    def __init__(
        self,
        panel: BarPanel,
        rows: NDArray[np.intp],
        vocabulary: Vocabulary,
        known: Mapping[str, FloatArray],
        benchmark: FloatArray | None,
        facts: PanelFacts | None = None,
    ) -> None:
        self._panel, self._rows, self._vocabulary = panel, rows, vocabulary
        self._absent = rows < 0
        self._any_absent = bool(self._absent.any())
        self._benchmark, self._facts = benchmark, facts
        self._names = dict(known)
        self._values: dict[Node, FloatArray] = {}
        self.scopes: dict[Node, Scope] = {}
        self._costs: dict[Node, bool] = {}
        self._late: dict[Hashable, tuple[dict[str, FloatArray], BoolArray]] = {}

    def prepare(self, nodes: Iterable[Node]) -> None:
        """Compute what the bars alone say, all expressions together."""
        bars: dict[Node, None] = {}
        longer: dict[str, dict[Node, None]] = {}
        for node in nodes:
            self._collect(node, bars, longer)
        self._values |= zip(bars, self._of_bars(list(bars)), strict=True)
        for timeframe, inner in longer.items():
            found = self._of_longer_bars(cast("Timeframe", timeframe), list(inner))
            calls = (Call(timeframe, (node,)) for node in inner)
            self._values |= zip(calls, found, strict=True)

    def parts(self, nodes: Iterable[Node]) -> dict[Node, FloatArray]:
        """Return the block parts of nodes, once everything is computed that can still matter."""
        asked = list(dict.fromkeys(nodes))
        self.prepare(asked)
        everyone = np.ones(len(self._rows), np.bool_)
        for node in asked:
            self.value(node, everyone)
        parts = (block_parts(node, self._vocabulary, self.scopes) for node in asked)
        return {part: self.read(part, ~everyone) for part in dict.fromkeys(chain(*parts))}

    def result(self, node: Node, mask: BoolArray) -> FloatArray:
        """Return a value that is the caller's own."""
        return np.array(self.read(node, mask))

    def read(self, node: Node, mask: BoolArray) -> FloatArray:
        """Return a value that is looked at alone: others may hold it, too."""
        found = np.broadcast_to(self.value(node, mask), self._rows.shape)
        if self._any_absent and found.dtype.kind == "f":
            return np.where(self._absent, np.nan, found)
        return found

    def value(self, node: Node, mask: BoolArray) -> FloatArray:
        """Return one value for each symbol, unknown where it depends on other symbols.

        Costly functions are computed where ``mask`` says so. A constant is a number.
        """
        if node in self._values:
            return self._values[node]
        scope = self._scope(node)
        if scope == "constant":
            return cast("FloatArray", constant_of(node, self._vocabulary))
        if isinstance(node, Call) and self._vocabulary.functions[node.function].memory == "day":
            return self._computed_late(node, mask)
        if isinstance(node, And | Or):
            found = self._logical(node, mask)
        elif isinstance(node, Name) and scope == "day":
            found = self._name(node.name, mask)
        elif scope in ("listing", "market"):
            for child in children(node):
                self.value(child, np.ones_like(mask) if isinstance(node, Call) else mask)
            found = np.full(len(mask), np.nan)
        else:
            found = self._applied(node, mask)
        if not self._costly(node):
            self._values[node] = found
        return found

    def _scope(self, node: Node) -> Scope:
        return scope_of(node, self._vocabulary, self.scopes)

    def _collect(
        self,
        node: Node,
        bars: dict[Node, None],
        longer: dict[str, dict[Node, None]],
    ) -> None:
        """Find the largest parts of the scope ``bar``, inside weekly(...) apart."""
        scope = self._scope(node)
        if scope == "constant" or node in self._values:
            return
        if scope == "bar":
            bars[node] = None
        elif isinstance(node, Name):
            stands_for = self._definition(node.name)
            if stands_for is not None:
                self._collect(stands_for, bars, longer)
        elif isinstance(node, Call) and self._memory(node) == "timeframe":
            longer.setdefault(node.function, {})[node.arguments[0]] = None
        elif not (isinstance(node, Call) and self._memory(node) == "day"):
            for child in children(node):
                self._collect(child, bars, longer)

    def _memory(self, call: Call) -> Memory:
        return self._vocabulary.functions[call.function].memory

    def _of_bars(self, nodes: Sequence[Node]) -> list[FloatArray]:
        """Return the values of nodes of the scope ``bar``."""
        program, results = program_of(self._vocabulary, tuple(nodes))
        closes, facts = self._benchmark, self._facts
        return newest_bars(program, results, self._panel, self._rows, closes, facts=facts)

    def _of_longer_bars(self, timeframe: Timeframe, nodes: Sequence[Node]) -> list[FloatArray]:
        """Return the values of nodes on longer bars."""
        program, results = program_of(self._vocabulary, tuple(nodes))
        made = resampled(self._panel, self._rows, timeframe, self._benchmark)
        return newest_bars(program, results, made.panel, made.rows, made.benchmark)

    def _definition(self, name: str) -> Node | None:
        """What a name stands for, where its values are not there already."""
        return None if name in self._names else definition(name, self._vocabulary)

    def _name(self, name: str, mask: BoolArray) -> FloatArray:
        stands_for = self._definition(name)
        if stands_for is not None:
            return self.value(stands_for, mask)
        if name not in self._names:
            raise RuleUnavailableError(name, f"the column {name}", "see technic show columns")
        return self._names[name]

    def _applied(self, node: Node, mask: BoolArray) -> FloatArray:
        function, operands = None, children(node)
        if isinstance(node, Call):
            function = self._vocabulary.functions[node.function]
            operands = split(node, function).series
        values = [self.value(operand, mask) for operand in operands]
        return applied(node, function, values, len(mask))

    def _logical(self, node: And | Or, mask: BoolArray) -> FloatArray:
        """And, or: operands that are costly come last, for the symbols still undecided."""
        is_and = isinstance(node, And)
        join = elementwise.logical_and if is_and else elementwise.logical_or
        first, *others = sorted(node.operands, key=self._costly)
        found = np.broadcast_to(self.value(first, mask), mask.shape)
        for operand in others:
            mask = mask & (found != float(not is_and))
            found = join(found, self.value(operand, mask))
        return found

    def _costly(self, node: Node) -> bool:
        if node not in self._costs:
            own = isinstance(node, Call) and self._vocabulary.functions[node.function].costly
            self._costs[node] = own or any(self._costly(child) for child in children(node))
        return self._costs[node]

    def _computed_late(self, node: Call, mask: BoolArray) -> FloatArray:
        """Return a function of the scan's day, computed where it is wanted and was not yet."""
        function = self._vocabulary.functions[node.function]
        key = (function.together or node.function, node.arguments)
        if key not in self._late:
            self._late[key] = {}, np.zeros(len(mask), np.bool_)
        values, done = self._late[key]
        values.setdefault(node.function, np.full(len(mask), np.nan))
        wanted = (self._rows >= 0) & ~done
        columns = np.flatnonzero(wanted & mask if function.costly else wanted)
        if len(columns):
            for name, found in self._computed(node, function, columns).items():
                values.setdefault(name, np.full(len(mask), np.nan))[columns] = found
            done[columns] = True
        return values[node.function]

    def _computed(
        self, node: Call, function: Function, columns: NDArray[np.intp]
    ) -> Mapping[str, FloatArray]:
        """Compute a function of the scan's day for some columns, and those made with it."""
        panel, facts = self._panel, self._facts
        if len(columns) < panel.n_symbols:
            panel = panel.take(columns)
            facts = None if facts is None else facts.take(columns)
        kernel, arrays = self._day_kernel(node, function, panel, facts)
        return kernel(*arrays, self._rows[columns])

    def _day_kernel(
        self, node: Call, function: Function, panel: BarPanel, facts: PanelFacts | None
    ) -> tuple[Callable[..., Mapping[str, FloatArray]], list[FloatArray]]:
        """Return the kernel of a function of the scan's day, and the arrays that it reads."""
        arguments = split(node, function)
        program, results = program_of(self._vocabulary, arguments.series)
        arrays = [getattr(panel, name) for name in function.fields]
        arrays += all_bars(program, results, panel, self._benchmark, facts=facts)
        if function.together is not None:
            return arguments.bound(replace(function, kernel=function.together)), arrays
        kernel = arguments.bound(function)
        return lambda *given: {node.function: kernel(*given)}, arrays
