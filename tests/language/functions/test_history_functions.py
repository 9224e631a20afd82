"""Functions of the last bars, read off bars that were written by hand."""

from dataclasses import replace

import numpy as np
import pytest

from support.packed_panel import packed_panel
from technic.language import BASE, read
from technic.language.evaluation.evaluate import evaluate_bars

NO = np.nan
CLOSE = [10.0, 11.0, 12.0, 11.0, 10.0, 10.0, 13.0, 14.0]
VOLUME = [1.0, 0.0, 3.0, 0.0, 5.0, 6.0, 0.0, 8.0]

EXPECTED = {
    "crosses_above(close, 10.5)": [0, 1, 0, 0, 0, 0, 1, 0],
    "crosses_above(close, 11)": [0, 0, 1, 0, 0, 0, 1, 0],
    "crosses_below(close, 11)": [NO, 0, 0, 0, 1, 0, 0, 0],
    "rising(close)": [NO, 1, 1, 0, 0, 0, 1, 1],
    "rising(close, 2)": [NO, NO, 1, 0, 0, 0, 0, 1],
    "falling(close, 2)": [NO, 0, 0, 0, 1, 0, 0, 0],
    "highest(close, 3)": [NO, NO, 12, 12, 12, 11, 13, 14],
    "lowest(close, 3)": [NO, NO, 10, 11, 10, 10, 10, 10],
    "sum(volume, 3)": [NO, NO, 4, 3, 8, 11, 11, 14],
    "change(close, 2)": [NO, NO, 2, 0, -2, -1, 3, 4],
    "pct_change(volume)": [NO, -100, NO, -100, NO, 20, -100, NO],
    "roc(volume, 1)": [NO, -100, 0, -100, 0, 20, -100, 0],
    "count(close > 10.5, 3)": [NO, NO, 2, 3, 2, 1, 1, 2],
    "count(1 / volume > 0, 2)": [NO, NO, NO, NO, NO, 2, NO, NO],
    "ever(close > 11.5, 2)": [NO, 0, 1, 1, 0, 0, 1, 1],
    "ever(close == 10, 3)": [1, 1, 1, 0, 1, 1, 1, 1],
    "ever(1 / volume < 0.25, 2)": [NO, NO, NO, NO, 1, 1, 1, 1],
    "always(close > 10.5, 2)": [0, 0, 1, 1, 0, 0, 0, 1],
    "always(1 / volume < 0.25, 2)": [0, 0, 0, 0, NO, 1, NO, NO],
    "bars_since(close == 12)": [NO, NO, 0, 1, 2, 3, 4, 5],
    "bars_since(close == 12, 4)": [NO, NO, 0, 1, 2, 3, NO, NO],
    "bars_since(1 / volume == 0.2)": [NO, NO, NO, NO, 0, 1, NO, NO],
    "value_when(close > close[1], volume)": [NO, 0, 3, 3, 3, 3, 0, 8],
    "value_when(close > close[1], volume, 3)": [NO, 0, 3, 3, 3, NO, 0, 8],
    "bars_since_highest(close, 3)": [NO, NO, 0, 1, 2, 2, 0, 0],
    "bars_since_lowest(close, 4)": [NO, NO, NO, 3, 0, 0, 1, 2],
    "sum_since(close > close[1], volume)": [NO, 0, 3, 3, 8, 14, 0, 8],
    "sum_since(close > close[1], volume, 3)": [NO, 0, 3, 3, 8, NO, 0, 8],
    "sum_since(volume == 3, 1 / volume)": [NO, NO, 1 / 3, NO, NO, NO, NO, NO],
    "anchored_vwap(close == 12)": [NO, NO, 12, 12, 86 / 8, 146 / 14, 146 / 14, 258 / 22],
    "cumsum(volume)": [1, 1, 4, 4, 9, 15, 15, 23],
    "percentrank(close, 3)": [NO, NO, NO, 100 / 3, 0, 0, 100, 100],
    "between(close, 10.5, 12)": [0, 1, 1, 1, 0, 0, 0, 0],
    "between(1 / volume, 0, close)": [1, NO, 1, NO, 1, 1, NO, 1],
    "between(close, 13, 1 / volume)": [0, 0, 0, 0, 0, 0, NO, 0],
    "if_missing(1 / volume, close)": [1, 11, 1 / 3, 11, 0.2, 1 / 6, 13, 0.125],
    "is_unknown(1 / volume > 0.2)": [0, 1, 0, 1, 0, 0, 1, 0],
    "is_unknown(1 / volume > 0.2 and close > 11)": [0, 0, 0, 0, 0, 0, 1, 0],
    "where(volume > 0, close, 0 - close)": [10, -11, 12, -11, 10, 10, -13, 14],
    "where(1 / volume > 0, 1, 0)": [1, NO, 1, NO, 1, 1, NO, 1],
    "is_missing(1 / volume)": [0, 1, 0, 1, 0, 0, 1, 0],
    "is_missing(close[2])": [1, 1, 0, 0, 0, 0, 0, 0],
    "is_missing(close)[2]": [NO, NO, 0, 0, 0, 0, 0, 0],
    "bar_count()": [1, 2, 3, 4, 5, 6, 7, 8],
    "round(close / 4)": [2, 3, 3, 3, 2, 2, 3, 4],
    "min(close, 11) + max(volume, 5)": [15, 16, 16, 16, 15, 16, 16, 19],
    "close % 3 + sign(volume) + floor(close / 4)": [4, 4, 4, 4, 4, 4, 4, 6],
    "0 - close[1] % 4": [NO, -2, -3, 0, -3, -2, -2, -1],
    "close ** -2 * close ** 2": [1] * 8,
    "close in (10, 14) and volume > 1": [0, 0, 0, 0, 1, 1, 0, 1],
    "1 / volume > 0 or close > 10.5": [1, 1, 1, 1, 1, 1, 1, 1],
    "1 / volume > 0 and close > 10.5": [0, NO, 1, NO, 0, 0, NO, 1],
    "not 1 / volume > 0.5": [0, NO, 1, NO, 1, 1, NO, 1],
    "sma(close[1], 2)": [NO, NO, 10.5, 11.5, 11.5, 10.5, 10, 11.5],
}


def test_the_year_begins_with_the_last_close_of_the_one_before():
    """Over a year's end with a halt on it; without a bar in an earlier year there is no change."""
    close = np.array([[10.0, 10.0], [8.0, 20.0], [9.0, 25.0], [4.0, NO]])
    days = ["2022-12-29", "2022-12-30", "2023-01-04", "2024-01-02"]
    bars = dict.fromkeys(("open", "high", "low", "close", "volume"), close)
    panel = replace(packed_panel(bars), sessions=np.array(days, "datetime64[D]"))
    node = read("ytd_change()", BASE).node
    found = evaluate_bars([node], panel, BASE)[node]
    expected = [[NO, NO], [NO, NO], [12.5, 25.0], [100.0 * (4.0 / 9.0 - 1.0), NO]]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("text", EXPECTED)
def test_the_last_bars_say_what_they_show(text):
    """Eight bars, each with its value; NO: missing or unknown."""
    close, volume = np.array(CLOSE)[:, None], np.array(VOLUME)[:, None]
    bars = {"open": close, "high": close, "low": close, "close": close, "volume": volume}
    node = read(text, BASE).node
    found = evaluate_bars([node], packed_panel(bars), BASE)[node]
    np.testing.assert_allclose(found[:, 0], EXPECTED[text], rtol=1e-12, atol=1e-12)
