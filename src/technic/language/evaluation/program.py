"""Expressions of the scope ``bar`` as steps, and how many bars of each step are needed.

A program holds the steps of all expressions of a scan: operands before those who use them, equal
steps once, calls taken apart as ``functions.shared`` says. What is needed flows from the results
down: ``close > sma(close, 50)`` needs one bar of the mean and fifty of the close; what stands under
a recursion is needed from the first bar on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from technic.language.functions.function import Function
from technic.language.functions.operators import operator_of, split
from technic.language.functions.shared import PARTS, rewritten, shortened
from technic.language.syntax.nodes import (
    And,
    Call,
    Name,
    Node,
    Not,
    Number,
    Or,
    Shift,
    Text,
    children,
)
from technic.panel import FIELDS

if TYPE_CHECKING:
    from technic.language.analysis.vocabulary import Vocabulary

__all__ = [
    "Need",
    "Program",
    "Span",
    "Step",
    "constant_of",
    "looked_back",
    "needs",
    "program_of",
]

StepKind = Literal["constant", "field", "fact", "operator", "point", "window", "recursive", "shift"]
Span: TypeAlias = tuple[int, int]
"""Bars of a step: how many bars ago the newest is, and how many they are."""

_OF_BARS = (*FIELDS, "benchmark", "year")
STAND_IN = "#"
"""Begins the name of a step inside a call that is taken apart; no text can say it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of work: ``run`` gets the arrays of ``inputs``.

    ``value``: of a constant; ``name``: of a field, or the text of a fact. ``lag``: a shift's bars.
    ``reach``: bars before its own at which a window looks.
    """

    kind: StepKind
    inputs: tuple[int, ...] = ()
    run: Callable[..., Any] | None = None
    value: float = np.nan
    name: str = ""
    lag: int = 0
    reach: int = 0


@dataclass(slots=True)
class Need:
    """What is needed of a step: everything, or some spans of bars."""

    everything: bool = False
    spans: list[Span] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.everything or bool(self.spans)


class Program:
    """Steps made from nodes; ``add`` gives the number of a node's step."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.steps: list[Step] = []
        self._functions = {**functions, **PARTS}
        self._numbers: dict[Hashable, int] = {}
        self._added: dict[Node, int] = {}

    def add(self, node: Node) -> int:
        """Add what a checked node of the scope constant or bar is made of; return its step."""
        number = self._added.get(node)
        if number is None:
            number = self._added[node] = self._walked(node)
        return number

    def _walked(self, node: Node) -> int:
        match node:
            case Number():
                return self._step(("constant", node.value), Step("constant", value=node.value))
            case Name() if node.name.startswith(STAND_IN):
                return int(node.name[1:])
            case Name():  # of the scope bar: one of the bar itself, else a fact
                kind: StepKind = "field" if node.name in _OF_BARS else "fact"
                return self._step((kind, node.name), Step(kind, name=node.name))
            case Shift():
                below = self.add(node.operand)
                if self.steps[below].kind == "constant" or not node.bars:
                    return below
                step = Step("shift", (below,), lag=node.bars)
                return self._step(("shift", below, node.bars), step)
            case Call():
                return self._call(shortened(node))
            case _:
                key, run = operator_of(node)
                inputs = tuple(self.add(child) for child in children(node))
                kind = "point" if isinstance(node, And | Or | Not) else "operator"
                return self._step((key, inputs), Step(kind, inputs, run))

    def with_fields(self, names: Mapping[int, str]) -> Program:
        """Return the program with some of its steps as fields of these names."""
        changed = Program(self._functions)
        changed.steps = [
            Step("field", name=names[number]) if number in names else step
            for number, step in enumerate(self.steps)
        ]
        return changed

    def _call(self, node: Call) -> int:
        function = self._functions[node.function]
        if function.memory == "fact":
            return self._step(("fact", str(node)), Step("fact", name=str(node)))
        arguments = split(node, function)
        series = [self.add(one) for one in arguments.series]
        parts = rewritten(arguments.with_series([Name(f"{STAND_IN}{one}") for one in series]))
        if parts is not None:
            return self.add(parts)
        inputs = (*(self.add(Name(name)) for name in function.fields), *series)
        kind = function.memory
        assert kind in ("point", "window", "recursive")
        reach = function.lookback(*arguments.constants) - 1 if kind == "window" else 0
        step = Step(kind, inputs, arguments.bound(function), reach=reach)
        return self._step((node.function, arguments.constants, inputs), step)

    def _step(self, key: Hashable, step: Step) -> int:
        if key in self._numbers:
            return self._numbers[key]
        if step.inputs and step.kind in ("operator", "point"):
            step = self._folded(step)
        self.steps.append(step)
        self._numbers[key] = len(self.steps) - 1
        return len(self.steps) - 1

    def _folded(self, step: Step) -> Step:
        """Work a step out at once where all it looks at are constants."""
        below = [self.steps[number] for number in step.inputs]
        if any(one.kind != "constant" for one in below):
            return step
        assert step.run is not None
        if step.kind == "operator":
            found = step.run(*(np.float64(one.value) for one in below))
        else:
            found = step.run(*(np.full((1, 1), one.value) for one in below))
        return Step("constant", value=float(np.asarray(found).item()))


@lru_cache(maxsize=16)
def program_of(vocabulary: Vocabulary, nodes: tuple[Node, ...]) -> tuple[Program, tuple[int, ...]]:
    """Return the program of checked nodes, which nobody adds to, and the step of each.

    Blocks and days that ask for the same share it.
    """
    program = Program(vocabulary.functions)
    return program, tuple(program.add(node) for node in nodes)


def constant_of(node: Node, vocabulary: Vocabulary) -> np.float64 | str:
    """Return the value of a checked node of the scope constant."""
    if isinstance(node, Text):
        return node.value
    program = Program(vocabulary.functions)
    return np.float64(program.steps[program.add(node)].value)


def needs(
    steps: Sequence[Step], results: Iterable[int], bars: int = 1, *, everything: bool = False
) -> list[Need]:
    """Return what is needed of each step for the newest bars of the results, or for all bars."""
    found = [Need() for _ in steps]
    for number in results:
        found[number].everything |= everything
        found[number].spans.append((0, bars))
    for number in range(len(steps) - 1, -1, -1):
        step, need = steps[number], found[number]
        if not need:
            continue
        need.spans = _merged(need.spans)
        for below in step.inputs:
            if need.everything or step.kind == "recursive":
                found[below].everything = True
            else:
                found[below].spans += [
                    (lag + step.lag, bars + step.reach) for lag, bars in need.spans
                ]
    return found


def looked_back(steps: Sequence[Step], results: Iterable[int], every: int) -> dict[str, int]:
    """Return how many of its newest bars the newest value needs of each field.

    ``every``: what stands for all bars, where a recursion needs them.
    """
    found: dict[str, int] = {}
    for step, need in zip(steps, needs(steps, results), strict=True):
        if step.kind == "field" and need:
            bars = max(lag + bars for lag, bars in need.spans or [(0, every)])
            found[step.name] = every if need.everything else bars
    return found


def _merged(spans: list[Span]) -> list[Span]:
    """Merge spans that overlap or touch."""
    merged: list[Span] = []
    for lag, bars in sorted(set(spans)):
        if merged:
            start, length = merged[-1]
            hull = max(start + length, lag + bars) - start
            if hull <= length + bars:
                merged[-1] = (start, hull)
                continue
        merged.append((lag, bars))
    return merged
