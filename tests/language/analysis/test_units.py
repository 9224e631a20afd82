"""Numbers as people write them, and what a percentage means beside a value."""

from __future__ import annotations

import pytest

from technic.errors import ExpressionError
from technic.language import parse, read
from technic.language.analysis.units import KEEP, UNITS, unit_of
from technic.scan.expressions.vocabulary import vocabulary


def said(text: str) -> str:
    """The checked form of a text."""
    return str(read(text, vocabulary()).node)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("volume > 250K", "volume > 250000"),
        ("volume > 1.5m", "volume > 1500000"),
        ("market_cap > 10B", "market_cap > 10000000000"),
        ("market_cap > 2T", "market_cap > 2000000000000"),
        ("close * volume > 1_000K", "close * volume > 1000000"),
        ("volume in (1K, 2K)", "volume in (1000, 2000)"),
    ],
)
def test_a_unit_multiplies_a_number(text, plain):
    """K, M, B and T are thousands to trillions, in either case."""
    assert said(text) == said(plain)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("gap > 5%", "gap_pct > 5"),
        ("gap > 5 % and close > 1", "gap_pct > 5 and close > 1"),
        ("change < -3%", "return_1_pct < -3"),
        ("-3% < change", "-3 < return_1_pct"),
        ("1% < change < 2%", "1 < return_1_pct < 2"),
        ("rs >= 90%", "rs_rating >= 90"),
        ("pct_change(close, 5)[1] > 10%", "pct_change(close, 5)[1] > 10"),
        ("highest(pct_change(close, 1), 5) > 10%", "highest(pct_change(close, 1), 5) > 10"),
        ("rsi(close, 14) < 30%", "rsi(close, 14) < 30"),
        ("rel_volume > 150%", "rel_volume_20 > 1.5"),
        ("volume / sma(volume, 50) > 150%", "volume / sma(volume, 50) > 1.5"),
        ("close / close[1] - 1 > 5%", "close / close[1] - 1 > 0.05"),
        ("close > 95% * high_252", "close > 0.95 * high_252"),
        ("close > sma(close, 50) * (1 + 5%)", "close > sma(close, 50) * (1 + 0.05)"),
        ("crosses_above(pct_change(close, 5), 5%)", "crosses_above(pct_change(close, 5), 5)"),
        ("cmo(close, 14) < -50%", "cmo(close, 14) < -50"),
        ("tsi(close) > 20%", "tsi(close) > 20"),
        ("aroon_osc(25) > 50%", "aroon_osc(25) > 50"),
        ("vcp_depth_last() < 8%", "vcp_depth_last() < 8"),
        ("handle_depth() < 12%", "handle_depth() < 12"),
        ("flag_pole_gain() > 100%", "flag_pole_gain() > 100"),
        ("cup_roundness() > 40%", "cup_roundness() > 40"),
        ("vcp_volume_ratio() < 70%", "vcp_volume_ratio() < 0.7"),
        ("beta(close, close, 60) > 120%", "beta(close, close, 60) > 1.2"),
        ("stddev(pct_change(close, 1), 20) > 2%", "stddev(pct_change(close, 1), 20) > 2"),
        ("vwma(pct_change(close, 1), 20) > 2%", "vwma(pct_change(close, 1), 20) > 2"),
        ("sum_since(close > 1, roc(close, 1)) < -9%", "sum_since(close > 1, roc(close, 1)) < -9"),
        ("where(close > 5, gap, change) > 3%", "where(close > 5, gap, change) > 3"),
    ],
)
def test_a_percentage_is_what_stands_beside_it(text, plain):
    """5 where a value counts in percent, 0.05 where it is a ratio or a factor."""
    assert said(text) == said(plain)


@pytest.mark.parametrize(
    "text",
    [
        "close > 5%",
        "100 * (close / close[1] - 1) > 5%",
        "sma(close, 50%) > 3",
        "close + 5% > 3",
        "where(close > 5, 5%, 1) > 0",
        "where(close > 5, gap, close) > 5%",
        "macd_line(close) > 5%",
        "fisher(9) > 5%",
    ],
)
def test_a_percentage_that_could_mean_both_is_refused(text):
    """Where the unit is not known, both numbers are named."""
    with pytest.raises(ExpressionError, match="write 5 where the value counts in percent, 0.05"):
        read(text, vocabulary())


def test_a_word_that_nobody_knows_is_named_before_its_unit():
    """Beside it a percentage has no meaning either, which is not what is wrong."""
    with pytest.raises(ExpressionError, match="'gpa' is no name.*did you mean gap"):
        read("gpa > 5%", vocabulary())


def test_the_remainder_of_a_division_stays_one():
    """A percent sign before a value is what it always was."""
    assert said("volume % 100 == 0") == "volume % 100 == 0"
    assert said("10%3 == close") == "10 % 3 == close"
    assert said("volume %100 == 0") == "volume % 100 == 0"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("ao(5, 34)", "price"),
        ("ichimoku_base(26)", "price"),
        ("macd_histogram(close)", "price"),
        ("dpo(close, 20)", "price"),
        ("vcp_pivot()", "price"),
        ("handle_low()", "price"),
        ("cup_bars()", "bars"),
        ("obv()", "shares"),
        ("klinger()", "shares"),
        ("zscore(close)", None),
    ],
)
def test_what_a_value_counts_in(text, unit):
    """So that a column that is asked for reads as one of its kind."""
    known = vocabulary()
    assert unit_of(parse(text), known) == unit


def test_every_number_has_a_unit_or_none_on_purpose():
    """A function that is added is thought of: what it counts in, or that this is nothing."""
    known = vocabulary()
    numbers = {name for name, one in known.functions.items() if one.returns == "number"}
    told = {name for name in numbers if known.functions[name].unit or name in UNITS or name in KEEP}
    assert numbers - told == {
        *("cci", "fisher", "log", "nvi", "obv_change", "pvi", "rank", "sign", "sqrt"),
        *("supertrend_direction", "var", "where", "zigzag_direction", "zscore", "sum_since"),
    }
    assert {*UNITS, *KEEP} <= set(known.functions)
