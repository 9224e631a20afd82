"""The interpreter that the arrays are held against, and they too: examples done by hand."""

import datetime as dt

import numpy as np
import pytest

from reference.language_cells import UNSURE, Worlds, compare
from reference.language_interpreter import History, Interpreter, across
from support.expressions import VOCABULARY
from technic.language import read
from technic.language.evaluation.evaluate import evaluate_bars, evaluate_day
from technic.panel import FIELDS, BarPanel, LongBars

T, F, U = True, False, None
CLOSE = [10.0, 11.0, 10.0, 12.0, 13.0, 9.0]
BENCHMARK = [None, 10.0, 10.0, None, 10.0, 10.0]
DAYS = [dt.date(2024, 2, day) for day in (26, 27, 29)] + [dt.date(2024, 3, d) for d in (1, 4, 8)]


def interpreter(close=CLOSE, sector="Energy", rs_rating=np.nan, **names):
    """One symbol whose open, high and low follow from its close."""
    bars = {
        "open": [x - 0.5 for x in close],
        "high": [x + 1 for x in close],
        "low": [x - 1 for x in close],
        "close": list(close),
        "volume": [100.0 * (i + 1) for i in range(len(close))],
    }
    listing = {"sector": sector, "rs_rating": rs_rating}
    return Interpreter(
        History(DAYS[: len(close)], bars, BENCHMARK[: len(close)]), Worlds(), names, listing
    )


def plain(cells):
    """Numbers as such."""
    return [cell[0] if isinstance(cell, tuple) else cell for cell in cells]


EACH_BAR = [
    ("close - close[1]", [U, 1, -1, 2, 1, -4]),
    ("close[1] > 10 and close > 5", [U, F, T, F, T, T]),
    ("close[1] > 10 and close > 11", [F, F, F, F, T, F]),
    ("close[1] > 10 or close > 9", [T, T, T, T, T, T]),
    ("not close[1] > 10", [U, T, F, T, F, F]),
    ("10 < close <= 12", [F, T, F, T, F, F]),
    ("close in (10, 12)", [T, F, T, T, F, F]),
    ("1 / (close - 10)", [U, 1, U, 0.5, 1 / 3, -1]),
    ("(close - 11) % 3", [2, 0, 2, 1, 2, 1]),
    ("(close[1] - close[1]) ** 0", [U, 1, 1, 1, 1, 1]),
    ("log(close - 10)", [U, 0, U, np.log(2), np.log(3), U]),
    ("where(close > 10, close, 1 / (close - 10))", [U, 11, U, 12, 13, -1]),
    ("is_missing(close[2])", [T, T, F, F, F, F]),
    ("round(close / 4)", [2, 3, 2, 3, 3, 2]),
    ("sma(close, 3)", [U, U, 31 / 3, 11, 35 / 3, 34 / 3]),
    ("sum(close, 2)[1]", [U, U, 21, 21, 22, 25]),
    ("highest(1 / (close - 10), 2)", [U, U, U, U, 0.5, 1 / 3]),
    ("ema(close, 3)", [U, U, 31 / 3, 67 / 6, 145 / 12, 253 / 24]),
    ("ema(1 / (close - 11), 2)", [U] * 6),
    ("rising(close, 2)", [U, U, F, F, T, F]),
    ("crosses_above(close, 11)", [F, F, F, T, F, F]),
    ("crosses_below(close, 10.5)", [U, F, T, F, F, T]),
    ("count(close > 10, 3)", [U, U, 1, 2, 2, 2]),
    ("ever(close > 11, 3)", [U, U, F, T, T, T]),
    ("always(close < 12, 3)", [U, U, T, F, F, F]),
    ("bars_since(close > 12)", [U, U, U, U, 0, 1]),
    ("bars_since(close == 11, 3)", [U, 0, 1, 2, U, U]),
    ("bars_since(close[2] == 10, 4)", [U, U, 0, 1, 0, 1]),
    ("value_when(close > 11, volume, 9)", [U, U, U, 400, 500, 500]),
    ("bar_count()", [1, 2, 3, 4, 5, 6]),
    ("change(close, 2)", [U, U, 0, 1, 3, -3]),
    ("crosses_above(close, 10)", [F, T, F, T, F, F]),
    ("crosses_below(close, 11)", [U, F, T, F, F, T]),
    ("bars_since(1 / (close - 10) > 0)", [U, 0, U, 0, 0, 1]),
    ("value_when(1 / (close - 10) > 0, volume)", [U, 200, U, 400, 500, 500]),
    ("always(1 / (close - 10) > 0, 2)", [U, U, U, U, T, F]),
    ("ever(1 / (close - 10) > 0, 2)", [U, T, T, T, T, T]),
    ("close * 1e200 * 1e200", [U] * 6),
    (
        "roc(where(close > 10, 1 / (close - 11), close - 10), 1)",
        [U, U, U, 0, -50, -300],
    ),
    ("count(is_missing(close[1]), 3)", [U, U, 1, 0, 0, 0]),
    ("sum(where(is_missing(close[2]), 5, 1), 2)", [U, 10, 6, 2, 2, 2]),
    ("always(not close[1] > 20 or close > 0, 3)", [U, U, T, T, T, T]),
    ("(2 > 1 or close > 5)[2]", [U, U, T, T, T, T]),
    ("close / benchmark", [U, 1.1, 1, U, 1.3, 0.9]),
    ("not 1 / (close - 10) in (1, -1)", [U, F, U, T, T, F]),
    ("1 / (close - 10) != 1", [U, F, U, T, T, T]),
]
"""Six bars, and what an expression says on each."""


@pytest.mark.parametrize(("text", "expected"), EACH_BAR)
def test_each_bar(text, expected):
    """By loops."""
    found = plain(interpreter().line(read(text, VOCABULARY).node))
    assert found == [U if x is U else pytest.approx(x) for x in expected]


@pytest.mark.parametrize(("text", "expected"), EACH_BAR)
def test_each_bar_by_arrays(text, expected):
    """By arrays the same, all bars at once and each as the last of so many."""
    history = interpreter().history
    bars = LongBars(
        ("S",),
        np.zeros(len(DAYS), np.int32),
        np.array(DAYS, "datetime64[D]"),
        *(np.array(history.bars[name]) for name in FIELDS),
    )
    panel = BarPanel.from_long(bars, bars.session)
    benchmark = np.array([np.nan if x is U else x for x in BENCHMARK])
    node = read(text, VOCABULARY).node
    wanted = [np.nan if x is U else float(x) for x in expected]
    found = evaluate_bars([node], panel, VOCABULARY, benchmark=benchmark)[node]
    np.testing.assert_allclose(found[:, 0], wanted, rtol=1e-12)
    for row, value in enumerate(found[:, 0]):
        rows = np.array([row])
        day = evaluate_day([node], panel, rows, VOCABULARY, benchmark=benchmark)[node]
        np.testing.assert_array_equal(day, [value])


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("weekly(close)", 2, 10),
        ("weekly(open)", 3, 9.5),
        ("weekly(high)", 3, 13),
        ("weekly(volume)", 5, 1100),
        ("weekly(close[1])", 5, 12),
        ("weekly(close[1])", 3, None),
        ("weekly(close > open)", 5, False),
        ("monthly(low)", 2, 9),
        ("monthly(low)", 5, 8),
        ("monthly(close - close[1])", 3, 2),
        ("monthly(bar_count())", 4, 2),
        ("weekly(close) - close[1]", 0, None),
        ("rsi_14 > 20 and close > 5", 0, None),
        ("sector == 'Energy'", 0, True),
        ("rs_rating > 80 or close > 5", 0, True),
        ("close > 5", -1, None),
        ("is_missing(close)", -1, None),
        ("sector == 'Energy' or close > 5", -1, True),
    ],
)
def test_the_day(text, row, expected):
    """Weeks are ISO weeks, months are months; the running one counts."""
    symbol = interpreter(rsi_14=np.nan)
    assert plain(across(read(text, VOCABULARY).node, [symbol], [row], Worlds())) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rank(close)", [4, 2.5, 2.5, 1]),
        ("rank(close, sector)", [2, 1, 1, U]),
        ("rank(sma_50)", [U, 1, 2, 3]),
        ("percentile(close)", [0, 50, 50, 100]),
        ("percentile(close, sector)", [0, 100, 50, U]),
        ("zscore(close)", [-(2**0.5), 0, 0, 2**0.5]),
        ("zscore(close, sector)", [-1, 1, U, U]),
        ("rank(close) <= 2 or sector == 'Energy'", [T, T, F, T]),
    ],
)
def test_across_symbols(text, expected):
    """Four symbols at 10, 12, 12 and 14; the last has no sector."""
    symbols = [
        interpreter([10.0, price], sector=sector, sma_50=average)
        for price, sector, average in zip(
            (10.0, 12.0, 12.0, 14.0),
            ("Energy", "Energy", "Software", ""),
            (np.nan, 3.0, 2.0, 1.0),
            strict=True,
        )
    ]
    found = plain(across(read(text, VOCABULARY).node, symbols, [1] * 4, Worlds()))
    assert found == [U if x is U else pytest.approx(x) for x in expected]


def test_what_hangs_on_rounding_is_unsure():
    """An average of equal prices may or may not be above the price; a close is a close."""
    symbol = Interpreter(interpreter([10.1] * 5).history, Worlds(4))
    assert symbol.line(read("sma(close, 3) > close", VOCABULARY).node)[2:] == [UNSURE] * 3
    assert symbol.line(read("close[1] > close", VOCABULARY).node)[2:] == [False] * 3
    assert symbol.line(read("1 / (sma(close, 3) - close)", VOCABULARY).node)[2:] == [UNSURE] * 3
    assert compare("<", (1.0, 1.0), (1.0, 1.0)) is False
