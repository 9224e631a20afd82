"""Tiingo's answers: histories restated for splits, words in place of data, the list of tickers."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.vendor_http import answer, day, mutated, only_request_errors, ranged, rows_of
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    BarRequest,
    RefusedError,
    RequestError,
    ThrottledError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.providers.vendors.tiingo import TiingoProvider
from technic.errors import ParameterError

KEY = "SECRETSECRETSECRET"
TIINGO = TiingoProvider(KEY)


def row(date: str, close: float, **changes: object) -> dict:
    """A row as it is on the wire: raw and adjusted prices, the day's split and dividend."""
    raw = {"open": close, "high": close + 4, "low": close - 4, "close": close, "volume": 100}
    adjusted = {f"adj{name.title()}": 0 for name in raw}
    when = {"date": f"{date}T00:00:00.000Z", "divCash": 0.0, "splitFactor": 1.0}
    return {**when, **raw, **adjusted, **changes}


# 4:1 on the 5th, 1:2 on the 7th: by hand, the 4th is divided by 4 and by 1/2.
HISTORY = [
    row("2024-03-04", 80.0),
    row("2024-03-05", 20.0, splitFactor=4.0),
    row("2024-03-06", 24.0),
    row("2024-03-07", 40.0, splitFactor=0.5),
]
REQUEST = ranged("BRK.B", "2024-03-04", "2024-03-06")


def test_a_history_is_asked_to_the_present_with_the_key_in_a_header():
    """No end: the splits after the range decide in which basis its prices are."""
    request = TIINGO.bars(REQUEST).request(None)
    assert request.url == "https://api.tiingo.com/tiingo/daily/BRK-B/prices"
    assert request.params == {"startDate": "2024-03-04", "format": "json"}
    assert request.headers == {"Authorization": f"Token {KEY}"}
    assert KEY not in request.full_url + repr(request) + repr(TIINGO)


def test_prices_are_divided_and_volumes_multiplied_by_the_splits_after_them():
    """By hand; the split after the range counts, its own day is not due."""
    bars, cursor = TIINGO.bars(REQUEST).read(answer(HISTORY))
    assert cursor is None
    assert rows_of(bars) == [
        ("BRK.B", "2024-03-04", 40.0, 42.0, 38.0, 40.0, 200.0),
        ("BRK.B", "2024-03-05", 40.0, 48.0, 32.0, 40.0, 50.0),
        ("BRK.B", "2024-03-06", 48.0, 56.0, 40.0, 48.0, 50.0),
    ]


@given(st.permutations([*HISTORY, HISTORY[1]]))
def test_order_and_exact_doubles_do_not_matter(rows: list):
    """A split that is listed twice by mistake is not a split twice."""
    bars, _ = TIINGO.bars(REQUEST).read(answer(rows))
    assert bars.close.tolist() == [40.0, 40.0, 48.0]


def test_no_rows_are_an_answer():
    """The symbol is known and did not trade."""
    assert len(TIINGO.bars(REQUEST).read(answer([]))[0]) == 0


@pytest.mark.parametrize(
    "rows",
    [
        [row("2024-03-04", 80.0), row("2024-03-04", 81.0)],
        [row("2024-03-04", 80.0), row("2024-03-04", 80.0, splitFactor=2.0)],
        [row("2024-03-04", 80.0, splitFactor=2.0), row("2024-03-04", 80.0)],
        [row("2024-03-01", 80.0)],
        [row("2024-03-04", 80.0, low=None)],
        [row("2024-03-04", 80.0, splitFactor=None)],
        [row("2024-03-04", 80.0, splitFactor=0)],
        [row("2024-03-04", 80.0), row("2024-03-05", 80.0, splitFactor=1e300)],
        [{**row("2024-03-04", 80.0), "date": "2024-03-04"}],
        {"detail": "Something else"},
        {},
    ],
    ids=["twice", "two factors", "the other first", "too early", "missing", "no factor",
         "zero", "absurd", "no time", "words", "nothing"],
)  # fmt: skip
def test_odd_answers_are_no_data(rows: object):
    """Whatever is wrong with a 200 is asked again."""
    with pytest.raises(BadAnswerError):
        TIINGO.bars(REQUEST).read(answer(rows))


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Error: You have run over your hourly request allocation.", ThrottledError),
        ("Error: You have run over your daily request allocation.", RefusedError),
        ("Error: You have run over your 500 symbol look up for this month.", RefusedError),
    ],
)
@pytest.mark.parametrize("plain", [False, True])
def test_an_allowance_that_is_used_up_is_told_in_words(
    status: int, text: str, error: type[RequestError], plain: bool
):
    """Also with status 200 and as plain text; only the hour is worth waiting for."""
    response = answer({"detail": text}, status)
    if plain:
        response = HttpResponse(status, {"content-type": "text/plain"}, text.encode())
    with pytest.raises(error, match="run over your"):
        TIINGO.bars(REQUEST).read(response)


def test_only_an_explicit_not_found_means_that_there_is_no_such_symbol():
    """A 404 of something in between says nothing about the symbol."""
    with pytest.raises(UnknownSymbolError):
        TIINGO.bars(REQUEST).read(answer({"detail": "Not found."}, 404))
    with pytest.raises(RefusedError):
        TIINGO.bars(REQUEST).read(HttpResponse(404, {"content-type": "text/html"}, b"<html>"))


def test_a_symbol_without_a_known_spelling_is_not_asked():
    """How Tiingo writes when-issued shares is not documented; units are in its list."""
    with pytest.raises(UnknownSymbolError):
        TIINGO.bars(ranged("AACTw", "2024-03-04", "2024-03-06")).request(None)
    request = TIINGO.bars(ranged("AACT.U", "2024-03-04", "2024-03-06")).request(None)
    assert "/AACT-U/" in request.url


def test_only_daily_ranges_are_offered_and_no_feeds():
    """What is not offered cannot be asked by mistake."""
    with pytest.raises(ParameterError, match="symbol_range"):
        TIINGO.bars(BarRequest("market_day", day("2024-03-08"), day("2024-03-08")))
    with pytest.raises(ParameterError, match="daily"):
        TIINGO.bars(ranged("A", "2024-03-04", "2024-03-06", "1min"))
    days = (day("2024-03-01"), day("2024-03-31"))
    assert TIINGO.splits(*days) is TIINGO.dividends(*days) is TIINGO.renames(*days) is None


TICKERS = [
    {"ticker": "AAPL", "exchange": "NASDAQ", "assetType": "Stock", "priceCurrency": "USD",
     "startDate": "1980-12-12", "endDate": "2024-03-08"},
    {"ticker": "BAC-P-L", "exchange": "NYSE", "assetType": "Stock", "priceCurrency": "USD",
     "startDate": "2008-01-01", "endDate": "2024-03-07"},
    {"ticker": "SPY", "exchange": "NYSE ARCA", "assetType": "ETF", "priceCurrency": "USD",
     "startDate": "1993-01-01", "endDate": "2024-03-08"},
    {"ticker": "GONE", "exchange": "NYSE", "assetType": "Stock", "priceCurrency": "USD",
     "startDate": "1993-01-01", "endDate": "2020-03-08"},
    {"ticker": "AAPL", "exchange": "NYSE", "assetType": "Stock", "priceCurrency": "USD",
     "startDate": "1980-12-12", "endDate": "2024-03-04"},
    {"ticker": "000001", "exchange": "SHE", "assetType": "Stock", "priceCurrency": "CNY",
     "startDate": "2008-01-01", "endDate": "2024-03-08"},
    {"ticker": "VFINX", "exchange": "NASDAQ", "assetType": "Mutual Fund", "priceCurrency": "USD",
     "startDate": "2008-01-01", "endDate": "2024-03-08"},
    {"ticker": "CANAD", "exchange": "NYSE", "assetType": "Stock", "priceCurrency": "CAD",
     "startDate": "2008-01-01", "endDate": "2024-03-08"},
    {"ticker": "NEVER", "exchange": "NYSE", "assetType": "Stock", "priceCurrency": "USD",
     "startDate": "", "endDate": ""},
]  # fmt: skip


def zipped(rows: list[dict], name: str = "supported_tickers.csv") -> bytes:
    """The table as it is on the wire."""
    text = io.StringIO()
    table = csv.DictWriter(text, TICKERS[0])
    table.writeheader()
    table.writerows(rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text.getvalue())
    return packed.getvalue()


def test_the_list_is_cut_to_what_trades_on_us_exchanges_today():
    """Delisted ones, other countries, funds that are no ETF, tickers without prices are left."""
    asked = TIINGO.listings()
    assert asked.request(None).headers == {}
    universe, _ = asked.read(
        HttpResponse(200, {"content-type": "application/zip"}, zipped(TICKERS))
    )
    assert universe.symbols == ("AAPL", "BACpL", "SPY")
    assert universe.text("exchange").tolist() == ["NASDAQ", "NYSE", "ARCA"]
    assert universe.text("type").tolist() == ["Stock", "Stock", "ETF"]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", zipped([]), zipped(TICKERS, "x.txt"), zipped(TICKERS)[:-30],
     zipped([{**TICKERS[0], "endDate": "soon"}]), zipped([{**TICKERS[0], "endDate": "NaT"}])],
    ids=["empty", "HTML", "no rows", "no table", "cut off", "no date", "NaT"],
)  # fmt: skip
def test_a_list_that_is_none_is_a_bad_answer(body: bytes):
    """Whatever was sent in place of the zipped table."""
    with pytest.raises(BadAnswerError):
        TIINGO.listings().read(HttpResponse(200, {}, body))


@given(st.binary(max_size=200), st.sampled_from([200, 400, 404, 429, 503]))
def test_any_bytes_are_read_or_refused_in_our_own_words(body: bytes, status: int):
    """Nothing but a RequestError leaves a parser."""
    only_request_errors(TIINGO.bars(REQUEST).read, answer(body, status))
    only_request_errors(TIINGO.listings().read, answer(body, status))


@given(mutated(HISTORY))
def test_any_mutated_history_is_read_or_refused_in_our_own_words(body: bytes):
    """A good answer with fields changed, missing, doubled, or cut off."""
    only_request_errors(TIINGO.bars(REQUEST).read, answer(body))


@given(mutated(TICKERS), st.integers(0, 400), st.integers(0, 255))
def test_any_mutated_list_is_read_or_refused_in_our_own_words(body: bytes, at: int, value: int):
    """Cells of the table changed, and bytes of its package."""
    try:
        rows = [
            {key: str(cell) for key, cell in row.items() if key in TICKERS[0]}
            for row in json.loads(body)
        ]
    except (ValueError, TypeError, AttributeError):
        rows = TICKERS
    packed = bytearray(zipped(rows))
    if at < len(packed):
        packed[at] = value
    only_request_errors(TIINGO.listings().read, HttpResponse(200, {}, bytes(packed)))
