"""run_scan with a price cache: the same answers without a request, and bad frames are named."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

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
        (lambda frames: {1.5: frames["AK"]}, "price_cache is 1.5, allowed: symbols"),
        (lambda frames: {"": frames["AK"]}, "price_cache is '', allowed: symbols"),
    ],
)
def test_what_is_no_mapping_of_symbols_is_named(bars: LongBars, change, message: str):
    """One sentence, before anything is scanned."""
    with pytest.raises(ParameterError, match=message):
        scan(bars, price_cache=change(cache_of(bars)))


def doubled(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its last day twice, of which one has other prices."""
    return pd.concat([frame, frame.iloc[[-1]] * 1.01])


def shifted(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame a day early, all year."""
    return frame.set_axis(frame.index - pd.Timedelta(days=1))


BAD = {
    "None": (lambda _: None, "unreadable_frame", "is 'NoneType'"),
    "a list": (lambda frame: frame.to_numpy().tolist(), "unreadable_frame", "is 'list'"),
    "no columns": (lambda _: pd.DataFrame(), "unreadable_frame", "a DatetimeIndex"),
    "no volume": (lambda frame: frame.drop(columns="Volume"), "unreadable_frame", "Open High"),
    "numbers as index": (lambda frame: frame.reset_index(), "unreadable_frame", "RangeIndex"),
    "no date": (
        lambda frame: frame.set_axis([*frame.index[:-2], pd.NaT, pd.NaT]),
        "unreadable_frame", "2 rows without a date",
    ),
    "text": (lambda frame: frame.assign(Low="x"), "unreadable_frame", r"\['Low'\].*numbers"),
    "objects": (lambda frame: frame.assign(Close=[[]] * len(frame)), "unreadable_frame", "Close"),
    "two closes": (
        lambda frame: pd.concat([frame, frame[["Close"]] + 1], axis=1),
        "unreadable_frame", "2 columns that differ",
    ),
    "a day twice": (doubled, "duplicate_rows", f"two different rows for {SESSIONS[-1]}"),
    "a live quote": (
        lambda frame: doubled(frame).set_axis([*frame.index, pd.Timestamp("2024-03-08 15:59")]),
        "duplicate_rows", "two different rows",
    ),
    "shifted": (shifted, "wrong_dates", "on Sundays: the dates look shifted by a day"),
    "weekly": (
        lambda frame: frame[frame.index.day_of_week == 2], "wrong_dates", "these are weekly bars",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_frame_is_an_entry_and_the_others_are_scanned(bars: LongBars, case: str):
    """They get what they get without it; alone, it is an error."""
    change, reason, message = BAD[case]
    frames = cache_of(bars)
    bad = frames | {"AK": change(frames["AK"])}
    result = run_scan(price_cache=bad, now=NOW)
    outcome, detail = result.ledger.of("AK")
    assert outcome == f"fetch.{reason}"
    assert re.search(message, detail)
    del frames["AK"]
    others = run_scan(price_cache=frames, now=NOW)
    pd.testing.assert_frame_equal(result.table, others.table)
    with pytest.raises((ParameterError, NothingToScanError), match=message):
        run_scan(price_cache={"AK": bad["AK"]}, now=NOW)


@pytest.mark.parametrize("key", [1.5, None, float("nan"), " ", "\x1b[2JAK", "\u202eAK", "A" * 25])
def test_a_key_that_is_no_symbol_is_left_out_and_said(bars: LongBars, key: object):
    """As a grouping of pandas makes one of rows without a symbol; nothing of it is shown raw."""
    frames = cache_of(bars)
    result = run_scan(price_cache=frames | {key: frames["AK"] * 2}, now=NOW)
    pd.testing.assert_frame_equal(result.table, run_scan(price_cache=frames, now=NOW).table)
    (said,) = [text for text in result.warnings if "no symbol" in text]
    assert said.startswith("price_cache: 1 key is no symbol and left out, such as ")
    assert said.isprintable()


class ReadLater(Mapping):
    """Frames that are read when they are asked for; one cannot be."""

    def __init__(self, frames: dict[str, pd.DataFrame]) -> None:
        self.frames = frames

    def __getitem__(self, symbol: str) -> pd.DataFrame:
        if symbol == "AK":
            raise OSError("the disk\x1b[2J is gone")
        return self.frames[symbol]

    def __iter__(self):
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)


def test_a_frame_that_cannot_be_had_is_its_symbols_entry(bars: LongBars):
    """The others of a mapping that reads from somewhere are scanned."""
    frames = cache_of(bars)
    result = run_scan(price_cache=ReadLater(frames), now=NOW)
    outcome, detail = result.ledger.of("AK")
    assert outcome == "fetch.unreadable_frame"
    assert "OSError: the disk is gone" in detail
    assert result.ledger.counts["kept"] == len(frames) - 1


GOOD = {
    "small letters": lambda frame: frame.rename(columns=str.lower),
    "a day twice, the same": lambda frame: pd.concat([frame, frame.iloc[[-1]]]),
    "two closes, the same": lambda frame: pd.concat([frame, frame[["Close"]]], axis=1),
    "numbers as text": lambda frame: frame.astype(str),
    "a Saturday": lambda frame: pd.concat(
        [frame, frame.iloc[[-1]].set_axis(frame.index[[-1]] + pd.Timedelta(days=1))]
    ),
}


@pytest.mark.parametrize("case", GOOD)
def test_frames_that_are_only_odd_are_read(bars: LongBars, case: str):
    """The same table, from whatever can be read in one way only."""
    frames = cache_of(bars)
    odd = {symbol: GOOD[case](frame) for symbol, frame in frames.items()}
    tables = [run_scan(price_cache=cache, now=NOW).table for cache in (frames, odd)]
    pd.testing.assert_frame_equal(*tables)


def test_two_frames_of_one_symbol_are_its_entry(bars: LongBars):
    """Nobody can tell which of them is meant."""
    frames = cache_of(bars)
    result = run_scan(price_cache=frames | {"ak": frames["AK"]}, now=NOW)
    assert result.ledger.of("AK")[0] == "fetch.unreadable_frame"
    assert "it has two" in result.ledger.of("AK")[1]
    assert result.ledger.counts["kept"] == 5


def test_bars_of_a_bad_frame_are_fetched_where_somebody_has_them(bars: LongBars):
    """And that is said: they are not those that were given."""
    frames = cache_of(bars)
    config = ScanConfig(symbols=tuple(frames))
    result = scan(bars, config, price_cache=frames | {"AK": None})
    assert_same(result, scan(bars, config, price_cache=frames))
    (warning,) = [text for text in result.warnings if "fetched instead" in text]
    assert "(AK): price_cache['AK'] is 'NoneType'" in warning


def test_bars_of_a_session_that_is_not_over_are_not_used(bars: LongBars):
    """Of today before the close, and of days to come."""
    frames = cache_of(bars)
    whole = run_scan(price_cache=frames, now=NOW, config=ScanConfig(as_of=str(SESSIONS[-2])))
    before_the_close = dt.datetime(2024, 3, 8, 20, 59, tzinfo=dt.UTC)
    result = run_scan(price_cache=frames, now=before_the_close)
    assert result.as_of == str(SESSIONS[-2])
    pd.testing.assert_frame_equal(result.table, whole.table)
    (warning,) = [text for text in result.warnings if "not used" in text]
    assert warning.startswith("price_cache: 6 rows after 2024-03-07, the last session that is over")


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
