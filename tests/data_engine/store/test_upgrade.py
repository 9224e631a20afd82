"""A store that an earlier version wrote is upgraded where it is, row for row, without a request."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import numpy as np
import pytest

from technic.data_engine.store import BarStore
from technic.data_engine.store._data_writer import hash_in_name
from technic.data_engine.store.upkeep import upgrade as _upgrade
from technic.errors import StoreError
from technic.testing import make_bars

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(8))
LATER = np.busday_offset(DAYS[-1], np.arange(1, 3))
FIXTURE = Path(__file__).parent / "fixtures" / "store_of_schema_1.zip"
"""Written by ``tests/support/make_schema_1_store.py`` with the code of commit 6050787."""


@pytest.fixture
def old(tmp_path: Path) -> str:
    """The URL of a store of schema 1."""
    with zipfile.ZipFile(FIXTURE) as archive:
        archive.extractall(tmp_path / "store")
    return str(tmp_path / "store")


def check_contents(store: BarStore) -> None:
    """Everything that the script wrote is there."""
    expected = make_bars(["A", "B", "NA"], DAYS).close.copy()
    expected[[0, 8, 16]] = make_bars(["A", "B", "NA"], DAYS[:1], 5).close
    held = store.read(None, DAYS[0], DAYS[-1])
    assert held.symbols == ("A", "B", "NA")
    assert held.close.tolist() == expected.tolist()
    later = store.read(None, LATER[0], LATER[1])
    assert later.close.tolist() == make_bars(["B"], LATER).close.tolist()
    assert store.splits().ratio.tolist() == [2.0]
    assert store.dividends().amount.tolist() == [0.25]
    assert list(store.quarantined(ASKED)) == ["GONE"]
    assert len(store.read_intraday("5min", None, DAYS[0], DAYS[0])) == 1
    coverage = store.coverage()
    assert coverage.sessions.tolist() == DAYS.tolist()
    assert coverage.ranges == {name: ((LATER[0], LATER[1]),) for name in ("B", "GONE")}
    assert store.actions_coverage("splits").sessions.tolist() == DAYS.tolist()
    assert store.actions_coverage("dividends").sessions.tolist() == DAYS.tolist()
    assert set(store.intraday_coverage("5min").ranges) == {"A"}


def live_files(store: BarStore) -> list[str]:
    """Paths of all data files in use."""
    return [path for entry in store.folder.manifest().tables.values() for path in entry.files]


def test_an_old_store_is_upgraded_when_it_is_opened(old: str):
    """Every row and answer stays; every file has its hash; writing goes on."""
    store = BarStore.open(old)
    check_contents(store)
    assert store.verify() == []
    assert all(hash_in_name(path) for path in live_files(store))
    before = store.versions()
    check_contents(BarStore.open(old))
    assert store.versions() == before
    store.write_days(make_bars(["A", "B"], LATER), LATER, ASKED)
    assert store.coverage().sessions.tolist() == [*DAYS.tolist(), *LATER.tolist()]
    assert store.verify() == []


def test_data_versions_of_before_the_upgrade_can_still_be_read(old: str):
    """A saved result names them: bars and splits as they were."""
    then = BarStore.open(old).at_versions({"bars": 1, "splits": 1})
    assert then.read(["B"], DAYS[0], DAYS[-1]).close.tolist() == (
        make_bars(["B"], DAYS).close.tolist()
    )
    assert then.splits().ratio.tolist() == [2.0]


@pytest.mark.parametrize("steps", range(1, 20, 3))
def test_an_upgrade_that_is_interrupted_goes_on_where_it_stood(
    old: str, steps: int, monkeypatch: pytest.MonkeyPatch
):
    """After any number of its reads of tables: the next opening ends it."""
    load = _upgrade.DeltaFolder.load
    left = iter(range(steps))

    def interrupted(self, name, **options):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return load(self, name, **options)

    with monkeypatch.context() as patched:
        patched.setattr(_upgrade.DeltaFolder, "load", interrupted)
        try:
            BarStore.open(old)
        except KeyboardInterrupt:
            assert not Path(old, "manifest.json").exists() or steps > 10
    store = BarStore.open(old)
    check_contents(store)
    assert store.verify() == []


def test_a_store_of_today_without_its_manifest_is_not_taken_for_an_old_one(old: str):
    """It is refused in a sentence that says what mends it."""
    store = BarStore.open(old)
    Path(old, "manifest.json").unlink()
    with pytest.raises(StoreError, match="manifest is not there; technic data verify --repair"):
        store.write_days(make_bars(["A"], LATER), LATER, ASKED)
