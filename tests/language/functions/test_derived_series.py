"""Indicators over series that begin late: each symbol equals TA-Lib on its own values."""

import numpy as np
import pytest
import talib

from reference.bars import random_bars
from support.packed_panel import packed_panel
from technic.language import BASE, read
from technic.language.evaluation.evaluate import evaluate_bars

N_BARS, N_SYMBOLS = 160, 6
INNER = {
    "begins together": "rsi(close, 14)",
    "begins apart": "vwma(close, 5)",
    "begins with the benchmark": "close / benchmark",
    "all at once": "close",
}
OUTER = {
    "ema({}, 9)": lambda x: talib.EMA(x, 9),
    "rsi({}, 14)": lambda x: talib.RSI(x, 14),
    "macd_line({}, 5, 12, 4)": lambda x: talib.MACD(x, 5, 12, 4)[0],
    "macd_signal({}, 5, 12, 4)": lambda x: talib.MACD(x, 5, 12, 4)[1],
    "macd_histogram({}, 5, 12, 4)": lambda x: talib.MACD(x, 5, 12, 4)[2],
    "stochrsi_k({}, 10, 8, 3, 3)": lambda x: talib.STOCHRSI(x, 10, 8, 3, 0)[1],
    "sma({}, 9)": lambda x: talib.SMA(x, 9),
    "wma({}, 9)": lambda x: talib.WMA(x, 9),
    "hma({}, 9)": lambda x: talib.HMA(x, 9),
    "linearreg({}, 9)": lambda x: talib.LINEARREG(x, 9),
    "linearreg_slope({}, 9)": lambda x: talib.LINEARREG_SLOPE(x, 9),
    "stddev({}, 9, 2)": lambda x: talib.STDDEV(x, 9, 2.0),
    "var({}, 9)": lambda x: talib.VAR(x, 9),
    "bb_upper({}, 9, 1.5)": lambda x: talib.BBANDS(x, 9, 1.5, 1.5)[0],
    "bb_lower({}, 9, 1.5)": lambda x: talib.BBANDS(x, 9, 1.5, 1.5)[2],
    "highest({}, 9)": lambda x: talib.MAX(x, 9),
    "lowest({}, 9)": lambda x: talib.MIN(x, 9),
    "sum({}, 9)": lambda x: talib.SUM(x, 9),
    "mom({}, 4)": lambda x: talib.MOM(x, 4),
    "roc({}, 4)": lambda x: talib.ROC(x, 4),
}
BROKEN = "close / where(bar_count() == 70, 0, 1)"
RECURSIVE = (
    "ema({}, 9)",
    "rsi({}, 14)",
    "macd_signal({}, 5, 12, 4)",
    "stochrsi_k({}, 10, 8, 3, 3)",
)


@pytest.fixture(scope="module")
def panel():
    """Random walks, one of them short; each trades from another day on."""
    bars = random_bars(N_BARS, N_SYMBOLS, seed=4)
    bars["volume"] += 1.0
    for column in range(N_SYMBOLS):
        bars["volume"][: 3 * column, column] = 0.0
    return packed_panel(bars)


def benchmark_of(panel, first):
    """Closes of a benchmark that begins some sessions later."""
    rng = np.random.default_rng(1)
    closes = 100.0 * np.exp(np.cumsum(rng.normal(0, 0.01, len(panel.sessions))))
    closes[:first] = np.nan
    return closes


def values(text, panel, closes):
    """The expression at all bars."""
    node = read(text, BASE).node
    return evaluate_bars([node], panel, BASE, benchmark=closes)[node]


def expected(oracle, series):
    """TA-Lib on the values alone, put back where they stand."""
    out = np.full(len(series), np.nan)
    held = np.flatnonzero(~np.isnan(series))
    if len(held):
        assert len(held) == held[-1] - held[0] + 1
        out[held] = oracle(series[held].copy())
    return out


@pytest.mark.parametrize("inner", INNER.values(), ids=list(INNER))
@pytest.mark.parametrize("outer", OUTER, ids=[text.split("(")[0] for text in OUTER])
def test_a_series_that_begins_late_gives_what_talib_gives(outer, inner, panel):
    """Warm-up counts from the first value of the series, in each symbol for itself."""
    closes = benchmark_of(panel, 11)
    series = values(inner, panel, closes)
    found = values(outer.format(inner), panel, closes)
    if inner == INNER["begins apart"]:
        assert len({int(np.argmax(~np.isnan(column))) for column in series.T}) > 2
    for column in range(N_SYMBOLS):
        wanted = expected(OUTER[outer], series[:, column])
        scale = np.nanmax(np.abs(series[:, column]), initial=1.0)
        np.testing.assert_allclose(found[:, column], wanted, rtol=1e-9, atol=1e-9 * scale)


@pytest.mark.parametrize("outer", RECURSIVE)
def test_after_a_missing_value_a_recursion_stays_missing(outer, panel):
    """It would go on from nothing; a window only loses the missing value for its own bars."""
    whole, found = (values(outer.format(x), panel, None) for x in ("close", BROKEN))
    np.testing.assert_array_equal(found[:69], whole[:69])
    assert np.isnan(found[69:]).all()
    assert np.isfinite(whole[69:, 0]).all()


@pytest.mark.parametrize("outer", ["ema({}, 9)", "macd_signal({}, 5, 12, 4)"])
def test_talib_too_hands_a_missing_value_on_to_the_end(outer, panel):
    """So do its averages; its RSI says 0 there, which is no value."""
    series = values(BROKEN, panel, None)[:, 0]
    assert np.isnan(OUTER[outer](series)[69:]).all()


def test_a_window_is_whole_again_when_the_missing_value_has_left_it(panel):
    """Nine bars of a nine-bar mean are lost, no more."""
    whole, found = (values(f"sma({x}, 9)", panel, None) for x in ("close", BROKEN))
    assert np.isnan(found[69:78]).all()
    np.testing.assert_array_equal(found[78:], whole[78:])
    np.testing.assert_array_equal(found[:69], whole[:69])


def test_a_series_without_values_gives_none(panel):
    """Nothing in, nothing out, and the neighbours do not mind."""
    none = values("ema(sma(close, 100), 5)", panel, None)
    assert np.isnan(none[:, 1]).all()
    assert np.isfinite(none[103:, 0]).all()
