"""Universes from the files that vendors and funds publish."""

import datetime as dt
import logging

import numpy as np
import pandas as pd
import pytest

from technic.errors import InputFileError
from technic.tables.file_options import FileOptions
from technic.universe import load_universe, prescreen, security_types
from technic.universe.listing_file import ListingFile

ISHARES = """\ufeffiShares Core S&P 500 ETF
Fund Holdings as of,"Mar 08, 2024"
Inception Date,"May 15, 2000"
Shares Outstanding,"845,000,000.00"
Stock,"-"
Bond,"-"
\u00a0
Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Price,Location,Exchange,Currency
"AAA","TRIPLE A","Information Technology","Equity","31,236.97","7.16","406.22","United States",\
"NASDAQ","USD"
"BBB","BEE","Financials","Equity","1,236.97","0.16","6.22","Ireland",\
"New York Stock Exchange Inc.","USD"
"XTSLA","BLK CSH FND","Cash and/or Derivatives","Money Market","1","0.1","1","Ireland","-","USD"
"-","CASH COLLATERAL","Cash and/or Derivatives","Cash","1","0.1","1","United States","-","USD"
"ESH4","S&P500 EMINI","Cash and/or Derivatives","Futures","0","0","5,130","-","Index","USD"
\u00a0
"The content contained herein is owned or licensed by the fund and protected by copyright laws."
"""
EODHD = """Code,Name,Country,Exchange,Currency,Type,Isin
AAA,Triple A,USA,NYSE,USD,Common Stock,US0
BBB,Bee,USA,NASDAQ,USD,Common Stock,
QQZ,A Fund,USA,NYSE ARCA,USD,ETF,
AAA-PA,Triple A,USA,NYSE,USD,Preferred Stock,
"""
LISTING_STATUS = """symbol,name,exchange,assetType,ipoDate,delistingDate,status
AAA,Triple A,NYSE,Stock,1999-11-18,null,Active
CCC,C Corp,NASDAQ,Stock,2020-09-09,2023-01-01,Delisted
DDD,D Corp,NYSE MKT,Stock,2020-09-09,2024-03-11,Delisted
AAA-WS,Triple A,NYSE,Stock,1999-11-18,null,Active
"""


def load(tmp_path, text, day="2024-03-08"):
    """Return the universe of a file as it was known on a day."""
    path = tmp_path / "listings.csv"
    path.write_text(text, encoding="utf-8")
    return load_universe(path, np.datetime64(day) if day else None)


def test_a_funds_holdings_are_a_universe(tmp_path, caplog):
    """Remarks above and below are none of it; cash and futures are no companies."""
    with caplog.at_level(logging.WARNING):
        found = load(tmp_path, ISHARES)
    assert found.symbols == ("AAA", "BBB", "XTSLA", "ESH4")
    assert found.text("exchange")[:2].tolist() == ["NASDAQ", "NYSE"]
    assert found.text("country")[:2].tolist() == ["United States", "Ireland"]
    assert security_types(found).code.tolist() == ["common", "common", "other", "other"]
    assert not found.has("market_cap")
    assert "left out 1 of 5 rows: 1 without a symbol" in caplog.text


def test_a_list_of_codes_is_a_universe(tmp_path):
    """``Code`` is a symbol, the type is what it says."""
    found = load(tmp_path, EODHD)
    assert found.symbols == ("AAA", "BBB", "QQZ", "AAApA")
    assert prescreen(found).rule.tolist() == [None, None, "fund", "preferred"]


def test_what_is_delisted_is_left_out_and_said(tmp_path, caplog):
    """On its last days it was still listed."""
    with caplog.at_level(logging.WARNING):
        found = load(tmp_path, LISTING_STATUS)
    assert found.symbols == ("AAA", "DDD", "AAA.WS")
    assert "left out 1 of 4 rows: 1 delisted by 2024-03-08" in caplog.text
    assert load(tmp_path, LISTING_STATUS, "2022-12-30").symbols == ("AAA", "CCC", "DDD", "AAA.WS")
    assert load(tmp_path, LISTING_STATUS, "2024-03-11").symbols == ("AAA", "AAA.WS")
    assert load(tmp_path, LISTING_STATUS, None).symbols == ("AAA", "AAA.WS")


@pytest.mark.parametrize(
    "text",
    [
        "ticker,active,name\nAAA,true,x\nCCC,false,y\n",
        "Ticker,Is Delisted\nAAA,N\nCCC,Y\n",
        "Symbol,Status\nAAA,Active\nCCC,delisted\n",
        "ticker,delisted_utc\nAAA,\nCCC,2023-01-01T05:00:00Z\n",
        "Symbol,Delisted On\nAAA,-\nCCC,01/31/2023\n",
    ],
    ids=["active", "is delisted", "status", "utc", "us date"],
)
def test_vendors_say_in_their_ways_what_is_gone(tmp_path, text):
    """A word, a flag, or a day."""
    assert load(tmp_path, text).symbols == ("AAA",)


def test_flags_and_days_of_a_parquet_file_are_read(tmp_path):
    """In their own types."""
    path = tmp_path / "listings.parquet"
    day = pd.to_datetime(["2023-01-01", None, None]).date
    frame = pd.DataFrame({"symbol": ["A", "B", "C"], "active": [True, True, False]})
    frame.assign(delisted_on=day).to_parquet(path)
    assert load_universe(path, np.datetime64("2024-03-08")).symbols == ("B",)


def test_a_status_of_another_kind_says_nothing(tmp_path):
    """N stands for normal in a directory's column of that name."""
    assert load(tmp_path, "symbol,status\nAAA,N\nBBB,Active\nCCC,D\n").symbols == (
        "AAA",
        "BBB",
        "CCC",
    )


def test_a_file_of_what_is_gone_alone_is_refused(tmp_path):
    """It would scan nothing."""
    with pytest.raises(InputFileError, match="lists no symbol: 1 row, each delisted"):
        load(tmp_path, "symbol,status\nAAA,Delisted\n")


@pytest.mark.parametrize("text", ["AAA\nBBB\n", "NASDAQ:AAPL\nNYSE:F\n", "$AAA\n$BBB\n"])
def test_a_plain_list_is_pointed_to_the_watchlist(tmp_path, text):
    """A universe needs a line of column names."""
    with pytest.raises(InputFileError, match="--watchlist reads a list of symbols"):
        load(tmp_path, text)


def test_a_list_on_one_line_is_pointed_to_the_watchlist(tmp_path):
    """Its symbols look like column names."""
    with pytest.raises(InputFileError, match="--watchlist reads a list of symbols"):
        load(tmp_path, "AAA,BBB,CCC\n")


def test_rows_without_a_symbol_are_left_out_whatever_else_they_hold(tmp_path, caplog):
    """Cash, totals and a fund's last words; a day that is none among them harms nothing."""
    text = (
        "date,fund,company,ticker\n03/13/2024,ARKK,ALPHA,AAA\n03/13/2024,ARKK,BETA,NYSE:BBB\n"
        "03/13/2024,ARKK,GAMMA,CCC.US\n03/13/2024,ARKK,DELTA,DDD\n03/13/2024,ARKK,CASH,\n"
        "03/13/2024,ARKK,US DOLLARS,USD CASH (USD) AND EQUIVALENTS\n"
        '"Investors should carefully consider the risks",,,\n'
    )
    with caplog.at_level(logging.WARNING):
        found = load(tmp_path, text, "2024-03-13")
    assert found.symbols == ("AAA", "BBB", "CCC", "DDD")
    assert found.day == np.datetime64("2024-03-13")
    assert "left out 3 of 7 rows: 3 without a symbol" in caplog.text


@pytest.mark.parametrize("name", ["Holding Ticker", "Emittententicker", "StockTicker"])
def test_columns_of_holdings_as_funds_call_them(tmp_path, name):
    """Beside a ticker of the fund itself."""
    assert load(tmp_path, f"Fund Ticker,{name}\nQQQ,AAA\nQQQ,BBB\n").symbols == ("AAA", "BBB")


def test_flags_say_what_a_row_is(tmp_path):
    """As vendors write true and false; a security that is not traded any more is gone."""
    text = (
        "symbol,companyName,isEtf,isActivelyTrading\nAAA,Alpha,False,True\nBBB,Beta,True,True\n"
        "CCC,Gamma,False,False\n"
    )
    found = load(tmp_path, text)
    assert found.symbols == ("AAA", "BBB")
    assert found.text("type").tolist() == [None, "etf"]


def test_a_list_of_a_broker_may_be_commented(tmp_path):
    """As Interactive Brokers ends its lists."""
    assert load(tmp_path, "#SYM|CUR|\nAAA|USD|\nBBB|USD|\n#EOF|2\n").symbols == ("AAA", "BBB")


def test_days_of_delisting_are_read_as_the_user_says(tmp_path):
    """Rows without one need none of that format."""
    path = tmp_path / "listings.csv"
    path.write_text("symbol,delistingDate\nAAA,31.01.2023\nBBB,null\nCCC,\n")
    options = FileOptions.of(date_format="%d.%m.%Y")
    found = load_universe(path, np.datetime64("2024-03-08"), options)
    assert found.symbols == ("BBB", "CCC")
    assert ListingFile.open(path, options).changes.tolist() == [dt.date(2023, 1, 31)]
