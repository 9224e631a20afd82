"""run_scan with a price cache: the same answers without a request, and bad frames are named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import CALENDAR, NOW, SESSIONS, SYMBOLS, assert_same, scan
from technic import ScanConfig, run_scan
from technic.data_engine import get_price_history_batch
from technic.errors import NothingToScanError, ParameterError
from technic.panel import BarPanel, LongBars
from technic.testing import FakeProvider, make_bars


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


def test_a_full_price_cache_costs_no_request_and_gives_the_same_table(bars: LongBars):
    """A plain dict of frames is as good as the provider."""
    window = CALENDAR.between(CALENDAR.anchor(np.datetime64("2024-03-08"), 300), SESSIONS[-1])
    fetched = FakeProvider(bars).history(SYMBOLS, window)
    panel = BarPanel.from_long(fetched.bars, window)
    frames = {symbol: panel.frame(symbol) for symbol in SYMBOLS}
    provider = FakeProvider(bars)
    cached = run_scan(provider=provider, now=NOW, price_cache=frames)
    assert provider.asked == []
    assert cached.stats.batch.cache_hits == 30
    assert_same(scan(bars), cached)

    some = {symbol: frames[symbol] for symbol in SYMBOLS[:20]}
    partly = run_scan(provider=provider, now=NOW, price_cache=some)
    assert provider.asked == [tuple(SYMBOLS[20:])]
    assert_same(cached, partly)


def cache_of(bars: LongBars, count: int = 6) -> dict[str, pd.DataFrame]:
    """Price frames of the first symbols, all sessions there are."""
    panel = BarPanel.from_long(bars, SESSIONS)
    return {symbol: panel.frame(symbol) for symbol in SYMBOLS[:count]}


def test_a_cache_that_goes_on_after_the_day_gives_what_one_that_ends_then_gives(bars: LongBars):
    """Later bars in a cache reach neither a row, nor the benchmark's regime, nor the prices."""
    day = SESSIONS[-80]
    frames = cache_of(bars)
    ended = {symbol: frame[: pd.Timestamp(day)] for symbol, frame in frames.items()}
    config = ScanConfig(symbols=tuple(frames), as_of=str(day), benchmark="EP")
    whole, cut = (scan(bars, config, price_cache=cache) for cache in (frames, ended))
    assert_same(whole, cut)
    assert whole.prices["AK"].index[-1] == pd.Timestamp(day)
    window = CALENDAR.between(CALENDAR.anchor(day, 300), day)
    assert whole.regime.sessions == np.isin(window, SESSIONS).sum()


def test_symbols_and_days_of_a_cache_are_read_as_they_are_meant(bars: LongBars):
    """Other spellings, time zones and orders of rows give the same table."""
    frames = cache_of(bars)
    config = ScanConfig(symbols=tuple(frames))
    odd = {
        symbol.lower(): frame[::-1].tz_localize("America/New_York")
        for symbol, frame in frames.items()
    }
    odd["ak"] = frames["AK"].set_axis(frames["AK"].index.tz_localize("UTC") + pd.Timedelta(hours=5))
    assert_same(*(scan(bars, config, price_cache=cache) for cache in (frames, odd)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frames: [*frames.values()], "price_cache is 'list', allowed: a mapping"),
        (lambda frames: frames | {1.5: frames["AK"]}, "price_cache is 1.5, allowed: symbols"),
        (lambda frames: frames | {"ak": frames["AK"]}, "price_cache is 'ak'.*it has two"),
        (lambda frames: frames | {"AK": None}, r"price_cache\['AK'\] is 'NoneType'"),
        (lambda frames: frames | {"AK": pd.DataFrame()}, r"price_cache\['AK'\].*DatetimeIndex"),
        (lambda frames: frames | {"AK": frames["AK"].rename(columns=str.lower)}, "Open High Low"),
        (lambda frames: frames | {"AK": frames["AK"].assign(Low="x")}, r"\['Low'\].*numbers"),
        (lambda frames: frames | {"AK": frames["AK"].iloc[[0, 0]]}, "AK .* twice"),
    ],
)
def test_what_is_no_price_frame_is_named(bars: LongBars, change, message: str):
    """One sentence with the symbol, before anything is scanned."""
    with pytest.raises(ParameterError, match=message):
        scan(bars, price_cache=change(cache_of(bars)))


def test_a_day_before_the_cache_begins_is_an_error(bars: LongBars):
    """It names the first day there is."""
    with pytest.raises(ParameterError, match=rf"as_of is '2020-01-02'.*{SESSIONS[0]}"):
        scan(bars, ScanConfig(as_of="2020-01-02"), price_cache=cache_of(bars))


def test_an_empty_frame_is_an_entry_and_an_empty_cache_an_error(bars: LongBars):
    """No bars of one symbol end no scan; no bars at all do."""
    frames = cache_of(bars)
    none = {symbol: frame.iloc[:0] for symbol, frame in frames.items()}
    result = scan(bars, price_cache=frames | {"AK": none["AK"]})
    assert result.ledger.of("AK") == ("gate.few_bars", "0 bars, at least 20 are needed")
    for cache in (none, {}):
        with pytest.raises(NothingToScanError, match="holds no bars"):
            scan(bars, price_cache=cache)


def test_cached_symbols_that_nobody_lists_are_named(bars: LongBars):
    """They are not scanned, and that is said; not where the user chose the symbols."""
    frames = {f"X{i}": frame for i, frame in enumerate(cache_of(bars).values())}
    (warning,) = scan(bars, price_cache=frames | {"AK": frames["X0"]}).warnings
    assert warning.startswith("6 symbols of the price cache are not in the universe")
    assert "(X0, X1, X2, X3, X4, X5)" in warning
    assert scan(bars, ScanConfig(symbols=("X1",)), price_cache=frames).warnings == ()


def test_a_cache_without_a_provider_is_labelled_as_what_it_is(bars: LongBars):
    """Frames of one's own are not called simulated, and no other market fills their gaps."""
    window = CALENDAR.last(300, SESSIONS[-1])
    panel = BarPanel.from_long(FakeProvider(bars).history(SYMBOLS, window).bars, window)
    frames = {symbol: panel.frame(symbol) for symbol in SYMBOLS}
    own = run_scan(price_cache=frames, now=NOW)
    assert (own.data.provider, own.data.simulated) == ("price_cache", False)
    assert own.universe.size == 30
    asked = run_scan(ScanConfig(symbols=("AK", "NOPE")), price_cache=frames, now=NOW)
    assert asked.ledger.of("NOPE")[0] == "fetch.not_in_cache"
    batch = get_price_history_batch(SYMBOLS, 300, provider=FakeProvider(bars), now=NOW)
    fetched = run_scan(price_cache=batch, now=NOW)
    assert (fetched.data.provider, fetched.data.simulated) == ("fake", True)
    assert fetched.data.price_basis == "split_adjusted"
    pd.testing.assert_frame_equal(fetched.table, own.table, check_exact=True)
