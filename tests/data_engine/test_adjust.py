from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.data_engine.adjust import split_adjust, total_return_adjust
from technic.data_engine.interfaces.records import Dividends, Splits
from technic.errors import ParameterError
from technic.panel import PRICES, LongBars

START = np.datetime64("2024-01-01", "D")


def bars_of(symbols: tuple[str, ...], column: list[int], day: list[int]) -> LongBars:
    """Bars whose prices and volume tell rows apart."""
    count = np.arange(len(column), dtype=np.float64)
    return LongBars(
        symbols,
        np.array(column, dtype=np.int32),
        START + np.array(day, dtype="timedelta64[D]"),
        100.0 + count,
        120.0 + count,
        80.0 + count,
        110.0 + count,
        1000.0 + count,
    )


def splits_of(rows: list[tuple[str, int, float]]) -> Splits:
    """Build Splits from (symbol, day, ratio)."""
    return Splits(
        np.array([row[0] for row in rows], dtype=object),
        START + np.array([row[1] for row in rows], dtype="timedelta64[D]"),
        np.array([row[2] for row in rows]),
    )


def test_earlier_bars_are_restated_and_the_day_of_the_split_is_not():
    """A 4:1 split on day 2 quarters the prices of days 0 and 1 and leaves day 2 alone."""
    bars = bars_of(("A",), [0, 0, 0], [0, 1, 2])
    adjusted = split_adjust(bars, splits_of([("A", 2, 4.0)]), START + 5)
    assert adjusted.close.tolist() == [110.0 / 4, 111.0 / 4, 112.0]
    assert adjusted.volume.tolist() == [4000.0, 4004.0, 1002.0]


def test_splits_after_the_day_of_the_scan_are_not_known_yet():
    """As of the day before a split its bars are raw, on the day itself they are restated."""
    bars = bars_of(("A",), [0, 0], [0, 1])
    splits = splits_of([("A", 2, 4.0)])
    assert split_adjust(bars, splits, START + 1).close.tolist() == [110.0, 111.0]
    assert split_adjust(bars, splits, START + 2).close.tolist() == [110.0 / 4, 111.0 / 4]


def test_a_merger_of_shares_raises_old_prices():
    """A 1:10 merger (ratio 0.1) makes old prices ten times as high and volumes a tenth."""
    adjusted = split_adjust(bars_of(("A",), [0], [0]), splits_of([("A", 1, 0.1)]), START + 1)
    assert adjusted.low[0] == pytest.approx(800.0)
    assert adjusted.volume[0] == pytest.approx(100.0)


def test_nothing_is_copied_when_nothing_changes():
    """Without a split that counts the very same bars come back."""
    bars = bars_of(("A", "B"), [0, 1], [0, 0])
    assert split_adjust(bars, Splits.none(), START) is bars
    assert split_adjust(bars, splits_of([("OTHER", 1, 2.0)]), START + 9) is bars


def test_the_input_is_not_written_to():
    """The raw bars are the same after an adjustment."""
    bars = bars_of(("A",), [0, 0], [0, 1])
    before = [getattr(bars, name).copy() for name in (*PRICES, "volume")]
    split_adjust(bars, splits_of([("A", 1, 2.0)]), START + 1)
    for name, values in zip((*PRICES, "volume"), before, strict=True):
        np.testing.assert_array_equal(getattr(bars, name), values)


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=30),
    splits=st.dictionaries(
        st.tuples(st.sampled_from("ABCDX"), st.integers(0, 11)),
        st.sampled_from([0.1, 0.5, 1.5, 2.0, 3.0, 20.0]),
        max_size=12,
    ),
    as_of=st.integers(-1, 12),
    order=st.randoms(use_true_random=False),
)
def test_every_bar_is_divided_by_the_splits_that_follow_it(rows, splits, as_of, order):
    """For any bars and splits in any order, each bar equals what a plain loop makes of it."""
    listed = [(symbol, day, ratio) for (symbol, day), ratio in splits.items()]
    order.shuffle(listed)
    bars = bars_of(tuple("ABCD"), [row[0] for row in rows], [row[1] for row in rows])
    adjusted = split_adjust(bars, splits_of(listed), START + as_of)
    for at, (column, day) in enumerate(rows):
        product = 1.0
        for (symbol, executed), ratio in sorted(splits.items(), reverse=True):
            if symbol == "ABCD"[column] and day < executed <= as_of:
                product *= ratio
        for name in PRICES:
            assert getattr(adjusted, name)[at] == getattr(bars, name)[at] / product
        assert adjusted.volume[at] == bars.volume[at] * product


@pytest.mark.parametrize("ratio", [0.0, -2.0, np.nan, np.inf])
def test_a_ratio_that_cannot_be_is_refused(ratio):
    """The message names the symbol and the day."""
    with pytest.raises(ParameterError, match=r"A 2024-01-02 ratio .*positive ratios"):
        split_adjust(bars_of(("A",), [0], [0]), splits_of([("A", 1, ratio)]), START + 3)


def test_a_split_listed_twice_is_refused():
    """Two ratios for one symbol and day cannot both be meant."""
    splits = splits_of([("A", 1, 2.0), ("A", 2, 3.0), ("A", 1, 2.0)])
    with pytest.raises(ParameterError, match="A 2024-01-02 twice"):
        split_adjust(bars_of(("A",), [0], [0]), splits, START + 3)


def test_total_return_by_hand():
    """A close of 100, a dividend of 2 and a 2:1 split later: prices before are 98 % and halved."""
    days = np.array(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07"], "datetime64[D]")
    close = np.array([99.0, 100.0, 98.0, 49.0])
    volume = np.full(4, 10.0)
    bars = LongBars(
        ("A",), np.zeros(4, np.int32), days, close - 1, close + 1, close - 2, close, volume
    )
    dividend = Dividends(np.array(["A"], object), days[2:3], np.array([2.0]))
    split = Splits(np.array(["A"], object), days[3:4], np.array([2.0]))
    before_split = total_return_adjust(bars, split, dividend, days[2])
    np.testing.assert_allclose(before_split.close, [99 * 0.98, 98.0, 98.0, 49.0])
    after = total_return_adjust(bars, split, dividend, days[3])
    np.testing.assert_allclose(after.close, [99 * 0.98 / 2, 98.0 / 2, 98.0 / 2, 49.0])
    np.testing.assert_array_equal(after.volume, [20.0, 20.0, 20.0, 10.0])
    untouched = total_return_adjust(bars, split, dividend, days[1])
    np.testing.assert_array_equal(untouched.close, close)


def test_two_dividends_on_one_day_and_one_before_the_first_bar():
    """A regular and a special dividend both count; what was paid before the data does not."""
    days = np.array(["2024-03-04", "2024-03-05"], "datetime64[D]")
    close = np.array([100.0, 90.0])
    bars = LongBars(("A",), np.zeros(2, np.int32), days, close, close, close, close, close)
    symbols = np.array(["A", "A", "A", "OTHER"], object)
    ex = np.array(["2024-03-05", "2024-03-05", "2024-03-01", "2024-03-05"], "datetime64[D]")
    paid = Dividends(symbols, ex, np.array([5.0, 10.0, 50.0, 1e9]))
    adjusted = total_return_adjust(bars, Splits.none(), paid, days[1])
    np.testing.assert_allclose(adjusted.close, [85.0, 90.0])


def test_a_dividend_of_the_whole_price_is_refused():
    """It cannot be true, and would make prices negative."""
    days = np.array(["2024-03-04", "2024-03-05"], "datetime64[D]")
    close = np.array([10.0, 9.0])
    bars = LongBars(("A",), np.zeros(2, np.int32), days, close, close, close, close, close)
    paid = Dividends(np.array(["A"], object), days[1:], np.array([10.0]))
    with pytest.raises(ParameterError, match="A 2024-03-05 10.0"):
        total_return_adjust(bars, Splits.none(), paid, days[1])
