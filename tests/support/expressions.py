"""Random expressions of the scan language, drawn from its registry: every tree is well-typed.

Windows and look-backs are mostly a few bars, so that small markets (``support.markets``) have
values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from technic.language.analysis.vocabulary import NameInfo, Vocabulary
from technic.language.functions import FUNCTIONS
from technic.language.functions.function import Function, Parameter
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

__all__ = [
    "COMPARISONS",
    "NAMES",
    "OPERATORS",
    "SECTORS",
    "VOCABULARY",
    "bar_expressions",
    "calls",
    "constants",
    "day_expressions",
    "market_expressions",
]

BAR_NAMES = ("open", "high", "low", "close", "volume", "benchmark")
DAY_NAMES = ("sma_50", "rsi_14")
MARKET_NAMES = ("rs_rating",)
LEAVES = {
    "bar": BAR_NAMES,
    "day": (*BAR_NAMES, *DAY_NAMES),
    "market": ("close", "volume", *DAY_NAMES, *MARKET_NAMES, "market_cap"),
}
SECTORS = ("Energy", "Software", "")
"""What a made-up listing may say; the empty text says nothing."""

NAMES: Mapping[str, NameInfo] = {
    **{name: NameInfo("number", "bar", name) for name in BAR_NAMES},
    **{name: NameInfo("number", "day", name) for name in DAY_NAMES},
    **{name: NameInfo("number", "market", name) for name in MARKET_NAMES},
    "sector": NameInfo("text", "listing", "sector"),
    "market_cap": NameInfo("number", "listing", "market value"),
}
VOCABULARY = Vocabulary(NAMES, FUNCTIONS)

MOST_BARS = 7
MANY_BARS = 45
"""Now and then a window or a look-back is this long."""
NUMBERS = (0.0, 1.0, -1.0, 2.0, 0.5, 3.0, 10.0, 10.5, 50.0, 100.0, 1e-3, 1e6, 1e200)
OPERATORS = ("+", "-", "*", "/", "%")
EXPONENTS = (-4.0, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0)
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
MEMORIES = {"bar": ("point", "window", "recursive"), "day": ("point",), "market": ("point",)}


def bar_expressions(kind: str = "number", depth: int = 3) -> SearchStrategy[Node]:
    """Trees that have a value at every bar."""
    return _trees("bar", kind, depth)


def day_expressions(kind: str = "number", depth: int = 3) -> SearchStrategy[Node]:
    """Trees that have a value on the scan's day, weekly and monthly ones among them."""
    return _trees("day", kind, depth)


def market_expressions(kind: str = "number", depth: int = 3) -> SearchStrategy[Node]:
    """Trees that compare symbols or look into the listings."""
    return _trees("market", kind, depth)


@st.composite
def _trees(draw: DrawFn, scope: str, kind: str, depth: int) -> Node:
    if depth == 0 or draw(st.integers(0, 7)) == 7:
        return draw(_smallest(scope, kind))
    if scope != "bar" and draw(st.integers(0, 2)) < 2:
        return draw(_step_down(scope, kind, depth))
    make = _number if kind == "number" else _condition
    return draw(make(scope, depth - 1))


@st.composite
def _smallest(draw: DrawFn, scope: str, kind: str) -> Node:
    """A name; a condition is a comparison of two."""
    if kind == "condition":
        left, right = draw(_smallest(scope, "number")), draw(_smallest(scope, "number"))
        if draw(st.booleans()):
            right = draw(constants())
        return Comparison(draw(st.sampled_from(COMPARISONS)), left, right)
    return Name(draw(st.sampled_from(LEAVES[scope])))


@st.composite
def _step_down(draw: DrawFn, scope: str, kind: str, depth: int) -> Node:
    """A tree of a lower scope, or what makes one of this scope from it."""
    if scope == "day":
        below = draw(_trees("bar", kind, depth - 1))
        frame = draw(st.sampled_from(["weekly", "monthly", None]))
        return Call(frame, (below,)) if frame and not _of_days(below) else below
    if kind == "condition":
        if draw(st.booleans()):
            return draw(_text_conditions())
        return draw(_trees("day", kind, depth - 1))
    function = draw(st.sampled_from(["rank", "percentile", "zscore", None]))
    if not function:
        return draw(_trees("day", kind, depth - 1))
    of_listings = Arithmetic("/", Name("market_cap"), Name("close"))
    listed = st.sampled_from([Name("market_cap"), of_listings])
    below = draw(
        st.integers(0, 7).flatmap(lambda n: listed if n == 7 else _trees("day", kind, depth - 1))
    )
    by = draw(st.sampled_from([Text(""), Name("sector")]))
    return Call(function, (below, by))


def _of_days(node: Node) -> bool:
    """Whether something asks for the year of a bar, which a week may have two of."""
    asked = (FUNCTIONS[part.function] for part in walk(node) if isinstance(part, Call))
    return any("year" in function.fields for function in asked)


@st.composite
def _text_conditions(draw: DrawFn) -> Node:
    texts = [Text(text) for text in (*SECTORS[:2], "Nothing")]
    if draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(texts), min_size=1, max_size=2))
        return Membership(Name("sector"), tuple(chosen))
    sign = draw(st.sampled_from(["==", "!="]))
    return Comparison(sign, Name("sector"), draw(st.sampled_from(texts)))


@st.composite
def _number(draw: DrawFn, scope: str, depth: int) -> Node:
    inside = _trees(scope, "number", depth)
    choice = draw(st.integers(0, 9))
    if choice == 0:
        return Negative(draw(inside))
    if choice == 1:
        return Arithmetic("**", draw(inside), Number(draw(st.sampled_from(EXPONENTS))))
    if choice <= 4:
        sides = [draw(inside), draw(st.one_of(inside, constants()))]
        if draw(st.booleans()):
            sides.reverse()
        return Arithmetic(draw(st.sampled_from(OPERATORS)), *sides)
    if choice == 5 and scope == "bar":
        return Shift(draw(inside), draw(_look_backs()))
    return draw(_some_call(scope, "number", depth))


@st.composite
def _condition(draw: DrawFn, scope: str, depth: int) -> Node:
    inside, numbers = _trees(scope, "condition", depth), _trees(scope, "number", depth)
    choice = draw(st.integers(0, 9))
    if choice == 0:
        return Not(draw(inside))
    if choice <= 3:
        joined = draw(st.sampled_from([And, Or]))
        return joined(tuple(draw(st.lists(inside, min_size=2, max_size=3))))
    if choice == 4:
        values = draw(st.lists(constants(), min_size=1, max_size=3))
        return Membership(draw(numbers), tuple(values))
    if choice == 5 and scope == "bar":
        return Shift(draw(inside), draw(_look_backs()))
    if choice <= 7:
        right = draw(st.one_of(numbers, constants()))
        return Comparison(draw(st.sampled_from(COMPARISONS)), draw(numbers), right)
    return draw(_some_call(scope, "condition", depth))


@st.composite
def _some_call(draw: DrawFn, scope: str, kind: str, depth: int) -> Node:
    fitting = [
        function
        for function in FUNCTIONS.values()
        if function.returns == kind
        and function.memory in MEMORIES[scope]
        and (scope == "bar" or not function.fields)
        and (scope == "market" or "text" not in (part.takes for part in function.parameters))
    ]
    function = draw(st.sampled_from(fitting))
    return draw(calls(function, lambda kind: _trees(scope, kind, depth)))


@st.composite
def calls(
    draw: DrawFn, function: Function, operands: Callable[[str], SearchStrategy[Node]]
) -> Call:
    """Draw a call with all arguments by position; ``operands`` gives what is put into it.

    The first series is never a constant, since a window over a constant says nothing.
    """
    arguments: list[Node] = []
    for place, parameter in enumerate(function.parameters):
        if parameter.takes in ("bars", "number"):
            arguments.append(Number(draw(_constants_of(parameter))))
        elif parameter.takes == "word":
            words = parameter.words or ("En", "WARE", "nothing")
            arguments.append(Text(draw(st.sampled_from(words))))
        elif parameter.takes == "text":
            arguments.append(Name("sector"))
        elif parameter.takes == "group":
            arguments.append(draw(st.sampled_from([Text(""), Name("sector")])))
        elif parameter.takes == "condition":
            arguments.append(draw(operands("condition")))
        else:
            drawn = operands("number")
            arguments.append(draw(st.one_of(drawn, drawn, constants()) if place else drawn))
    return Call(function.name, tuple(arguments))


def _look_backs() -> SearchStrategy[int]:
    few = st.integers(1, MOST_BARS)
    return st.one_of(few, few, few, st.integers(1, MANY_BARS))


def constants() -> SearchStrategy[Number]:
    """Draw a constant: small ones, those that decide, and one that soon overflows."""
    return st.sampled_from([Number(value) for value in NUMBERS])


def _constants_of(parameter: Parameter) -> SearchStrategy[float]:
    least, most = parameter.least, parameter.most
    if parameter.takes == "bars":
        few = st.integers(int(least), int(min(most, least + MOST_BARS)))
        many = st.integers(int(least), int(min(most, MANY_BARS)))
        return st.one_of(few, few, few, many).map(float)
    return st.sampled_from([x for x in (0.0, 0.5, 1.0, 2.0, 2.5) if least <= x <= most])
