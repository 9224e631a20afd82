"""A column has the values of its expression, bit for bit, whichever way it is computed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from support.markets import Market, make_market, markets
from technic.columns import COLUMNS, evaluate
from technic.columns.compile import compiled
from technic.columns.functions import RULES
from technic.indicators.workspace import Workspace
from technic.language import BASE, read
from technic.language.evaluation.evaluate import evaluate_bars, evaluate_day
from technic.language.functions import FUNCTIONS
from technic.panel import BarPanel

MARKET = make_market(["walk", "ties", "rising", "silent"], 300, 5)
SERIES = {"x": "close", "base": "open", "whole": "volume"}


def call_on_fields(name: str) -> str:
    """A call of a function with each argument written, as columns have it."""
    given = [
        SERIES[one.name] if one.takes == "series" else f"{one.default or 7:g}"
        for one in FUNCTIONS[name].parameters
        if one.takes != "word"
    ]
    return f"{name}({', '.join(given)})"


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


def assert_shortcut_is_the_language(text: str, panel: BarPanel) -> None:
    """Compare what a workspace computes with the language, for one day and for several."""
    compute = compiled(text)
    assert compute is not None, text
    node = read(text, BASE).node
    rows = panel.rows_at(panel.sessions[-1])
    work = Workspace(panel, rows)
    wanted = evaluate_day([node], panel, rows, BASE)[node]
    np.testing.assert_array_equal(np.where(rows < 0, np.nan, work.read(compute(work))), wanted)
    several = np.stack([panel.rows_at(day) for day in panel.sessions[[90, 200, -1]]])
    work = Workspace(panel, several)
    bars = evaluate_bars([node], panel, BASE)[node]
    at = bars[np.maximum(several, 0), np.arange(panel.n_symbols)]
    wanted = np.where(several < 0, np.nan, at)
    np.testing.assert_array_equal(work.read(compute(work)), wanted)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_computes_what_the_function_does(name: str):
    """For every function that has a rule, whether a column uses it today or not."""
    assert_shortcut_is_the_language(call_on_fields(name), MARKET.panel)


@pytest.mark.parametrize(
    "text",
    [
        "close[3]",
        "2 * sma(close, 5)[4] - 1",
        "sma((high + low) / 2, 9)",
        "pct_change(highest(high, 10)[2], 5)",
        "ichimoku_lead1(9, 26, 26)[1]",
        "close / atr(14)",
        "percent_from(close * volume, sma(close * volume, 20))",
    ],
)
def test_what_rules_make_together_is_what_the_language_makes(text: str):
    """Look-backs, arithmetic, windows of what fields make."""
    assert_shortcut_is_the_language(text, MARKET.panel)


@pytest.mark.parametrize(
    "text",
    [
        "ema(close, 9)[1]",
        "ema(sma(close, 3), 9)",
        "rsi(close)",
        "stoch_k(14, 3, 3)[1]",
        "sma(sma(close, 3), 3)",
        "bars_since(close > open, 20)",
        "close % 2",
        "vwma(high - low, 20)",
        "rsi(close, timeperiod=14)",
    ],
)
def test_what_no_rule_fits_is_left_to_the_language(text: str):
    """Nothing is guessed: a memory some bars ago, defaults left out, conditions."""
    assert read(text, BASE)
    assert compiled(text) is None
