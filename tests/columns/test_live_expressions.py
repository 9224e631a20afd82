"""Expressions of the scan language kept up to date bar by bar: the bits of the language's batch."""

from __future__ import annotations

import re

import numpy as np
import pytest

from columns.test_live_columns import DAY, assert_same_bits, market, panel_of
from support.function_calls import OF_BARS, call_of
from technic.columns import LiveColumns
from technic.errors import ParameterError
from technic.language import BASE, read
from technic.language.evaluation.evaluate import evaluate_day
from technic.panel import FIELDS

N_BARS = 96
BARS = market(N_BARS, 5, 3, 0.1, flat=0.1)
PANELS = {day: panel_of(BARS, day) for day in (*range(1, N_BARS, 6), N_BARS)}

NOT_BY_ONE_BAR = {
    *("rma", "dema", "tema", "kama", "squeeze", "cmo", "ppo", "trix", "tsi", "percentrank"),
    *("connors_rsi", "stc", "fisher", "aroon_up", "aroon_down", "aroon_osc", "dx", "sar"),
    *("supertrend", "supertrend_direction", "zigzag_direction", "zigzag_pivot", "zigzag_extreme"),
    *("nvi", "pvi", "adosc", "klinger", "bars_since", "value_when", "bars_since_highest"),
    *("bars_since_lowest", "cumsum", "sum_since", "anchored_vwap", "ytd_change"),
    *("ha_open", "ha_high", "ha_low", "ha_close", "beta", "correlation"),
}
"""Functions whose kernels do more than what can be noted down for one bar."""

BEGINS_LATE = "(close - low) / (high - low)"
EXPRESSIONS = (
    f"ema({BEGINS_LATE}, 4)",
    f"ema(ema({BEGINS_LATE}, 4), 5)",
    "ema(100 / volume, 5)",
    "macd_line(100 / volume, 3, 6, 4)",
    "rsi(ema(close, 5), 7)",
    "ema(sma(rsi(close, 14), 5), 10)[2]",
    "ema(close[3], 5)",
    "highest(ema(volume / (high - low), 4), 5)",
    "sma(adx(5), 7)",
    "ema(adx(5), 7)[1]",
    "atr(5)[4] - natr(3)",
    "bb_upper(close, 5, 2)[3] + kc_upper(5, 3, 2)[2]",
    "count(close > open or close > 0, 5)",
    "count(is_missing(open), 5)",
    "highest(if_missing(open, 3), 5)",
    "is_missing(open)[2]",
    "not (close > open) and open > 3",
    "close ** 3 - 3 % open",
    "2 + 1",
    "-close",
    "bar_count() > 20",
)


def wanted(text: str, day: int):
    """The values of the batch after some sessions."""
    node, panel = read(text, BASE).node, PANELS[day]
    return evaluate_day([node], panel, panel.length.astype(np.intp) - 1, BASE)[node]


def assert_stepped_as_computed_at_once(text: str, start: int):
    """Begin with some sessions; compare on the way."""
    live = LiveColumns(panel_of(BARS, start), names=[text])
    for day in range(start, N_BARS):
        found = live.step(DAY + day, *(BARS[name][day] for name in FIELDS))
        if day + 1 in PANELS:
            assert_same_bits(found, {text: wanted(text, day + 1)})


@pytest.mark.parametrize("name", [name for name in OF_BARS if name not in NOT_BY_ONE_BAR])
def test_every_function_that_can_be_stepped_has_the_bits_of_the_batch(name):
    """From nothing and from a panel; functions are noted down as they are, none by hand."""
    for start in (0, 43):
        assert_stepped_as_computed_at_once(str(call_of(name)), start)


@pytest.mark.parametrize("name", sorted(NOT_BY_ONE_BAR))
def test_a_function_that_cannot_be_stepped_is_refused_by_name(name):
    """Instead of another number: what cannot be noted down is told at the start."""
    text = str(call_of(name))
    refusal = f"kept up to date with one bar more; {re.escape(text)} cannot"
    with pytest.raises(ParameterError, match=refusal):
        LiveColumns(PANELS[N_BARS], names=["close", text])


@pytest.mark.parametrize("text", EXPRESSIONS)
@pytest.mark.parametrize("start", [0, 20, 70])
def test_expressions_have_the_bits_of_the_batch(text, start):
    """Recursions of what begins late or is missing in between, recursions on top of others."""
    assert_stepped_as_computed_at_once(text, start)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("close > benchmark", "benchmark"),
        ("weekly(close) > 5", "weekly(close)"),
        ("1 + rank(close)", "rank(close)"),
        ("close in (1, 2)", "close in (1, 2)"),
    ],
)
def test_what_needs_more_than_the_bars_is_refused(text, part):
    """The sentence names the smallest part that cannot be stepped."""
    with pytest.raises(ParameterError) as refused:
        LiveColumns(PANELS[N_BARS], names=[text])
    assert str(refused.value) == (
        f"names is {text!r}, allowed: expressions that can be kept up to date with one bar more; "
        f"{part} cannot: leave it to a scan"
    )


def test_one_value_under_two_names_is_two_arrays():
    """Names of the catalog and expressions stand together; symbols without a bar keep theirs."""
    names = ["sma_10", "sma(close, 10)"]
    live = LiveColumns(panel_of(BARS, 60), names=names)
    for day in range(60, 70):
        found = live.step(DAY + day, *(BARS[name][day] for name in FIELDS))
    assert found["sma_10"] is not found["sma(close, 10)"]
    assert_same_bits({"x": found["sma_10"]}, {"x": found["sma(close, 10)"]})
