"""Upkeep of the store of facts: damage is found, old files go, rows stay; few parts are read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from support.facts import filing, table_of
from technic.data_engine.store import _data_writer, _files
from technic.errors import StoreError
from technic.facts.store import FactStore, fact_store, vacuum_facts, verify_facts

LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def filled(home: Path, files: int = 1, companies: int = 40) -> FactStore:
    """A store of some companies' revenue, written piece by piece."""
    store = FactStore(home)
    for at in range(files):
        rows = [
            filing((cik, f"S{cik}"), "10-Q", "2023-05-02T12:00:00",
                   ("revenue", "Revenues", "2023-01-01", "2023-03-31", 100.0 * cik + at),
                   accn=f"{at}")
            for cik in range(1, companies + 1)
        ]  # fmt: skip
        store.append(table_of(*rows))
    return store


def values(store: FactStore, **chosen: object) -> list[float]:
    """What is stored, sorted."""
    return sorted(store.rows(concepts=["revenue"], **chosen)["value"].to_pylist())


def test_a_sound_store_is_sound_and_a_flipped_bit_is_found(tmp_path: Path):
    """In any data file, and in the log; each is named."""
    store = filled(tmp_path, files=2)
    read: list[tuple[int, int]] = []
    assert verify_facts(store, lambda done, total: read.append((done, total))) == []
    assert read[-1][0] == read[-1][1] > 0
    for path in [*tmp_path.rglob("*.parquet"), *tmp_path.rglob("_delta_log/*1.json")]:
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :])
        [said] = [one for one in verify_facts(store) if path.name in one]
        assert "is damaged" in said
        path.write_bytes(content)
    assert verify_facts(store) == []
    gone = next(tmp_path.rglob("*.parquet"))
    gone.unlink()
    assert any("is not there" in one for one in verify_facts(store))


def test_what_is_damaged_is_never_read_as_nothing_and_the_way_out_is_said(tmp_path: Path):
    """A log that is gone, a file that is cut off or gone: by facts' own command."""
    store = filled(tmp_path)
    log = next(tmp_path.rglob("_delta_log"))
    log.rename(tmp_path / "elsewhere")
    again = FactStore(tmp_path)
    for ask in (again.status, again.version, again.state, lambda: values(again)):
        with pytest.raises(StoreError, match="has lost its log; technic facts verify"):
            ask()
    with pytest.raises(StoreError, match="has lost its log"):
        filled(tmp_path)
    (tmp_path / "elsewhere").rename(log)
    assert len(values(store)) == 40
    path = next(tmp_path.rglob("concept=revenue/*.parquet"))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StoreError, match="technic facts verify") as cut:
        values(FactStore(tmp_path))
    path.unlink()
    with pytest.raises(StoreError, match="technic facts verify") as gone:
        values(FactStore(tmp_path))
    assert "technic data" not in f"{cut.value} {gone.value}"


def test_a_vacuum_deletes_what_was_joined_and_no_row(tmp_path, monkeypatch):
    """Files that were joined stay readable for some days; 0 keeps the current version alone."""
    monkeypatch.setattr(fact_store, "MOST_FILES", 4)
    store = filled(tmp_path, files=9, companies=5)
    before, files = values(store), len(list(tmp_path.rglob("concept=*/*")))
    assert vacuum_facts(store).files == 0
    assert vacuum_facts(store, 7, LATER).files > 0
    left = len(list(tmp_path.rglob("concept=*/*")))
    assert left == store.status().files < files
    assert values(store) == before
    assert len(before) == 45
    assert verify_facts(store) == []
    filled(tmp_path, files=10, companies=5)
    assert vacuum_facts(store, 0).files > 0
    assert len(values(store)) == 50
    assert vacuum_facts(FactStore(tmp_path / "none")).files == 0


@pytest.mark.parametrize(("symbols", "most"), [(("S3",), 2), (("S1", "S40"), 3), ((), 1)])
def test_few_symbols_read_few_parts_of_a_file(tmp_path, monkeypatch, symbols, most):
    """Row groups are chosen by company; what is read is what a filter of all rows leaves."""
    monkeypatch.setattr(_data_writer, "ROW_GROUP_ROWS", 4)
    store = filled(tmp_path)
    chosen, groups = [], _files._groups_with
    monkeypatch.setattr(
        _files, "_groups_with", lambda *given: chosen.append(groups(*given)) or chosen[-1]
    )
    every = store.rows(concepts=["revenue"]).to_pylist()
    assert chosen == []
    found = store.rows(concepts=["revenue"], symbols=symbols).to_pylist()
    assert found == [row for row in every if row["symbol"] in symbols]
    assert len(chosen) == 1
    assert len(chosen[0]) <= most
