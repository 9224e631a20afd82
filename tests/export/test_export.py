"""Exports: what is written is what the result holds, and reads back."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from support.made_up_facts import HandMadeFacts
from technic.errors import ParameterError
from technic.export import FORMATS, check_ledger_target, check_target, write, write_ledger
from technic.export.targets import replacing
from technic.result.scan_result import ScanResult
from technic.scan.config import ScanConfig
from technic.scanner_core import run_scan
from technic.sessions import build_calendar
from technic.testing import FakeProvider, make_bars
from technic.universe import universe_of

SYMBOLS = ["AA", "BB", "CC", "DD"]
DAY = "2024-03-08"


@pytest.fixture(scope="module")
def result() -> ScanResult:
    """Four symbols; one company's name would be a formula, one has a bar in it, one is unknown."""
    sessions = build_calendar(2024).last(300, np.datetime64(DAY))
    names = ["=1+1", "Pipe | Bar\n<b>Inc.", "http://example.com", None]
    provider = FakeProvider(
        make_bars(SYMBOLS, sessions), universe=universe_of(SYMBOLS, "four", {"company": names})
    )
    now = dt.datetime(2024, 3, 9, tzinfo=dt.UTC)
    return run_scan(ScanConfig(sort="symbol"), provider=provider, now=now)


def test_json_is_the_summary_and_nothing_else(result, capsys):
    """One object, null where a number is missing."""
    write(result, "json", 2)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert json.loads(printed) == json.loads(json.dumps(result.summary(2), allow_nan=False))


FACT_COLUMNS = ("+eps_ttm", "revenue_ttm", "shares_outstanding", "age(eps_ttm)", "pe_ttm")


@pytest.fixture(scope="module")
def with_facts() -> ScanResult:
    """A scan whose user wants facts; AA has them, BB a loss, nobody else is known."""
    written = {
        "eps_ttm": {"AA": [("2024-02-01", 4.0, "")], "BB": [("2024-02-01", -1.5, "")]},
        "age(eps_ttm)": {"AA": [("2024-02-01", 3.0, "")]},
        "revenue_ttm": {"AA": [("2024-02-01", 38.5e9, "")]},
        "shares_outstanding": {"AA": [("2024-02-01", 2e8, "")]},
    }
    sessions = build_calendar(2024).last(300, np.datetime64(DAY))
    provider = FakeProvider(make_bars(SYMBOLS, sessions), universe=universe_of(SYMBOLS, "four"))
    config = ScanConfig(sort="symbol", columns=FACT_COLUMNS)
    now = dt.datetime(2024, 3, 9, tzinfo=dt.UTC)
    return run_scan(config, provider=provider, now=now, facts=HandMadeFacts(written))


@pytest.mark.parametrize("format_", ["csv", "json", "parquet", "xlsx"])
def test_facts_are_columns_of_every_file(with_facts, tmp_path, format_):
    """Numbers as they are, missing as missing; a price over a loss is no number."""
    path = tmp_path / f"a.{format_}"
    write(with_facts, format_, None, path)
    if format_ == "json":
        rows = json.loads(path.read_text())["rows"]
    else:
        read = {"csv": pd.read_csv, "parquet": pd.read_parquet}.get(
            format_, lambda file: pd.read_excel(file, header=2)
        )
        frame = read(path).astype(object)
        rows = frame.where(frame.notna(), None).to_dict("records")
    aa, bb, cc, _ = rows
    assert (aa["eps_ttm"], aa["revenue_ttm"], aa["shares_outstanding"]) == (4.0, 38.5e9, 2e8)
    assert aa["age(eps_ttm)"] == 3.0
    assert aa["pe_ttm"] == pytest.approx(aa["close"] / 4.0)
    assert (bb["eps_ttm"], bb["pe_ttm"], bb["revenue_ttm"]) == (-1.5, None, None)
    assert [cc[name.lstrip("+")] for name in FACT_COLUMNS] == [None] * 5


def test_facts_of_a_workbook_have_their_formats(with_facts, tmp_path):
    """Amounts, shares and sessions whole, a share and a ratio with cents; nothing where missing."""
    write(with_facts, "xlsx", None, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["scan"]
    names = [cell.value for cell in sheet[3]]
    formats = {
        name: sheet.cell(4, names.index(name.lstrip("+")) + 1).number_format
        for name in FACT_COLUMNS
    }
    assert formats == {
        "+eps_ttm": "#,##0.00",
        "revenue_ttm": "#,##0",
        "shares_outstanding": "#,##0",
        "age(eps_ttm)": "#,##0",
        "pe_ttm": "#,##0.00",
    }
    assert sheet.cell(6, names.index("eps_ttm") + 1).value is None


@pytest.mark.parametrize("simulated", [True, False])
def test_csv_reads_back_bit_for_bit(result, tmp_path, simulated):
    """Every column, every digit; the days stand in each row, and simulated data says so there."""
    result = replace(result, data=replace(result.data, simulated=simulated))
    write(result, "csv", None, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(result.table.columns)
    marked = [columns[0], "data_simulated", *columns[1:]] if simulated else columns
    assert list(rows[0]) == [*marked, "as_of", "data_to"]
    assert {(row["last_bar"], row["as_of"], row["data_to"]) for row in rows} == {(DAY,) * 3}
    if simulated:
        assert {row["data_simulated"] for row in rows} == {"SIMULATED"}
    assert "data_simulated" not in result.table
    for name in ("close", "tech_rating", "macd_hist"):
        assert [float(row[name]) for row in rows] == result.table[name].tolist()


def test_parquet_reads_back_bit_for_bit_and_says_what_it_is(result, tmp_path):
    """The schema's metadata has the headline, SIMULATED included."""
    write(result, "parquet", 3, tmp_path / "a.parquet")
    read = pd.read_parquet(tmp_path / "a.parquet")
    assert list(read.columns) == list(result.table.columns)
    np.testing.assert_array_equal(read["tech_rating"], result.table["tech_rating"][:3])
    note = json.loads(pq.read_schema(tmp_path / "a.parquet").metadata[b"technic"])
    assert note["as_of"] == "2024-03-08"
    assert "SIMULATED" in note["headline"]


def test_xlsx_has_numbers_as_numbers_and_names_as_text(result, tmp_path):
    """Headline above, formats on numbers, no formula out of a name, the ledger on its own sheet."""
    write(result, "xlsx", None, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["scan"]
    assert "as of 2024-03-08" in sheet["A1"].value
    assert "SIMULATED" in sheet["A1"].value
    header = [cell.value for cell in sheet[3]]
    assert header == list(result.table.columns)
    first = dict(zip(header, sheet[4], strict=True))
    assert first["company"].value == "=1+1"
    assert first["company"].data_type == "s"
    assert first["close"].value == result.table["close"][0]
    formats = {name: first[name].number_format for name in first}
    assert formats["close"] == "#,##0.00"
    assert formats["return_1_pct"] == "+0.00;-0.00;0.00"
    assert formats["tech_rating"] == "0.0"
    assert formats["shares"] == formats["avg_dollar_volume_20"] == "#,##0"
    assert sheet["A1"].fill.fgColor.rgb == "FFFFC000"
    assert sheet.freeze_panes == "B4"
    assert sheet.max_row == 3 + len(result.table)
    assert [cell.value for cell in book["ledger"]["A"]] == ["symbol", *SYMBOLS]


def test_markdown_is_a_table_with_the_headline(result, capsys):
    """Every line of the table has the same number of cells, also with a bar in a name."""
    write(result, "md", 2)
    lines = capsys.readouterr().out.splitlines()
    assert "SIMULATED" in lines[2]
    table = [line for line in lines if line.startswith("| ")]
    rows = [line.replace("\\|", "") for line in table if "=1+1" in line or "Pipe" in line]
    assert len(rows) == 2
    assert {line.count("|") for line in rows} == {table[0].count("|")}
    assert "| Pipe \\| Bar &lt;b&gt;Inc. |" in table[3]
    assert "| **universe** | **4** |" in lines


def test_a_notebook_shows_tags_as_they_are(result):
    """HTML of a company's name is text."""
    page = result._repr_html_()
    assert "<b>Inc." not in page
    assert "&lt;b&gt;Inc." in page


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_table_can_be_written(result, format_, tmp_path):
    """No rows are a result too."""
    write(result, format_, 0, tmp_path / "empty")
    assert (tmp_path / "empty").stat().st_size > 0


def test_ledgers_name_every_symbol(result, tmp_path):
    """The ending decides between CSV and Parquet; each row has the scan's day."""
    for name in ("l.csv", "l.PARQUET"):
        write_ledger(result, tmp_path / name)
    written = pd.read_csv(tmp_path / "l.csv"), pd.read_parquet(tmp_path / "l.PARQUET")
    for ledger in written:
        assert ledger["symbol"].tolist() == SYMBOLS
        assert set(ledger["as_of"]) == {DAY}


def test_targets_are_refused_before_anything_is_written(tmp_path):
    """A format without a file, a folder, a folder that is missing, an ending."""
    for format_ in ("parquet", "xlsx"):
        with pytest.raises(ParameterError, match=f"--out scan.{format_}"):
            check_target(format_, None)
    with pytest.raises(ParameterError, match="a folder of that name"):
        check_target("csv", tmp_path)
    with pytest.raises(ParameterError, match="mkdir -p"):
        check_target("csv", tmp_path / "no" / "a.csv")
    with pytest.raises(ParameterError, match="format is 'pdf'"):
        check_target("pdf", tmp_path / "a.pdf")
    with pytest.raises(ParameterError, match=".csv or .parquet"):
        check_ledger_target(tmp_path / "a.txt")


def test_a_file_that_was_there_stays_when_writing_fails(tmp_path: Path):
    """Nobody finds half a file, and no rest is left beside it."""
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")

    def write_half() -> None:
        with replacing("out", path) as beside:
            beside.write_text("half", encoding="utf-8")
            raise OSError(28, "disk full")

    with pytest.raises(ParameterError, match="disk full"):
        write_half()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="no /dev/stdout")
def test_a_target_that_is_no_file_is_written_in_place(result):
    """Writing to a device does not replace it."""
    write(result, "csv", 1, Path("/dev/null"))
    assert not Path("/dev/null").is_file()
