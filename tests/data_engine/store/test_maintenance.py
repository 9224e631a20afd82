"""What the store says about itself, and its way out to a file and back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake

from technic.data_engine.interfaces.coverage import Coverage
from technic.data_engine.store import BarStore
from technic.errors import InputFileError, ParameterError, StoreError
from technic.testing import make_bars

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(8))
LATER = np.busday_offset(DAYS[-1], np.arange(1, 3))


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    """A store of three symbols on eight whole-market days and one range beyond."""
    made = BarStore.open(str(tmp_path / "store"))
    made.write_days(make_bars(["NA", "B", "TRUE"], DAYS), DAYS, ASKED)
    made.write_ranges(make_bars(["B"], LATER), ["B", "GONE"], LATER[0], LATER[1], ASKED)
    return made


def add_rows(store: BarStore, month: str, session: str, symbols: list[str]) -> None:
    """Append rows behind the store's back."""
    n = len(symbols)
    data = {"month": [month] * n, "session": pa.array([dt.date.fromisoformat(session)] * n)}
    prices = {name: [1.0] * n for name in ("open", "high", "low", "close", "volume")}
    write_deltalake(
        f"{store.url}/bars", pa.table({**data, "symbol": symbols, **prices}), mode="append"
    )


def test_a_sound_store_has_no_problems(store: BarStore):
    """Nothing is reported where nothing is wrong, an empty store included."""
    assert store.verify() == []


def test_a_cell_with_two_bars_is_found(store: BarStore):
    """Named with its symbol and day."""
    add_rows(store, "2024-01", "2024-01-30", ["B"])
    assert store.verify() == ["bars 2024-01: B 2024-01-30 twice"]


def test_unsorted_rows_and_rows_of_another_month_are_found(store: BarStore):
    """Both would make reads slow or wrong without a word."""
    add_rows(store, "2024-03", "2024-03-04", ["Z", "A"])
    add_rows(store, "2024-04", "2024-05-02", ["A"])
    unsorted, strayed = sorted(store.verify(), key=lambda text: "another" in text)
    assert "month=2024-03" in unsorted
    assert unsorted.endswith("not sorted by symbol and session")
    assert "month=2024-04" in strayed
    assert strayed.endswith("1 rows of another month")


def test_a_file_that_cannot_be_read_is_found(store: BarStore):
    """And so is the day that is covered without it."""
    for path in Path(store.url, "bars", "month=2024-01").glob("*.parquet"):
        path.unlink()
    problems = store.verify()
    assert "cannot be read" in problems[0]
    assert problems[1:] == [
        "coverage: 2024-01-30 is covered and has no bars",
        "coverage: 2024-01-31 is covered and has no bars",
    ]
    with pytest.raises(StoreError):
        store.read(None, DAYS[0], DAYS[-1])
    assert len(store.read(None, DAYS[2], DAYS[-1])) == 18


def test_stats_count_what_is_there(store: BarStore):
    """Counts by hand."""
    store.record_problem("GONE", "no_data", ASKED)
    stats = store.stats()
    assert (stats.bars, stats.symbols, stats.market_days, stats.ranges) == (26, 3, 8, 2)
    assert (stats.first, stats.last) == (DAYS[0], LATER[-1])
    assert (stats.splits, stats.dividends, stats.quarantined) == (0, 0, 1)
    assert stats.versions == store.versions()
    assert set(stats.versions) == {"bars", "coverage", "problems"}
    assert stats.bar_bytes > 0


def test_an_empty_store_has_stats_and_no_days(tmp_path: Path):
    """Nothing is there, and that is said."""
    empty = BarStore.open(str(tmp_path / "empty"))
    stats = empty.stats()
    assert (stats.bars, stats.symbols, stats.first, stats.last) == (0, 0, None, None)
    assert empty.verify() == []
    assert empty.coverage() == Coverage.none()
    assert len(empty.read(["A"], DAYS[0], DAYS[-1])) == 0
    assert empty.dividends().amount.tolist() == []
    empty.compact()


def test_a_parquet_export_fills_another_store_with_bars_and_coverage(
    store: BarStore, tmp_path: Path
):
    """The copy holds the same bars and asks for nothing that the first has answered."""
    path = tmp_path / "bars.parquet"
    assert store.export_to(path) == 26
    copy = BarStore.open(str(tmp_path / "copy"))
    assert copy.import_from(path, ASKED) == 26
    whole = (None, DAYS[0], DAYS[-1] + 10)
    assert copy.content_hash(*whole) == store.content_hash(*whole)
    assert copy.coverage() == store.coverage()
    assert copy.verify() == []
    assert pq.read_schema(path).names[:2] == ["symbol", "date"]


def test_a_csv_export_covers_each_symbol_between_its_bars(store: BarStore, tmp_path: Path):
    """Symbols that look like null or true stay symbols; a missing value stays missing."""
    path = tmp_path / "bars.csv"
    store.export_to(path)
    path.write_text(path.read_text() + '"LAST",2024-02-02,1,2,0.5,,100\n')
    copy = BarStore.open(str(tmp_path / "copy"))
    assert copy.import_from(path, ASKED) == 27
    held = copy.read(None, DAYS[0], DAYS[-1] + 10)
    assert held.symbols == ("B", "LAST", "NA", "TRUE")
    assert np.isnan(held.close[held.column == 1]).all()
    ranges = copy.coverage().ranges
    assert ranges["TRUE"] == ((DAYS[0], DAYS[-1]),)
    assert ranges["B"] == ((DAYS[0], LATER[-1]),)
    assert copy.content_hash(["NA"], DAYS[0], DAYS[-1]) == store.content_hash(
        ["NA"], DAYS[0], DAYS[-1]
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "symbol,date\nA,2024-01-30\n", "'open': the column is missing"),
        ("a.csv", "symbol,date,open,high,low,close,volume\nA,no,1,1,1,1,1\n", "a.csv"),
        ("a.csv", "symbol,date,open,high,low,close,volume\nA,,1,1,1,1,1\n", "a.csv"),
        ("a.parquet", "no parquet", "a.parquet"),
        ("none.csv", None, "is not there"),
    ],
    ids=["columns", "date", "missing", "no parquet", "no file"],
)
def test_a_file_that_is_no_export_is_refused(
    store: BarStore, tmp_path: Path, name: str, text: str | None, message: str
):
    """In one sentence that names the file; the store stays as it was."""
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    before = store.versions()
    with pytest.raises(InputFileError, match=message) as caught:
        store.import_from(path, ASKED)
    assert "\n" not in str(caught.value)
    assert store.versions() == before


def test_the_ending_says_the_format(store: BarStore, tmp_path: Path):
    """Another ending is refused before anything is written."""
    with pytest.raises(ParameterError, match=".parquet or .csv"):
        store.export_to(tmp_path / "bars.xlsx")
    assert list(tmp_path.glob("*.xlsx")) == []
