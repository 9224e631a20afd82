"""The walk over a tree that checks it and brings it into its one form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from technic.errors import ExpressionError
from technic.language.analysis.arguments import by_position, constant, without_series
from technic.language.analysis.facts import fact_argument, first_fact
from technic.language.analysis.misplaced import misplaced
from technic.language.analysis.scope import WIDEST_OPERAND, kind_of, scope_of_call, widest, within
from technic.language.analysis.suggestions import example, unknown_function, unknown_name
from technic.language.analysis.units import PERCENT_HINT, is_percent, plain_percent, unit_of
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.functions.function import OPERANDS, Function, Kind, Parameter, Scope
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
    walk,
)
from technic.language.syntax.parse import MOST_BARS_AGO, parse
from technic.language.syntax.tokens import shown
from technic.language.syntax.trees import concat, negate
from technic.wording.counts import count_of

__all__ = ["Checked", "Checker"]

_MOST_EXPONENT = 4
_LONGEST_HINT = 100
_HINTS: dict[tuple[Kind, Kind], str] = {
    ("number", "condition"): "write where(condition, 1, 0)",
    ("condition", "number"): "compare it, as in volume > 1_000_000",
    ("condition", "text"): 'compare it, as in sector == "Energy"',
}
"""What to write, by the kind that is expected and the kind that is there."""
_KINDS: dict[str, Kind] = {"series": "number", "condition": "condition", "text": "text"}
"""The kind of an operand, by what the parameter takes."""


def _is_usual(parameter: Parameter, argument: Node) -> bool:
    """Tell a word that need not be written: a call has one form, whoever says its defaults."""
    return parameter.takes == "word" and argument == Text(str(parameter.default))


@dataclass(frozen=True, slots=True)
class Checked:
    """A tree that means something, in its one form; what it gives; where its value exists."""

    node: Node
    kind: Kind
    scope: Scope


class Checker:
    """Checks from the leaves up; each method returns its node in the one form."""

    def __init__(self, vocabulary: Vocabulary, text: str, *, helpful: bool = True) -> None:
        self.vocabulary, self.text, self.helpful = vocabulary, text, helpful

    def fail(self, node: Node, reason: str, hint: str = "") -> ExpressionError:
        """Return an error at a node."""
        return ExpressionError(self.text, node.place, reason, hint)

    def said(self, node: Node) -> str:
        """Return what was written for a node, as a message shows it."""
        return shown(self.text[slice(*node.place)] if node.place else str(node))

    def want(self, kind: Kind, checked: Checked, node: Node) -> Node:
        """Return the node of a checked part if it is of the kind that is expected there."""
        if checked.kind != kind:
            reason = f"{self.said(node)} is a {checked.kind} where a {kind} is expected"
            raise self.fail(node, reason, _HINTS.get((kind, checked.kind), ""))
        return checked.node

    def checked(self, node: Node) -> Checked:
        """Check any tree."""
        match node:
            case Number() | Text():
                return self.constant(node)
            case Name():
                return self.name(node)
            case Negative():
                part = self.checked(node.operand)
                operand = self.want("number", part, node.operand)
                return Checked(negate(operand, node.place), "number", part.scope)
            case Arithmetic():
                return self.arithmetic(node)
            case Comparison():
                return self.comparison(node)
            case Membership():
                return self.membership(node)
            case Shift():
                return self.shift(node)
            case Call():
                return self.call(node)
            case _:
                return self.condition(node)

    def constant(self, node: Number | Text) -> Checked:
        """Any text, and a number that is no percentage of something unknown."""
        if is_percent(node):
            raise self.fail(node, f"{self.said(node)} has no meaning here", PERCENT_HINT)
        return Checked(node, "number" if isinstance(node, Number) else "text", "constant")

    def name(self, node: Name) -> Checked:
        """Look a name up."""
        info = self.vocabulary.named(node.name)
        if info is None:
            raise self.fail(node, *unknown_name(node.name, self.vocabulary))
        name = self.vocabulary.aliases.get(node.name)
        return Checked(
            node if name is None else Name(name, place=node.place), info.kind, info.scope
        )

    def beside(self, node: Node, other: Node, *, factor: bool = False) -> Node:
        """Return a percentage as the number it means beside another part; other nodes as they are.

        ``factor``: it multiplies or divides, so 50% is a half whatever stands there.
        """
        if not is_percent(node):
            return node
        value = plain_percent(node, "factor" if factor else unit_of(other, self.vocabulary))
        if value is None:
            self.checked(other)  # a word that nobody knows is the first thing to say
            reason = f"what {self.said(node)} means beside {self.said(other)} is not clear"
            raise self.fail(node, reason, PERCENT_HINT)
        return value

    def arithmetic(self, node: Arithmetic) -> Checked:
        """Numbers on both sides, and a small constant as exponent."""
        factor = node.operator in ("*", "/")
        sides = (
            self.beside(node.left, node.right, factor=factor),
            self.beside(node.right, node.left, factor=factor),
        )
        parts = self.checked(sides[0]), self.checked(sides[1])
        left = self.want("number", parts[0], node.left)
        right = self.want("number", parts[1], node.right)
        constant_power = isinstance(right, Number) and abs(right.value) <= _MOST_EXPONENT
        if node.operator == "**" and not constant_power:
            reason = f"an exponent is a constant from -{_MOST_EXPONENT} to {_MOST_EXPONENT}"
            raise self.fail(node.right, f"{reason}, not {self.said(node.right)}")
        done = Arithmetic(node.operator, left, right, place=node.place)
        return Checked(done, "number", widest(part.scope for part in parts))

    def comparison(self, node: Comparison) -> Checked:
        """Two numbers, or two texts that are equal or not."""
        node = replace(
            node,
            left=self.beside(node.left, node.right),
            right=self.beside(node.right, node.left),
        )
        left, right = self.checked_or_text(node.left, node), self.checked_or_text(node.right, node)
        for part, side in ((left, node.left), (right, node.right)):
            if part.kind == "condition":
                reason = f"{self.said(side)} is a condition, and conditions are not compared"
                raise self.fail(side, reason, "join them with and, or, not")
        if left.kind != right.kind:
            reason = (
                f"{self.said(node.left)} is a {left.kind} and "
                f"{self.said(node.right)} a {right.kind}"
            )
            raise self.fail(node, reason, "compare like with like")
        if left.kind == "text" and node.operator not in ("==", "!="):
            raise self.fail(node, f"texts have no order for {node.operator}", "write == or !=")
        done = Comparison(node.operator, left.node, right.node, place=node.place)
        return Checked(done, "condition", widest((left.scope, right.scope)))

    def checked_or_text(self, side: Node, node: Comparison) -> Checked:
        """Check a side; a name that nobody knows beside a text column misses its quotes."""
        other = node.right if side is node.left else node.left
        if isinstance(side, Name) and self.vocabulary.named(side.name) is None:
            info = self.vocabulary.named(other.name) if isinstance(other, Name) else None
            if info is not None and info.kind == "text":
                reason = f"{shown(side.name)} is no name"
                raise self.fail(side, reason, f'write "{side.name}" for the text')
        return self.checked(side)

    def membership(self, node: Membership) -> Checked:
        """All of the list are of the kind of what is looked for."""
        part = self.checked(node.operand)
        if part.kind == "condition":
            self.want("number", part, node.operand)
        values: list[Number | Text] = []
        for listed in node.values:
            value = self.beside(listed, node.operand)
            if isinstance(value, Number | Text):
                values.append(value)
        for value in values:
            kind = "text" if isinstance(value, Text) else "number"
            if kind != part.kind:
                reason = f"{self.said(node.operand)} is a {part.kind} and {value} a {kind}"
                raise self.fail(value, reason, "compare like with like")
        done = Membership(part.node, tuple(values), place=node.place)
        return Checked(done, "condition", part.scope)

    def condition(self, node: Not | And | Or) -> Checked:
        """Conditions only."""
        operands = (node.operand,) if isinstance(node, Not) else node.operands
        parts = [self.checked(operand) for operand in operands]
        done = [
            self.want("condition", part, operand)
            for part, operand in zip(parts, operands, strict=True)
        ]
        scope = widest(part.scope for part in parts)
        if isinstance(node, Not):
            return Checked(Not(done[0], place=node.place), "condition", scope)
        return Checked(concat(type(node), done, node.place), "condition", scope)

    def shift(self, node: Shift) -> Checked:
        """A value of every bar, looked at once: ``x[1][2]`` is ``x[3]``."""
        part = self.checked(node.operand)
        if part.scope == "constant":
            raise self.fail(node, f"{self.said(node.operand)} is the same on every bar")
        bars, operand = node.bars, part.node
        if isinstance(operand, Shift):
            bars, operand = bars + operand.bars, operand.operand
        if bars > MOST_BARS_AGO:
            reason = (
                f"the look-backs add up to {count_of(bars, 'bar')}, more than {MOST_BARS_AGO:,}"
            )
            raise self.fail(node, reason)
        done = Shift(operand, bars, place=node.place)
        self.refuse_wider("bar", part, done)
        return Checked(done if bars else operand, part.kind, part.scope)

    def call(self, node: Call) -> Checked:
        """A known function, each parameter with what it takes."""
        function = self.vocabulary.functions.get(node.function)
        if function is None:
            raise self.fail(node, *unknown_function(node.function, self.vocabulary))
        arguments = by_position(node, function, self.fail, self.helps)
        done: list[Node] = []
        series: list[Checked] = []
        for parameter, argument in zip(function.parameters, arguments, strict=True):
            if parameter.takes == "fact":
                fact = fact_argument(self.checked(argument).node, parameter, self.vocabulary)
                done.append(self.fact(fact, argument, function, parameter))
                continue
            if parameter.takes not in OPERANDS:
                if is_percent(argument):
                    self.checked(argument)  # which says that it has no meaning here
                done.append(constant(argument, parameter, function, self.vocabulary, self.fail))
                continue
            part = self.operand(argument, arguments[0], parameter, function)
            done.append(part.node)
            series.append(part)
        while len(done) and _is_usual(function.parameters[len(done) - 1], done[-1]):
            done.pop()
        if function.memory == "timeframe":
            self.refuse_days(node.function, done[0])
        scope = scope_of_call(function, [part.scope for part in series])
        call = Call(node.function, tuple(done), place=node.place)
        if function.memory != "point" and series and widest(p.scope for p in series) == "constant":
            reason = f"{function.name} gets no value of a bar"
            raise self.fail(node, reason, without_series(node, function, self.helps))
        for part in series:
            self.refuse_wider(WIDEST_OPERAND[function.memory], part, call)
        return Checked(call, kind_of(call, self.vocabulary), scope)

    def operand(
        self, argument: Node, first: Node, parameter: Parameter, function: Function
    ) -> Checked:
        """A value that a function takes; ``first``: its first one, beside which percent count."""
        part = self.checked(self.beside(argument, first))
        if function.memory != "timeframe" or part.kind == "text":
            self.want(_KINDS[parameter.takes], part, argument)
            if parameter.takes == "text" and part.scope == "constant":
                reason = f"{parameter.name} of {function.name} is a text column of the listings"
                raise self.fail(argument, f"{reason}, not {self.said(argument)}")
        return part

    def fact(self, fact: Node | str, node: Node, function: Function, parameter: Parameter) -> Node:
        """Return the fact that a function is about; raise where it is another value."""
        if isinstance(fact, Node):
            return fact
        reason = f"{parameter.name} of {function.name} is {fact}, not {self.said(node)}"
        raise self.fail(node, reason, self.helps(example(function)))

    def refuse_wider(self, most: Scope, part: Checked, operation: Shift | Call) -> None:
        """Raise where an operand of an operation exists only in a wider scope."""
        if not within(part.scope, most):
            leaf, what, hints = misplaced(part.node, operation, most, self.vocabulary)
            raise self.fail(leaf, f"{self.said(leaf)} is {what}", self.helps(*hints))

    def refuse_days(self, timeframe: str, inside: Node) -> None:
        """Raise where something inside longer bars asks for the day of a bar, which has several."""
        if (known := first_fact(inside, self.vocabulary)) is not None:
            reason = f"{self.said(known)} is of days, not for {timeframe}(...)"
            raise self.fail(known, reason, f"write it outside of {timeframe}(...)")
        for one in walk(inside):
            if isinstance(one, Call) and "year" in self.vocabulary.functions[one.function].fields:
                reason = f"{one.function} is of days, not for {timeframe}(...)"
                raise self.fail(one, reason, f"write it outside of {timeframe}(...)")

    def helps(self, *hints: str) -> str:
        """Return the first of some short texts that is right in itself, as a hint."""
        for hint in hints if self.helpful else ():
            if len(hint) > _LONGEST_HINT:
                continue
            try:
                node = parse(hint)
                Checker(self.vocabulary, hint, helpful=False).checked(node)
            except ExpressionError:
                continue
            return f"write {hint}"
        return ""
