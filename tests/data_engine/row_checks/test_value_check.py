"""What is said of prices and volumes that are odd as a whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from technic.data_engine.price_frames import cache_of
from technic.data_engine.row_checks.value_check import odd_values
from technic.panel import PRICES, LongBars
from technic.sessions import build_calendar
from technic.testing import make_bars

CALENDAR = build_calendar(2024)
BARS = make_bars(["AAA", "BBB"], CALENDAR.last(120, np.datetime64("2024-03-08")))


def times(factor: float, bars: LongBars = BARS) -> LongBars:
    """The bars with prices in parts of a dollar, as whole numbers."""
    return replace(bars, **{name: np.round(getattr(bars, name) * factor) for name in PRICES})


def with_rows(count: int, **values: float) -> LongBars:
    """The bars with other values in the first ``count`` rows."""
    columns = {name: getattr(BARS, name).copy() for name in values}
    for name, value in values.items():
        columns[name][:count] = value
    return replace(BARS, **columns)


def test_nothing_is_said_of_bars_as_they_should_be():
    """Nor of few, of none, of prices without volume, and of some that are whole numbers."""
    empty = BARS.rows(np.zeros(len(BARS), bool))
    some = replace(times(100), close=100 * BARS.close + 0.01)
    for bars in (BARS, empty, times(100).rows(np.arange(len(BARS)) < 59), some):
        assert odd_values(bars) == ()
    assert odd_values(replace(BARS, volume=np.full(len(BARS), np.nan)), volume=False) == ()


@pytest.mark.parametrize("factor", [100, 10_000, 1e9])
def test_prices_in_parts_of_a_dollar_are_doubted(factor: float):
    """No market trades at whole dollars alone."""
    (said,) = odd_values(times(factor))
    usual = np.median(np.round(BARS.close * factor))
    assert f"all prices are whole numbers, {usual:,.0f} in the middle" in said
    assert odd_values(times(1.0)) == ()


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"open": 0.0}, "open is 0 or below"),
        ({"close": -1.0}, "close is 0 or below"),
        ({"high": 0.01}, "high is below low"),
        ({"close": 0.01}, "close lies outside of low and high, as an adjusted price beside raw"),
        ({"volume": -5.0}, "volume is below 0"),
    ],
)
@pytest.mark.parametrize("count", [2, 3, 240])
def test_rows_that_can_be_no_bars_are_counted_with_their_cause(values, cause, count):
    """From one in a hundred on: 2.4 rows of 240."""
    said = odd_values(with_rows(count, **values))
    if count < 3:
        assert said == ()
    else:
        assert said[0].startswith(f"{count} of 240 rows can be no bars: {cause}")
        assert said[0].endswith(f" in {count}")


@pytest.mark.parametrize("part", [1e3, 1e6])
def test_volume_in_thousands_or_millions_is_doubted(part: float):
    """Shares have no decimals; adjusted ones are not so few."""
    (said,) = odd_values(replace(BARS, volume=BARS.volume / part))
    assert "it may be in thousands or millions of shares" in said
    assert odd_values(replace(BARS, volume=BARS.volume * 1.0001)) == ()


def test_no_volume_at_all_is_said():
    """With the way out."""
    (said,) = odd_values(replace(BARS, volume=np.zeros(len(BARS))))
    assert said == "volume is 0 on every row; --no-volume scans prices alone"


def test_frames_are_looked_at_as_files_are():
    """The note says where it comes from."""
    own = BARS.rows(BARS.column == 0)
    columns = {name.title(): np.round(100 * getattr(own, name)) for name in PRICES}
    frame = pd.DataFrame({**columns, "Volume": own.volume}, pd.DatetimeIndex(own.session))
    (note,) = cache_of({"AAA": frame}, CALENDAR).notes
    assert note.startswith("price_cache: all prices are whole numbers")
