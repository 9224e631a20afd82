"""What names the data of a scan: file hashes, bar hashes, table versions."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS
from support.vendor import Vendor, syncer
from technic.data_engine.data_version import (
    CacheVersion,
    FilesVersion,
    UnknownVersion,
    bar_provenance,
    data_version_of,
    hash_of,
)
from technic.data_engine.providers.demo import DemoProvider
from technic.data_engine.providers.files.provider import FilesProvider
from technic.data_engine.sync.store_provider import StoredProvider
from technic.panel import BarPanel
from technic.sessions import build_calendar
from technic.testing import FakeProvider, make_bars

DAYS = SESSIONS[-40:]


@pytest.fixture(scope="module")
def panel() -> BarPanel:
    """Thirty symbols over forty sessions."""
    return BarPanel.from_long(make_bars(SYMBOLS, DAYS), DAYS)


def hashes(panel: BarPanel) -> dict[str, str]:
    """The hash of each symbol."""
    facts = bar_provenance(panel)
    return dict(zip(facts["symbol"], facts["hash"], strict=True))


def test_a_hash_is_a_symbols_own(panel: BarPanel, monkeypatch: pytest.MonkeyPatch):
    """Alone, in any order, in blocks of any width: the same; all symbols have different ones."""
    whole = hashes(panel)
    assert len(set(whole.values())) == len(SYMBOLS)
    assert hashes(panel.of(["BK"])) == {"BK": whole["BK"]}
    assert hashes(panel.of(SYMBOLS[::-1])) == whole
    wide = BarPanel.from_long(make_bars(SYMBOLS[:1], DAYS), SESSIONS)  # a longer window, no bars
    assert hashes(wide) == {SYMBOLS[0]: whole[SYMBOLS[0]]}
    for width in (1, 7, 30):
        monkeypatch.setattr("technic.data_engine.data_version.SYMBOLS_AT_ONCE", width)
        assert hashes(panel) == whole


@pytest.mark.parametrize("field", ["open", "high", "low", "close", "volume", "day"])
def test_the_last_bit_of_any_value_changes_the_hash(panel: BarPanel, field: str):
    """And of no other symbol."""
    bars = make_bars(SYMBOLS, DAYS)
    row = 40 * 5 + 17
    if field == "day":  # the same values, one of them a session earlier
        bars = bars.rows(np.delete(np.arange(len(bars)), row))
        panel = BarPanel.from_long(bars, DAYS)
        session = bars.session.copy()
        session[row] = DAYS[17]
        bars = replace(bars, session=session)
    else:
        values = getattr(bars, field).copy()
        values[row] = np.nextafter(values[row], np.inf)
        bars = replace(bars, **{field: values})
    changed = hashes(BarPanel.from_long(bars, DAYS))
    whole = hashes(panel)
    assert {symbol for symbol in whole if whole[symbol] != changed[symbol]} == {SYMBOLS[5]}


def test_the_facts_of_bars_are_counts_and_days(panel: BarPanel):
    """First and last day of each symbol's own bars; none where there are none."""
    bars = make_bars(SYMBOLS[:2], DAYS)
    bars = bars.rows((bars.column == 0) & (bars.session >= DAYS[3]) & (bars.session < DAYS[9]))
    facts = bar_provenance(BarPanel.from_long(bars, DAYS))
    assert facts["bars"] == [6, 0]
    assert facts["first"] == [str(DAYS[3]), None]
    assert facts["last"] == [str(DAYS[8]), None]


def test_files_are_known_by_their_contents(tmp_path: Path):
    """Moved or renamed they are the same; a changed byte shows."""
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    for path in (one, two):
        path.write_text("symbol,date\nAA,2024-01-02\n", encoding="utf-8")
    assert (
        FilesVersion.of(one, [one]).provenance()["hash"]
        == FilesVersion.of(two, [two]).provenance()["hash"]
    )
    two.write_text("symbol,date\nAA,2024-01-03\n", encoding="utf-8")
    assert (
        FilesVersion.of(one, [one]).provenance()["hash"]
        != FilesVersion.of(two, [two]).provenance()["hash"]
    )


def test_in_a_folder_the_names_count(tmp_path: Path):
    """A file is named after its symbol: under another name it is other data."""
    paths = [tmp_path / name for name in ("AA.csv", "BB.csv")]
    for path, text in zip(paths, ("1", "2"), strict=True):
        path.write_text(text, encoding="utf-8")
    before = FilesVersion.of(tmp_path, paths).provenance()["hash"]
    other = paths[1].rename(tmp_path / "CC.csv")
    assert FilesVersion.of(tmp_path, [paths[0], other]).provenance()["hash"] != before


def test_files_that_changed_after_they_were_read_have_no_hash(tmp_path: Path):
    """The hash would be of other data than was scanned."""
    path = tmp_path / "one.csv"
    path.write_text("a", encoding="utf-8")
    version = FilesVersion.of(path, [path])
    assert version.provenance()["hash"]
    os.utime(path, ns=(1, 1))
    assert version.provenance()["hash"] is None
    path.unlink()
    assert version.provenance()["hash"] is None


def test_a_provider_of_files_names_them(tmp_path: Path):
    """A folder's files alone, not what else lies there."""
    for symbol in ("AA", "BB"):
        lines = [f"{day},1,1,1,1,100" for day in DAYS]
        text = "\n".join(["date,open,high,low,close,volume", *lines])
        (tmp_path / f"{symbol}.csv").write_text(text, encoding="utf-8")
    before = data_version_of(FilesProvider(tmp_path)).provenance()
    assert (before["kind"], before["path"]) == ("files", str(tmp_path))
    (tmp_path / "notes.doc").write_text("x", encoding="utf-8")
    assert data_version_of(FilesProvider(tmp_path)).provenance() == before
    (tmp_path / "CC.csv").write_text(text, encoding="utf-8")
    assert data_version_of(FilesProvider(tmp_path)).provenance() != before


def test_frames_of_a_cache_have_one_hash_whatever_their_order(panel: BarPanel):
    """And another one when a bar is another."""
    first = CacheVersion(panel, None).provenance()
    assert first["kind"] == "price_cache"
    assert "rest" not in first
    assert CacheVersion(panel.of(SYMBOLS[::-1]), None).provenance() == first
    assert CacheVersion(panel.of(SYMBOLS[1:]), None).provenance() != first


def test_who_cannot_tell_is_unknown(panel: BarPanel):
    """A provider of one's own; beside a cache it is the rest only where it can tell."""
    provider = FakeProvider(make_bars(SYMBOLS, DAYS))
    assert data_version_of(provider) == UnknownVersion("fake")
    assert "rest" not in data_version_of(provider, panel).provenance()
    demo = DemoProvider(build_calendar(2026), 40, 3)
    simulated = data_version_of(demo).provenance()
    assert (simulated["kind"], simulated["seed"], simulated["size"]) == ("simulation", 3, 40)
    assert data_version_of(demo, panel).provenance()["rest"] == simulated


def test_a_store_names_the_versions_that_were_read(tmp_path: Path):
    """What is written later is not what was read; another store has another identity."""
    vendor = Vendor(make_bars(SYMBOLS[:3], DAYS))
    one = StoredProvider(syncer(vendor, tmp_path / "one", NOW))
    one.history(SYMBOLS[:3], DAYS[:-3])
    then = data_version_of(one).provenance()
    one.syncer.store.record_problem("ZZ", "unknown_symbol", NOW)
    assert data_version_of(one).provenance() == then
    one.history(SYMBOLS[:3], DAYS)
    now = data_version_of(one).provenance()
    assert then["tables"]["bars"]["version"] < now["tables"]["bars"]["version"]
    assert then["tables"]["bars"]["id"] == now["tables"]["bars"]["id"]
    assert "problems" in now["tables"]
    assert "problems" not in then["tables"]
    two = StoredProvider(syncer(vendor, tmp_path / "two", NOW))
    two.history(SYMBOLS[:3], DAYS[:-3])
    assert data_version_of(two).provenance()["tables"]["bars"]["id"] != now["tables"]["bars"]["id"]


def test_the_hash_of_closes_is_of_their_bits():
    """Order, NaN and the last bit count."""
    closes = np.array([1.0, np.nan, 3.0])
    assert hash_of(closes) == hash_of(closes.copy())
    assert hash_of(closes) != hash_of(closes[::-1])
    assert hash_of(closes) != hash_of(np.array([np.nextafter(1.0, 2.0), np.nan, 3.0]))
