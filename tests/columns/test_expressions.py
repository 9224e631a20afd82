"""A column has the values of its expression, bit for bit, whichever way it is computed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.markets import Market, make_market, markets
from technic.columns import COLUMNS, evaluate
from technic.columns.expressions import node_of
from technic.language import BASE, read
from technic.language.evaluation.evaluate import evaluate_day

MARKET = make_market(["walk", "ties", "rising", "silent"], 300, 5)


def assert_columns_are_their_expressions(market: Market, columns: list[str]) -> None:
    """Compare the catalog with the language on the last day."""
    panel = market.panel
    rows = panel.rows_at(panel.sessions[-1])
    expected = evaluate(panel, rows, columns)
    nodes = {column: read(COLUMNS[column].expression, BASE).node for column in columns}
    got = evaluate_day(nodes.values(), panel, rows, BASE)
    for column, node in nodes.items():
        np.testing.assert_array_equal(got[node], expected[column], err_msg=column)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_has_the_values_of_its_expression(column: str):
    """On enough bars for every column to have one."""
    panel = MARKET.panel
    rows = panel.rows_at(panel.sessions[-1])
    assert np.isfinite(evaluate(panel, rows, [column])[column][0])
    assert_columns_are_their_expressions(MARKET, [column])


@given(markets())
def test_columns_are_missing_where_their_expressions_are(market: Market):
    """Young symbols, flat prices, no volume, bad ticks."""
    assert_columns_are_their_expressions(market, list(COLUMNS))


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_is_read_as_the_language_reads_it(column: str):
    """By Python's parser, and without a check: every argument has to be written."""
    expression = COLUMNS[column].expression
    assert node_of(expression) == read(expression, BASE).node


@given(markets(), st.data())
def test_several_days_have_the_bits_of_each_alone(market: Market, data: st.DataObject):
    """Rows in any order, of columns that end apart, and negative ones; all rows as well."""
    panel = market.panel
    rows = st.lists(
        st.integers(-1, panel.n_bars - 1), min_size=panel.n_symbols, max_size=panel.n_symbols
    )
    asked = np.array(data.draw(st.lists(rows, min_size=1, max_size=4)), np.intp)
    every = np.broadcast_to(np.arange(panel.n_bars)[:, None], panel.close.shape)
    for several in (np.minimum(asked, panel.length - 1), every):
        together = evaluate(panel, several, tuple(COLUMNS))
        for at in {0, len(several) // 2, len(several) - 1}:
            alone = evaluate(panel, several[at], tuple(COLUMNS))
            for column, values in together.items():
                there = several[at] < panel.length
                np.testing.assert_array_equal(values[at][there], alone[column][there], column)


def test_no_day_at_all_has_no_values():
    """Rows of shape (0, n_symbols), and symbols without a bar on any of the days."""
    nothing = np.empty((0, MARKET.panel.n_symbols), np.intp)
    assert all(values.shape == nothing.shape for values in evaluate(MARKET.panel, nothing).values())
    absent = np.full((2, MARKET.panel.n_symbols), -1)
    assert all(np.isnan(values).all() for values in evaluate(MARKET.panel, absent).values())
