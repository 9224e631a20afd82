import gzip
import logging

import numpy as np
import pandas as pd
import pytest

from technic.errors import InputFileError
from technic.universe import load_universe

CSV = """Symbol,Security Name,Primary Exchange,Sector,Market Cap,Country,Asset Type
aapl,Apple Common Stock,XNAS,Technology,"$2,500,000,000",USA,Stock
BRK/B,Berkshire Class B,New York Stock Exchange,N/A,1.2B,USA,Stock
NA,Nano Common Stock,NYSE,Tech,0,,Stock
BAC^L,Bank Preferred,N,Finance,,USA,Stock
"""

OTHERLISTED = (
    "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol\r\n"
    "BAC$L|Bank Preferred|N|BACpL|N|100|N|BAC-L\r\n"
    "SPX.W|Some Warrant|A|SPX.WS|N|100|N|SPX+\r\n"
    "QQZ|A Fund|P|QQZ|Y|100|N|QQZ\r\n"
    "ZTST|Listing Test|Z|ZTST|N|100|Y|ZTST\r\n"
    "File Creation Time: 0328202519:01||||||\r\n"
)


def test_a_csv_under_the_usual_names_becomes_a_universe(tmp_path):
    """Case of headers, symbols of any convention, exchange codes, amounts and gaps are read."""
    path = tmp_path / "listings.csv"
    path.write_text(CSV)
    universe = load_universe(path)
    assert universe.symbols == ("AAPL", "BRK.B", "NA", "BACpL")
    assert universe.text("exchange").tolist() == ["NASDAQ", "NYSE", "NYSE", "NYSE"]
    assert universe.text("sector").tolist() == ["Technology", None, "Tech", "Finance"]
    assert universe.text("country").tolist() == ["USA", "USA", None, "USA"]
    np.testing.assert_array_equal(universe.market_cap, [2.5e9, 1.2e9, np.nan, np.nan])
    assert universe.source == "listings.csv"


@pytest.mark.parametrize("name", ["u.parquet", "u.csv.gz", "semicolon.csv", "tabs.txt", "bom.csv"])
def test_the_format_does_not_matter(tmp_path, name):
    """Parquet, gzip, other delimiters and a byte order mark give the same universe."""
    plain = tmp_path / "plain.csv"
    plain.write_text(CSV)
    frame, path = pd.read_csv(plain, dtype=str, keep_default_na=False), tmp_path / name
    if name.endswith("parquet"):
        frame.to_parquet(path)
    elif name.endswith("gz"):
        path.write_bytes(gzip.compress(CSV.encode()))
    else:
        separator = {"semicolon.csv": ";", "tabs.txt": "\t", "bom.csv": ","}[name]
        encoding = "utf-8-sig" if name == "bom.csv" else "utf-8"
        frame.to_csv(path, sep=separator, index=False, encoding=encoding)
    pd.testing.assert_frame_equal(load_universe(path).frame, load_universe(plain).frame)


def test_the_symbol_directory_of_nasdaq_trader_is_a_universe(tmp_path):
    """CQS symbols are taken, flags become types, the footer is no listing."""
    path = tmp_path / "otherlisted.txt"
    path.write_bytes(OTHERLISTED.encode())
    universe = load_universe(path)
    assert universe.symbols == ("BACpL", "SPX.WS", "QQZ", "ZTST")
    assert universe.text("exchange").tolist() == ["NYSE", "AMEX", "ARCA", "BATS"]
    assert universe.text("type").tolist() == [None, None, "etf", "test_issue"]


def test_the_nasdaq_symbol_of_a_directory_is_read_as_one(tmp_path):
    """ACT symbols leave a warrant's series and a class of shares open, Nasdaq's do not."""
    path = tmp_path / "nasdaqtraded.txt"
    path.write_text(
        "Nasdaq Traded|Symbol|Security Name|Listing Exchange|CQS Symbol|NASDAQ Symbol\n"
        "Y|NE.A|Noble Warrants|N|NE.WS.A|NE+A\n"
        "Y|MKC.V|McCormick Common Stock|M|MKC.V|MKC.V\n"
        "Y|BAC$U|Bank Preferred|N|BACpU|BAC-U\n"
        "Y|X.V|When Issued|N|Xw|X#\n"
        "Y|BRK.B|Berkshire|N||\n"
    )
    universe = load_universe(path)
    assert universe.symbols == ("NE.WS.A", "MKC.V", "BACpU", "Xw", "BRK.B")
    assert universe.text("exchange")[1] == "CHX"
    alone = tmp_path / "alone.csv"
    alone.write_text("NASDAQ Symbol,Name\nBAC-U,Bank\nAACT=,Unit\nAACT+,Warrant\nJACS^,Right\n")
    assert load_universe(alone).symbols == ("BACpU", "AACT.U", "AACT.WS", "JACSr")


def test_the_nasdaq_file_is_listed_on_nasdaq(tmp_path):
    """Its market category stands for the exchange that it does not name."""
    path = tmp_path / "nasdaqlisted.txt"
    path.write_text(
        "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF\n"
        "AAPL|Apple|Q|N|N|100|N\nZVZZT|Test|G|Y|N|100|\n"
    )
    universe = load_universe(path)
    assert universe.text("exchange").tolist() == ["NASDAQ", "NASDAQ"]
    assert universe.text("type").tolist() == [None, "test_issue"]


def test_rows_that_repeat_another_count_once(tmp_path, caplog):
    """The log says how many were left out."""
    path = tmp_path / "u.csv"
    path.write_text("symbol,name\nA,Alpha\nB,Beta\nA,Alpha\n")
    with caplog.at_level(logging.WARNING):
        assert load_universe(path).symbols == ("A", "B")
    assert "left out 1 row" in caplog.text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n  \n", "is empty"),
        (b"symbol,name\n", "has a header but no rows"),
        (b"name,price\nA,1\n", "has no column for symbol; its columns are 'name', 'price'"),
        (b"symbol\nA\n\n B \n,\n", "row 5: has 2 values where the header has 1"),
        (b"symbol,name\nA,x\n\n,y\n", "row 4, column 'symbol': has no symbol"),
        (b"symbol,name\nA,x\nA,y\n", "row 3: A has another row, 2"),
        (b"symbol,name\nBRK/B,x\nBRK.B,y\n", "BRK.B has another row"),
        (b"symbol,name\nA,\xe9\n", "row 2: is not UTF-8 text"),
        (b"s\xe9,name\nA,x\n", "row 1: is not UTF-8 text"),
        (b"\xff\xfes\0y", "is UTF-16 text that breaks off"),
        (b"symbol,market cap\nA,1\nB,lots\n", "row 3, column 'market cap': 'lots' is no market"),
        (b"symbol;market cap\nA;1,5B\n", "row 2, column 'market cap': '1,5B' is no market cap"),
        (b"symbol,market cap\nA,-5\n", "'-5' is no market cap"),
        (b"symbol,market cap\nA,inf\n", "'inf' is no market cap"),
        (b"symbol,Symbol\nA,B\n", "has 2 columns for symbol: symbol, Symbol"),
        (b"symbol,name\nA,x\nB\n", "row 3: has 1 value where the header has 2"),
        (b"symbol\n" + b"x" * 40 + b"\n", "is no symbol"),
        (b"\x00\x01\x02garbage", "is neither CSV nor text"),
        (b"PK\x03\x04abc", "is a zip or Excel file"),
        (b"PAR1 and then nothing", "cannot be read as Parquet"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_universe_gets_one_sentence(tmp_path, content, message):
    """The sentence names the file, and row and column where there is one."""
    path = tmp_path / "hostile.csv"
    path.write_bytes(content)
    with pytest.raises(InputFileError) as caught:
        load_universe(path)
    text = str(caught.value)
    assert message in text
    assert text.startswith(str(path))
    assert "\n" not in text


def test_a_path_that_is_no_file_gets_one_sentence(tmp_path):
    """A folder and a missing file are told apart; a cut-off or false Parquet file is named."""
    with pytest.raises(InputFileError, match="is a folder"):
        load_universe(tmp_path)
    with pytest.raises(InputFileError, match="there is no such file"):
        load_universe(tmp_path / "absent.csv")
    whole = tmp_path / "whole.parquet"
    pd.DataFrame({"symbol": ["A"] * 1000}).to_parquet(whole)
    (tmp_path / "cut.parquet").write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(InputFileError, match="cannot be read as Parquet, it may be cut off"):
        load_universe(tmp_path / "cut.parquet")
    (tmp_path / "text.parquet").write_text("symbol\nA\n")
    with pytest.raises(InputFileError, match="is neither Parquet nor text|is not a Parquet"):
        load_universe(tmp_path / "text.parquet")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(CSV.encode() * 99)[:-30])
    with pytest.raises(InputFileError):
        load_universe(tmp_path / "cut.csv.gz")


def test_symbols_that_are_numbers_are_refused(tmp_path):
    """A Parquet column of numbers is no symbol column."""
    path = tmp_path / "u.parquet"
    pd.DataFrame({"symbol": [1, 2]}).to_parquet(path)
    with pytest.raises(InputFileError, match="column 'symbol': holds int64, not text"):
        load_universe(path)


def test_the_real_universe_is_read_whole(real_data):
    """Every row becomes a symbol; class shares and preferreds are in canonical form."""
    universe = load_universe(real_data / "universe_2024-03-08.parquet")
    assert len(universe) == 7242
    assert {"BRK.B", "NA", "TRUE", "F"} & set(universe.symbols) >= {"BRK.B", "F"}
    assert not [symbol for symbol in universe.symbols if "/" in symbol or "^" in symbol]
    assert np.isnan(universe.market_cap).sum() == 1171


def test_a_row_that_repeats_one_is_left_out_though_its_market_cap_is_unknown(tmp_path, caplog):
    """What is unknown on both sides does not differ."""
    path = tmp_path / "twice.csv"
    path.write_text("symbol,company,market_cap\nA,Alpha,\nB,Beta,2e9\nA,Alpha,\nB,Beta,2e9\n")
    assert load_universe(path).symbols == ("A", "B")
    assert "left out 2 rows that repeat one" in caplog.text
