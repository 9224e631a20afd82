"""verify: the identical table again, or exactly what differs and why it can."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS, scan
from support.saved_scans import edit_document, edit_frame, edited_bar, write_prices
from technic import FilterRules, ScanConfig, ScanResult, run_scan
from technic.errors import InputFileError, ParameterError
from technic.panel import LongBars
from technic.panel.long_bars import concatenated
from technic.result.saved import load_saved
from technic.settings import Settings
from technic.setups.setup import Setup, SetupCondition, SetupParameter
from technic.testing import FakeProvider, make_bars
from technic.verification import Verification, verify
from technic.verification.table_differences import CellDifference, LedgerDifference

CONFIG = ScanConfig(filters=FilterRules(min_rating=50))


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.fixture(scope="module")
def result(bars: LongBars) -> ScanResult:
    """Their scan, with a filter that takes some."""
    return scan(bars, CONFIG)


@pytest.fixture
def folder(result: ScanResult, tmp_path: Path) -> Path:
    """The scan, saved."""
    return result.save(tmp_path / "saved")


@pytest.fixture
def again(folder: Path, bars: LongBars, tmp_path: Path):
    """Verify the saved scan, with the same bars unless told otherwise."""

    def call(other: LongBars | None = None, **options: object) -> Verification:
        provider = FakeProvider(bars if other is None else other)
        settings = Settings(home=tmp_path)
        return verify(folder, provider=provider, settings=settings, now=NOW, **options)

    return call


def checks(found: Verification) -> dict[str, str]:
    """Status of each check."""
    return {check.name: check.status for check in found.checks}


def details(found: Verification) -> dict[str, str]:
    """Detail of each check."""
    return {check.name: check.detail for check in found.checks}


@pytest.mark.parametrize("runner", ["local", "threads", None])
def test_a_result_that_nobody_touched_is_identical(again, runner):
    """In process and in threads."""
    found = again(runner=runner)
    assert found.identical
    assert found.runner.ran == (runner or "local")
    states = checks(found)
    assert states.pop("data") == "unknown"  # the provider names no version; the bars do
    assert set(states.values()) == {"same"}
    assert (found.table.rows_saved, found.bars.compared) == (found.table.rows_now, 30)


def test_a_later_day_does_not_matter(again, bars: LongBars):
    """Bars that arrived since the scan are not read."""
    day = np.append(SESSIONS, np.datetime64("2024-03-11"))[-1:]
    later = concatenated([bars, make_bars(SYMBOLS, day)])
    assert later.session.max() > bars.session.max()
    found = again(later)
    assert found.identical
    assert not found.bars.any


def test_one_cell_that_was_tampered_with_is_found(again, folder: Path, result: ScanResult):
    """In the last bit of one number."""
    symbol = result.table["symbol"].iloc[4]
    value = float(result.table["rsi_14"].iloc[4])
    edit_frame(folder, "table", symbol, rsi_14=np.nextafter(value, 100.0))
    found = again()
    assert not found.identical
    assert found.table.cells == (
        CellDifference(symbol, "rsi_14", float(np.nextafter(value, 100.0)), value),
    )
    assert checks(found)["files"] == "changed"
    assert "table.parquet" in details(found)["files"]
    assert (found.ledger, found.config, found.regime) == ((), {}, {})


def test_a_row_and_a_place_that_were_tampered_with_are_found(again, folder: Path, result):
    """A symbol under another name is one that is gone and one that is new."""
    first = result.table["symbol"].iloc[0]
    edit_frame(folder, "table", first, symbol="ZZTOP")
    found = again()
    assert (found.table.missing, found.table.added) == (("ZZTOP",), (first,))
    assert not found.identical


def test_a_ledger_that_was_tampered_with_is_found(again, folder: Path, result: ScanResult):
    """Outcome and detail, then and now."""
    symbol = result.table["symbol"].iloc[0]
    edit_frame(folder, "ledger", symbol, outcome="gate.stale", detail="old")
    found = again()
    assert found.ledger == (LedgerDifference(symbol, ("gate.stale", "old"), ("kept", "")),)
    assert found.table.identical
    assert not found.identical


def test_values_of_filtered_symbols_are_compared_too(again, folder: Path, result: ScanResult):
    """They explain why a symbol is not in the table."""
    symbol = result.filtered()["symbol"].iloc[0]
    edit_frame(folder, "filtered", symbol, tech_rating=49.0)
    found = again()
    assert [cell.column for cell in found.filtered.cells] == ["tech_rating"]
    assert found.table.identical
    assert not found.identical


def test_a_regime_that_was_edited_is_found_but_not_labels_that_were_given(again, folder, result):
    """run_ray_scans takes labels of the regime from its caller."""
    content = json.loads((folder / "scan.json").read_text(encoding="utf-8"))
    regime = content["regime"]
    edit_document(folder, regime=regime | {"trend": "sideways-ish"})
    found = again()
    assert found.regime == {"trend": ("sideways-ish", result.regime.trend)}
    assert not found.identical
    tagged = {"trend": "mine", "source": f"regime_tags, numbers: {regime['source']}"}
    edit_document(folder, regime=regime | tagged)
    assert again().identical
    edit_document(folder, regime=regime | tagged | {"sessions": 3})
    assert set(again().regime) == {"sessions"}


def test_a_config_that_was_edited_is_named_with_its_keys(again, folder: Path, result: ScanResult):
    """The table knows which config it was made with; the re-run takes what scan.json says."""
    content = json.loads((folder / "scan.json").read_text(encoding="utf-8"))["config"]
    content["filters"]["min_rating"] = 60
    edit_document(folder, config=content)
    found = again()
    assert found.config == {"filters.min_rating": (50, 60)}
    assert checks(found)["config"] == "changed"
    below = [row.symbol for row in result.table.itertuples() if row.tech_rating < 60]
    assert found.table.missing == tuple(below) != ()
    assert not found.identical


def test_a_config_that_was_edited_without_effect_is_not_identical_either(again, folder: Path):
    """It is not the config that the table was made with, whatever that changes."""
    content = json.loads((folder / "scan.json").read_text(encoding="utf-8"))["config"]
    edit_document(folder, config=content | {"min_success_pct": 40.0})
    found = again()
    assert found.table.identical
    assert found.config == {"min_success_pct": (50.0, 40.0)}
    assert not found.identical


def test_other_code_is_said_and_what_it_changed_shown(again, folder: Path, monkeypatch):
    """Another version that computes the same is no difference of the answer."""
    other = {"technic": "9.9", "fingerprint": "f"}
    monkeypatch.setattr("technic.verification.inputs.code_version", lambda: other)
    monkeypatch.setattr("technic.verification.inputs.environment", lambda: {"python": "4.0"})
    found = again()
    assert found.identical
    assert (checks(found)["code"], checks(found)["packages"]) == ("changed", "changed")
    assert details(found)["code"].endswith("Technic 9.9 (f) now")
    assert "4.0 now" in details(found)["packages"]

    names = ("trend", "momentum", "volume", "volatility", "breakout", "relative_strength")
    alike = dict.fromkeys(names, 100 / 6)
    monkeypatch.setattr("technic.scoring.rating.ScoreWeights.percentages", lambda _: alike)
    found = again()
    assert not found.identical
    assert "tech_rating" in {cell.column for cell in found.table.cells}
    assert found.ledger  # min_rating now takes others


def test_bars_that_were_restated_are_named(again, bars: LongBars):
    """One close of one symbol: its bars changed, and what follows from it."""
    found = again(edited_bar(bars, "BN", back=3))
    assert found.bars.changed == ("BN",)
    assert not found.bars.missing
    assert checks(found)["bars"] == "changed"
    assert "1 changed (BN)" in details(found)["bars"]
    assert not found.identical
    columns = {cell.symbol for cell in (*found.table.cells, *found.filtered.cells)}
    assert "BN" in columns


def test_bars_outside_the_window_do_not_matter(again, bars: LongBars):
    """What the scan did not read is not compared."""
    found = again(edited_bar(bars, "BN", back=559))
    assert found.identical
    assert not found.bars.any


def test_a_symbol_that_is_gone_and_one_that_is_new_are_named(again, bars: LongBars, folder: Path):
    """The saved listings are scanned: a symbol that was not listed then is not scanned now."""
    without = bars.rows(bars.column != SYMBOLS.index("AK"))
    found = again(without)
    assert found.bars.missing == ("AK",)
    entry = next(one for one in found.ledger if one.symbol == "AK")
    assert entry.now == ("fetch.no_data", "fake has no bars of AK")

    more = make_bars([*SYMBOLS, "NEW"], SESSIONS)
    found = again(more)
    assert found.identical
    assert checks(found)["universe"] == "changed"
    assert "1 new (NEW)" in details(found)["universe"]


def test_who_was_only_compared_with_is_compared_with_again(bars: LongBars, tmp_path: Path):
    """Ranks are among the same symbols, and the bars are those of then, also of gated ones."""
    late = (bars.column == SYMBOLS.index("BN")) & (bars.session == SESSIONS[-1])
    market = bars.rows(~late)  # BN has no bar of the day: it is loaded, and not ranked
    free = FakeProvider(market, local=True)
    result = run_scan(ScanConfig(symbols=("AK", "CO")), provider=free, now=NOW)
    assert result.ranks.size == 29
    saved = load_saved(result.save(tmp_path / "narrow"))
    assert (len(saved.universe), len(saved.listings), len(saved.bars)) == (2, 30, 30)
    assert saved.universe.source == result.universe.source
    settings = Settings(home=tmp_path)
    found = verify(saved.folder, provider=free, settings=settings, now=NOW)
    assert found.identical
    assert not found.bars.any
    restated = FakeProvider(edited_bar(market, "BN", back=0), local=True)
    found = verify(saved.folder, provider=restated, settings=settings, now=NOW)
    assert found.identical
    assert found.bars.changed == ("BN",)


def test_the_summary_is_plain_and_limited(again, folder: Path, result: ScanResult):
    """What programs get: counts are whole, lists are cut."""
    for symbol in result.table["symbol"].head(3):
        edit_frame(folder, "table", symbol, close=1.0, company=None, atr_14=float("nan"))
    summary = again().summary(2)
    text = json.dumps(summary, allow_nan=False)
    table = json.loads(text)["table"]
    assert (table["cells_differing"], len(table["cells"]), table["identical"]) == (6, 2, False)
    assert table["cells"][1]["column"] == "atr_14"
    assert table["cells"][1]["saved"] is None
    assert summary["identical"] is False
    assert summary["data"]["simulated"] is True


class TestFiles:
    """Scans of files of prices."""

    @pytest.fixture
    def prices(self, bars: LongBars, tmp_path: Path) -> Path:
        """The bars as a file."""
        return write_prices(bars, tmp_path / "prices.csv")

    @pytest.fixture
    def saved(self, prices: Path, tmp_path: Path) -> Path:
        """A scan of the file, saved; listings and benchmark are files too."""
        listings = tmp_path / "listings.csv"
        text = "\n".join(["symbol,company", *(f"{symbol},{symbol} Inc." for symbol in SYMBOLS)])
        listings.write_text(text, encoding="utf-8")
        closes = "\n".join(["date,close", *(f"{day},{100 + i}" for i, day in enumerate(SESSIONS))])
        (tmp_path / "index.csv").write_text(closes, encoding="utf-8")
        config = ScanConfig(
            provider="files",
            data=str(prices),
            universe=str(listings),
            benchmark=str(tmp_path / "index.csv"),
        )
        return run_scan(config, settings=self.settings(tmp_path), now=NOW).save(tmp_path / "saved")

    def settings(self, home: Path) -> Settings:
        """Settings of a test."""
        return Settings(home=home)

    def verified(self, saved: Path, **options: object) -> Verification:
        """Verify with nothing given but the folder."""
        return verify(saved, settings=self.settings(saved.parent), now=NOW, **options)

    def test_files_that_are_as_they_were(self, saved: Path):
        """Everything is the same, and said so."""
        found = self.verified(saved)
        assert found.identical
        assert set(checks(found).values()) == {"same"}
        assert set(checks(found)) >= {"benchmark", "universe", "data", "bars"}

    def test_a_file_that_was_moved(self, saved: Path, prices: Path):
        """Where it is now is asked for; then it is the same data."""
        moved = prices.rename(prices.with_name("elsewhere.csv"))
        with pytest.raises(InputFileError, match=r"prices.csv: is not there any more; --data PATH"):
            self.verified(saved)
        found = self.verified(saved, data=str(moved))
        assert found.identical
        assert checks(found)["data"] == "same"

    def test_a_file_under_another_name_has_the_same_ledger(self, prices: Path, tmp_path: Path):
        """Nor is a file named for symbols that have no row, or none in the window."""
        with prices.open("a", encoding="utf-8") as file:
            file.write("OLD,1999-12-01,9,9,9,9,1e6\n")
        universe = tmp_path / "wanted.csv"
        universe.write_text("symbol\nAK\nOLD\nNONE\n", encoding="utf-8")
        config = ScanConfig(provider="files", data=str(prices), universe=str(universe))
        settings = self.settings(tmp_path)
        result = run_scan(config, settings=settings, now=NOW)
        outcomes = dict(zip(result.ledger.symbols, result.ledger.outcome, strict=True))
        assert outcomes == {"AK": "kept", "OLD": "fetch.no_data", "NONE": "fetch.no_data"}
        saved = result.save(tmp_path / "renamed")
        (tmp_path / "archive").mkdir()
        moved = prices.rename(tmp_path / "archive" / "bars-of-2024.csv")
        found = self.verified(saved, data=str(moved))
        assert (found.ledger, found.identical) == ((), True)
        assert checks(found)["data"] == "same"

    def test_a_folder_that_was_moved_has_the_same_ledger(self, bars: LongBars, tmp_path: Path):
        """With a symbol's file in it that cannot be read."""
        folder = tmp_path / "daily"
        folder.mkdir()
        write_prices(bars.rows(bars.column == SYMBOLS.index("AK")), folder / "AK.csv")
        (folder / "BAD.csv").write_text("", encoding="utf-8")
        config = ScanConfig(provider="files", data=str(folder))
        result = run_scan(config, settings=self.settings(tmp_path), now=NOW)
        details = dict(zip(result.ledger.symbols, result.ledger.detail, strict=True))
        assert details["BAD"] == "its file: is empty"
        saved = result.save(tmp_path / "moved")
        found = self.verified(saved, data=str(folder.rename(tmp_path / "elsewhere")))
        assert (found.ledger, found.identical) == ((), True)
        assert checks(found)["data"] == "same"

    @pytest.mark.usefixtures("prices")
    def test_a_relative_path_is_found_from_anywhere(self, tmp_path: Path, monkeypatch):
        """The config keeps the path as typed, the data version where it was."""
        monkeypatch.chdir(tmp_path)
        config = ScanConfig(provider="files", data="prices.csv")
        settings = self.settings(tmp_path)
        other = run_scan(config, settings=settings, now=NOW).save(tmp_path / "other")
        (tmp_path / "away").mkdir()
        monkeypatch.chdir(tmp_path / "away")
        assert self.verified(other).identical

    def test_new_days_in_the_file(self, saved: Path, prices: Path):
        """The data version is another, the bars that were scanned are not."""
        with prices.open("a", encoding="utf-8") as file:
            file.write("".join(f"{symbol},2024-03-11,9,9,9,9,1e6\n" for symbol in SYMBOLS))
        found = self.verified(saved)
        assert found.identical
        assert (checks(found)["data"], checks(found)["bars"]) == ("changed", "same")

    def test_a_restated_bar_in_the_file(self, saved: Path, prices: Path, bars: LongBars):
        """The symbol is named, its cells differ."""
        write_prices(edited_bar(bars, "CK", back=1), prices)
        found = self.verified(saved)
        assert found.bars.changed == ("CK",)
        assert not found.identical

    def test_data_that_no_longer_reaches_the_day(self, saved: Path, prices: Path, bars: LongBars):
        """Every symbol's bars are others; nothing is taken for a later day's: all are stale."""
        write_prices(bars.rows(bars.session <= SESSIONS[-4]), prices)
        found = self.verified(saved)
        assert len(found.bars.changed) == 30
        assert sorted(found.table.missing) == sorted(SYMBOLS)
        assert {entry.now[0] for entry in found.ledger if entry.now} == {"gate.stale"}

    def test_other_listings_and_another_benchmark(self, saved: Path, tmp_path: Path):
        """The saved listings are scanned again; a benchmark's closes are not saved."""
        listings = tmp_path / "listings.csv"
        text = listings.read_text(encoding="utf-8").replace("AK Inc.", "AK Corp.")
        listings.write_text(text.replace("AL,AL Inc.\n", ""), encoding="utf-8")
        found = self.verified(saved)
        assert found.identical
        assert "1 gone (AL), 1 listed otherwise (AK)" in details(found)["universe"]
        listings.unlink()
        found = self.verified(saved)
        assert (found.identical, checks(found)["universe"]) == (True, "unknown")

        index = tmp_path / "index.csv"
        text = index.read_text(encoding="utf-8")
        index.write_text(text.replace("2024-03-08,", "2024-03-08,9"), encoding="utf-8")
        found = self.verified(saved)
        assert checks(found)["benchmark"] == "changed"
        assert found.regime
        assert not found.identical

    def test_what_was_not_given_then_is_refused(self, saved: Path):
        """Price frames for a scan that had none."""
        with pytest.raises(ParameterError, match="price_cache is 'dict', allowed: none"):
            self.verified(saved, price_cache={})

    def test_a_file_that_changed_before_the_result_was_saved(self, prices, bars, tmp_path):
        """The version is unknown, and the bars decide."""
        config = ScanConfig(provider="files", data=str(prices))
        result = run_scan(config, settings=self.settings(tmp_path), now=NOW)
        write_prices(edited_bar(bars, "CK", back=1), prices)
        found = self.verified(result.save(tmp_path / "late"))
        assert checks(found)["data"] == "unknown"
        assert found.bars.changed == ("CK",)


class TestSimulation:
    """Scans of the demo market."""

    def test_the_seed_is_enough(self, tmp_path: Path):
        """Nothing but the folder is needed; a narrow universe is enough here."""
        settings = Settings(home=tmp_path)
        config = ScanConfig(symbols=("JXYN", "ZZAM", "NOPE"), as_of="2026-06-12")
        folder = run_scan(config, settings=settings, now=NOW.replace(2026, 7, 1)).save(
            tmp_path / "s"
        )
        found = verify(folder, settings=settings, now=NOW.replace(2026, 7, 1))
        assert found.identical
        assert len(found.saved.ledger) == 3
        assert set(checks(found).values()) == {"same"}
        with pytest.raises(ParameterError, match="data is 'x.csv', allowed: no data"):
            verify(folder, data="x.csv", settings=settings, now=NOW.replace(2026, 7, 1))

    def test_another_simulation_is_another_version(self, tmp_path: Path, monkeypatch):
        """Its code is part of what names it."""
        settings, now = Settings(home=tmp_path), NOW.replace(2026, 7, 1)
        config = ScanConfig(symbols=("JXYN", "ZZAM"))
        folder = run_scan(config, settings=settings, now=now).save(tmp_path / "s")
        monkeypatch.setattr("technic.data_engine.data_version.fingerprint", lambda _: "other")
        found = verify(folder, settings=settings, now=now)
        assert found.identical
        assert "other now" in details(found)["data"]

    @pytest.mark.parametrize("seed", [None, "86", 8.6])
    def test_a_seed_that_was_edited_is_refused(self, tmp_path: Path, seed: object):
        """It is not taken for the default one."""
        settings, now = Settings(home=tmp_path), NOW.replace(2026, 7, 1)
        config = ScanConfig(symbols=("JXYN", "ZZAM"))
        folder = run_scan(config, settings=settings, now=now).save(tmp_path / "s")
        edit_document(folder, data_version={"kind": "simulation", "size": 6000, "seed": seed})
        with pytest.raises(InputFileError, match="no whole number as size and seed"):
            verify(folder, settings=settings, now=now)


class TestPriceCache:
    """Scans of price frames that a program gave."""

    @pytest.fixture
    def frames(self, result: ScanResult) -> dict:
        """Frames of twenty symbols."""
        return {symbol: result.prices[symbol] for symbol in SYMBOLS[:20]}

    def test_the_frames_are_needed_again(self, frames, tmp_path: Path):
        """A saved result does not hold prices; with the same frames it is identical."""
        settings = Settings(home=tmp_path)
        folder = run_scan(price_cache=frames, settings=settings, now=NOW).save(tmp_path / "saved")
        with pytest.raises(ParameterError, match=r"verify\(folder, price_cache=...\) in Python"):
            verify(folder, settings=settings, now=NOW)
        found = verify(folder, price_cache=frames, settings=settings, now=NOW)
        assert found.identical
        assert set(checks(found).values()) == {"same"}

        other = frames | {"AK": frames["AK"].assign(Volume=frames["AK"]["Volume"] + 1)}
        found = verify(folder, price_cache=other, settings=settings, now=NOW)
        assert (checks(found)["data"], found.bars.changed) == ("changed", ("AK",))

    def test_the_others_come_from_where_they_came_from(self, frames, bars, tmp_path: Path):
        """A file for the symbols that are not in the cache."""
        settings = Settings(home=tmp_path)
        prices = write_prices(bars, tmp_path / "prices.csv")
        config = ScanConfig(provider="files", data=str(prices))
        result = run_scan(config, price_cache=frames, settings=settings, now=NOW)
        assert result.stats.batch.cache_hits == 20
        folder = result.save(tmp_path / "saved")
        found = verify(folder, price_cache=frames, settings=settings, now=NOW)
        assert found.identical
        assert checks(found)["data"] == "same"
        write_prices(edited_bar(bars, SYMBOLS[-1], back=0), prices)
        found = verify(folder, price_cache=frames, settings=settings, now=NOW)
        assert (checks(found)["data"], found.bars.changed) == ("changed", (SYMBOLS[-1],))


def test_a_provider_of_ones_own_is_needed_again(folder: Path, tmp_path: Path):
    """What it was called is said."""
    with pytest.raises(ParameterError, match=r"the open provider that was scanned \(fake\)"):
        verify(folder, settings=Settings(home=tmp_path), now=NOW)


def test_a_runner_that_nobody_knows_is_an_error(again):
    """It is not replaced by another one in silence."""
    with pytest.raises(ParameterError, match="runner is 'moon'"):
        again(runner="moon")


def test_setups_and_conditions_run_again(bars: LongBars, tmp_path: Path):
    """Also when the files that they name are gone: what they chose is saved."""
    listings = tmp_path / "listings.csv"
    listings.write_text("\n".join(["symbol", *SYMBOLS[:20]]), encoding="utf-8")
    setup = Setup(
        name="up",
        title="Up",
        meaning="m",
        source="s",
        conditions=(SetupCondition(name="above", where="close > sma(close, n)"),),
        parameters=(SetupParameter(name="n", value=20, meaning="bars", least=2),),
        universe=str(listings),
        rank_by="rsi(close, 14):asc",
        columns=("gap = open / close[1] - 1",),
    )
    config = ScanConfig(setups=(setup,), where="volume > 0", max_history=500)
    folder = scan(bars, config).save(tmp_path / "saved")
    listings.unlink()
    settings = Settings(home=tmp_path)
    found = verify(folder, provider=FakeProvider(bars), settings=settings, now=NOW)
    assert found.identical
    assert 0 < found.table.rows_now < 20
    assert found.saved.config == config
    assert any(one.startswith("filter.") for one in found.saved.ledger.counts)
    edit_frame(folder, "table", found.saved.table["symbol"].iloc[0], gap=0.5)
    again = verify(folder, provider=FakeProvider(bars), settings=settings, now=NOW)
    assert [cell.column for cell in again.table.cells] == ["gap"]


def test_verifying_changes_nothing_in_the_folder(again, folder: Path):
    """Every file as it was."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
