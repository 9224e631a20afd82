"""The scan language by plain loops: one symbol after the other, one bar after the other.

Made from what the language says, not from how the arrays are computed. With ``Worlds(1)`` it is
a plain interpreter; with more it also tells which answers hang on rounding (``language_cells``).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reference.language_cells import (
    UNSURE,
    Cell,
    Worlds,
    all_of,
    any_of,
    apply,
    arithmetic,
    compare,
    compare_texts,
    near,
    negation,
    number,
    tolerance,
)
from reference.language_functions import ACROSS, BACK, POINT
from reference.language_line_twins import LINE_TWINS
from reference.language_said import SAID, said, warm
from reference.language_twins import TWINS as PLAIN_TWINS
from reference.language_twins import Twin
from technic.language.syntax.nodes import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Shift,
    Text,
    children,
    walk,
)

__all__ = ["KNOWN", "History", "Interpreter", "across"]

TWINS = {**PLAIN_TWINS, **LINE_TWINS}
FIELDS = ("open", "high", "low", "close", "volume")
SERIES = {
    **dict.fromkeys([*BACK, *TWINS], 1),
    **dict.fromkeys([name for name, twin in TWINS.items() if twin.fields], 0),
    **dict.fromkeys(["crosses_above", "crosses_below", "value_when", "sum_since"], 2),
    **dict.fromkeys(["beta", "correlation"], 2),
    **dict.fromkeys(["anchored_vwap", "vwma"], 1),
    "ytd_change": 0,
}
"""How many arguments of a function are series; constants follow."""
COARSE = ("weekly", "monthly")
READS = {"anchored_vwap": ("high", "low", "close", "volume"), "ytd_change": ("close", "year")}
"""What functions that look back read of the bar, before their arguments."""
KNOWN = frozenset({*POINT, *SAID, *BACK, *TWINS, *ACROSS, *COARSE, "bar_count"})
"""The functions that the interpreter has."""


@dataclass(frozen=True)
class History:
    """One symbol's bars as lists, with the benchmark on its sessions (None: has no bar)."""

    sessions: Sequence[dt.date]
    bars: Mapping[str, Sequence[float]]
    benchmark: Sequence[float | None] = ()

    def coarse(self, function: str, row: int) -> History:
        """Weekly or monthly bars up to a row, the running one included."""
        groups: dict[tuple[int, int], list[int]] = {}
        for i, day in enumerate(self.sessions[: row + 1]):
            week = day.isocalendar()
            key = (week.year, week.week) if function == "weekly" else (day.year, day.month)
            groups.setdefault(key, []).append(i)
        rows = list(groups.values())
        bars = self.bars
        return History(
            [self.sessions[group[-1]] for group in rows],
            {
                "open": [bars["open"][group[0]] for group in rows],
                "high": [max(bars["high"][i] for i in group) for group in rows],
                "low": [min(bars["low"][i] for i in group) for group in rows],
                "close": [bars["close"][group[-1]] for group in rows],
                "volume": [sum(bars["volume"][i] for i in group) for group in rows],
            },
            [self.benchmark[group[-1]] for group in rows] if self.benchmark else (),
        )


@dataclass
class Interpreter:
    """Evaluates checked trees on one symbol.

    ``names``: what is known of its day. ``listing``: what is known whether it has bars or not.
    """

    history: History
    worlds: Worlds = field(default_factory=Worlds)
    names: Mapping[str, float | str | None] = field(default_factory=dict)
    listing: Mapping[str, float | str | None] = field(default_factory=dict)
    _lines: dict[Node, list[Cell]] = field(default_factory=dict)

    def line(self, node: Node) -> list[Cell]:
        """Values at every bar, of a tree without names of the day."""
        if node not in self._lines:
            self._lines[node] = self._line(node)
        return self._lines[node]

    def value(self, node: Node, row: int) -> Cell:
        """Value at one bar, which is the scan's day; -1: the symbol has no bar yet, so no value."""
        listed = any(isinstance(one, Name) and one.name in self.listing for one in walk(node))
        if isinstance(node, Number | Text):
            return at_one_bar(self.worlds, node, [])
        if row < 0 and not listed:
            return None
        if _every_bar(node):
            return self.line(node)[row]
        match node:
            case Name():
                return _known(self.worlds, (self.listing if listed else self.names)[node.name])
            case Call(function=function) if function in COARSE:
                coarse = Interpreter(self.history.coarse(function, row), self.worlds)
                return coarse.line(node.arguments[0])[-1]
            case _:
                return at_one_bar(
                    self.worlds, node, [self.value(child, row) for child in children(node)]
                )

    def _line(self, node: Node) -> list[Cell]:
        n = len(self.history.sessions)
        match node:
            case Number() | Text():
                return [at_one_bar(self.worlds, node, [])] * n
            case Name(name="year"):
                return [self.worlds.constant(float(day.year)) for day in self.history.sessions]
            case Call(function=function) if function in SAID:
                return self._said(node)
            case Name(name="benchmark"):
                return [_known(self.worlds, x) for x in self.history.benchmark]
            case Name():
                return [self.worlds.constant(x) for x in self.history.bars[node.name]]
            case Shift():
                return ([None] * node.bars + self.line(node.operand))[:n]
            case Call(function="bar_count"):
                return [self.worlds.constant(float(i + 1)) for i in range(n)]
            case Call(function=function) if function in TWINS:
                return self._indicator(node)
            case Call(function=function) if function in BACK:
                return [self._looking_back(node, i) for i in range(n)]
            case _:
                lines = [self.line(child) for child in children(node)]
                return [at_one_bar(self.worlds, node, [one[i] for one in lines]) for i in range(n)]

    def _said(self, node: Call) -> list[Cell]:
        """Evaluate what a function stands for; nothing is known before it has all its bars."""
        return [None if i < warm(node) else cell for i, cell in enumerate(self.line(said(node)))]

    def _looking_back(self, node: Call, row: int) -> Cell:
        """Hand over a function of how many bars ago for each series, constants as they are."""

        def ago(line: list[Cell]) -> Callable[[int], Cell]:
            return lambda bars: line[row - bars] if bars <= row else None

        return BACK[node.function](
            self.worlds,
            *(ago(self.line(Name(name))) for name in READS.get(node.function, ())),
            *(
                argument.value if _is_constant(node, place) else ago(self.line(argument))
                for place, argument in enumerate(node.arguments)
            ),
        )

    def _indicator(self, node: Call) -> list[Cell]:
        """Compute a twin in each world; unsure cells are holes, and whatever they reach unsure."""
        twin = TWINS[node.function]
        lines = [self.line(Name(name)) for name in twin.fields]
        constants: list[float] = []
        for place, argument in enumerate(node.arguments):
            if _is_constant(node, place):
                constants.append(argument.value)
            else:
                lines.append(self.line(argument))
        lines = [_without_doubtful(twin, line) for line in lines]
        by_world = [
            twin.compute(*(_numbers(line, world) for line in lines), *constants)
            for world in range(self.worlds.count)
        ]
        lengths = [x for x in constants if not isinstance(x, str)]
        reach = len(lines[0]) if twin.remembers else 2 * sum(map(int, lengths)) + 1
        inside = reach if twin.remembers or twin.wide else int(max(lengths, default=1))
        out: list[Cell] = []
        for i, values in enumerate(zip(*by_world, strict=True)):
            if any(UNSURE in line[max(i - reach + 1, 0) : i + 1] for line in lines):
                out.append(UNSURE)
                continue
            cell = number(values)
            if twin.divides and isinstance(cell, tuple):
                wide = tolerance(cell) > 1e-3 * abs(cell[0])
                cell = UNSURE if wide else cell
            window = lines[twin.measured][max(i - inside + 1, 0) : i + 1]
            size = _scale(twin, cell, window)
            out.append(self.worlds.moved(cell, size) if size else cell)
        return out


def _is_constant(node: Call, place: int) -> bool:
    """Tell whether an argument is a constant of the text: all that follow the series are."""
    return place >= SERIES.get(node.function, 0)


def _without_doubtful(twin: Twin, line: list[Cell]) -> list[Cell]:
    """Mark inputs with which a twin becomes a matter of rounding, sums no float can hold too."""

    def doubtful(before: Cell, cell: Cell) -> bool:
        if not isinstance(cell, tuple):
            return False
        vast = abs(cell[0]) > 1e100 and twin.scale != "exact"
        nothing = twin.divides and not twin.remembers and near(cell, 0.0)
        return vast or nothing or (twin.steps and compare(">", cell, before) is UNSURE)

    pairs = zip([None, *line], line, strict=False)
    return [UNSURE if doubtful(before, cell) else cell for before, cell in pairs]


def _numbers(line: list[Cell], world: int) -> list[float | None]:
    return [cell[world] if isinstance(cell, tuple) else None for cell in line]


def _scale(twin: Twin, cell: Cell, window: list[Cell]) -> float:
    """How large the numbers were that a rounded result was made of."""
    if twin.scale == "exact" or not isinstance(cell, tuple):
        return 0.0
    if twin.scale == "relative":
        return abs(cell[0])
    if twin.scale == "hundred":
        return 100.0 + abs(cell[0])
    sizes = [abs(one[0]) for one in window if isinstance(one, tuple)]
    if twin.scale == "total":
        return math.fsum(sizes)
    return max(sizes) ** 2 if twin.scale == "square" else max(sizes)


def _known(worlds: Worlds, value: float | str | None) -> Cell:
    """Make a cell of something known; NaN and the empty text are missing."""
    if value is None or isinstance(value, str):
        return value or None
    return number(worlds.constant(value))


def _every_bar(node: Node) -> bool:
    """Tell whether a tree has a value at every bar of a symbol."""
    if isinstance(node, Name):
        return node.name in (*FIELDS, "benchmark")
    if isinstance(node, Call) and node.function in {*COARSE, *ACROSS}:
        return False
    return all(_every_bar(child) for child in children(node))


def at_one_bar(worlds: Worlds, node: Node, cells: Sequence[Cell]) -> Cell:
    """Evaluate a node that looks at one bar only, given the values of its children there."""
    match node:
        case Number():
            return worlds.constant(node.value)
        case Text():
            return node.value or None
        case Negative():
            return apply(lambda x: -x, *cells)
        case Arithmetic():
            return arithmetic(worlds, node.operator, *cells)
        case Comparison():
            return _comparison(node.operator, *cells)
        case Membership():
            listed = [at_one_bar(worlds, value, []) for value in node.values]
            return any_of([_comparison("==", cells[0], one) for one in listed])
        case Not():
            return negation(cells[0])
        case And():
            return all_of(cells)
        case Or():
            return any_of(cells)
        case _:
            return POINT[node.function](worlds, *cells)


def _comparison(sign: str, left: Cell, right: Cell) -> Cell:
    texts = isinstance(left, str) or isinstance(right, str)
    return compare_texts(sign, left, right) if texts else compare(sign, left, right)


def across(
    node: Node, symbols: Sequence[Interpreter], rows: Sequence[int], worlds: Worlds
) -> list[Cell]:
    """Evaluate any tree on the scan's day for all symbols, one cell for each."""
    if not any(isinstance(one, Call) and one.function in ACROSS for one in walk(node)):
        return [one.value(node, row) for one, row in zip(symbols, rows, strict=True)]
    if isinstance(node, Call) and node.function in ACROSS:
        values = across(node.arguments[0], symbols, rows, worlds)
        groups: list[Cell] = [True] * len(symbols)
        if isinstance(node.arguments[1], Name):
            groups = across(node.arguments[1], symbols, rows, worlds)
        return [
            _against_others(worlds, node.function, i, values, groups) for i in range(len(symbols))
        ]
    columns = [across(child, symbols, rows, worlds) for child in children(node)]
    return [
        at_one_bar(worlds, node, [column[i] for column in columns]) for i in range(len(symbols))
    ]


def _against_others(
    worlds: Worlds, function: str, at: int, values: list[Cell], groups: list[Cell]
) -> Cell:
    """Compare one symbol with the others of its group that have a value."""
    if values[at] is None or groups[at] is None:
        return None
    others = [
        value
        for i, (value, group) in enumerate(zip(values, groups, strict=True))
        if i != at and group == groups[at] and value is not None
    ]
    if UNSURE in (values[at], *others):
        return UNSURE
    return ACROSS[function](worlds, values[at], others)
