"""What the store says about itself, and its way out to a file and back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake

from technic.data_engine.interfaces.coverage import Coverage
from technic.data_engine.store import BarStore, ImportReport
from technic.data_engine.store.upkeep.transfer import write_file
from technic.errors import InputFileError, ParameterError, StoreError
from technic.panel.long_bars import concatenated
from technic.sessions import build_calendar
from technic.tables.file_options import FileOptions
from technic.testing import make_bars

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(8))
LATER = np.busday_offset(DAYS[-1], np.arange(1, 3))
CHANGED = "coverage: bars of {} are not those that were written"


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
    changed = [CHANGED.format(day) for day in ("2024-01-30", "2024-01-31")]
    assert store.verify() == ["bars 2024-01: B 2024-01-30 twice", *changed]


def test_unsorted_rows_and_rows_of_another_month_are_found(store: BarStore):
    """Both would make reads slow or wrong without a word."""
    add_rows(store, "2024-03", "2024-03-04", ["Z", "A"])
    add_rows(store, "2024-04", "2024-05-02", ["A"])
    unsorted, strayed = sorted(store.verify(), key=lambda text: "another" in text)
    assert "month=2024-03" in unsorted
    assert unsorted.endswith("not sorted by symbol and session")
    assert "month=2024-04" in strayed
    assert strayed.endswith("1 row of another month")


def test_a_file_that_cannot_be_read_is_found(store: BarStore):
    """And so is the day that is covered without it."""
    for path in Path(store.url, "bars", "month=2024-01").glob("*.parquet"):
        path.unlink()
    problems = store.verify()
    assert "is not there" in problems[0]
    assert problems[1:] == [CHANGED.format("2024-01-30"), CHANGED.format("2024-01-31")]
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


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_an_export_fills_another_store_with_the_same_bars(
    store: BarStore, tmp_path: Path, ending: str
):
    """Bit for bit, symbols that look like null or true included."""
    path = tmp_path / f"bars.{ending}"
    assert store.export_to(path) == 26
    copy = BarStore.open(str(tmp_path / "copy"))
    report = copy.import_from(path, ASKED)
    assert (report.bars, report.refused) == (26, {})
    whole = (None, DAYS[0], DAYS[-1] + 10)
    assert copy.content_hash(*whole) == store.content_hash(*whole)
    assert copy.verify() == []
    assert copy.read(None, DAYS[0], DAYS[-1]).symbols == ("B", "NA", "TRUE")
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name, "copy", "store"]


def test_coverage_is_made_from_the_bars_of_a_file(store: BarStore, tmp_path: Path):
    """A symbol is answered where it has bars: not beyond them, and not where it has a hole."""
    path = tmp_path / "bars.csv"
    store.export_to(path)
    lines = path.read_text().splitlines()
    hole = str(DAYS[3])
    path.write_text("\n".join(x for x in lines if not ("NA" in x and hole in x)))
    copy = BarStore.open(str(tmp_path / "copy"))
    assert copy.import_from(path, ASKED).bars == 25
    coverage = copy.coverage()
    assert coverage.sessions.tolist() == []
    assert coverage.ranges == {
        "B": ((DAYS[0], LATER[-1]),),
        "NA": ((DAYS[0], DAYS[2]), (DAYS[4], DAYS[-1])),
        "TRUE": ((DAYS[0], DAYS[-1]),),
    }


def test_coverage_that_a_file_claims_is_not_believed(store: BarStore, tmp_path: Path):
    """An earlier version wrote coverage into the file: days without bars stay unanswered."""
    path = tmp_path / "bars.parquet"
    store.export_to(path)
    claim = b'[{"topic": "bars", "sessions": ["2023-01-03"], "rows": [3]}]'
    pq.write_table(pq.read_table(path).replace_schema_metadata({b"technic.coverage": claim}), path)
    copy = BarStore.open(str(tmp_path / "copy"))
    copy.import_from(path, ASKED)
    assert copy.coverage().sessions.tolist() == []


BAD_ROWS = """symbol,date,open,high,low,close,volume
OK,2024-02-01,1,2,0.5,1,100
,2024-02-01,1,2,0.5,1,100
"  ",2024-02-01,1,2,0.5,1,100
OK,2024-02-02,1,2,0.5,,100
OK,2024-02-05,nan,2,0.5,1,100
OK,2024-02-06,1,inf,0.5,1,100
OK,2024-02-07,1,2,-0.5,1,100
OK,2024-02-08,1,2,0.5,1,-100
OK,2924-02-09,1,2,0.5,1,100
OK,2024-06-04,1,2,0.5,1,100
OK,2024-02-03,1,2,0.5,1,100
OK,,1,2,0.5,1,100
"""


def test_rows_that_cannot_be_bars_are_left_out_and_counted(store: BarStore, tmp_path: Path):
    """Each for one reason: twelve rows, one bar."""
    path = tmp_path / "bars.csv"
    path.write_text(BAD_ROWS)
    report = store.import_from(path, ASKED)
    assert report.bars == 1
    assert report.refused == {
        "without a symbol": 2,
        "without a date": 1,
        "without a value": 3,
        "with a price or volume below zero": 2,
        "of a day that is not over": 2,
        "of a weekend": 1,
    }
    assert store.read(["OK"], DAYS[0], LATER[-1]).close.tolist() == [1.0]


def test_days_of_a_file_are_held_against_the_sessions(store: BarStore, tmp_path: Path):
    """A holiday is no session, shifted dates are refused, those of one symbol are left out."""
    calendar = build_calendar(2026)
    sessions = calendar.last(100, np.datetime64("2024-05-31"))
    holidays = np.array(["2024-03-29", "2024-05-27"], "M8[D]")  # Good Friday, Memorial Day
    path = tmp_path / "bars.parquet"

    def imported(**days: np.ndarray) -> ImportReport:
        parts = [make_bars([name], one) for name, one in days.items()]
        write_file(path, concatenated(parts))
        return store.import_from(path, ASKED, calendar)

    assert imported(A=sessions, B=np.sort([*sessions, *holidays])).refused == {"on no session": 2}
    refused = imported(A=sessions, B=sessions - 1, C=sessions).refused
    assert refused == {"of symbols whose dates lie on no session": 100}
    before = store.versions()
    with pytest.raises(InputFileError, match=r"bars\.parquet: 20 of 100 rows .* day early"):
        imported(A=sessions - 1)
    with pytest.raises(InputFileError, match="weekly bars, daily ones are needed"):
        imported(A=sessions[sessions.astype(int) % 7 == 1])
    assert store.versions() == before


def as_people_have_them(folder: Path) -> dict[str, Path]:
    """The same bars as a German broker's file, as days written as in the US, and as a folder."""
    rows = [
        ("2024-03-07", 10.5, 11.0, 10.0, 10.75, 1200),
        ("2024-03-08", 10.75, 12.0, 10.5, 11.5, 900),
    ]
    german = folder / "broker.csv"
    german.write_text(
        "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen;Kürzel\n"
        + "".join(
            f"{day[8:]}.{day[5:7]}.{day[:4]};{o};{h};{lo};{c};{v};BBB\n"
            for day, o, h, lo, c, v in rows
        ),
        encoding="utf-8",
    )
    american = folder / "us.csv"
    american.write_text(
        "Ticker,Date,Open,High,Low,Close,Volume\n"
        + "".join(
            f"BBB,{day[5:7]}/{day[8:]}/{day[:4]},{o},{h},{lo},{c},{v}\n"
            for day, o, h, lo, c, v in rows
        )
    )
    each = folder / "prices"
    each.mkdir()
    (each / "px_BBB.csv").write_text(
        "date,open,high,low,close,volume\n"
        + "".join(",".join(map(str, row)) + "\n" for row in rows)
    )
    (each / "px_CCC.csv").write_text("nothing of the kind\n")
    return {"german": german, "american": american, "folder": each}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("german", FileOptions.of("symbol=Kürzel,open=Eröffnung,high=Hoch,low=Tief,close=Schluss,"
                                  "volume=Volumen,date=Datum", "%d.%m.%Y")),
        ("american", FileOptions.of(date_format="%m/%d/%Y")),
        ("folder", FileOptions.of(symbol_from="^px_(.+)$")),
    ],
    ids=["german", "american", "folder"],
)  # fmt: skip
def test_prices_as_people_have_them_are_stored(
    store: BarStore, tmp_path: Path, name: str, options: FileOptions
):
    """Names, days and symbols as the user says; what cannot be read is said, the rest stored."""
    report = store.import_from(as_people_have_them(tmp_path)[name], ASKED, options=options)
    assert report.bars == 2
    assert report.refused == {}
    assert any("CCC" in note for note in report.notes) == (name == "folder")
    bars = store.read(["BBB"], np.datetime64("2024-03-01"), np.datetime64("2024-03-31"))
    assert bars.session.astype(str).tolist() == ["2024-03-07", "2024-03-08"]
    assert bars.open.tolist() == [10.5, 10.75]
    assert bars.close.tolist() == [10.75, 11.5]
    assert bars.volume.tolist() == [1200.0, 900.0]


def test_rows_that_come_twice_cost_only_their_symbol(store: BarStore, tmp_path: Path):
    """The same row twice is one; two different rows for a day take their symbol along."""
    path = tmp_path / "bars.csv"
    path.write_text(
        "symbol,date,open,high,low,close,volume\n"
        "AAA,2024-03-07,1,2,1,2,10\nAAA,2024-03-07,1,2,1,2,10\n"
        "BBB,2024-03-07,1,2,1,2,10\nBBB,2024-03-07,1,2,1,1,10\nBBB,2024-03-08,1,2,1,1,10\n"
        "CCC,2024-03-08,1,2,1,2,10\n"
    )
    report = store.import_from(path, ASKED)
    assert report.bars == 2
    assert report.refused == {
        "that repeat another": 1, "of symbols with two different rows for a day": 3
    }  # fmt: skip
    bars = store.read(
        ["AAA", "BBB", "CCC"], np.datetime64("2024-03-01"), np.datetime64("2024-03-31")
    )
    assert [bars.symbols[at] for at in bars.column] == ["AAA", "CCC"]


SYMBOLS = {
    "BBB.US": "BBB", "bbb": "BBB", "NASDAQ:BBB": "BBB", " BBB ": "BBB", "BRK/B": "BRK.B",
    "BACpL": "BACpL", "NA": "NA", "\x1b[2JB": None, "\u202eBBB": None, "B" * 25: None,
}  # fmt: skip


@pytest.mark.parametrize("written", SYMBOLS)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_symbols_of_a_file_are_read_by_one_rule(store, tmp_path, written, ending):
    """In an export's own columns as everywhere: else they would be stored and never found."""
    path = tmp_path / f"bars.{ending}"
    frame = pd.DataFrame(
        {"symbol": [written, "CCC"], "date": [dt.date(2024, 3, 8)] * 2}
        | {name: [2.5, 3.5] for name in ("open", "high", "low", "close", "volume")}
    )
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    report = store.import_from(path, ASKED)
    day = np.datetime64("2024-03-08")
    found = store.read(None, day, day)
    own = SYMBOLS[written]
    assert set(found.symbols) == {"CCC", *([own] if own else [])}
    assert report.refused == ({} if own else {"without a symbol": 1})


def test_what_is_odd_about_a_file_is_said(store: BarStore, tmp_path: Path):
    """Rows that are bars each, and cannot be right together."""
    path = tmp_path / "bars.csv"
    days = build_calendar(2024).last(80, np.datetime64("2024-03-08"))
    rows = "".join(f"AAA,{day},2000,2100,1900,{2000 + at},5\n" for at, day in enumerate(days))
    path.write_text("symbol,date,open,high,low,close,volume\n" + rows)
    (note,) = store.import_from(path, ASKED).notes
    assert "all prices are whole numbers" in note


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "symbol,date\nA,2024-01-30\n", "no column for open, high, low, close"),
        ("a.csv", "symbol,date,open,high,low,close,volume\nA,no,1,1,1,1,1\n", "a.csv"),
        ("a.csv", "symbol,date,open,high,low,close,volume\nA,,1,1,1,1,1\n", "1 without a date"),
        ("a.parquet", "no parquet", "a.parquet"),
        ("none.csv", None, "there is no such file"),
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
