"""Who is ranked, and who is shown: rows of a narrowed scan are those of the market."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS, assert_same, scan
from support.stored_market import Listing, fill, listed
from support.vendor import Vendor, syncer
from technic import FilterRules, ScanConfig, ScanResult, run_scan
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.panel import BarPanel, LongBars
from technic.setups import load_setups
from technic.testing import FakeProvider, make_bars
from technic.universe import PrescreenRules, universe_of

SHOWN = ("DL", "AK", "CO", "EP")
ASKED = {
    "columns": ("place = rank(roc(close, 63))", "sector_place = rank(rsi(close, 14), sector)"),
    "where": "percentile(roc(close, 21)) >= 0",
    "setups": load_setups("trend_template"),
}
SECTORS = ["Tech", "Energy", "Finance"] * 10


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


def market_of(bars: LongBars, config: ScanConfig, **options) -> ScanResult:
    """Scan with listings, from a provider whose bars cost no request."""
    metadata = {
        "sector": SECTORS,
        "exchange": ["NYSE", "NASDAQ"] * 15,
        "market_cap": np.linspace(1e8, 3e11, 30),
        "type": ["Common Stock"] * 29 + ["Warrant"],
    }
    provider = FakeProvider(bars, universe=universe_of(SYMBOLS, "made-up", metadata), local=True)
    return run_scan(config, provider=provider, now=NOW, **options)


def rows_of(result: ScanResult, symbols: object) -> pd.DataFrame:
    """Rows of some symbols, in their order."""
    return result.table.set_index("symbol").loc[list(symbols)]


def assert_rows_of_the_market(narrow: ScanResult, market: ScanResult) -> None:
    """Each row shown is the market's, bit for bit, and so is what a filter left out."""
    assert len(narrow.table)
    pd.testing.assert_frame_equal(
        rows_of(narrow, narrow.table["symbol"]),
        rows_of(market, narrow.table["symbol"]),
        check_exact=True,
        check_dtype=False,  # of a text that no row has
    )
    assert narrow.regime == market.regime
    assert narrow.ranks.size == market.ranks.size
    outcome = market.ledger.frame().set_index("symbol")["outcome"]
    own = narrow.ledger.frame().set_index("symbol")["outcome"]
    scanned = own[~own.str.startswith("prescreen.")]
    assert scanned.equals(outcome[scanned.index])


NARROW = {
    "symbols": {"symbols": SHOWN},
    "sector": {"prescreen": PrescreenRules(sectors=("Energy",))},
    "not a sector": {"prescreen": PrescreenRules(exclude_sectors=("Tech", "Energy"))},
    "exchange": {"prescreen": PrescreenRules(exchanges=("NYSE",))},
    "market cap": {"prescreen": PrescreenRules(min_market_cap=2e11)},
}


@pytest.mark.parametrize("kind", NARROW)
def test_a_narrowed_scan_has_the_markets_rows(bars: LongBars, kind: str):
    """Ratings, ranks, signals, setups and plans do not change with what is shown."""
    market = market_of(bars, ScanConfig())
    assert_rows_of_the_market(market_of(bars, ScanConfig(**NARROW[kind])), market)


def test_ranks_in_expressions_and_setups_are_the_markets(bars: LongBars):
    """Also where a condition takes out symbols of those shown."""
    market = market_of(bars, ScanConfig(columns=ASKED["columns"]))
    narrow = market_of(bars, ScanConfig(symbols=SHOWN, columns=ASKED["columns"]))
    assert_rows_of_the_market(narrow, market)
    asked, whole = ScanConfig(symbols=SHOWN, **ASKED), ScanConfig(**ASKED)
    few, all_ = market_of(bars, asked), market_of(bars, whole)
    entries = [one.ledger.frame().set_index("symbol") for one in (few, all_)]
    pd.testing.assert_frame_equal(entries[0], entries[1].loc[list(SHOWN)])


def test_a_watchlist_shows_its_symbols_among_the_markets_ranks(bars: LongBars, tmp_path):
    """A file of symbols is as good as naming them."""
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(SHOWN))
    narrow = market_of(bars, ScanConfig(watchlist=str(path)))
    assert_rows_of_the_market(narrow, market_of(bars, ScanConfig()))
    assert len(narrow.ledger) == len(SHOWN)


def test_rules_about_the_market_take_out_of_the_ranks(bars: LongBars):
    """A warrant, a pattern and a problem symbol are compared with nobody."""
    rules = PrescreenRules(symbol_patterns=("A.",), problem_symbols=("BK",))
    result = market_of(bars, ScanConfig(symbols=("DL",), prescreen=rules))
    assert result.ranks.size == 30 - 6 - 1 - 1
    alone = make_bars([s for s in SYMBOLS[7:] if s != "EP"], SESSIONS)
    reference = scan(alone)
    columns = ["rs_rating", "tech_rating"]
    assert rows_of(result, ["DL"])[columns].equals(rows_of(reference, ["DL"])[columns])


def test_ranking_among_those_shown_is_the_old_meaning(bars: LongBars):
    """It gives what a scan of a market of these symbols gives."""
    shown = market_of(bars, ScanConfig(symbols=SHOWN, rank_among="shown"))
    assert shown.ranks.size == 3  # EP is a warrant
    assert "RS among 3 symbols" in shown.headline()
    own = scan(bars, ScanConfig(symbols=SHOWN[:3]))
    assert rows_of(shown, SHOWN[:3])["rs_rating"].equals(rows_of(own, SHOWN[:3])["rs_rating"])


def test_a_vendor_is_not_asked_for_symbols_that_are_only_compared(bars: LongBars):
    """Where bars cost requests, those shown are all there is, and everybody is told."""
    provider = FakeProvider(bars)
    config = ScanConfig(symbols=SHOWN[:3], setups=load_setups("trend_template"))
    result = run_scan(config, provider=provider, now=NOW)
    assert provider.asked == [SHOWN[:3]]
    assert result.summary()["rs_universe"] == 3
    assert "RS among 3 symbols" in result.headline()
    assert any("trend_template: uses ranks" in warning for warning in result.warnings)
    assert "RS among 3 symbols" in result._repr_html_()


def test_a_price_cache_of_the_market_ranks_a_watchlist(bars: LongBars):
    """What is in the cache costs no request."""
    panel = BarPanel.from_long(bars, SESSIONS)
    frames = {symbol: panel.frame(symbol) for symbol in SYMBOLS}
    provider = FakeProvider(bars)
    market = run_scan(provider=provider, now=NOW, price_cache=frames)
    narrow = run_scan(ScanConfig(symbols=SHOWN), provider=provider, now=NOW, price_cache=frames)
    assert_rows_of_the_market(narrow, market)
    assert (provider.asked, narrow.stats.batch.cache_hits) == ([], len(SHOWN))


@pytest.mark.parametrize("cached", [("DL", "AK"), ("DL", "AK", "EO"), ("BN", "EO")])
def test_a_store_ranks_what_a_price_cache_lacks(
    cached: tuple[str, ...], tmp_path, monkeypatch: pytest.MonkeyPatch
):
    """Peers that are stored cost no request, whether or not all that is shown is in the cache."""
    vendor = Vendor(make_bars([], SESSIONS[:0]))
    provider = Listing(syncer(vendor, fill(tmp_path / "store", monkeypatch), NOW))
    market = run_scan(provider=provider, now=NOW)
    frames = {symbol: market.prices[symbol] for symbol in cached}
    shown = ("DL", "AK", "EO")
    vendor.log.clear()
    narrow = run_scan(ScanConfig(symbols=shown), provider=provider, now=NOW, price_cache=frames)
    assert [path for path in vendor.log if "ticker" in path or "grouped" in path] == []
    if set(shown) <= set(cached):
        assert vendor.log == []  # not even feeds of splits
    assert_rows_of_the_market(narrow, market)
    assert narrow.ranks.size == market.ranks.size > len(shown)
    assert narrow.stats.batch.cache_hits == len(set(shown) & set(cached))
    assert set(narrow.ledger.symbols) == set(shown)


def test_a_store_that_is_read_beside_a_price_cache_is_not_synced(
    tmp_path, monkeypatch: pytest.MonkeyPatch
):
    """Where the cache holds all that is shown, peers without bars are asked of nobody."""

    def fault(request: HttpRequest, _: int) -> HttpResponse:
        raise AssertionError(f"asked for {request.url}")

    vendor = Vendor(make_bars([], SESSIONS[:0]), fault=fault)
    provider = Listing(syncer(vendor, fill(tmp_path / "store", monkeypatch), NOW))
    frames = cache_frames(make_bars(["DL"], SESSIONS))
    result = run_scan(ScanConfig(symbols=("DL",)), provider=provider, now=NOW, price_cache=frames)
    assert set(listed().symbols) > set(result.prices) > {"DL"}


def cache_frames(bars: LongBars) -> dict[str, pd.DataFrame]:
    """Price frames of all symbols of some bars."""
    panel = BarPanel.from_long(bars, SESSIONS)
    return {symbol: panel.frame(symbol) for symbol in panel.symbols}


@pytest.mark.parametrize("runner", ["local", "threads"])
def test_the_simulated_market_ranks_a_watchlist(runner: str):
    """In every runner, in blocks of any width."""
    market = run_scan(ScanConfig())
    symbols = tuple(market.table["symbol"].iloc[[0, 9, 99, 999]])
    narrow = run_scan(ScanConfig(symbols=symbols, runner=runner, block_size=700))
    assert_rows_of_the_market(narrow, market)


def test_a_filter_acts_on_the_markets_ranks(bars: LongBars):
    """min_rs_rating of a narrowed scan keeps whom it keeps in the market."""
    rules = FilterRules(min_rs_rating=60)
    market = market_of(bars, ScanConfig(filters=rules))
    narrow = market_of(bars, ScanConfig(symbols=SHOWN, filters=rules))
    assert set(narrow.table["symbol"]) == set(market.table["symbol"]) & set(SHOWN)


def test_a_saved_narrow_scan_is_verified_among_the_same_symbols(tmp_path):
    """The listings of all whose bars were read are saved with it, and all bars are the same."""
    from technic import load_saved, verify

    result = run_scan(ScanConfig(symbols=("AAPL", *run_scan().table["symbol"].iloc[:3])))
    folder = result.save(tmp_path / "saved")
    saved = load_saved(folder)
    assert len(saved.universe) == 4
    assert len(saved.listings) > 3_000
    assert saved.ranks.size == result.ranks.size
    found = verify(folder)
    assert found.identical
    assert len(saved.bars) > saved.ranks.size  # some were read and did not pass the gate
    assert not found.bars.any


def test_batches_and_narrow_scans_count_only_what_was_asked(bars: LongBars):
    """Peers are in no statistic and in no ledger."""
    narrow = market_of(bars, ScanConfig(symbols=SHOWN))
    assert (narrow.stats.batch.asked, narrow.universe.size) == (3, 4)
    assert set(narrow.ledger.symbols) == set(SHOWN)
    assert set(narrow.scored) == set(SHOWN[:3])
    again = market_of(bars, ScanConfig(symbols=SHOWN))
    assert_same(narrow, again)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"sectors": ("Enrgy",)}, "sector 'Enrgy' that was asked for; did you mean 'Energy'?"),
        ({"sectors": ("Real Estate",)}, "sector 'Real Estate' that was asked for"),
        ({"exclude_sectors": ("tehc",)}, "sector 'tehc' that was asked for; did you mean 'Tech'?"),
        ({"exchanges": ("NYES",)}, "exchange 'NYES' that was asked for; did you mean 'NYSE'?"),
        ({"industries": ("Bnks",)}, "industry 'Bnks' that was asked for; did you mean 'Banks'?"),
        ({"countries": ("Candaa",)}, "country 'Candaa' that was asked for; did you mean 'Canada'?"),
    ],
)
def test_a_value_that_no_listing_has_is_told_with_what_may_be_meant(
    bars: LongBars, rules: dict[str, tuple[str, ...]], told: str
):
    """What is like none of the listed ones gets no guess."""
    metadata = {
        "sector": SECTORS,
        "exchange": ["NYSE", "NASDAQ"] * 15,
        "industry": ["Banks", "Semiconductors"] * 15,
        "country": ["Canada", "Brazil"] * 15,
    }
    provider = FakeProvider(bars, universe=universe_of(SYMBOLS, "made-up", metadata), local=True)
    config = ScanConfig(prescreen=PrescreenRules(**rules))
    result = run_scan(config, provider=provider, now=NOW)
    assert f"no listing has the {told}" in result.warnings
