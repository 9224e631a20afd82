"""Python's operators build the trees that the text is read into."""

from __future__ import annotations

import copy
import doctest
import math
import pickle

import numpy as np
import pytest
from hypothesis import given

import technic.language.syntax.expr
from support.expressions import VOCABULARY, day_expressions, market_expressions
from technic.errors import ExpressionError, ParameterError
from technic.language import (
    Expr,
    benchmark,
    check,
    close,
    fn,
    high,
    low,
    name,
    open_,
    parse,
    read,
    volume,
)
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
)

SECTOR = name("sector")


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (close > fn.sma(close, 50), "close > sma(close, 50)"),
        ((close > open_) & (volume >= 1e6) & (low <= high), "close > open and volume >= 1e6 "
         "and low <= high"),
        ((close < 5) | (close != 6) & (benchmark == 7), "close < 5 or close != 6 and "
         "benchmark == 7"),
        (~(close > 5), "not close > 5"),
        (close[1] - close[np.int64(2)], "close[1] - close[2]"),
        (2 * close + 1, "2 * close + 1"),
        (1 - close / 2, "1 - close / 2"),
        (1 / close % 3, "1 / close % 3"),
        (7 % close, "7 % close"),
        (2 + -close ** 2, "2 + -close ** 2"),
        ((-close) ** -2, "(-close) ** -2"),
        ((close + 1) * (close - 1), "(close + 1) * (close - 1)"),
        (close - (open_ - 1), "close - (open - 1)"),
        (abs(close - open_), "abs(close - open)"),
        (close.between(5, 10), "5 <= close <= 10"),
        (close.between(low, high) & (close > 5), "low <= close <= high and close > 5"),
        (SECTOR.is_in(["Energy", "Software"]), "sector in ('Energy', 'Software')"),
        (~SECTOR.is_in(("Energy",)), "sector not in ('Energy')"),
        (close.is_in(np.array([1.0, -2.0])), "close in (1, -2)"),
        (SECTOR == 'the "best"', "sector == 'the \"best\"'"),
        (fn.bb_upper(close, timeperiod=10), "bb_upper(close, timeperiod=10)"),
        (fn.rank(fn.roc(close, 63), by=SECTOR) <= 3, "rank(roc(close, 63), by=sector) <= 3"),
        (fn.min(close, 5) > np.float64(0.5), "min(close, 5) > 0.5"),
        (close > 5, "close > 5"),
        (close > -0.0, "close > 0"),
    ],
)  # fmt: skip
def test_a_term_is_the_tree_of_its_text(term: Expr, text: str):
    """Two ways to say one thing."""
    assert term.node == parse(text)
    assert parse(str(term)) == term.node


@given(day_expressions("condition"))
def test_what_can_be_read_can_be_built(tree: Node):
    """Random trees, put together by operators."""
    assert _built(tree).node == parse(str(tree))


@given(market_expressions())
def test_what_is_built_is_checked_like_what_is_read(tree: Node):
    """Neither way knows more."""
    assert check(_built(tree).node, VOCABULARY) == read(str(tree), VOCABULARY)


def _built(tree: Node) -> Expr:
    match tree:
        case Name():
            return name(tree.name)
        case Negative():
            return -_built(tree.operand)
        case Arithmetic() | Comparison():
            return _OPERATORS[tree.operator](_built(tree.left), _built(tree.right))
        case Not():
            return ~_built(tree.operand)
        case And() | Or():
            first, *others = map(_built, tree.operands)
            for other in others:
                first = first & other if isinstance(tree, And) else first | other
            return first
        case Shift():
            return _built(tree.operand)[tree.bars]
        case Membership():
            return _built(tree.operand).is_in([value.value for value in tree.values])
        case Call():
            given = [
                one.value if isinstance(one, Number) else _built(one) for one in tree.arguments
            ]
            return getattr(fn, tree.function)(
                *given, **{word: _built(one) for word, one in tree.keywords}
            )
    return Expr(tree)


_OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@pytest.mark.parametrize(
    "use",
    [
        lambda: bool(close > 5),
        lambda: (close > 5) and (close < 6),
        lambda: not (close > 5),
        lambda: 5 < close < 6,
    ],
)
def test_a_term_is_neither_true_nor_false(use: object):
    """Python would answer for it, and drop half of what was said."""
    with pytest.raises(ExpressionError) as caught:
        use()
    assert str(caught.value) == (
        "an expression is neither true nor false; write &, | and ~ for and, or and not, and "
        "x.between(a, b) for a <= x <= b"
    )


@pytest.mark.parametrize("use", [lambda: list(close), lambda: 5 in close, lambda: max(close)])
def test_a_term_has_no_values_to_go_through(use: object):
    """An expression is no array; Python would count bars without end."""
    with pytest.raises(ExpressionError, match="an expression has no values to go through; write"):
        use()


@pytest.mark.parametrize(
    ("use", "sentence"),
    [
        (lambda: close[-1], "bars is -1, allowed: a whole number of bars ago; write x[1]"),
        (lambda: close[1.5], "bars is 1.5, allowed: a whole number of bars ago; write x[1]"),
        (lambda: close[1:2],
         "bars is slice(1, 2, None), allowed: a whole number of bars ago; write x[1]"),
        (lambda: close[True], "bars is True, allowed: a whole number of bars ago; write x[1]"),
        (lambda: close > math.nan,
         "value is nan, allowed: an expression, a finite number or a text"),
        (lambda: close + math.inf,
         "value is inf, allowed: an expression, a finite number or a text"),
        (lambda: fn.sma(close, None),
         "value is None, allowed: an expression, a finite number or a text"),
        (lambda: (close > 5) & True,
         "value is True, allowed: an expression, a finite number or a text"),
        (lambda: SECTOR.is_in("Energy"),
         "values is 'Energy', allowed: a list of constants; write ['Energy']"),
        (lambda: SECTOR.is_in([]), "values is [], allowed: at least one constant"),
    ],
)  # fmt: skip
def test_what_is_no_part_of_an_expression_is_refused(use: object, sentence: str):
    """At once, not when the scan runs."""
    with pytest.raises(ParameterError) as caught:
        use()
    assert str(caught.value) == sentence


def test_no_zero_is_negative():
    """As in the text."""
    assert math.copysign(1.0, (close > -0.0).node.right.value) == 1.0


def test_terms_are_copied_and_sent():
    """Python's own questions to objects are not answered with functions of the language."""
    term = close > fn.sma(close, 50)
    assert copy.deepcopy(term).node == term.node
    assert pickle.loads(pickle.dumps(term)).node == term.node
    assert repr(term) == "Expr('close > sma(close, 50)')"
    assert not hasattr(fn, "__wrapped__")
    with pytest.raises(TypeError, match="unhashable"):
        hash(term)


def test_the_example_of_the_module_runs():
    """The docstring is true."""
    assert doctest.testmod(technic.language.syntax.expr) == (0, 2)
