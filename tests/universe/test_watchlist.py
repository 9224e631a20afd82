"""Watchlists as people keep, export and paste them."""

import pandas as pd
import pytest

from technic.errors import InputFileError
from technic.tables.file_options import FileOptions
from technic.universe import load_symbols


@pytest.mark.parametrize(
    "text",
    [
        "AAPL\nBRK-B\nF\n",
        "aapl, brk/b ,F,AAPL",
        "# mine\nNASDAQ:AAPL,NYSE:BRK.B\n\nNYSE:F # cars\n",
        "\ufeffAAPL\r\nBRK.B\r\nF",
        "Symbol,Name\nAAPL,Apple\nBRK.B,Berkshire\nF,Ford\n",
    ],
    ids=["lines", "commas", "exchanges", "windows", "table"],
)
def test_a_watchlist_is_read_as_people_write_it(tmp_path, text):
    """Lines, commas, exchanges, comments and tables all give the same symbols."""
    path = tmp_path / "watch.txt"
    path.write_text(text, encoding="utf-8", newline="")
    assert load_symbols(path) == ("AAPL", "BRK.B", "F")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"# nothing\n,,\n", "names no symbol"),
        (b"A\nB\xff\n", "row 2: is not UTF-8 text"),
        (b"PAR1....", "is not a text file"),
        (b"A\x00B", "is not a text file"),
        (b'{"symbols": ["A"]}', "is JSON, not a table; one symbol a line"),
        (b"<!doctype html><html>", "is a page of HTML or XML"),
        (b"A\nthis line is a whole sentence of prose\n", "row 2: .* is no symbol"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_watchlist_gets_one_sentence(tmp_path, content, message):
    """A watchlist that names nothing is an error, not an empty scan."""
    path = tmp_path / "watch.txt"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=message):
        load_symbols(path)


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("$AAPL\n$BRK.B\n", "AAPL BRK.B"),
        ("$AAPL $F, $MSFT\n", "AAPL F MSFT"),
        ("AAPL MSFT F", "AAPL MSFT F"),
        ("AAPL  MSFT\nF V\n", "AAPL MSFT F V"),
        ("aapl msft f\n", "AAPL MSFT F"),
        ("AAPL;MSFT;F", "AAPL MSFT F"),
        ("AAPL\tMSFT\tF", "AAPL MSFT F"),
        ("AAPL|MSFT|F", "AAPL MSFT F"),
        ("AAPL, MSFT F", "AAPL MSFT F"),
        ('"AAPL","MSFT","F"', "AAPL MSFT F"),
        ("NASDAQ:AAPL,NYSE:F,NYSE:BRK.B", "AAPL F BRK.B"),
        ("###TECH,NASDAQ:AAPL,NASDAQ:MSFT,###CARS,NYSE:F", "AAPL MSFT F"),
        ("###TECH\nNASDAQ:AAPL\n\n###OLD CARS\nNYSE:F\n", "AAPL F"),
        ("(NASDAQ: AAPL)\n(NYSE: F)\n", "AAPL F"),
        ("AAPL US Equity\nBRK/B US Equity\n", "AAPL BRK.B"),
        ("AAPL.US\nF.US\n", "AAPL F"),
        ("1. AAPL\n2. F\n", "AAPL F"),
        ("- AAPL\n* F\n", "AAPL F"),
        ("BRK B\nBAC PRL\nF\n", "BRK.B BACpL F"),
        ("AACT-WS\nF # cars\n", "AACT.WS F"),
        ("LOW\nOPEN\nCODE\nNAME\n", "LOW OPEN CODE NAME"),
        ("NA\nTRUE\nnan\n", "NA TRUE NAN"),
        ("AAPL\n-\nN/A\nF\n", "AAPL F"),
        ("DES,AAPL,STK,SMART/AMEX,,,,,\nDES,F,STK,SMART/NYSE,,,,,\n", "AAPL F"),
        ("SYM,AAPL,SMART/NASDAQ\n", "AAPL"),
    ],
)
def test_a_list_parts_its_symbols_as_people_do(tmp_path, text, symbols):
    """Commas, semicolons, tabs, bars, blanks and lines; cashtags, exchanges, sections, numbers."""
    path = tmp_path / "watch.txt"
    path.write_text(text)
    assert load_symbols(path) == tuple(symbols.split())


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ('"No.","Ticker","Company"\n1,"AAPL","Apple, Inc."\n2,"F","Ford"\n', "AAPL F"),
        ("DYNAMIC LIST\n\nSymbol,Last\nAAPL,36.5\nF,45.6\n", "AAPL F"),
        ("Watchlist of 3/8/24\n\nName;Symbol;Last\nApple;AAPL;36,5\nFord;F;45,6\n", "AAPL F"),
        ("Ticker\n$AAPL\nNYSE:F\n", "AAPL F"),
        ("Description\tSymbol\nApple\tAAPL\nFord\tF\n", "AAPL F"),
        ("Company,Stock Symbol\nApple,AAPL\nCash,--\nFord,F\nTotal\n", "AAPL F"),
        (
            '"Account","Symbol","Quantity"\n"X1","AAPL",3\n"X1","AAPL",4\n"X2","F",1\n'
            '"X2","SPAXX**",9\n\n"The data and information in this spreadsheet is for you alone"\n',
            "AAPL F SPAXX",
        ),
        ("Symbol,Last\nAAPL,1\nF,2\nDownloaded on 3/8/24\n", "AAPL F"),
        ("\ufeffSymbol,Name\r\nAAPL,x\r\n,none\r\nF,y\r\n", "AAPL F"),
        ("Stock,Notes\nAAPL,good\nF,bad\n", "AAPL F"),
        ("Instrument;Shares\nAAPL;1\nF;2\n", "AAPL F"),
        ("Symbol,Qty\nAAPL,1\nF,2\nCash & Cash Investments,--\nAccount Total,--\n", "AAPL F"),
        ("STOCK,CODE\nAAPL,F\n", "STOCK CODE AAPL F"),
    ],
    ids=[
        "finviz", "thinkorswim", "semicolons", "one column", "tabs", "dashes and totals",
        "positions", "footer", "mark and blanks", "stocks", "instruments", "a broker's cash",
        "symbols that are such words",
    ],
)  # fmt: skip
def test_a_table_is_read_by_its_column_of_symbols(tmp_path, text, symbols):
    """Wherever the column stands and whatever stands above and below; a symbol counts once."""
    path = tmp_path / "watch.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert load_symbols(path) == tuple(symbols.split())


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
def test_a_watchlist_is_read_as_programs_encode_it(tmp_path, codec):
    """Excel's Unicode text."""
    path = tmp_path / "watch.txt"
    path.write_bytes("Symbol\tName\r\nAAPL\tx\r\n".encode(codec))
    assert load_symbols(path) == ("AAPL",)


def test_the_user_names_the_column(tmp_path):
    """A name that nobody knows is mapped."""
    path = tmp_path / "watch.csv"
    path.write_text("Firma,Papier\nApple,AAPL\nFord,F\n")
    assert load_symbols(path, FileOptions.of("symbol=Papier")) == ("AAPL", "F")


def test_a_parquet_file_is_a_table(tmp_path):
    """As a universe is."""
    path = tmp_path / "watch.parquet"
    pd.DataFrame({"name": ["Apple", "Ford"], "ticker": ["AAPL", "F"]}).to_parquet(path)
    assert load_symbols(path) == ("AAPL", "F")


def test_a_name_of_a_company_stays_one_text(tmp_path):
    """It is reported as an unknown symbol, not as two."""
    path = tmp_path / "watch.txt"
    path.write_text("Apple Inc\nF\n")
    assert load_symbols(path) == ("Apple Inc", "F")


def test_a_symbol_of_a_table_that_is_none_is_named_with_its_row(tmp_path):
    """Too long, or not of letters."""
    path = tmp_path / "watch.csv"
    path.write_text("no,ticker\n1,AAPL\n2,a company with a very long name\n")
    with pytest.raises(InputFileError, match=r"row 3: 'a company with a very lo…' is no symbol"):
        load_symbols(path)


@pytest.mark.parametrize(
    "text",
    [
        "AAPL,Apple Inc,NASDAQ\nBRK.B,Berkshire Hathaway,NYSE\nF,Ford Motor,NYSE\n",
        "1,Apple Inc,AAPL,NASDAQ\n2,Berkshire Hathaway,BRK.B,NYSE\n3,Ford,F,NYSE\n",
        "AAPL\tApple\nBRK-B\tBerkshire\nF\tFord\n\n",
        '"Apple, Inc.","AAPL"\n"Berkshire","BRK.B"\n"Ford","F"\n',
        "Apple Inc. (AAPL)\nBerkshire Hathaway (NYSE: BRK.B)\nFord Motor (F)\n",
    ],
    ids=["behind", "between", "tabs", "in quotes", "in brackets"],
)
def test_names_of_companies_beside_symbols_are_none(tmp_path, text):
    """Apple, Ford and NYSE are no symbols of a list that has AAPL and F."""
    path = tmp_path / "watch.csv"
    path.write_text(text, encoding="utf-8")
    assert load_symbols(path) == ("AAPL", "BRK.B", "F")


def test_symbols_in_rows_and_columns_stay_a_list(tmp_path):
    """No column of names: each cell is a symbol."""
    path = tmp_path / "watch.csv"
    path.write_text("AAPL,MSFT\nNVDA,F\n")
    assert load_symbols(path) == ("AAPL", "MSFT", "NVDA", "F")


def test_a_symbol_beside_names_that_is_none_is_named_with_its_row(tmp_path):
    """In a table without a line of names rows are counted from the first."""
    path = tmp_path / "watch.csv"
    path.write_text(f"AAPL,Apple Inc\n{'A' * 30},Some Company\n")
    with pytest.raises(InputFileError, match="row 2: 'AAAA"):
        load_symbols(path)


def test_a_line_without_an_end_is_no_company(tmp_path):
    """It is refused as it comes: looking through it for a name and a symbol would not end."""
    path = tmp_path / "list.csv"
    path.write_text("AAPL\n" + "a." * 150_000 + "\nMSFT\n", encoding="utf-8")
    with pytest.raises(InputFileError, match="is no symbol"):
        load_symbols(path)
