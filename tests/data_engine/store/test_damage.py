"""Damage of any kind is found and named, and mended so that the next sync brings what is lost."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from technic.data_engine.interfaces.records import Dividends, Splits
from technic.data_engine.store import BarStore
from technic.data_engine.store._files import live_paths
from technic.errors import StoreError
from technic.testing import make_bars

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(8))
LATER = np.busday_offset(DAYS[-1], np.arange(1, 3))
SYMBOLS = ["A", "B", "C"]
WHOLE = (None, DAYS[0], LATER[-1])
TABLES = ("bars", "coverage", "splits", "dividends", "problems")


def actions(kind: type, symbol: str, value: float) -> object:
    """One split or dividend."""
    return kind(np.array([symbol], object), DAYS[2:3], np.array([value]))


def fill(store: BarStore) -> None:
    """Write every table, with an earlier version of some."""
    store.write_days(make_bars(SYMBOLS, DAYS, 5), DAYS, ASKED)
    ask_again(store)
    store.record_problem("GONE", "unknown_symbol", ASKED)


def ask_again(store: BarStore) -> None:
    """What a sync does that finds nothing covered: the same answers as ever."""
    store.write_days(make_bars(SYMBOLS, DAYS), DAYS, ASKED)
    store.write_ranges(make_bars(["B"], LATER), ["B", "GONE"], LATER[0], LATER[1], ASKED)
    store.write_splits(actions(Splits, "A", 2.0), DAYS[0], DAYS[-1], ASKED)
    store.write_dividends(actions(Dividends, "B", 0.25), DAYS[0], DAYS[-1], ASKED)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sound store; copy it, do not touch it."""
    folder = tmp_path_factory.mktemp("sound") / "store"
    fill(BarStore.open(str(folder)))
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    """A copy of the store that may be damaged."""
    return Path(shutil.copytree(filled, tmp_path / "store"))


def files(folder: Path) -> list[str]:
    """Every file that has a byte, by its path in the store."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.stat().st_size
    )


def live(folder: Path, table: str) -> list[str]:
    """The data files of a table that are in use."""
    entry = BarStore.open(str(folder)).folder.manifest().tables[table]
    return [f"{table}/{path}" for path in entry.files]


def open_unchecked(folder: Path) -> BarStore:
    """Open a store; what is damaged is met later."""
    return BarStore.open_unchecked(str(folder))


def check_mended(folder: Path, damaged: list[str], sound: Path) -> None:
    """After the repair nothing is wrong, and nothing but what was damaged is lost."""
    store = open_unchecked(folder)
    named = store.repair()
    for path in damaged:
        assert any(path in text for text in named), (path, named)
    assert store.verify() == []
    covered, held = store.coverage(), store.read(*WHOLE)
    assert np.isin(covered.sessions, np.unique(held.session)).all()
    ask_again(store)
    assert store.verify() == []
    expected = BarStore.open(str(sound))
    assert store.content_hash(*WHOLE) == expected.content_hash(*WHOLE)
    assert store.coverage() == expected.coverage()
    assert store.splits().ratio.tolist() == [2.0]
    assert store.dividends().amount.tolist() == [0.25]


def test_a_flipped_bit_in_any_file_is_found_and_named(filled: Path, folder: Path):
    """A bit of each file, one a table at a time, where a fixed seed draws it; then all is sound."""
    store, draw = open_unchecked(folder), random.Random(13)
    assert store.verify() == []
    missed = []
    # one of each table at a time: a log that is damaged is not read on, nor any without a manifest
    names = [name for name in files(folder) if name != "manifest.json"]
    tables = [list(own) for _, own in itertools.groupby(names, lambda name: name[:5])]
    for some in (("manifest.json",), *itertools.zip_longest(*tables)):
        sound = {name: (folder / name).read_bytes() for name in some if name}
        for name, content in sound.items():
            broken = bytearray(content)
            broken[draw.randrange(len(broken))] ^= 1 << draw.randrange(8)
            (folder / name).write_bytes(broken)
        found = store.verify()
        missed += [name for name in sound if not any(name in text for text in found)]
        for name, content in sound.items():
            (folder / name).write_bytes(content)
    assert missed == []
    assert store.verify() == []
    assert len(files(filled)) == 30


def empty(path: Path) -> None:
    """Cut to nothing."""
    path.write_bytes(b"")


def nulls(path: Path) -> None:
    """As long as before, and nothing in it."""
    path.write_bytes(bytes(path.stat().st_size))


def cut(path: Path) -> None:
    """Half of it."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


KINDS: dict[str, Callable[[Path], None]] = {
    "emptied": empty,
    "nulls": nulls,
    "truncated": cut,
    "missing": Path.unlink,
}


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_data_files_are_mended(filled: Path, folder: Path, kind: str):
    """A file of every table: each is named, and mended."""
    names = [live(folder, table)[-1] for table in TABLES]
    for name in names:
        KINDS[kind](folder / name)
    found = open_unchecked(folder).verify()
    assert [name for name in names if not any(name in text for text in found)] == []
    check_mended(folder, names, filled)


def to_folder(path: Path) -> None:
    """Put a folder with a file in it in the place of a file."""
    path.unlink()
    path.mkdir()
    (path / "x").write_text("somebody's")


def to_nothing(path: Path) -> None:
    """Link to what is not there, as a disk that is not mounted leaves it."""
    path.unlink()
    path.symlink_to(path.parent / "away" / path.name)


def to_itself(path: Path) -> None:
    """Link in a circle."""
    path.unlink()
    path.symlink_to(path.name)


@pytest.mark.parametrize("change", [to_folder, to_nothing, to_itself])
def test_what_stands_in_the_place_of_a_file_is_none(
    filled: Path, folder: Path, change: Callable[[Path], None]
):
    """Of a log, of data, of the manifest: found, named, mended; a folder is put aside."""
    logs = [name for name in files(folder) if "_delta_log" in name]
    data = [live(filled, table)[0] for table in ("bars", "coverage", "splits")]
    for name in ["manifest.json", logs[0], logs[-1], *data]:
        copy = Path(shutil.copytree(folder, folder.with_name("copy")))
        change(copy / name)
        check_mended(copy, [name], filled)
        if change is to_folder:
            assert [path.parent.parent for path in copy.rglob("x")] == [copy]
        shutil.rmtree(copy)


@pytest.mark.parametrize(("table", "kind"), list(zip(TABLES, itertools.cycle(KINDS), strict=False)))
def test_what_is_not_damaged_stays_covered(folder: Path, table: str, kind: str):
    """The rows of that file are asked again, those of others are not."""
    before = open_unchecked(folder).coverage()
    name = live(folder, table)[-1]
    KINDS[kind](folder / name)
    store = open_unchecked(folder)
    assert [text for text in store.repair() if name in text] != []
    if table in ("splits", "dividends", "problems"):
        assert store.coverage() == before
        assert len(before.sessions) == len(DAYS)
    if table not in ("splits", "bars"):
        assert store.splits().ratio.tolist() == [2.0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
def test_a_damaged_log_loses_no_row(folder: Path, kind: str, which: int):
    """Every table is listed anew from the manifest: coverage is what it was."""
    before = open_unchecked(folder).coverage()
    for table in TABLES:
        KINDS[kind](sorted((folder / table / "_delta_log").glob("*.json"))[which])
    store = open_unchecked(folder)
    named = store.repair()
    for table in TABLES:
        assert any(f"{table}/_delta_log" in text for text in named), table
    assert store.verify() == []
    assert store.coverage() == before
    assert store.read(*WHOLE).close.tolist() == [
        *make_bars(["A"], DAYS).close,
        *make_bars(["A", "B"], DAYS).close[8:],
        *make_bars(["B"], LATER).close,
        *make_bars(SYMBOLS, DAYS).close[16:],
    ]
    assert store.splits().ratio.tolist() == [2.0]
    assert list(store.quarantined(ASKED)) == ["GONE"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_manifest_is_written_anew(filled: Path, folder: Path, kind: str):
    """It says nothing that the rest of the store does not."""
    KINDS[kind](folder / "manifest.json")
    before = open_unchecked(folder).coverage()
    check_mended(folder, ["manifest.json"], filled)
    assert open_unchecked(folder).coverage() == before


@pytest.fixture(scope="module")
def two_ages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of a store when it was young, and later; copy them, do not touch them."""
    newer = tmp_path_factory.mktemp("ages") / "store"
    store = BarStore.open(str(newer))
    store.write_days(make_bars(SYMBOLS, DAYS[:3], 9), DAYS[:3], ASKED)
    store.write_splits(Splits.none(), DAYS[0], DAYS[1], ASKED)
    store.write_dividends(Dividends.none(), DAYS[0], DAYS[1], ASKED)
    store.record_problem("OTHER", "refused", ASKED)
    older = Path(shutil.copytree(newer, newer.with_name("older")))
    fill(store)
    return older, newer


@pytest.mark.parametrize(
    ("table", "log_only"),
    [
        ("bars", False), ("bars", True), ("coverage", False), ("coverage", True),
        ("splits", True), ("dividends", False), ("problems", True),
    ],
)  # fmt: skip
def test_a_table_restored_from_an_older_copy_is_found(
    filled: Path, two_ages: tuple[Path, Path], tmp_path: Path, table: str, log_only: bool
):
    """Log and data, or the log alone: what is older than its answers is asked again."""
    older, newer = two_ages
    folder = Path(shutil.copytree(newer, tmp_path / "store"))
    part = Path(table, "_delta_log") if log_only else Path(table)
    shutil.rmtree(folder / part)
    shutil.copytree(older / part, folder / part)
    store = open_unchecked(folder)
    assert any(f"{table}/" in text for text in store.verify())
    if table in ("bars", "splits", "dividends"):
        with pytest.raises(StoreError, match="technic data verify --repair"):
            _ = store.coverage() if table == "bars" else store.actions_coverage(table)
    check_mended(folder, [f"{table}/"], filled)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_gone_is_not_begun_anew(filled: Path, folder: Path, table: str):
    """A sync that wrote into an empty one would hide what is lost."""
    shutil.rmtree(folder / table)
    if table == "bars":
        with pytest.raises(StoreError, match="verify --repair"):
            BarStore.open(str(folder))
    store = open_unchecked(folder)

    def write_all() -> None:
        ask_again(store)
        store.record_problem("X", "refused", ASKED)

    with pytest.raises(StoreError, match=f"table {table} lost its latest versions"):
        write_all()
    check_mended(folder, [f"{table}/"], filled)


def test_bars_that_are_not_those_covered_are_found(folder: Path):
    """Another store's table of bars in the place of this one's, sound in itself."""
    other = BarStore.open(str(folder.parent / "other"))
    for seed in range(9):
        other.write_days(make_bars(SYMBOLS, DAYS, 20 + seed), DAYS, ASKED)
    shutil.rmtree(folder / "bars")
    shutil.copytree(folder.parent / "other" / "bars", folder / "bars")
    store = open_unchecked(folder)
    store.folder.seal_anew(dict.fromkeys(TABLES, live_paths))
    found = [text for text in store.verify() if text.startswith("coverage: bars of")]
    assert len(found) == len(DAYS) + len(LATER)


def test_a_rewrite_does_not_give_damage_a_new_hash(folder: Path):
    """A write that would merge a damaged file refuses; compaction too."""
    name = next(path for path in live(folder, "bars") if "2024-01" in path)
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    store = open_unchecked(folder)
    with pytest.raises(StoreError, match=r"is damaged; technic data verify --repair"):
        store.write_days(make_bars(["A"], DAYS[:1]), DAYS[:1], ASKED)


def test_verify_tells_how_far_it_is(folder: Path):
    """Bytes read of bytes in all, to the end."""
    seen: list[tuple[int, int]] = []
    open_unchecked(folder).verify(lambda done, of: seen.append((done, of)))
    assert seen == sorted(seen)
    assert len({of for _, of in seen}) == 1
    assert seen[-1][0] == seen[-1][1]
