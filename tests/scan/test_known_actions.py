"""What feeds know of splits and dividends reaches the data gate of a scan, whoever reads bars."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS, assert_same
from support.stored_market import ASKED, IN_BLOCKS, Listing, scan_stored, stored
from technic import ScanConfig, run_scan
from technic.data_engine import get_price_history_batch
from technic.data_engine.interfaces.known_actions import split_records
from technic.data_engine.interfaces.records import Dividends, FetchResult, Splits
from technic.data_engine.store import BarStore
from technic.engine.threads import ThreadsRunner
from technic.panel import LongBars
from technic.result.pattern_rules import scanned_history
from technic.settings import Settings
from technic.testing import make_bars

PAYS, FALLS, TWICE = SYMBOLS[:3]
DAY = SESSIONS[-60]
EXECUTED = 4.0


def shifted(bars: LongBars, symbol: str, factor: float, volume: float) -> LongBars:
    """Prices of one symbol from the day on in another level."""
    own = (bars.column == bars.symbols.index(symbol)) & (bars.session >= DAY)
    prices = {
        name: np.where(own, getattr(bars, name) * factor, getattr(bars, name))
        for name in ("open", "high", "low", "close")
    }
    prices["volume"] = np.where(own, bars.volume * volume, bars.volume)
    return replace(bars, **prices)


def market() -> LongBars:
    """One pays a quarter of its price; one falls as much; one came with its split applied."""
    bars = shifted(make_bars(SYMBOLS, SESSIONS), PAYS, 0.75, 1.0)
    return shifted(bars, FALLS, 0.75, 1 / 0.75)


def paid(bars: LongBars) -> Dividends:
    """What PAYS paid."""
    own = (bars.column == bars.symbols.index(PAYS)) & (bars.session < DAY)
    amount = 0.25 * bars.close[own][-1]
    return Dividends(np.array([PAYS], object), np.array([DAY]), np.array([amount]))


def executed() -> Splits:
    """A 4:1 split of TWICE, which its prices have already."""
    return Splits(np.array([TWICE], object), np.array([DAY]), np.array([EXECUTED]))


def store(folder: Path, *, dividends: bool = True) -> Path:
    """A store of that market whose vendor was asked for the splits of every day."""
    bars, opened = market(), BarStore.open(str(folder))
    opened.write_days(bars, SESSIONS, ASKED, SESSIONS[-1])
    opened.write_splits(executed(), SESSIONS[0], SESSIONS[-1], ASKED)
    if dividends:
        opened.write_dividends(paid(bars), SESSIONS[0], SESSIONS[-1], ASKED)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store, dividends included."""
    return store(tmp_path_factory.mktemp("known") / "store")


def cut(result) -> set[str]:
    """Symbols whose history begins on the day."""
    since = result.table.set_index("symbol")["usable_since"]
    assert set(since.dropna().astype(str).str[:10]) <= {str(DAY)}
    return set(since.dropna().index)


def test_a_known_special_dividend_is_no_break_and_an_unknown_one_is(folder, tmp_path):
    """Nor is a split that was applied twice overlooked; what the feed says is in the ledger."""
    known, unknown = scan_stored(folder), scan_stored(store(tmp_path / "s", dividends=False))
    assert cut(known) == {FALLS, TWICE}
    assert cut(unknown) == {PAYS, FALLS, TWICE}
    assert known.ledger.of(PAYS) == ("kept", "")
    assert "the feed of splits has none" in known.ledger.of(FALLS)[1]
    assert "1:4 reverse split" in known.ledger.of(TWICE)[1]
    assert "prices before it are adjusted twice" in known.ledger.of(TWICE)[1]


@pytest.mark.parametrize("back", [60, 59, 0])
def test_runners_blocks_and_price_caches_agree(folder, tmp_path, back):
    """Bit for bit, before the day, on it and after it."""
    config = ScanConfig(as_of=str(SESSIONS[-1 - back]), block_size=16)
    whole = scan_stored(folder, config)
    streamed = scan_stored(folder, config, IN_BLOCKS)
    assert (whole.stats.streamed, streamed.stats.streamed) == (False, True)
    for other in (streamed, scan_stored(folder, config, runner=ThreadsRunner(3))):
        assert_same(whole, other)
    options = {
        "provider": Listing(stored(folder).syncer), "settings": Settings(home=tmp_path), "now": NOW,
    }  # fmt: skip
    config = replace(config, symbols=tuple(SYMBOLS))
    direct = run_scan(config, **options)
    if back < 60:  # a cache is in the basis of its own last session
        for symbols in (SYMBOLS, SYMBOLS[:2]):
            cache = get_price_history_batch(symbols, len(SESSIONS), **options)
            assert_same(run_scan(config, price_cache=cache, **options), direct)
    (paying,) = scanned_history(direct, [PAYS])
    assert len(paying.bars["close"]) > 300


def test_raw_prices_of_a_batch_are_cut_at_the_splits_that_were_not_applied(folder, tmp_path):
    """Asked for with adjust='none' they are raw, and what the feed has says where."""
    options = {
        "provider": Listing(stored(folder).syncer), "settings": Settings(home=tmp_path), "now": NOW,
    }  # fmt: skip
    cache = get_price_history_batch(SYMBOLS, len(SESSIONS), adjust="none", **options)
    record = cache.split_records[TWICE]
    assert (record.applied, record.ratio.tolist()) == (False, [EXECUTED])
    assert np.isin(SESSIONS, record.covered).all()
    result = run_scan(ScanConfig(symbols=tuple(SYMBOLS)), price_cache=cache, **options)
    assert TWICE not in cut(result)  # these had it already


def test_nothing_is_known_of_days_that_no_feed_was_asked_for():
    """No days, no record; with days, one for each symbol, those of others left out."""
    bars, listed = market(), executed()
    assert split_records(FetchResult(bars, listed), SYMBOLS, applied=True) == {}
    for known in (listed, Splits.none()):
        asked = FetchResult(bars, known, splits_asked=SESSIONS[5:])
        records = split_records(asked, [*SYMBOLS[:3], "NEW"], applied=True)
        assert set(records) == {*SYMBOLS[:3], "NEW"}
        assert [len(records[one].ratio) for one in SYMBOLS[:3]] == [0, 0, len(known.ratio)]
        assert records[PAYS].covered.tolist() == SESSIONS[5:].tolist()
    assert TWICE not in split_records(asked, [PAYS], applied=True)
