"""Numbers as people write them, and what a percentage means beside a value."""

from __future__ import annotations

import pytest

from technic.errors import ExpressionError
from technic.language import read
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
