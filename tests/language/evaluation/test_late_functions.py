"""Functions of the day alone, and costly ones that are computed only where they still matter."""

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from support.agreement import NOT_OF_BARS, checked, column_of, day_by_arrays
from support.expressions import (
    DAY_NAMES,
    NAMES,
    VOCABULARY,
    day_expressions,
    market_expressions,
)
from support.markets import make_market, markets
from technic.language import Function, Parameter, Vocabulary, check, read
from technic.language.evaluation.evaluate import evaluate_block, evaluate_day
from technic.language.evaluation.market_values import block_parts, evaluate_market
from technic.language.functions import FUNCTIONS
from technic.language.syntax.nodes import And, Call, Comparison, Name, Not, Number, Or


def newest(values, rows):
    """The value of the day itself: what a function of the day alone gets to see."""
    return values[rows, np.arange(len(rows))].copy()


NEWEST = Function(
    "newest", (Parameter("x", "series"),), "number", "day", newest, "Value of the day.", "here"
)
SOON = VOCABULARY.extended(functions={"newest": NEWEST})
LATE = Vocabulary(NAMES, {**FUNCTIONS, "newest": dataclasses.replace(NEWEST, costly=True)})
PARTS = [
    read(text, LATE).node
    for text in (
        "newest(close) > 10",
        "newest(volume) > 5000",
        "where(close > 5, newest(open), 1) < 50",
        "close > 10",
        "close > close[1]",
        "volume > 5000",
        "market_cap > 1e10",
        "rank(newest(close)) <= 2",
    )
]


def with_newest(node):
    """The same meaning, with ``newest(...)`` around the numbers that are compared."""
    match node:
        case Comparison(left=left, right=right):
            return Comparison(node.operator, *(_wrapped(side) for side in (left, right)))
        case Not():
            return Not(with_newest(node.operand))
        case And() | Or():
            return type(node)(tuple(with_newest(part) for part in node.operands))
        case _:
            return node


def _wrapped(side):
    numbers_of_bars = not isinstance(side, Number) and _is_of_bars(side)
    return Call("newest", (side,)) if numbers_of_bars else side


def _is_of_bars(node):
    return check(node, VOCABULARY).scope == "bar" and check(node, VOCABULARY).kind == "number"


def in_a_block(node, vocabulary, market, day, lazily):
    """Terms of a condition and its values, computed at once or late."""
    panel, rows = market.panel, market.panel.rows_at(day)
    given = {
        "known": {name: column_of(market, name) for name in DAY_NAMES},
        "benchmark": market.benchmark,
    }
    if lazily:
        terms = evaluate_block([node], panel, rows, vocabulary, **given)
    else:
        terms = evaluate_day(block_parts(node, vocabulary), panel, rows, vocabulary, **given)
    names = {name: column_of(market, name) for name in NOT_OF_BARS}
    return terms, evaluate_market(node, terms, names, vocabulary)


@given(day_expressions("condition", 4), markets(), st.floats(0, 1))
def test_a_function_of_the_day_sees_the_bars(node, market, place):
    """Bars as its operand, rows of the day beside it."""
    node, late = checked(node), check(with_newest(checked(node)), SOON).node
    day = market.panel.sessions[int(place * (len(market.panel.sessions) - 1))]
    _, values = in_a_block(late, SOON, market, day, lazily=False)
    np.testing.assert_array_equal(values, day_by_arrays(node, market, day))


@given(market_expressions("condition", 5), markets(most_symbols=9), st.floats(0, 1))
def test_what_is_computed_late_is_what_it_would_have_been(node, market, place):
    """A condition keeps the same symbols, however much of it was left out."""
    node = check(with_newest(checked(node)), LATE).node
    day = market.panel.sessions[int(place * (len(market.panel.sessions) - 1))]
    all_terms, at_once = in_a_block(node, LATE, market, day, lazily=False)
    terms, late = in_a_block(node, LATE, market, day, lazily=True)
    np.testing.assert_array_equal(late, at_once)
    for term, values in terms.items():
        same = (values == all_terms[term]) | np.isnan(values)
        assert same.all(), f"{term} is another value, not a missing one"


def combined(parts):
    """And, or, not over a few parts that stand in several places."""
    pool = st.sampled_from(parts)
    return st.recursive(
        pool,
        lambda inside: st.one_of(
            st.builds(Not, inside),
            st.builds(And, st.lists(inside, min_size=2, max_size=3).map(tuple)),
            st.builds(Or, st.lists(inside, min_size=2, max_size=3).map(tuple)),
        ),
        max_leaves=8,
    )


@given(combined(PARTS), markets(most_symbols=9))
def test_a_costly_part_may_stand_in_several_places(node, market):
    """Where one place did not want it, another still gets it."""
    node, day = check(node, LATE).node, market.panel.sessions[-1]
    _, at_once = in_a_block(node, LATE, market, day, lazily=False)
    _, late = in_a_block(node, LATE, market, day, lazily=True)
    np.testing.assert_array_equal(late, at_once)


def test_a_costly_function_is_spared():
    """``close > 5 and newest(close) > 6`` computes it for those above 5 only."""
    seen = []

    def counted(values, rows):
        seen.append(values.shape[1])
        return newest(values, rows)

    costly = dataclasses.replace(NEWEST, costly=True, kernel=counted)
    vocabulary = Vocabulary(NAMES, {**FUNCTIONS, "newest": costly})
    condition = And(
        (
            Comparison(">", Call("newest", (Name("close"),)), Number(6.0)),
            Comparison(">", Name("close"), Number(5.0)),
        )
    )
    market = make_market(["walk"] * 6, 30, seed=3)
    node = check(condition, vocabulary).node
    in_a_block(node, vocabulary, market, market.panel.sessions[-1], lazily=True)
    above = market.panel.close[market.panel.rows_at(market.panel.sessions[-1]), range(6)] > 5
    assert seen == [np.count_nonzero(above)]
    assert 0 < seen[0] < 6
