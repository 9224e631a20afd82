"""get_price_history: the batch and the single call agree, days are sessions, misses are named."""

from __future__ import annotations

import datetime as dt
import inspect
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from support.stored_market import fill
from support.vendor import CALENDAR, Vendor, syncer
from technic.data_engine import PriceCache, get_price_history, get_price_history_batch
from technic.data_engine.providers.files.provider import FilesProvider
from technic.data_engine.sync.store_provider import StoredProvider
from technic.errors import FetchError, ParameterError
from technic.panel import BarPanel, LongBars
from technic.scan.config import ScanConfig
from technic.scan.context import open_context
from technic.settings import Settings
from technic.testing import FakeProvider, make_bars

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(30, np.datetime64("2024-03-08"))
SYMBOLS = [f"S{i:02d}" for i in range(12)]


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Twelve symbols over thirty sessions; S03 did not trade on every third of them."""
    whole = make_bars(SYMBOLS, SESSIONS)
    thin = (whole.column == 3) & (np.arange(len(whole)) % 3 == 0)
    return whole.rows(~thin)


def test_signatures_are_those_that_older_calls_use():
    """Every parameter after days is optional; max_workers is 50."""
    single = inspect.signature(get_price_history).parameters
    batch = inspect.signature(get_price_history_batch).parameters
    assert list(single)[:3] == ["symbol", "days", "freq"]
    assert list(batch)[:3] == ["symbols", "days", "freq"]
    assert batch["freq"].default == single["freq"].default == "daily"
    assert batch["max_workers"].default == 50
    assert batch["progress"].default is None


@given(days=st.integers(1, 30), order=st.permutations(SYMBOLS))
def test_a_frame_of_the_batch_is_the_frame_of_the_single_call(
    bars: LongBars, days: int, order: list[str]
):
    """In whatever order symbols are asked, for however many days."""
    provider = FakeProvider(bars)
    batch = get_price_history_batch(order, days, provider=provider, now=NOW)
    assert list(batch) == [symbol for symbol in order if symbol in batch]
    for symbol in order[:3]:
        if symbol in batch:
            alone = get_price_history(symbol, days, provider=provider, now=NOW)
            pd.testing.assert_frame_equal(batch[symbol], alone, check_exact=True)


def test_days_are_completed_sessions_with_no_row_where_there_was_no_trade(bars: LongBars):
    """98 means 98: no rounding, no filling."""
    cache = get_price_history_batch(SYMBOLS, 21, provider=FakeProvider(bars), now=NOW)
    frame = cache["S00"]
    assert frame.index.tolist() == [pd.Timestamp(day) for day in SESSIONS[-21:]]
    assert list(frame.columns) == ["Open", "High", "Low", "Close", "Volume"]
    assert frame.index.name == "Date"
    assert len(cache["S03"]) == 14


def test_the_cache_is_a_read_only_mapping_with_its_figures(bars: LongBars, tmp_path: Path):
    """Asked, from the store, fetched, failed, requests by kind, bytes, seconds."""
    vendor = Vendor(bars)
    provider = StoredProvider(syncer(vendor, tmp_path / "store", NOW))
    seen: list[tuple[int, int]] = []
    first = get_price_history_batch(
        [*SYMBOLS, "GONE"], 10, provider=provider, now=NOW, progress=lambda *at: seen.append(at)
    )
    assert isinstance(first, PriceCache)
    assert first.failures["GONE"].reason == "no_data"
    assert (first.stats.asked, first.stats.fetched, first.stats.failed) == (13, 12, 1)
    assert first.stats.requests_by_kind == {"market_day": 10}
    assert first.stats.requests == 11
    assert first.stats.bytes > 1000
    assert first.stats.success_rate == pytest.approx(12 / 13)
    assert seen[-1] == (13, 13)
    again = get_price_history_batch([*SYMBOLS, "GONE"], 10, provider=provider, now=NOW)
    assert (again.stats.requests, again.stats.from_store) == (0, 13)
    with pytest.raises(TypeError):
        again["S00"] = None  # type: ignore[index]


def test_a_symbol_without_bars_is_an_error_with_its_reason(bars: LongBars):
    """No empty frame for failure."""
    with pytest.raises(FetchError, match="GONE: no_data"):
        get_price_history("GONE", 5, provider=FakeProvider(bars), now=NOW)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"days": 0}, "days is 0"),
        ({"days": 2.5}, "days is 2.5"),
        ({"days": 5, "freq": "weekly"}, "freq is 'weekly'"),
        ({"days": 5, "max_workers": 0}, "max_workers is 0"),
        ({"days": 5, "adjust": "maybe"}, "adjust is 'maybe'"),
    ],
)
def test_bad_arguments_are_named(bars: LongBars, arguments: dict, message: str):
    """Each in one sentence."""
    with pytest.raises(ParameterError, match=message):
        get_price_history_batch(["S00"], provider=FakeProvider(bars), now=NOW, **arguments)


def test_one_symbol_as_plain_text_is_refused(bars: LongBars):
    """Taken as a sequence, S00 would be the symbols S and 0."""
    with pytest.raises(ParameterError, match="symbols is 'S00'"):
        get_price_history_batch("S00", 5, provider=FakeProvider(bars), now=NOW)


@pytest.fixture
def prices(bars, tmp_path: Path) -> Path:
    """A file of prices with a column of adjusted closes: half the closes but for three."""
    panel = BarPanel.from_long(bars, SESSIONS)
    rows = panel.frame("S00").rename_axis("Date").reset_index().assign(Symbol="S00")
    path = tmp_path / "prices.csv"
    factor = np.where(np.arange(len(rows)) < len(rows) - 3, 0.5, 1.0)
    rows.assign(**{"Adj Close": rows["Close"] * factor}).to_csv(path, index=False)
    return path


def test_bars_come_from_the_source_that_the_settings_mean(prices: Path, tmp_path: Path):
    """A path alone means files, as in every command; a provider that is named is the one."""
    settings = Settings(home=tmp_path / "home", data=str(prices))
    options = {"settings": settings, "now": NOW}
    cache = get_price_history_batch(["S00"], 5, **options)
    assert (cache.source, list(cache)) == ("files", ["S00"])
    close = pd.read_csv(prices)["Close"].to_numpy()[-5:]
    assert_array_equal(get_price_history("S00", 5, **options)["Close"], close)
    later = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    demo = get_price_history_batch(["NZAT"], 5, provider="demo", settings=settings, now=later)
    assert (demo.source, demo.price_basis) == ("demo", "split_adjusted")
    half = replace(settings, adjust_by="Adj Close")
    frame = get_price_history("S00", 5, settings=half, now=NOW)
    assert_allclose(frame["Close"], close * [0.5, 0.5, 1, 1, 1])


def test_a_vendor_that_is_opened_by_name_has_the_time_that_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What it has is what it had then, and bars that are stored are asked of nobody."""
    fill(tmp_path / "polygon", monkeypatch)
    nobody = "http://127.0.0.1:9"
    settings = Settings(home=tmp_path, store=str(tmp_path), polygon_key="k", polygon_url=nobody)
    cache = get_price_history_batch(["AK"], 5, provider="polygon", settings=settings, now=NOW)
    # by the free plan a day is given out on the next one
    assert str(cache["AK"].index[-1].date()) == "2024-03-07"
    context = open_context(ScanConfig(provider="polygon"), settings, NOW + dt.timedelta(days=1))
    assert str(context.as_of) == "2024-03-08"


@pytest.mark.parametrize("adjust", ["split", "total_return", "none"])
def test_raw_prices_of_a_file_are_labelled_raw(bars, adjust: str, tmp_path: Path):
    """No splits of a file are known, so nothing has adjusted them; those of a vendor are."""
    panel = BarPanel.from_long(bars, SESSIONS)
    rows = panel.frame("S00").rename_axis("Date").reset_index().assign(Symbol="S00")
    rows.to_csv(tmp_path / "raw.csv", index=False)
    provider = FilesProvider(tmp_path / "raw.csv", price_basis="raw")
    batch = get_price_history_batch(["S00"], 5, adjust=adjust, provider=provider, now=NOW)
    assert batch.price_basis == "raw"
    known = FakeProvider(bars, price_basis="raw")
    labels = {"split": "split_adjusted", "total_return": "total_return_adjusted", "none": "raw"}
    told = get_price_history_batch(["S00"], 5, adjust=adjust, provider=known, now=NOW)
    assert told.price_basis == labels[adjust]
