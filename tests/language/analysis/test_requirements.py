"""How many bars an expression asks for."""

import pytest

from technic.columns.vocabulary import VOCABULARY as BASE
from technic.language import read
from technic.language.analysis.requirements import Needs, Requirements, requirements
from technic.language.functions import FUNCTIONS


def need(*texts):
    """What expressions need together."""
    return requirements([read(text, BASE).node for text in texts], BASE)


@pytest.mark.parametrize(
    ("text", "lookback", "stable_after"),
    [
        ("close", 1, 1),
        ("ema(close, 200)", 200, 1122),
        ("rsi(close, 14)", 15, 140),
        ("sma(close, 50)", 50, 50),
        ("sma(close, 50)[21]", 71, 71),
        ("sma(sma(close, 50), 10)", 59, 59),
        ("ema(rsi(close, 14), 9)", 23, 140 + 8 + 42),
        ("close > sma(close, 50) and close > sma(close, 200)", 200, 200),
        ("crosses_above(sma(close, 50), sma(close, 200))", 201, 201),
        ("rising(close, 5)", 6, 6),
        ("count(close > sma(close, 20), 10)", 29, 29),
        ("bars_since(close > open)", 252, 252),
        ("adx(14)", 28, 28 + 250),
        ("macd_signal(close, 12, 26, 9)", 34, 34 + 120 + 42),
        ("weekly(close)", 10, 10),
        ("weekly(sma(close, 30))", 155, 155),
        ("monthly(sma(close, 10))", 231, 231),
        ("sma_200 > 5", 200, 200),
        ("ema_200", 200, 1122),
        ("rsi_14", 15, 140),
        ("rank(roc(close, 63))", 64, 64),
        ("1 > 0", 1, 1),
    ],
)
def test_bars_until_a_value_and_until_it_has_settled(text, lookback, stable_after):
    """Windows add up inside each other; an ema of 200 needs 922 bars more to forget its seed."""
    assert need(text) == Requirements(lookback, stable_after)


@pytest.mark.parametrize("n", [2, 9, 14, 20, 50, 200])
def test_the_seed_has_faded_after_so_many_bars_and_not_before(n):
    """The weight of the start, multiplied out bar by bar."""
    for name, keep in (("ema", 1 - 2 / (n + 1)), ("rsi", 1 - 1 / n), ("atr", 1 - 1 / n)):
        weight, bars = 1.0, 0
        while weight >= 1e-4:
            weight, bars = weight * keep, bars + 1
        assert FUNCTIONS[name].unstable_period(n) == bars


def test_several_expressions_need_what_the_longest_needs():
    """Bars and settling are those of the most demanding one."""
    assert need("sma(close, 300)", "ema(close, 20)") == Requirements(300, 300)


def test_each_recursive_call_is_named_once():
    """With the bars after which it is stable; what forgets at once is not."""
    needs = Needs(BASE)
    for text in (
        "ema(close, 200) > ema(close, 20) and close > sma(close, 250)",
        "weekly(ema(close, 30)) > ema(close, 200)",
        "ema_200 > ema_10",
    ):
        needs.of(read(text, BASE).node)
    assert needs.recursive == {
        "ema(close, 200)": 1122,
        "ema(close, 20)": 20 + 93,
        "weekly(ema(close, 30))": (30 + 139 + 1) * 5,
        "ema_200": 1122,
        "ema_10": 10 + 46,
    }
