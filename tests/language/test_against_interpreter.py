"""The arrays of the scan language give what an interpreter gives that knows only plain loops.

A longer run: ``pytest tests/language --hypothesis-profile=soak``.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.language_cells import UNSURE
from reference.language_interpreter import KNOWN
from support.agreement import (
    bars_by_arrays,
    bars_by_loops,
    checked,
    day_by_arrays,
    day_by_loops,
    disagreements,
    either,
)
from support.expressions import (
    COMPARISONS,
    OPERATORS,
    VOCABULARY,
    bar_expressions,
    calls,
    constants,
    day_expressions,
    market_expressions,
)
from support.function_calls import OF_BARS
from support.markets import KINDS, make_market, markets
from technic.language import read
from technic.language.functions import FUNCTIONS
from technic.language.syntax.nodes import Arithmetic, Comparison

FEW = settings(max_examples=max(settings.default.max_examples // 8, 12))
EVERY_BAR = sorted(OF_BARS)
THE_DAY = sorted(set(FUNCTIONS) - set(EVERY_BAR))
WRITTEN = [
    "close > sma(close, 20) and rsi(close, 14) < 60 and volume > 1.2 * sma(volume, 10)",
    "20 < rsi(close, 3) < 80",
    "crosses_above(ema(close, 5), ema(close, 12)) or crosses_below(close, bb_lower(close, 10, 2))",
    "close == highest(high, 10) or not falling(close, 2)",
    "bars_since(close > close[1], 10) <= 2",
    "(close - lowest(low, 10)) / (highest(high, 10) - lowest(low, 10))",
    "ever(macd_line(close, 3, 8, 4) > macd_signal(close, 3, 8, 4), 5)",
    "sma(atr(5) / close, 5) * 100",
    "where(is_missing(adx(5)), 0, adx(5)) > 20",
    "value_when(volume == highest(volume, 10), close, 10)",
    "ema(rsi(close, 5), 4) - ema(rsi(close, 5), 4)[3]",
    "weekly(close > sma(close, 3)) and monthly(close) > 5",
    "rank(roc(close, 10)) <= 3",
    "percentile(weekly(close / close[1]), sector) >= 50",
    "zscore(volume / sma(volume, 5)) > 0",
    "rank(market_cap / close, sector) <= 2",
    'sector in ("Energy", "Software") or market_cap > 5e9',
    "abs(close / benchmark - (close / benchmark)[5])",
]
MARKET = make_market(list(KINDS), 60, seed=7)


def assert_bars_agree(node, market):
    """Every bar of every symbol is the same both ways."""
    node = checked(node)
    both = zip(bars_by_loops(node, market), bars_by_arrays(node, market), strict=True)
    for symbol, (cells, values) in zip(market.panel.symbols, both, strict=True):
        assert not disagreements(cells, values), f"{node} of {symbol}"


def assert_day_agrees(node, market, day):
    """The scan's day of every symbol is the same both ways."""
    node = checked(node)
    cells, values = day_by_loops(node, market, day), day_by_arrays(node, market, day)
    assert not disagreements(cells, values), f"{node} on {day}"


def test_every_function_is_interpreted():
    """Whoever adds a function writes its twin."""
    assert set(FUNCTIONS) == KNOWN


@pytest.mark.parametrize("name", EVERY_BAR)
@FEW
@given(data=st.data())
def test_each_function_of_bars(name, data):
    """Every function by itself, on bars, and on what other functions make of them."""
    depth = data.draw(st.integers(0, 1))
    node = data.draw(calls(FUNCTIONS[name], lambda kind: bar_expressions(kind, depth)))
    assert_bars_agree(node, MARKET)


@pytest.mark.parametrize("name", THE_DAY)
@FEW
@given(data=st.data())
def test_each_function_of_the_day(name, data):
    """Every function by itself whose value exists on the scan's day only."""
    inside = day_expressions if FUNCTIONS[name].memory == "market" else bar_expressions
    node = data.draw(calls(FUNCTIONS[name], lambda kind: inside(kind, 2)))
    assert_day_agrees(node, MARKET, data.draw(st.sampled_from(list(MARKET.panel.sessions))))


@pytest.mark.parametrize("sign", [*OPERATORS, *COMPARISONS])
@FEW
@given(data=st.data())
def test_each_operator(sign, data):
    """Also where a number is missing, a divisor 0, a result too large."""
    operands = st.one_of(bar_expressions("number", 1), constants())
    left, right = data.draw(bar_expressions("number", 2)), data.draw(operands)
    if data.draw(st.booleans()):
        left, right = right, left
    make = Arithmetic if sign in OPERATORS else Comparison
    assert_bars_agree(make(sign, left, right), MARKET)


@given(either(bar_expressions, 4), markets())
def test_random_expressions_on_every_bar(node, market):
    """Whatever is put together from the functions, on whatever bars."""
    assert_bars_agree(node, market)


@given(either(day_expressions, 4), markets(), st.floats(0, 1))
def test_random_expressions_on_a_day(node, market, place):
    """Weekly and monthly values and the columns of the scan among them."""
    sessions = market.panel.sessions
    assert_day_agrees(node, market, sessions[int(place * (len(sessions) - 1))])


@given(either(market_expressions, 4), markets(), st.floats(0, 1))
def test_random_expressions_across_the_market(node, market, place):
    """Ranks, percentiles and scores, by sector or over all, and the columns of the listings."""
    sessions = market.panel.sessions
    assert_day_agrees(node, market, sessions[int(place * (len(sessions) - 1))])


@pytest.mark.parametrize("text", WRITTEN)
def test_expressions_as_people_write_them(text):
    """From the text to the answer; and little of that hangs on rounding, so it does say something.

    The symbol whose price never moves is left out of the count: all its averages are ties.
    """
    node = read(text, VOCABULARY).node
    day = MARKET.panel.sessions[-1]
    assert_day_agrees(node, MARKET, day)
    cells = [
        cell
        for day in MARKET.panel.sessions[20::5]
        for kind, cell in zip(KINDS, day_by_loops(node, MARKET, day), strict=True)
        if kind != "flat"
    ]
    assert sum(cell is UNSURE for cell in cells) < 0.1 * len(cells)
    assert sum(cell is not None for cell in cells) > 0.3 * len(cells)


def test_a_score_knows_no_size():
    """Numbers whose squares no float can hold have the scores of small ones, bit for bit."""
    small = np.array([1.0, 2.5, 4.0, -3.0])
    score = FUNCTIONS["zscore"].kernel
    for exponent in (1000, 600, -600, -1000):
        np.testing.assert_array_equal(score(np.ldexp(small, exponent), ""), score(small, ""))
