"""verify on a vendor's store: the version that was scanned, while the store still has it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import CALENDAR, NOW, SESSIONS, SYMBOLS
from support.nobody import nobody
from support.saved_scans import edited_bar, scan_of_store
from support.stored_market import IN_BLOCKS
from support.vendor import Vendor, reply
from technic import ScanConfig
from technic.data_engine.interfaces.records import Splits
from technic.data_engine.price_cache import LazyPrices
from technic.data_engine.store import BarStore
from technic.data_engine.sync.store_reader import StoreReader
from technic.errors import StoreError
from technic.panel import LongBars
from technic.settings import Settings
from technic.testing import make_bars
from technic.verification import Verification, verify

LATER = CALENDAR.between(np.datetime64("2024-03-11"), np.datetime64("2024-03-13"))


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.fixture(scope="module")
def listings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All symbols, and one that nobody has bars of."""
    path = tmp_path_factory.mktemp("listed") / "listings.csv"
    path.write_text("\n".join(["symbol", *SYMBOLS, "NONE"]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def config(listings: Path) -> ScanConfig:
    """What is scanned."""
    return ScanConfig(universe=str(listings))


@pytest.fixture(scope="module")
def scanned(bars: LongBars, config: ScanConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan through a store, saved beside it."""
    path = tmp_path_factory.mktemp("scanned")
    result, _ = scan_of_store(Vendor(bars), path, config)
    assert len(result.table) == 30
    result.save(path / "saved")
    return path


@pytest.fixture
def folder(scanned: Path, tmp_path: Path) -> Path:
    """A copy of the scan and its store, under ``tmp_path``."""
    return Path(shutil.copytree(scanned, tmp_path, dirs_exist_ok=True)) / "saved"


@pytest.fixture
def store(folder: Path) -> BarStore:
    """The store that was scanned."""
    return BarStore.open(str(folder.parent / "store" / "loopback"))


def verified(folder: Path, **settings: object) -> Verification:
    """Verify with the store of the folder beside; no vendor is there to ask."""
    with nobody() as address:
        url = f"http://{address}"
        chosen = Settings(home=folder.parent, loopback_url=url, **settings)
        return verify(folder, settings=chosen, now=NOW)


def check(found: Verification, what: str) -> tuple[str, str]:
    """Status and detail of one check."""
    return next((one.status, one.detail) for one in found.checks if one.name == what)


def rewrite(store: BarStore, bars: LongBars) -> None:
    """Replace what the store has on the last sessions."""
    days = SESSIONS[-5:]
    store.write_days(bars.rows(np.isin(bars.session, days)), days, NOW, SESSIONS[-1])


def test_nothing_is_asked_and_everything_is_the_same(folder: Path):
    """No vendor, no key: the store is enough."""
    found = verified(folder)
    assert found.identical
    assert check(found, "data")[0] == "same"
    assert {one.status for one in found.checks} == {"same"}
    assert found.saved.ledger.of("NONE")[0] == "fetch.no_data"


def test_after_new_days_the_version_of_then_is_read(folder: Path, store: BarStore):
    """It says how far the store has moved on."""
    store.write_days(make_bars(SYMBOLS, LATER), LATER, NOW, LATER[-1])
    found = verified(folder)
    assert found.identical
    status, detail = check(found, "data")
    assert status == "same"
    then = found.saved.data_version["tables"]["bars"]["version"]
    assert f"(bars {then}, by now {store.versions()['bars']})" in detail


def test_after_bars_were_restated_the_version_of_then_is_read(folder, store, bars):
    """The old bars are still there: identical."""
    rewrite(store, edited_bar(bars, "BN", back=2))
    found = verified(folder)
    assert found.identical
    assert not found.bars.any


def test_after_vacuum_the_present_version_is_read_and_that_is_said(folder, store, bars):
    """The symbol whose bars changed is named, and what it changed."""
    rewrite(store, edited_bar(bars, "BN", back=2))
    store.compact()
    assert store.vacuum(keep_days=0).files > 0
    found = verified(folder)
    status, detail = check(found, "data")
    assert status == "changed"
    assert detail.startswith("the store no longer has the version that was scanned")
    assert found.bars.changed == ("BN",)
    assert not found.identical
    assert "BN" in {cell.symbol for cell in found.table.cells}


def test_after_vacuum_of_equal_bars_the_table_is_identical(folder, store, bars):
    """Versions are gone, bars are not: the hashes say so."""
    rewrite(store, bars)
    store.compact()
    assert store.vacuum(keep_days=0).files > 0
    found = verified(folder)
    assert found.identical
    assert check(found, "data")[0] == "changed"
    assert check(found, "bars") == ("same", "of all 30 symbols that had some")


def test_another_store_in_its_place_is_noticed(folder, config, bars, tmp_path: Path):
    """Its version numbers mean nothing here: its present version is read, its bars compared."""
    (tmp_path / "store").rename(tmp_path / "old")
    scan_of_store(Vendor(edited_bar(bars, "CK", back=0)), tmp_path, config)
    found = verified(folder)
    status, detail = check(found, "data")
    assert (status, "another store" in detail) == ("changed", True)
    assert found.bars.changed == ("CK",)


def test_a_store_that_is_not_there_is_an_error(folder: Path, tmp_path: Path):
    """And none is made in its place."""
    (tmp_path / "store").rename(tmp_path / "old")
    with pytest.raises(StoreError, match="is not there; technic sync --provider loopback"):
        verified(folder)
    assert not (tmp_path / "store").exists()


def test_a_market_larger_than_memory_is_verified_in_blocks(folder: Path, monkeypatch):
    """The same answer, with a memory that holds no thirty symbols, and never all at once."""

    def refuse(*_):
        raise AssertionError("all bars at once")

    monkeypatch.setattr(StoreReader, "history", refuse)
    found = verified(folder, panel_memory=IN_BLOCKS)
    assert found.identical
    assert {one.status for one in found.checks} == {"same"}


def test_a_scan_in_blocks_is_saved_whole(folder, config, bars, tmp_path: Path):
    """Hashes of bars that were never in memory together are those of bars that were."""
    result, _ = scan_of_store(Vendor(bars), tmp_path, config, panel_memory=IN_BLOCKS)
    assert isinstance(result.prices, LazyPrices)
    other = result.save(tmp_path / "other")
    found = verified(other)
    assert found.identical
    then = verified(folder).saved.bars.set_index("symbol")["hash"].to_dict()
    assert found.saved.bars.set_index("symbol")["hash"].to_dict() == then


def test_what_could_not_be_fetched_then_is_not_there_now(bars, config, tmp_path: Path):
    """A vendor's refusal cannot be repeated: it is part of what is given."""

    def refuse(request, _nth):
        return reply({"status": "ERROR"}, 403) if "/BN/" in request.url else None

    some = ScanConfig(universe=config.universe, symbols=("BN", "BO", "BP", "NONE"))
    scan_of_store(Vendor(bars), tmp_path, replace(some, bars=30))
    result, provider = scan_of_store(Vendor(bars, fault=refuse), tmp_path, some)
    assert result.ledger.of("BN")[0].startswith("fetch.")
    assert result.ledger.of("BN")[0] != "fetch.no_data"
    store = provider.syncer.store  # it has some bars of BN, and the scan did not take them
    assert store.read(["BN"], SESSIONS[0], SESSIONS[-1]).symbols == ("BN",)
    folder = result.save(tmp_path / "saved")
    found = verified(folder)
    assert found.identical
    assert found.ledger == ()


def test_a_split_that_was_learnt_later_does_not_change_the_version_of_then(folder, store, bars):
    """Splits are read in the version that was scanned, too."""
    split = Splits(np.array(["BN"], object), SESSIONS[-3:-2], np.array([2.0]))
    store.write_splits(split, SESSIONS[0], SESSIONS[-1], NOW)
    assert verified(folder).identical
    store.compact()
    rewrite(store, bars)
    store.compact()
    assert store.vacuum(keep_days=0).files > 0
    found = verified(folder)
    assert found.bars.changed == ("BN",)
