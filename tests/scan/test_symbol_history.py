"""history: one symbol's bars, the very ones that a scan of that day reads."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from technic import ScanConfig, history, run_scan
from technic.errors import FetchError, ParameterError
from technic.sessions import build_calendar
from technic.settings import Settings
from technic.testing import FakeProvider, make_bars

NOW = dt.datetime(2024, 3, 9, tzinfo=dt.UTC)
SESSIONS = build_calendar(2024).last(600, np.datetime64("2024-03-08"))


@pytest.fixture(scope="module")
def provider():
    """Three symbols over 600 sessions; one of them did not trade on every third."""
    bars = make_bars(("AAPL", "BRK.B", "THIN"), SESSIONS)
    thin = (bars.column == 2) & (np.arange(len(bars)) % 3 == 0)
    return FakeProvider(bars.rows(~thin))


@pytest.fixture
def settings(tmp_path):
    """A home with nothing in it."""
    return Settings(home=tmp_path)


@pytest.mark.parametrize("as_of", [None, "2023-06-30"])
def test_it_is_what_a_scan_of_that_day_has_read(provider, settings, as_of):
    """The frame of the scan's own prices, bit for bit."""
    config = ScanConfig(as_of=as_of)
    scanned = run_scan(config, provider=provider, settings=settings, now=NOW).prices
    for symbol in ("AAPL", "THIN"):
        frame = history(symbol, as_of=as_of, provider=provider, settings=settings, now=NOW)
        pd.testing.assert_frame_equal(frame, scanned[symbol], check_exact=True)


def test_days_are_sessions_up_to_the_day_with_no_row_where_there_was_no_trade(provider, settings):
    """Ten sessions are ten bars, or as many as there were."""
    frame = history(
        "brk-b", days=10, as_of="2024-03-06", provider=provider, settings=settings, now=NOW
    )
    days = [pd.Timestamp(day) for day in SESSIONS[-12:-2]]
    assert frame.index.tolist() == days
    assert list(frame.columns) == ["Open", "High", "Low", "Close", "Volume"]
    thin = history("THIN", days=12, provider=provider, settings=settings, now=NOW)
    assert len(thin) == 8


def test_a_path_in_the_settings_is_read(settings, tmp_path):
    """Settings with data and no provider mean files, as on the command line."""
    path = tmp_path / "prices.csv"
    path.write_text(
        "symbol,date,open,high,low,close,volume\nAAPL,2024-03-07,1,3,1,2,10\n"
        "AAPL,2024-03-08,2,4,2,3,20\n",
        encoding="utf-8",
    )
    frame = history("AAPL", settings=Settings(home=settings.home, data=str(path)), now=NOW)
    assert frame["Close"].tolist() == [2.0, 3.0]
    alone = history("AAPL", data=str(path), settings=settings, now=NOW)
    pd.testing.assert_frame_equal(frame, alone)


def test_without_bars_the_reason_is_raised(provider, settings):
    """Not an empty frame."""
    with pytest.raises(FetchError, match="fake .*GONE.*no bars"):
        history("GONE", provider=provider, settings=settings, now=NOW)


@pytest.mark.parametrize(
    ("symbol", "options", "parameter"),
    [("", {}, "symbol"), (None, {}, "symbol"), ("AAPL", {"days": 0}, "days")],
)
def test_what_is_no_symbol_and_no_count_is_refused(provider, settings, symbol, options, parameter):
    """The message names the parameter."""
    with pytest.raises(ParameterError, match=f"^{parameter} is "):
        history(symbol, provider=provider, settings=settings, now=NOW, **options)
