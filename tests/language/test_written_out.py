"""A column written out as an expression has the column's values, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from support.markets import Market, make_market, markets
from technic.indicators import catalog
from technic.language import BASE, read
from technic.language.equivalents import WRITTEN_OUT
from technic.language.evaluation.evaluate import evaluate_day


def _assert_equal(market: Market, columns: list[str]) -> None:
    panel = market.panel
    rows = panel.rows_at(panel.sessions[-1])
    expected = catalog.evaluate(panel, rows, columns)
    nodes = {column: read(WRITTEN_OUT[column], BASE).node for column in columns}
    got = evaluate_day(nodes.values(), panel, rows, BASE)
    for column, node in nodes.items():
        np.testing.assert_array_equal(got[node], expected[column], err_msg=column)


@pytest.mark.parametrize("column", WRITTEN_OUT)
def test_a_column_written_out_has_its_values(column: str):
    """On enough bars for every column to have one."""
    market = make_market(["walk", "ties", "rising", "silent"], 300, 5)
    panel = market.panel
    rows = panel.rows_at(panel.sessions[-1])
    assert np.isfinite(catalog.evaluate(panel, rows, [column])[column][0])
    _assert_equal(market, [column])


@given(markets())
def test_columns_written_out_are_missing_where_columns_are(market: Market):
    """Young symbols, flat prices, no volume, bad ticks."""
    _assert_equal(market, list(WRITTEN_OUT))
