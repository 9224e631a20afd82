"""How many bars expressions need: for a value at all, and until it no longer depends on the start.

A recursion begins somewhere and forgets that slowly: the value of ema(close, 200) on its first bar
is a plain mean, and 922 bars later the weight of that is under 1e-4. Until then the number depends
on where history begins, which the anchor rule makes the same for scan, replay and live.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from technic.language.analysis.vocabulary import Vocabulary
from technic.language.functions.operators import split
from technic.language.syntax.nodes import Call, Name, Node, Shift, children

__all__ = ["Requirements", "Unsettled", "requirements", "unsettled"]

_RECURSIVE_COLUMNS: dict[str, tuple[str, tuple[float, ...]]] = {
    "atr_14": ("atr", (14,)),
    "natr_14": ("natr", (14,)),
    "adx_14": ("adx", (14,)),
    "plus_di_14": ("plus_di", (14,)),
    "minus_di_14": ("minus_di", (14,)),
    "rsi_14": ("rsi", (14,)),
    "stochrsi_k": ("stochrsi_k", (14, 14, 3, 3)),
    "stochrsi_d": ("stochrsi_d", (14, 14, 3, 3)),
    "macd": ("macd_line", (12, 26, 9)),
    "macd_signal": ("macd_signal", (12, 26, 9)),
    "macd_hist": ("macd_histogram", (12, 26, 9)),
    "kc_upper": ("kc_upper", (20, 10, 2)),
    "kc_lower": ("kc_lower", (20, 10, 2)),
}
"""Columns of the catalog with a memory, as calls; ``ema_*`` is read off its name."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """Bars of a symbol that expressions need.

    ``bars``: until all of them can have a value. ``settled``: until the weight of the first bar is
    under 1e-4 in all of them.
    """

    bars: int = 1
    settled: int = 1


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A recursive call that has not forgotten its start: the bars it needs, and those there are."""

    text: str
    needed: int
    available: int


def requirements(nodes: Iterable[Node], vocabulary: Vocabulary) -> Requirements:
    """Return what checked nodes need together; nested needs add up.

    A weekly bar counts as 5 sessions and a monthly one as 21, and one more for the period that is
    still running. Functions and names of higher levels need what their operands need.
    """
    return _most(_Needs(vocabulary).of(node) for node in nodes)


def unsettled(nodes: Iterable[Node], vocabulary: Vocabulary, bars: int) -> tuple[Unsettled, ...]:
    """Return each recursive call, once, that needs more than ``bars`` bars to settle."""
    needs = _Needs(vocabulary)
    for node in nodes:
        needs.of(node)
    return tuple(
        Unsettled(text, needed, bars) for text, needed in needs.recursive.items() if needed > bars
    )


class _Needs:
    """Walks trees; ``recursive`` collects calls with a memory and the bars they need to settle."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.recursive: dict[str, int] = {}

    def of(self, node: Node) -> Requirements:
        """Return what a node needs."""
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
        info = self._vocabulary.names[node.name]
        call = _recursive_column(node.name) if info.level == "day" else None
        if call is None or call[0] not in self._vocabulary.functions:
            return Requirements(info.bars, info.bars)
        settled = info.bars + self._vocabulary.functions[call[0]].fade(*call[1])
        self.recursive[node.name] = settled
        return Requirements(info.bars, settled)

    def _call(self, node: Call) -> Requirements:
        function = self._vocabulary.functions[node.function]
        if function.memory == "timeframe":
            return self._timeframe(node)
        arguments = split(node, function)
        below = _most(self.of(operand) for operand in arguments.series)
        fade = function.fade(*arguments.constants)
        need = _plus(below, function.bars(*arguments.constants) - 1, fade)
        if fade:
            self.recursive[str(node)] = need.settled
        return need

    def _timeframe(self, node: Call) -> Requirements:
        sessions = self._vocabulary.functions[node.function].bars()
        inside = _Needs(self._vocabulary)
        need = inside.of(node.arguments[0])
        for text, settled in inside.recursive.items():
            self.recursive[f"{node.function}({text})"] = (settled + 1) * sessions
        return Requirements((need.bars + 1) * sessions, (need.settled + 1) * sessions)


def _recursive_column(name: str) -> tuple[str, tuple[float, ...]] | None:
    found = re.fullmatch(r"ema_(\d+)", name)
    return ("ema", (float(found[1]),)) if found else _RECURSIVE_COLUMNS.get(name)


def _plus(need: Requirements, bars: int, fade: int) -> Requirements:
    return Requirements(need.bars + bars, need.settled + bars + fade)


def _most(needs: Iterable[Requirements]) -> Requirements:
    bars, settled = 1, 1
    for need in needs:
        bars, settled = max(bars, need.bars), max(settled, need.settled)
    return Requirements(bars, settled)
