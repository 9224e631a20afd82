"""What an expression says of a symbol depends on nothing but its bars so far."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from support.agreement import bars_by_arrays, checked, day_by_arrays, either
from support.expressions import bar_expressions, day_expressions, market_expressions
from support.markets import markets

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


@given(either(bar_expressions, 4), CROWDS, PLACES)
def test_a_day_is_the_row_of_that_day(node, market, place):
    """One day computed by itself has the bits of that day among all bars."""
    node, day = checked(node), day_of(market, place)
    on_day = day_by_arrays(node, market, day)
    rows = market.panel.rows_at(day)
    for value, row, line in zip(on_day, rows, bars_by_arrays(node, market), strict=True):
        np.testing.assert_array_equal(value, line[row] if row >= 0 else np.nan)
