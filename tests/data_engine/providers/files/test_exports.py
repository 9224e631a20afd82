"""What programs and spreadsheets do to a table of bars, against the bars it was made of."""

import os
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.price_files import DAYS, TITLES, assert_read, bars, lines, text
from technic.data_engine.providers.files.provider import FilesProvider
from technic.errors import InputFileError
from technic.panel import FIELDS

LONG = pd.concat([bars(s).assign(symbol=s) for s in ("AAA", "BBB")])
NAMES = ["date", *FIELDS]


@pytest.mark.parametrize(
    "names",
    [
        ["Dates", "PX_OPEN", "PX_HIGH", "PX_LOW", "PX_LAST", "PX_VOLUME"],
        ["Exchange Date", "Open (USD)", "High ($)", "Low [USD]", "Close (US$)", "Volume (shares)"],
        ["t", "o", "h", "l", "c", "v"],
        ["ts_event", *FIELDS],
        ["Gmt time", "Open", "High", "Low", "Close", "Volume"],
        ["Index", "AAA.Open", "AAA.High", "AAA.Low", "AAA.Close", "AAA.Volume"],
        ["Datum", "Eröffn.", "Hoch", "Tief", "Zuletzt", "Stuecke"],
        ["date", "OPENPRC", "ASKHI", "BIDLO", "PRC", "VOL"],
        ["Date", "Open", "High", "Low", "Close Close price adjusted for splits.", "Volume"],
        ["", *FIELDS],
    ],
)
def test_columns_as_programs_call_them(tmp_path, names):
    """The unit in brackets is what everybody would think; pandas and R name no column of days."""
    path = tmp_path / "AAA.csv"
    bars().set_axis(names, axis=1).to_csv(path, index=False)
    assert not assert_read(path)


def test_the_number_of_shares_comes_before_their_worth(tmp_path):
    """German exchanges call turnover in euros Volumen."""
    path = tmp_path / "AAA.csv"
    bars().rename(columns={"volume": "Stuecke"}).assign(Volumen=7).to_csv(path, index=False)
    assert_read(path)


@pytest.mark.parametrize("name", ["ts_code", "Stock", "Stock Symbol", "stock_code"])
def test_columns_of_symbols_as_programs_call_them(tmp_path, name):
    """Beside others that hold something else."""
    path = tmp_path / "prices.csv"
    LONG.rename(columns={"symbol": name}).assign(session="reg").to_csv(path, index=False)
    assert not assert_read(path, ("AAA", "BBB"))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("form", ["{}_{}", "{}.{}", "{} {}", "{1} {0}"])
def test_columns_named_after_symbol_and_field_are_read(tmp_path, suffix, form):
    """Each symbol has its columns, as R and scripts make them."""
    parts = [
        bars(s).set_index("date").rename(columns={n: form.format(s, n.title()) for n in FIELDS})
        for s in ("AAA", "BBB")
    ]
    wide = pd.concat(parts, axis=1).reset_index()
    path = tmp_path / f"wide.{suffix}"
    wide.to_csv(path, index=False) if suffix == "csv" else wide.to_parquet(path)
    assert not assert_read(path, ("AAA", "BBB"))


def test_bids_and_asks_are_no_symbols(tmp_path):
    """Nobody can tell which of them to take."""
    path = tmp_path / "AAA.csv"
    two = pd.concat([bars().add_prefix(f"{side}_") for side in ("bid", "ask")], axis=1)
    two.rename(columns={"bid_date": "date"}).drop(columns="ask_date").to_csv(path, index=False)
    with pytest.raises(InputFileError, match="no column for open, high, low, close"):
        FilesProvider(path)


def test_whole_prices_below_a_header_without_a_day_are_no_second_line_of_names(tmp_path):
    """The first row is no list of symbols, though none of its numbers has a point."""
    path = tmp_path / "prices.csv"
    path.write_text(
        "symbol,open,high,low,close,volume,moment\n" + "AAA,9,9,8,9,100,1709856000\n" * 3
    )
    with pytest.raises(InputFileError, match="has no column for date"):
        FilesProvider(path)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_symbol_that_has_a_volume_alone_is_passed_over(tmp_path, suffix):
    """A download of several tickers of which one failed."""
    own = bars().set_index("date").rename(columns=TITLES)
    table = pd.concat({"AAA": own, "BBB": own[["Volume"]]}, axis=1, names=["Ticker", "Price"])
    table.index = pd.DatetimeIndex(table.index, name="Date")
    path = tmp_path / f"many.{suffix}"
    table.to_csv(path) if suffix == "csv" else table.to_parquet(path)
    assert FilesProvider(path).listings().symbols == ("AAA",)
    assert_read(path)


ENCODED = {
    "UTF-16": text(sep="\t").encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + text().encode("utf-16-be"),
    "UTF-32": text().encode("utf-32"),
    "line ends of old": text().replace("\n", "\r").encode(),
    "line ends of DOS, twice": text().replace("\n", "\r\r\n").encode(),
}
GUARDED = {
    "Excel": "\n".join([text().splitlines()[0], *(
        ",".join(f'"=""{cell}"""' for cell in row.split(",")) for row in text().splitlines()[1:])]),
    "quotes behind blanks": text(quoting=1).replace(",", ", "),
    "single quotes": text(quoting=1).replace('"', "'"),
    "ends with commas, but for the header": text().replace("\n", ",\n").replace(",\n", "\n", 1),
    "numbered rows, as R writes them": text() .splitlines()[0] + "\n" + "".join(
        f'"{at}",{row}\n' for at, row in enumerate(text().splitlines()[1:], 1)),
    "days as the names of rows": text().replace("date,", "", 1),
}  # fmt: skip
REMARKS = {
    "the header again": text(bars()[:2]) + text(bars()[2:]),
    "the header again, with a mark": text(bars()[:2]) + "\ufeff" + text(bars()[2:]).upper(),
    "units below the header": lines(1, ",USD,USD,USD,USD,shares"),
    "a comment between rows": lines(3, "# no trading on the 7th to 12th"),
    "a comment at the end": text() + "// end\n",
    "averages": text() + "Average,21.65,22.35,21.15,21.75,1001.5\n",
    "an average without a word for it": text() + "\nMean: 21.75,,,,,\n",
    "the number of rows": text() + "4\n",
}  # fmt: skip


@pytest.mark.parametrize("how", ENCODED)
def test_text_is_read_as_programs_encode_it(tmp_path, how):
    """A mark at the beginning says which way."""
    path = tmp_path / "AAA.csv"
    path.write_bytes(ENCODED[how])
    assert not assert_read(path)


@pytest.mark.parametrize("how", GUARDED)
def test_what_programs_put_around_values_is_no_part_of_them(tmp_path, how):
    """Nothing is said of it, since nothing is left out."""
    path = tmp_path / "AAA.csv"
    path.write_text(GUARDED[how], encoding="utf-8")
    assert not assert_read(path)


@pytest.mark.parametrize("how", REMARKS)
def test_lines_that_are_no_rows_are_left_out_and_said(tmp_path, how):
    """Wherever programs put them."""
    path = tmp_path / "AAA.csv"
    path.write_text(REMARKS[how], encoding="utf-8")
    (note,) = assert_read(path)
    assert "lines that are no rows of prices are left out, such as" in note


@pytest.mark.parametrize("end", ["5", "20240314", "2024-03-14", "2024-03-14,1,2", "3,1,1,1,1,1"])
def test_a_last_line_that_may_be_a_row_is_not_taken_for_a_remark(tmp_path, end):
    """A number of rows has to be that number."""
    path = tmp_path / "AAA.csv"
    path.write_text(text() + end)
    with pytest.raises(InputFileError, match="row 6"):
        FilesProvider(path)


@pytest.mark.parametrize(("unit", "times"), [("(M)", 1e6), ("(000s)", 1e3), ("in millions", 1e6)])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_volume_is_counted_as_its_name_says(tmp_path, unit, times, suffix):
    """And a line says so; an indicator of that name is none."""
    path = tmp_path / f"AAA.{suffix}"
    frame = bars().assign(volume=bars().volume / times, **{"Volume MA": 3.0})
    frame = frame.rename(columns={"volume": f"Volume {unit}"})
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    (note,) = assert_read(path)
    assert (
        f"column 'Volume {unit}' is taken in {'thousands' if times == 1e3 else 'millions'}" in note
    )


def test_names_of_companies_in_place_of_symbols_are_doubted(tmp_path):
    """And the option is named."""
    path = tmp_path / "prices.csv"
    LONG.assign(symbol="Alpha Inc").rename(columns={"symbol": "Name"})[:4].to_csv(path, index=False)
    (note,) = FilesProvider(path).notes
    assert "column 'Name' is taken for symbols and holds names of several words" in note
    assert "--columns-map symbol=NAME" in note


def test_a_zip_holds_one_table_and_texts_about_it(tmp_path):
    """A licence is no table."""
    path = tmp_path / "AAA.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("data/x.csv", text())
        packed.writestr("data/README.txt", "read me")
        packed.writestr("LICENSE.txt", "all rights")
    assert_read(path)


@pytest.mark.parametrize("name", ["{}.csv", "NASDAQ_{}.csv", "date={}/part-0.csv", "{}/{}.csv"])
def test_files_of_a_day_may_say_the_day_in_their_name_alone(tmp_path, name):
    """A file for each day, with the symbols in it."""
    for day, rows in LONG.groupby("date"):
        written = day.replace("-", "") if "NASDAQ" in name else day
        path = tmp_path / name.format(written, written)
        path.parent.mkdir(exist_ok=True)
        rows.drop(columns="date").to_csv(path, index=False)
    assert not assert_read(tmp_path, ("AAA", "BBB"))


def test_a_file_of_several_days_needs_a_column_of_them(tmp_path):
    """Its name is no more than when it was made."""
    path = tmp_path / "prices_2024-03-13.csv"
    LONG.rename(columns={"date": "moment"}).to_csv(path, index=False)
    with pytest.raises(InputFileError, match="has no column for date"):
        FilesProvider(path)


def test_what_is_no_file_is_not_waited_for(tmp_path):
    """A pipe that nobody writes to would be read for ever."""
    (tmp_path / "AAA.csv").write_text(text())
    os.mkfifo(tmp_path / "BBB.csv")
    provider = FilesProvider(tmp_path)
    assert provider.history(("BBB",), DAYS).failures["BBB"].reason == "unreadable_file"
    with pytest.raises(InputFileError, match="is a pipe or device, not a file"):
        FilesProvider(tmp_path / "BBB.csv")


def test_packed_files_beside_others_are_named(tmp_path):
    """They may be the same once more, or not: AAA.zip is, CCC.xlsx is another symbol."""
    (tmp_path / "AAA.csv").write_text(text())
    (tmp_path / "AAA.zip").write_bytes(b"?")
    bars("CCC").to_excel(tmp_path / "CCC.xlsx", index=False)
    (note,) = assert_read(tmp_path)
    assert note.endswith("packed files are not read, since it holds files itself: 'CCC.xlsx'")


def test_single_quotes_around_symbols_are_none_of_them(tmp_path):
    """Nor what guards them from a spreadsheet."""
    path = tmp_path / "prices.csv"
    for mark in ("'AAA'", '="AAA"', "'AAA"):
        bars().assign(symbol=mark).to_csv(path, index=False)
        assert_read(path)


BAD = {
    "a price": ("close", "x", "'x' is no number"),
    "a price in brackets": ("volume", "(1,234)", "'(1,234)' is no number"),
    "a day": ("date", "#####", "'#####' is no date"),
    "no day": ("date", "", "'' is no date"),
    "a day of another century": ("date", "0024-03-05", "'0024-03-05' is no date"),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_cell_that_cannot_be_read_costs_its_symbol_alone(tmp_path, what, suffix):
    """In a file of many symbols, alone or among others; of one or two it is the file's fault."""
    column, value, message = BAD[what]
    many = pd.concat([bars(s).assign(symbol=s) for s in ("AAA", "BBB", "CCC")], ignore_index=True)
    many = many.astype({column: object})
    many.loc[5, column] = value
    for name, rows in (("many", many), ("two", many[many.symbol != "CCC"])):
        text_alone = rows.astype({column: str})
        path = tmp_path / name / f"prices.{suffix}"
        path.parent.mkdir()
        rows.to_csv(path, index=False) if suffix == "csv" else text_alone.to_parquet(path)
    for path in (tmp_path / "many" / f"prices.{suffix}", tmp_path / "many"):
        assert_read(path, ("AAA", "CCC"))
        answer = FilesProvider(path).history(("AAA", "BBB"), DAYS)
        assert {*answer.bars.symbols} == {"AAA"}
        why = answer.failures["BBB"]
        assert why.reason == "unreadable_file"
        row = 7 if suffix == "csv" else 6
        assert f"row {row}, column '{column}': {message}" in why.detail
        assert FilesProvider(path).listings().symbols == ("AAA", "BBB", "CCC")
    with pytest.raises(InputFileError) as caught:
        FilesProvider(tmp_path / "two" / f"prices.{suffix}").history(("AAA",), DAYS)
    assert message in str(caught.value)


TYPED = {
    "stamps beyond all": (
        "date",
        pa.array([2**62] * 4, pa.timestamp("us")),
        "no date; its year",
    ),
    "days beyond all": ("date", pa.array([2**31 - 1] * 4, pa.date32()), "no date; its year"),
    "days before all": ("date", pa.array([-(2**31)] * 4, pa.date32()), "no date; its year"),
    "times of day": ("date", pa.array([1] * 4, pa.time64("us")), "holds time64[us], not text"),
    "lists": ("close", pa.array([[1.0]] * 4), "holds list<"),
    "structures": ("close", pa.array([{"v": 1.0}] * 4), "holds struct<"),
    "truth values": ("close", pa.array([True] * 4), "holds bool, not numbers"),
    "broken bytes": ("symbol", pa.array([b"\xff\xfe"] * 4), "is not UTF-8 text"),
}


@pytest.mark.parametrize("what", TYPED)
def test_values_of_a_type_that_cannot_be_right_get_one_sentence(tmp_path, what):
    """The column is named; nothing of Arrow's own is shown."""
    column, values, message = TYPED[what]
    path = tmp_path / "AAA.parquet"
    table = pa.Table.from_pandas(bars().assign(symbol="AAA"), preserve_index=False)
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, column, values), path)
    with pytest.raises(InputFileError) as caught:
        FilesProvider(path).history(("AAA",), DAYS)
    assert message in str(caught.value)
    assert f"column '{column}'" in str(caught.value)


def test_a_stamp_that_is_missing_costs_its_symbol_alone(tmp_path):
    """In Parquet, where days have a type."""
    path = tmp_path / "prices.parquet"
    many = pd.concat([bars(s).assign(symbol=s) for s in ("AAA", "BBB", "CCC")], ignore_index=True)
    many["date"] = pd.to_datetime(many.date)
    many.loc[5, "date"] = pd.NaT
    many.to_parquet(path)
    assert_read(path, ("AAA", "CCC"))
    assert "row 6, column 'date': has no date" in (
        FilesProvider(path).history(("BBB",), DAYS).failures["BBB"].detail
    )
