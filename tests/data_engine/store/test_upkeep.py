"""A store that is updated every day stays small, and can be read as it was a week ago."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import pytest

from technic.data_engine.store import BarStore
from technic.data_engine.store._blobs import Blobs
from technic.errors import StoreError
from technic.testing import make_bars

YEAR = np.busday_offset("2024-01-02", np.arange(261))
SYMBOLS = [f"S{i:03d}" for i in range(100)]


def evening(day: np.datetime64) -> dt.datetime:
    """When the update of a day is asked."""
    return dt.datetime.combine(day.astype(object), dt.time(22), dt.UTC)


def update(store: BarStore, day: np.datetime64, symbols: list[str] = SYMBOLS) -> None:
    """A day's bars, other ones each day."""
    one, seed = np.array([day]), int(day.astype(int))
    store.write_days(make_bars(symbols, one, seed), one, evening(day))


def on_disk(store: BarStore) -> list[int]:
    """The size of each file."""
    return [path.stat().st_size for path in Path(store.url).rglob("*") if path.is_file()]


def test_months_of_daily_updates_stay_small(tmp_path: Path):
    """Never more than 130 files; in the end less than twice what the bars in use take."""
    store = BarStore.open(str(tmp_path / "store"))
    most = 0
    days = YEAR[:45]
    for day in days:
        update(store, day)
        most = max(most, len(on_disk(store)))
    assert most < 130
    assert sum(on_disk(store)) < 2 * store.stats().bar_bytes
    assert len(store.read(None, days[0], days[-1])) == 4_500
    assert store.coverage().sessions.tolist() == days.tolist()
    assert store.verify() == []


def test_what_was_asked_within_the_week_can_be_read_as_it_was(tmp_path: Path):
    """Nine days on: the version of two days ago is there, that of eight days ago is not."""
    store = BarStore.open(str(tmp_path / "store"))
    versions = []
    for day in YEAR[:9]:
        update(store, day, ["A", "B"])
        versions.append(store.versions())
    now = evening(YEAR[8])
    assert store.vacuum(keep_days=7, now=now).files > 0
    then = store.at_versions(versions[6])
    assert np.unique(then.read(None, YEAR[0], YEAR[-1]).session).tolist() == YEAR[:7].tolist()
    with pytest.raises(StoreError):
        store.at_versions(versions[0]).read(None, YEAR[0], YEAR[-1])
    assert store.verify() == []
    assert store.vacuum(keep_days=7, now=now).files == 0
    store.vacuum(keep_days=0)
    assert store.verify() == []
    assert len(store.read(None, YEAR[0], YEAR[-1])) == 18


@pytest.fixture(scope="module")
def ten_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store that has what a vacuum deletes; copy it, do not touch it."""
    store = BarStore.open(str(tmp_path_factory.mktemp("ten") / "store"))
    for day in YEAR[:10]:
        update(store, day, ["A", "B"])
    store.compact()
    return Path(store.url)


@pytest.mark.parametrize("deletions", [0, 3, 9])
def test_a_vacuum_that_is_killed_leaves_a_sound_store(
    ten_days: Path, tmp_path: Path, deletions: int, monkeypatch: pytest.MonkeyPatch
):
    """Files too many, which the next one deletes."""
    store = BarStore.open(str(shutil.copytree(ten_days, tmp_path / "store")))
    delete, left = Blobs.delete, iter(range(deletions))

    def killed(self: Blobs, path: str) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        delete(self, path)

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            store.vacuum(keep_days=0)
    assert store.verify() == []
    assert len(store.read(None, YEAR[0], YEAR[-1])) == 20
    assert store.vacuum(keep_days=0).files > 0
    assert store.verify() == []
