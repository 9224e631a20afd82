"""How many bars expressions need: for a value at all, and until it no longer depends on the start.

A recursion begins somewhere and forgets that slowly: the value of ema(close, 200) on its first bar
is a plain mean, and 922 bars later the weight of that is under 1e-4. Until then the number depends
on where history begins, which the anchor rule makes the same for scan, replay and live.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from technic.language.analysis.definitions import definition
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.functions.operators import split
from technic.language.syntax.nodes import Call, Name, Node, Shift, children

__all__ = ["Needs", "Requirements", "requirements"]


@dataclass(frozen=True, slots=True)
class Requirements:
    """Bars of a symbol that expressions need.

    ``lookback``: until all of them have a value. ``stable_after``: until the weight of the first
    bar is under 1e-4 in all of them.
    """

    lookback: int = 1
    stable_after: int = 1


def requirements(nodes: Iterable[Node], vocabulary: Vocabulary) -> Requirements:
    """Return what checked nodes need together; nested needs add up.

    A weekly bar counts as 5 sessions and a monthly one as 21, and one more for the period that is
    still running. Functions and names of wider scopes need what their operands need.
    """
    return Needs(vocabulary).together(nodes)


class Needs:
    """Walks trees, equal ones once.

    ``recursive``: calls with a memory in all trees so far, in the order in which they were found,
    and the bars after which they are stable.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._found: dict[Node, Requirements] = {}
        self.recursive: dict[str, int] = {}

    def together(self, nodes: Iterable[Node]) -> Requirements:
        """Return what nodes need together."""
        return _most(self.of(node) for node in nodes)

    def of(self, node: Node) -> Requirements:
        """Return what a node needs."""
        found = self._found.get(node)
        if found is None:
            found = self._found[node] = self._walked(node)
        return found

    def _walked(self, node: Node) -> Requirements:
        match node:
            case Name():
                return self._name(node)
            case Shift():
                return _plus(self.of(node.operand), node.bars, 0)
            case Call():
                return self._call(node)
            case _:
                return _most(self.of(child) for child in children(node))

    def _name(self, node: Name) -> Requirements:
        stands_for = definition(node.name, self._vocabulary)
        if stands_for is None:
            lookback = self._vocabulary.names[node.name].lookback
            return Requirements(lookback, lookback)
        inside = Needs(self._vocabulary)
        need = inside.of(stands_for)
        if inside.recursive:
            self.recursive[node.name] = need.stable_after
        return need

    def _call(self, node: Call) -> Requirements:
        function = self._vocabulary.functions[node.function]
        if function.memory == "timeframe":
            return self._timeframe(node)
        arguments = split(node, function)
        below = _most(self.of(operand) for operand in arguments.series)
        unstable_period = function.unstable_period(*arguments.constants)
        need = _plus(below, function.lookback(*arguments.constants) - 1, unstable_period)
        if unstable_period:
            self.recursive[str(node)] = need.stable_after
        return need

    def _timeframe(self, node: Call) -> Requirements:
        sessions = self._vocabulary.functions[node.function].lookback()
        inside = Needs(self._vocabulary)
        need = inside.of(node.arguments[0])
        for text, stable_after in inside.recursive.items():
            self.recursive[f"{node.function}({text})"] = (stable_after + 1) * sessions
        return Requirements((need.lookback + 1) * sessions, (need.stable_after + 1) * sessions)


def _plus(need: Requirements, bars: int, unstable_period: int) -> Requirements:
    return Requirements(need.lookback + bars, need.stable_after + bars + unstable_period)


def _most(needs: Iterable[Requirements]) -> Requirements:
    lookback, stable_after = 1, 1
    for need in needs:
        lookback = max(lookback, need.lookback)
        stable_after = max(stable_after, need.stable_after)
    return Requirements(lookback, stable_after)
