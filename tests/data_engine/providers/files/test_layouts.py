"""Files as vendors, spreadsheets and archives lay them out, against the bars they were made of."""

import gzip
import zipfile

import numpy as np
import pandas as pd
import pytest

from support.price_files import TITLES, assert_read, bars, lines, text
from technic.data_engine.providers.files.file_names import name_files
from technic.data_engine.providers.files.provider import FilesProvider
from technic.errors import InputFileError
from technic.tables import packed_file
from technic.tables.file_options import FileOptions

FOOTERS = [
    "File Creation Time: 03132024 21:32",
    "Total,,,,,4006",
    "Downloaded from Barchart.com as of 03-13-2024 04:00pm CST",
    '"The data is provided as is, without warranty. All rights reserved."',
    ",,,,,",
]
PREAMBLES = {
    "title": "Downloaded on 2024-03-14\n\n" + text(),
    "several lines": "Symbol: AAA\nRange,1Y\nSource;somebody\n" + text(),
    "comments": "# date of export 2024\n# prices in dollars\n" + text(),
    "sep": "sep=;\n" + text(sep=";"),
    "sep in quotes": '"sep=\t"\n' + text(sep="\t"),
    "blank lines": "\n\n" + text(),
    "mark": "\ufeffsep=,\n" + text(),
}
NO_HEADER = {
    "day": text(header=False),
    "day and time": text(bars().assign(date=bars().date.str.replace("-", ".") + ",00:00"),
                         header=False).replace('"', ""),
    "symbol first": text(bars().assign(date="AAA," + bars().date.str.replace("-", "")),
                         header=False).replace('"', ""),
    "symbol second": text(bars().assign(date=bars().date + ",AAA"), header=False).replace('"', ""),
    "tabs": text(sep="\t", header=False),
}  # fmt: skip


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("times", [1, 3])
def test_lines_after_the_last_bar_are_left_out_and_said(tmp_path, footer, times):
    """Lines after the last bar are left out and said."""
    path = tmp_path / "AAA.csv"
    path.write_text(text() + f"{footer}\n" * times)
    notes = " ".join(assert_read(path))
    assert "lines that are no rows of prices are left out" in notes or footer == ",,,,,"


@pytest.mark.parametrize(
    "event",
    [
        "2024-03-05,0.24 Dividend", '"2024-03-05","0.24 Dividend",,,,',
        "2024-03-05,2:1 Stock Split",
        "2024-03-05,1.50 Capital Gains,,,,", "2024-03-05,Dividend,,,,0.24",
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", [1, 3])
def test_dividends_and_splits_between_bars_are_no_bars(tmp_path, event, at):
    """Dividends and splits between bars are no bars."""
    path = tmp_path / "AAA.csv"
    path.write_text(lines(at, event))
    assert "Dividend" in " ".join(assert_read(path)) or "Dividend" not in event


@pytest.mark.parametrize("cut", ["2024-03-14,36.5,36.", "2024-03-14", "2024-03-14,,x,,,"])
def test_a_row_that_was_cut_off_is_refused(tmp_path, cut):
    """It is no remark: bars are missing."""
    path = tmp_path / "AAA.csv"
    path.write_text(text() + cut)
    with pytest.raises(InputFileError, match="row 6"):
        FilesProvider(path)


@pytest.mark.parametrize("layout", PREAMBLES)
def test_the_header_is_found_below_a_preamble(tmp_path, layout):
    """The header is found below a preamble."""
    path = tmp_path / "AAA.csv"
    path.write_text(PREAMBLES[layout], encoding="utf-8")
    assert_read(path)


def test_errors_below_a_preamble_name_the_line_of_the_file(tmp_path):
    """Errors below a preamble name the line of the file."""
    path = tmp_path / "AAA.csv"
    path.write_text("Title\n\n" + text().replace("2024-03-06", "soon"))
    with pytest.raises(InputFileError, match="row 6, column 'date': 'soon'"):
        FilesProvider(path)


@pytest.mark.parametrize("layout", NO_HEADER)
def test_a_file_that_begins_with_a_bar_has_no_header(tmp_path, layout):
    """A file that begins with a bar has no header."""
    path = tmp_path / "AAA.csv"
    path.write_text(NO_HEADER[layout])
    assert "has no line of column names; its columns are taken as" in " ".join(assert_read(path))


def test_columns_without_names_are_mapped_by_number(tmp_path):
    """Where the order is another one, it is not guessed."""
    path = tmp_path / "AAA.csv"
    frame = bars()[["date", "close", "low", "high", "open", "volume"]]
    frame.to_csv(path, index=False, header=False)
    with pytest.raises(InputFileError, match="--columns-map date=NAME,open=NAME"):
        FilesProvider(path)
    assert_read(path, columns_map="date=1,close=2,low=3,high=4,open=5,volume=6")


@pytest.mark.parametrize("ours", ["close", "volume", "date"])
def test_columns_under_other_names_are_mapped(tmp_path, ours):
    """Columns under other names are mapped."""
    path = tmp_path / "AAA.csv"
    bars().rename(columns={ours: "Wert X"}).to_csv(path, index=False)
    with pytest.raises(InputFileError, match=f"no column for {ours}; .*--columns-map {ours}=NAME"):
        FilesProvider(path)
    assert_read(path, columns_map=f"{ours}=wert x")
    with pytest.raises(InputFileError, match="has no column 'Other'"):
        FilesProvider(path, options=FileOptions.of(f"{ours}=Other"))


def wide(symbols=("AAA", "BBB")):
    """What yf.download answers."""
    frames = {s: bars(s).set_index("date").rename(columns=TITLES) for s in symbols}
    table = pd.concat(frames, axis=1, names=["Ticker", "Price"])
    table.index = pd.DatetimeIndex(table.index, name="Date")
    return table


@pytest.mark.parametrize("symbols", [("AAA",), ("AAA", "BBB"), ("CCC", "AAA", "BBB")])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("by", ["ticker", "column"])
def test_tables_with_two_names_for_each_column_are_read(tmp_path, symbols, suffix, by):
    """A symbol that has no bar of another's day has none; unknown fields are passed over."""
    table = wide(symbols)
    table[(symbols[0], "Stock Splits")] = 0.0
    gone = table.tail(1) * np.nan
    table = pd.concat([table, gone.set_index(pd.DatetimeIndex(["2024-03-14"], name="Date"))])
    table = table if by == "ticker" else table.swaplevel(axis=1).sort_index(axis=1)
    path = tmp_path / f"many.{suffix}"
    table.to_csv(path) if suffix == "csv" else table.to_parquet(path)
    assert_read(path, symbols)


def test_a_table_of_two_names_with_a_bad_value_is_refused(tmp_path):
    """A table of two names with a bad value is refused."""
    path = tmp_path / "many.csv"
    path.write_text(wide().to_csv().replace("30.25", "x"))
    with pytest.raises(InputFileError, match="'x' is no number"):
        FilesProvider(path)


@pytest.mark.parametrize("case", ["zero", "absent", "parquet", "there"])
def test_tick_volume_stands_for_volume_that_is_zero(tmp_path, case):
    """Tick volume stands for volume that is zero."""
    frame = bars().rename(columns={"volume": "tickvol"})
    frame = frame if case == "absent" else frame.assign(vol=0)
    if case == "there":
        frame = bars().assign(tickvol=7)
    path = tmp_path / ("AAA.parquet" if case == "parquet" else "AAA.csv")
    frame.to_parquet(path) if case == "parquet" else frame.to_csv(path, index=False)
    notes = " ".join(assert_read(path))
    assert ("'tickvol' is taken for it" in notes) == (case != "there")


def archive(path, members):
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def test_a_zip_with_one_table_is_read(tmp_path):
    """What an operating system adds is passed over."""
    archive(tmp_path / "AAA.zip", {"deep/x.csv": text(), "__MACOSX/._x.csv": "?", "README.md": ""})
    assert_read(tmp_path / "AAA.zip")
    assert_read(tmp_path)
    parquet = tmp_path / "p.parquet"
    bars().to_parquet(parquet)
    assert_read(archive(tmp_path / "AAA.csv.zip", {"p.parquet": parquet.read_bytes()}))


def test_a_zip_with_several_tables_or_none_is_refused(tmp_path):
    """A zip with several tables or none is refused."""
    path = archive(tmp_path / "x.zip", {"a.csv": text(), "b.csv": text()})
    with pytest.raises(InputFileError, match=r"with 2 CSV or Parquet files in it; unpack it"):
        FilesProvider(path)
    with pytest.raises(InputFileError, match="with 0 CSV"):
        FilesProvider(archive(tmp_path / "y.zip", {"a.pdf": "?"}))


@pytest.mark.parametrize("kind", ["gz", "zip", "xlsx"])
def test_what_a_packed_file_holds_has_a_ceiling(tmp_path, monkeypatch, kind):
    """What a packed file holds has a ceiling."""
    monkeypatch.setattr(packed_file, "MAX_UNPACKED", 1000)
    path = tmp_path / f"x.csv.{kind}"
    if kind == "gz":
        path.write_bytes(gzip.compress(b"0" * 1001))
    elif kind == "zip":
        archive(path, {"x.csv": "0" * 1001})
    else:
        path = tmp_path / "x.xlsx"
        bars().to_excel(path, index=False)
    with pytest.raises(InputFileError, match="unpacks to more than"):
        FilesProvider(path)


@pytest.mark.parametrize("damage", [20, 200, 1500])
@pytest.mark.parametrize("kind", ["csv.gz", "zip", "xlsx"])
def test_packed_files_that_are_cut_off_get_one_sentence(tmp_path, kind, damage):
    """Packed files that are cut off get one sentence."""
    path = tmp_path / f"x.{kind}"
    if kind == "csv.gz":
        path.write_bytes(gzip.compress(text().encode()))
    elif kind == "zip":
        archive(path, {"x.csv": text()})
    else:
        bars().to_excel(path, index=False)
    data = path.read_bytes()
    path.write_bytes(data[: min(damage, len(data) - 5)])
    with pytest.raises(InputFileError):
        FilesProvider(path)


def test_a_sheet_is_read_below_its_title_and_beside_notes(tmp_path):
    """A sheet is read below its title and beside notes."""
    path = tmp_path / "AAA.xlsx"
    dated = bars().assign(date=pd.to_datetime(bars().date))
    with pd.ExcelWriter(path) as book:
        pd.DataFrame([["made by hand"]]).to_excel(book, sheet_name="notes", header=False)
        dated.to_excel(book, sheet_name="prices", index=False, startrow=3)
    assert_read(path)


def test_two_sheets_with_tables_are_refused(tmp_path):
    """Two sheets with tables are refused."""
    path = tmp_path / "AAA.xlsx"
    with pd.ExcelWriter(path) as book:
        for name in ("AAA", "BBB"):
            bars(name).to_excel(book, sheet_name=name, index=False)
    with pytest.raises(InputFileError, match="2 sheets that hold a table: 'AAA', 'BBB'; save one"):
        FilesProvider(path)


FOLDERS = [
    "daily/us/nasdaq stocks/1/{low}.us.txt", "csvdir/daily/{}.csv", "{}/daily.csv", "{}/{}.csv",
    "symbol={}/part-0.csv", "year=2024/ticker={}/data.csv", "a/b/c/d/{}_daily.csv",
]  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_folders_of_folders_are_read(tmp_path, name):
    """Folders of folders are read."""
    for symbol in ("AAA", "BBB"):
        path = tmp_path / name.format(symbol, symbol, low=symbol.lower())
        path.parent.mkdir(parents=True, exist_ok=True)
        bars(symbol).to_csv(path, index=False)
        (path.parent / "_SUCCESS").write_text("")
    assert_read(tmp_path, ("AAA", "BBB"))


def test_parts_by_year_are_one_symbol(tmp_path):
    """The folder is a year, not a symbol, though all files are called alike."""
    for at, year in enumerate(("2023", "2024")):
        (tmp_path / year).mkdir()
        bars()[2 * at : 2 * at + 2].to_csv(tmp_path / year / "AAA.csv", index=False)
    assert_read(tmp_path)


def test_sub_folders_beside_files_are_named(tmp_path):
    """Sub folders beside files are named."""
    bars().to_csv(tmp_path / "AAA.csv", index=False)
    (tmp_path / "old").mkdir()
    bars().assign(close=1.0).to_csv(tmp_path / "old" / "AAA.csv", index=False)
    assert (
        "sub-folders are not read, since it holds files itself: 'old'" in assert_read(tmp_path)[0]
    )


NAMED = {
    "BATS_AAA, 1D.csv": "AAA", "NASDAQ_AAPL, 1D.csv": "AAPL", "NYSE_BRK.B, 1D_a1b2c.csv": "BRK.B",
    "daily_AAA.csv": "AAA", "daily_adjusted_AAA.csv": "AAA", "AAA_daily.csv": "AAA",
    "aaa_us_d.csv": "AAA", "AAA.US.csv": "AAA", "aaa.us.txt": "AAA", "AAA (1).csv": "AAA",
    "AAA_Daily_202401010000_202403080000.csv": "AAA", "AAA Historical Data.csv": "AAA",
    "AAA_full_1day_adjsplit.txt": "AAA", "AAA_2020-01-01_2024-03-08.csv": "AAA",
    "BRK-B.csv": "BRK.B", "NASDAQ_DLY_AAA, 1D_a1b2c.csv": "AAA", "AAA.Last.txt": "AAA",
    "aaa_price-history-03-10-2024.csv": "AAA", "MacroTrends_Data_Download_AAA.csv": "AAA",
    "Download Data - STOCK_US_XNAS_AAA.csv": "AAA", "HistoricalQuotes_AAA.csv": "AAA",
    "AAA - Données Historiques.csv": "AAA", "AAA Historische Kurse.csv": "AAA",
    "AAA\u2013daily.csv": "AAA", "2024-03-08_AAA.csv": "AAA", "AAA US Equity.csv": "AAA",
    "AAA_1_day_2022-12-28_2024-03-08.csv": "AAA", "AAA_NASDAQ_1D_TRADES.csv": "AAA",
    "DLY_daily.csv": "DLY", "DAT.csv": "DAT", "LAST.csv": "LAST",
    "AAA.csv.txt": "AAA", "AAA.CSV.gz": "AAA", "AAA1440.csv": "AAA", "NASDAQ-AAA.csv": "AAA",
    "AAA.XNAS.csv": "AAA", "US.AAA.csv": "AAA", "AAA-20221228-20240308.csv": "AAA",
    "$AAA.csv": "AAA",
    "AAA_D1.csv": "AAA", "AAL_data.csv": "AAL", "DAY.csv": "DAY", "daily_DAY.csv": "DAY",
    "MAX_daily.csv": "MAX", "aaa.csv.gz": "AAA", "BACpL.csv": "BACpL",
}  # fmt: skip
DOUBTED = ["HistoricalData_1709900000000.csv", "prices.csv", "my best stock.csv", "BRK_B.csv",
           "export-2024.csv"]  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_well_known_names_are_understood(tmp_path, name):
    """Well known names are understood."""
    (named,) = name_files([tmp_path / name], tmp_path).values()
    assert (named.symbol, named.doubtful) == (NAMED[name], False)


@pytest.mark.parametrize("name", DOUBTED)
def test_names_that_are_no_symbols_are_doubted_in_one_note(tmp_path, name):
    """Names that are no symbols are doubted in one note."""
    for at in range(3):
        bars("ABC"[at]).to_csv(tmp_path / name.replace(".", f"{at}."), index=False)
    bars().to_csv(tmp_path / name, index=False)
    (doubt,) = [note for note in FilesProvider(tmp_path).notes if "--symbol-from" in note]
    assert "may not be" in doubt
    bars().assign(symbol="AAA").to_csv(tmp_path / "x.csv", index=False)
    assert not [note for note in FilesProvider(tmp_path / "x.csv").notes if "symbol" in note]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("^prices_(.+)$", "prices_AAA.csv"), (r"(\w+)\.csv$", "AAA.csv"), (r"^(\w+)/", "AAA/x y.csv")],
)
def test_the_user_says_how_the_symbol_stands_in_a_name(tmp_path, pattern, name):
    """The user says how the symbol stands in a name."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    bars().to_csv(path, index=False)
    assert not assert_read(tmp_path, symbol_from=pattern)
    with pytest.raises(InputFileError, match="finds no symbol in its name"):
        FilesProvider(tmp_path, options=FileOptions.of(symbol_from="^x(y)z$"))


@pytest.mark.parametrize("written",
    ["AAA.US", "aaa.us", "AAA US Equity", "NASDAQ:AAA", "AAA", "$AAA", "AAA.OQ", "AAA.XNYS",
     "US.AAA", "xnas.aaa", "AAA UN Equity"],
)  # fmt: skip
def test_what_belongs_to_no_symbol_is_taken_off_inside_files_too(tmp_path, written):
    """What belongs to no symbol is taken off inside files too."""
    bars().assign(symbol=written).to_csv(tmp_path / "other name.csv", index=False)
    assert_read(tmp_path / "other name.csv")


@pytest.mark.parametrize("endings", [".O", ".N", ".O.N.O"])
@pytest.mark.parametrize("in_folder", [True, False])
def test_a_letter_behind_every_symbol_is_doubted(tmp_path, endings, in_folder):
    """Refinitiv's AAPL.O and IBM.N; class shares among others are not."""
    each = (endings * 3)[:6]
    symbols = [f"{'ABC'[at] * 3}{each[2 * at : 2 * at + 2]}" for at in range(3)]
    frames = {symbol: bars().assign(symbol=symbol) for symbol in symbols}
    for symbol, frame in frames.items():
        if in_folder:
            frame.drop(columns="symbol").to_csv(tmp_path / f"{symbol}.csv", index=False)
    path = tmp_path if in_folder else tmp_path / "prices.csv"
    if not in_folder:
        pd.concat(frames.values()).to_csv(path, index=False)
    (doubt,) = [note for note in FilesProvider(path).notes if "exchange" in note]
    assert doubt.endswith(f"take it off if it is no part of the symbol: '{symbols[0]}'")
    plain = bars().assign(symbol="DDD")
    plain.to_csv(tmp_path / "more.csv", index=False)
    if in_folder:
        assert not [note for note in FilesProvider(path).notes if "exchange" in note]


def test_marks_of_open_workbooks_are_no_files(tmp_path):
    """Excel puts ``~$AAA.xlsx`` beside a workbook that it has open."""
    bars().to_csv(tmp_path / "AAA.csv", index=False)
    (tmp_path / "~$AAA.csv").write_bytes(b"\x05owner")
    assert not assert_read(tmp_path)


@pytest.mark.parametrize("minutes", [5, 60])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_bars_within_days_are_refused(tmp_path, minutes, suffix):
    """Bars within days are refused."""
    stamps = pd.date_range("2024-03-04 09:30", periods=12, freq=f"{minutes}min")
    frame = pd.concat([bars()] * 3).assign(date=stamps)
    path = tmp_path / f"AAA.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    with pytest.raises(InputFileError, match=r"bars within days \(12 rows on 2024-03-04\)"):
        FilesProvider(path)


@pytest.mark.parametrize("stem", ["HistoricalData_17099000000{}", "export of the quarter, part {}",
                                  "ΑΒΓ-{}"])  # fmt: skip
def test_names_of_which_none_is_a_symbol_are_refused_with_the_option(tmp_path, stem):
    """With the first of them; the option reads them."""
    for number in (11, 12):
        (tmp_path / f"{stem.format(number)}.csv").write_text(text())
    with pytest.raises(InputFileError, match=r'no symbol in the names .*--symbol-from "REGEX"'):
        FilesProvider(tmp_path).listings()
    named = FilesProvider(tmp_path, options=FileOptions.of(symbol_from=r"(\d\d)$"))
    assert set(named.listings().symbols) == {"11", "12"}
