"""How many whole arrays the bars of expressions take at once while they are computed.

Follows the order in which ``bar_values`` computes, and drops, the steps of a program. What stands
under a recursion is there at every bar: ``ema(a + (b + (c + d)), 9)`` holds as many arrays as its
parts that wait for each other. Most expressions need a few bars of each part, next to nothing.

Not counted is what window kernels take for one stripe of columns beside their results: a few
arrays of ``windows.STRIPE_CELLS``, or of 32 columns where those are more. Where all bars are
computed, all recursions are held together, the rest in tiles that are small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from technic.language.analysis.scope import scope_of
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.evaluation.bar_values import (
    MOST_STREAMED,
    from_the_first_bar,
    users_of,
)
from technic.language.evaluation.program import Need, Program, Step, needs
from technic.language.functions.function import Scope
from technic.language.functions.operators import split
from technic.language.syntax.nodes import Call, Node, children

__all__ = ["arrays_held"]

OWN_ARRAYS = {
    **{"constant": 0, "field": 0, "fact": 4, "shift": 1},
    **{"operator": 3, "point": 6, "window": 9},
}
"""Arrays of a step while it is computed, its result included, its operands not, at most."""
RECURSIVE_ARRAYS, STREAM_ARRAYS = 8, 3
"""Of a recursion that is kept whole, and of one of which a few rows are kept."""
PANEL_ARRAYS = 5.5
"""Of a panel."""
COSTLY_ARRAYS = 6.5
"""Of a costly function of the day: a copy of some of the columns, and the newest bars of all."""
LONGER_BARS = 0.2
"""Bars of a week, for each of its sessions; a month has fewer."""


def arrays_held(nodes: Iterable[Node], vocabulary: Vocabulary, n_bars: int) -> float:
    """Return how many arrays ``(n_bars, n_symbols)`` checked nodes take at most at one time.

    The panel itself is not counted. An estimate from above: kernels are taken at their worst.
    """
    day: list[Node] = []
    longer: list[Node] = []
    held = 0.0
    for node in _parts(list(nodes), vocabulary, {}):
        function = vocabulary.functions[node.function] if isinstance(node, Call) else None
        if isinstance(node, Call) and function and function.memory == "timeframe":
            longer.append(node.arguments[0])
        elif isinstance(node, Call) and function and function.memory == "day":
            series = split(node, function).series
            parts = [_held([one], vocabulary, n_bars, everything=True) for one in series]
            held = max(held, COSTLY_ARRAYS * function.costly + sum(parts))
        else:
            day.append(node)
    if longer:  # a panel and the benchmark, of longer bars
        held = max(held, LONGER_BARS * (PANEL_ARRAYS + 1 + _held(longer, vocabulary, n_bars)))
    return max(held, _held(day, vocabulary, n_bars))


def _parts(
    nodes: Sequence[Node], vocabulary: Vocabulary, scopes: dict[Node, Scope]
) -> Iterator[Node]:
    """Yield what is computed from bars: of the scope bar, and calls about a day or longer bars."""
    for node in dict.fromkeys(nodes):
        scope = scope_of(node, vocabulary, scopes)
        function = vocabulary.functions[node.function] if isinstance(node, Call) else None
        if scope == "bar" or (function and function.memory in ("timeframe", "day")):
            yield node
        elif scope != "constant":
            yield from _parts(children(node), vocabulary, scopes)


def _held(
    nodes: Sequence[Node], vocabulary: Vocabulary, n_bars: int, *, everything: bool = False
) -> float:
    program = Program(vocabulary.functions)
    results = [program.add(node) for node in nodes]
    steps = program.steps
    needed = needs(steps, results, everything=everything)
    first = from_the_first_bar(steps, needed)
    rest = [bool(need) and not early for need, early in zip(needed, first, strict=True)]
    size = [_size(step, need, n_bars) for step, need in zip(steps, needed, strict=True)]
    tails = sum(
        min(1.0, sum(bars for _, bars in need.spans) / n_bars)
        for step, need, early in zip(steps, needed, first, strict=True)
        if early and step.kind not in ("constant", "field")
    )
    own = [_own(step, need) * one for step, need, one in zip(steps, needed, size, strict=True)]
    whole = [need.everything for need in needed]
    return tails + max(_most(steps, first, whole, size, own), _most(steps, rest, rest, size, own))


def _own(step: Step, need: Need) -> int:
    """Return how many arrays of its size a step takes while it is computed."""
    if step.kind != "recursive":
        return OWN_ARRAYS[step.kind]
    streamed = all(lag + bars <= MOST_STREAMED for lag, bars in need.spans)
    return STREAM_ARRAYS if streamed and not need.everything else RECURSIVE_ARRAYS


def _size(step: Step, need: Need, n_bars: int) -> float:
    """Return the share of all bars that a step is computed on; what is there already is none."""
    if step.kind in ("constant", "field"):
        return 0.0
    if need.everything or step.kind == "recursive":
        return 1.0
    return min(1.0, sum(bars + step.reach for _, bars in need.spans) / n_bars)


def _most(
    steps: Sequence[Step],
    wanted: Sequence[bool],
    kept: Sequence[bool],
    size: Sequence[float],
    own: Sequence[float],
) -> float:
    """Return the most arrays there are while the wanted steps are computed one after the other."""
    users = users_of(steps, wanted)
    held = most = 0.0
    for number, step in enumerate(steps):
        if not wanted[number] or step.kind == "constant":
            continue
        most = max(most, held + own[number])
        if kept[number]:
            held += size[number]
        for below in step.inputs:
            users[below] -= 1
            if not users[below] and kept[below]:
                held -= size[below]
    return most
