"""What an expression says of a symbol depends on nothing but its bars so far."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.agreement import bars_by_arrays, checked, column_of, day_by_arrays, either
from support.expressions import (
    DAY_NAMES,
    VOCABULARY,
    bar_expressions,
    calls,
    day_expressions,
    market_expressions,
)
from support.function_calls import OF_BARS
from support.markets import KINDS, make_market, markets
from technic.language.evaluation.evaluate import evaluate_day
from technic.language.functions import FUNCTIONS

EVERY_BAR = sorted(OF_BARS)
FEW = settings(max_examples=max(settings.default.max_examples // 8, 12))
CROWD = make_market([*KINDS, *KINDS, "walk"], 60, seed=11)
CROWDS = markets(most_symbols=9)
PLACES = st.floats(0, 1)


def day_of(market, place):
    """One of the market's sessions."""
    sessions = market.panel.sessions
    return sessions[int(place * (len(sessions) - 1))]


@given(either(market_expressions, 4), CROWDS, PLACES)
def test_a_day_knows_nothing_of_later_bars(node, market, place):
    """As of a day, and on that day with nothing behind it, the bits are the same."""
    node, day = checked(node), day_of(market, place)
    np.testing.assert_array_equal(
        day_by_arrays(node, market, day), day_by_arrays(node, market.cut(day), day), strict=True
    )


@given(either(bar_expressions, 4), CROWDS, PLACES)
def test_a_bar_knows_nothing_of_later_bars(node, market, place):
    """Bars that come later change nothing that was there."""
    node = checked(node)
    known = market.cut(day_of(market, place))
    for whole, part in zip(bars_by_arrays(node, market), bars_by_arrays(node, known), strict=True):
        np.testing.assert_array_equal(whole[: len(part)], part, strict=True)


@given(either(day_expressions, 4), CROWDS, PLACES, st.sampled_from([1, 2, 7]))
def test_a_symbol_has_the_same_bits_in_every_block(node, market, place, width):
    """Alone, in pairs, in sevens, and all together."""
    node, day = checked(node), day_of(market, place)
    n = market.panel.n_symbols
    blocks = [
        day_by_arrays(node, market.take(list(range(at, min(at + width, n)))), day)
        for at in range(0, n, width)
    ]
    np.testing.assert_array_equal(np.concatenate(blocks), day_by_arrays(node, market, day))


@given(either(bar_expressions, 4), CROWDS, st.sampled_from([1, 2, 7]))
def test_a_bar_has_the_same_bits_in_every_block(node, market, width):
    """The same for all bars at once."""
    node, n = checked(node), market.panel.n_symbols
    blocks = []
    for at in range(0, n, width):
        blocks += bars_by_arrays(node, market.take(list(range(at, min(at + width, n)))))
    for part, whole in zip(blocks, bars_by_arrays(node, market), strict=True):
        np.testing.assert_array_equal(part, whole, strict=True)


@given(either(market_expressions, 4), CROWDS, PLACES, st.randoms(use_true_random=False))
def test_the_order_of_the_symbols_does_not_matter(node, market, place, random):
    """Nor does it to ranks, percentiles and scores."""
    node, day = checked(node), day_of(market, place)
    order = list(range(market.panel.n_symbols))
    random.shuffle(order)
    shuffled = day_by_arrays(node, market.take(order), day)
    np.testing.assert_array_equal(shuffled, day_by_arrays(node, market, day)[order], strict=True)


@pytest.mark.parametrize("name", EVERY_BAR)
@FEW
@given(data=st.data())
def test_each_function_has_the_same_bits_in_every_block(name, data):
    """What one symbol's values are rounded to is not left to the number of its neighbours."""
    depth = data.draw(st.integers(0, 1))
    node = data.draw(calls(FUNCTIONS[name], lambda kind: bar_expressions(kind, depth)))
    node, n = checked(node), CROWD.panel.n_symbols
    whole = bars_by_arrays(node, CROWD)
    width = data.draw(st.sampled_from([1, 2, 7]))
    at = data.draw(st.integers(0, n - width))
    part = bars_by_arrays(node, CROWD.take(list(range(at, at + width))))
    for alone, together in zip(part, whole[at : at + width], strict=True):
        np.testing.assert_array_equal(alone, together, strict=True)


@given(st.lists(either(day_expressions, 3), min_size=2, max_size=5), CROWDS, PLACES)
def test_expressions_do_not_disturb_each_other(nodes, market, place):
    """Computed together, where they share their parts, or one by one."""
    nodes, panel = [checked(node) for node in nodes], market.panel
    rows = panel.rows_at(day_of(market, place))
    given = {
        "known": {name: column_of(market, name) for name in DAY_NAMES},
        "benchmark": market.benchmark,
    }
    together = evaluate_day(nodes, panel, rows, VOCABULARY, **given)
    for node in nodes:
        alone = evaluate_day([node], panel, rows, VOCABULARY, **given)
        np.testing.assert_array_equal(together[node], alone[node], strict=True)


@given(either(bar_expressions, 4), CROWDS, PLACES)
def test_a_day_is_the_row_of_that_day(node, market, place):
    """One day computed by itself has the bits of that day among all bars."""
    node, day = checked(node), day_of(market, place)
    on_day = day_by_arrays(node, market, day)
    rows = market.panel.rows_at(day)
    for value, row, line in zip(on_day, rows, bars_by_arrays(node, market), strict=True):
        np.testing.assert_array_equal(value, line[row] if row >= 0 else np.nan)
