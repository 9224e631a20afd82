"""Polygon's answers: what they mean and which of them are none."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.vendor_http import (
    answer,
    day,
    market,
    mutated,
    only_request_errors,
    ranged,
    rows_of,
)
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    BarRequest,
    RefusedError,
    RequestError,
    ThrottledError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.providers.vendors.polygon import FREE, PAID, PolygonProvider
from technic.errors import ParameterError

KEY = "SECRET-KEY-0123456789"
POLYGON = PolygonProvider(KEY, plan=replace(PAID, least_market_rows=2))

# 2020-10-14 in summer: a day starts at 04:00 UTC and its regular session ends at 20:00 UTC.
GROUPED = {
    "status": "OK",
    "adjusted": False,
    "queryCount": 3,
    "resultsCount": 3,
    "request_id": "x",
    "results": [
        {"T": "AAPL", "v": 38649398.679189, "vw": 1, "o": 121.0, "c": 121.19, "h": 123.03,
         "l": 119.62, "t": 1602705600000, "n": 5},
        {"T": "BACpL", "v": 10, "o": 1e1, "c": 10, "h": 10, "l": 10, "t": 1602705600000},
        {"T": "BACPL", "v": 20, "o": 5, "c": None, "h": 6, "l": 4, "t": 1602705600000},
    ],
}  # fmt: skip
RANGE = {
    "ticker": "AAPL",
    "status": "DELAYED",
    "adjusted": False,
    "queryCount": 2,
    "resultsCount": 2,
    "count": 2,
    "results": [
        {"v": 100.5, "o": 10, "c": 11, "h": 12, "l": 9, "t": 1577941200000},
        {"v": 200, "o": 11, "c": 10, "h": 11.5, "l": 9.5, "t": 1578027600000, "otc": True},
    ],
}
SNAPSHOT = {
    "status": "OK",
    "count": 3,
    "tickers": [
        {"ticker": "AAPL", "updated": 1602705600000000000, "prevDay": {"c": 1},
         "day": {"o": 1, "h": 2, "l": 0.5, "c": 1.5, "v": 7}},
        {"ticker": "NEW", "updated": 0, "day": {"o": 0, "h": 0, "l": 0, "c": 0, "v": 0}},
        {
            "ticker": "EARLY",
            "updated": 1602705600000000000,
            "day": {"o": 0, "h": 0, "l": 0, "c": 0, "v": 0},
        },
        {"ticker": "OLD", "updated": 1602619200000000000,
         "day": {"o": 1, "h": 1, "l": 1, "c": 1, "v": 1}},
        {"ticker": "MSFT", "updated": 1602705600000000000,
         "day": {"o": 3, "h": 3, "l": 3, "c": 3, "v": 3}},
    ],
}  # fmt: skip
SPLITS = {
    "status": "OK",
    "results": [
        {"id": "a", "ticker": "NVDA", "execution_date": "2024-06-10", "split_from": 1,
         "split_to": 10, "adjustment_type": "forward_split"},
        {"id": "b", "ticker": "XYZ", "execution_date": "2024-06-12", "split_from": 25,
         "split_to": 1, "adjustment_type": "reverse_split"},
    ],
}  # fmt: skip
DIVIDENDS = {
    "status": "OK",
    "results": [
        {"id": "a", "ticker": "KO", "ex_dividend_date": "2024-06-14", "cash_amount": 0.485,
         "currency": "USD", "distribution_type": "recurring"},
        {"id": "a", "ticker": "KO", "ex_dividend_date": "2024-06-14", "cash_amount": 0.485,
         "currency": "USD", "distribution_type": "recurring"},
        {"id": "b", "ticker": "SHEL", "ex_dividend_date": "2024-06-14", "cash_amount": 0.3,
         "currency": "GBP"},
    ],
}  # fmt: skip
TICKERS = {
    "status": "OK",
    "count": 2,
    "results": [
        {"ticker": "AAPL", "name": "Apple Inc.", "market": "stocks", "locale": "us",
         "primary_exchange": "XNAS", "type": "CS"},
        {"ticker": "ABRpD", "name": "Arbor", "market": "stocks", "locale": "us"},
    ],
}  # fmt: skip
MARKET = market("2020-10-14")
WINTER = ranged("AAPL", "2020-01-02", "2020-01-03")
JUNE = (day("2024-06-01"), day("2024-06-30"))


def but(payload: dict, **changes: object) -> HttpResponse:
    """The answer with some of its fields changed; ... takes one out."""
    changed = {key: value for key, value in {**payload, **changes}.items() if value is not ...}
    return answer(changed)


def test_a_market_day_is_asked_unadjusted_with_the_key_in_a_header_alone():
    """One request; the key is in no URL, no text of the request or the provider."""
    request = POLYGON.bars(MARKET).request(None)
    assert request.url.endswith("/v2/aggs/grouped/locale/us/market/stocks/2020-10-14")
    assert request.params == {"adjusted": "false", "include_otc": "false"}
    assert request.headers == {"Authorization": f"Bearer {KEY}"}
    for text in (request.full_url, repr(request), request.shown, repr(POLYGON)):
        assert KEY not in text


def test_a_market_day_takes_its_day_from_the_request():
    """``t`` is the end of the day there; small letters decide; missing prices stay as NaN."""
    bars, cursor = POLYGON.bars(MARKET).read(answer(GROUPED))
    rows = rows_of(bars)
    assert cursor is None
    assert rows[0] == ("AAPL", "2020-10-14", 121.0, 123.03, 119.62, 121.19, 38649398.679189)
    assert rows[1] == ("BACpL", "2020-10-14", 10.0, 10.0, 10.0, 10.0, 10.0)
    assert rows[2][0] == "BACPL"
    assert np.isnan(bars.close[2])


@given(st.permutations(["T", "v", "vw", "o", "c", "h", "l", "t", "n"]))
def test_a_market_day_is_read_in_any_order_of_its_names(names: list[str]):
    """The usual order is read soonest, the others just as well."""
    rows = [
        ("AAPL", "2020-10-14", 121.0, 123.03, 119.62, 121.19, 38649398.679189),
        ("BACpL", "2020-10-14", 10.0, 10.0, 10.0, 10.0, 10.0),
    ]
    some = [{name: row[name] for name in names if name in row} for row in GROUPED["results"][:2]]
    bars, _ = POLYGON.bars(MARKET).read(but(GROUPED, results=some, resultsCount=2))
    assert rows_of(bars) == rows


@pytest.mark.parametrize("results", [..., None, []])
def test_a_market_day_with_too_few_rows_is_no_answer(results: object):
    """An empty 200 under load looks like a holiday; sessions come from the calendar."""
    with pytest.raises(BadAnswerError, match="0 rows, fewer than 2"):
        POLYGON.bars(MARKET).read(but(GROUPED, results=results, resultsCount=0))


def test_a_range_takes_its_days_from_midnight_in_new_york():
    """05:00 UTC in winter is the start of the same day; DELAYED is a good status."""
    bars, cursor = POLYGON.bars(WINTER).read(answer(RANGE))
    assert cursor is None
    assert rows_of(bars) == [
        ("AAPL", "2020-01-02", 10.0, 12.0, 9.0, 11.0, 100.5),
        ("AAPL", "2020-01-03", 11.0, 11.5, 9.5, 10.0, 200.0),
    ]


@pytest.mark.parametrize("results", [..., None, []])
def test_a_range_without_bars_is_an_answer(results: object):
    """Absent, null and empty: asked, no bar."""
    empty = but(RANGE, results=results, resultsCount=0, queryCount=0, adjusted=...)
    bars, cursor = POLYGON.bars(WINTER).read(empty)
    assert (len(bars), cursor) == (0, None)


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"adjusted": True}, BadAnswerError, "unadjusted"),
        ({"adjusted": ...}, BadAnswerError, "unadjusted"),
        ({"resultsCount": 3}, BadAnswerError, "3 rows announced, 2"),
        ({"status": "ERROR", "error": "odd"}, BadAnswerError, "odd"),
        ({"status": ...}, BadAnswerError, "status"),
        ({"status": "ERROR", "error": "You've exceeded the maximum requests per minute"},
         ThrottledError, "exceeded"),
        ({"ticker": "AAPl"}, BadAnswerError, "asked AAPL, got AAPl"),
        ({"results": RANGE["results"][:1] * 2}, BadAnswerError, None),
        ({"results": [RANGE["results"][0], {"o": 1, "t": 1578027600000}]},
         BadAnswerError, "missing"),
        ({"results": [RANGE["results"][0], {**RANGE["results"][0], "c": 11.5}]},
         BadAnswerError, "two different bars"),
        ({"results": [RANGE["results"][0], {**RANGE["results"][1], "t": 1578286800000}]},
         BadAnswerError, "got 2020-01-06"),
        ({"results": [RANGE["results"][0], {**RANGE["results"][1], "t": None}]},
         BadAnswerError, "JSON"),
        ({"results": "none"}, BadAnswerError, "JSON"),
        ({"next_url": "https://[bad"}, BadAnswerError, "next_url"),
        ({"next_url": "mailto:x"}, BadAnswerError, "next_url"),
    ],
)  # fmt: skip
def test_odd_answers_are_no_data(changes: dict, error: type[RequestError], match: str | None):
    """Whatever is wrong with a 200 is said, and asked again."""
    if match is None:  # the same row twice is one row
        bars, _ = POLYGON.bars(WINTER).read(but(RANGE, **changes))
        assert len(bars) == 1
        return
    with pytest.raises(error, match=match):
        POLYGON.bars(WINTER).read(but(RANGE, **changes))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, {"status": "NOT_AUTHORIZED", "message": "Attempted to request today's data before"},
         RefusedError),
        (404, {"status": "NOT_FOUND", "message": "Ticker not found."}, UnknownSymbolError),
        (429, b"", ThrottledError),
    ],
    ids=["not in the plan", "unknown", "throttled"],
)  # fmt: skip
def test_statuses_are_read(status: int, body: object, error: type[RequestError]):
    """What the vendor says is in the message."""
    with pytest.raises(error):
        POLYGON.bars(WINTER).read(answer(body, status))


def test_the_next_page_is_asked_of_our_host_with_the_key_in_the_header():
    """``next_url`` may name another host, and even carry a key: neither is followed."""
    url = f"https://evil.example/v2/aggs/ticker/AAPL/range?cursor=YWJj%3D%3D&apiKey={KEY}&limit=2"
    asked = POLYGON.bars(WINTER)
    _, cursor = asked.read(but(RANGE, next_url=url))
    assert cursor is not None
    assert KEY not in cursor
    request = asked.request(cursor)
    assert request.url == "https://api.massive.com/v2/aggs/ticker/AAPL/range"
    assert request.params == {"cursor": "YWJj==", "limit": "2"}
    assert request.headers["Authorization"].endswith(KEY)


def test_symbols_are_quoted_in_the_path():
    """A symbol with a slash would be another path."""
    asked = POLYGON.bars(ranged("A/B?", "2020-01-02", "2020-01-03"))
    assert "/ticker/A%2FB%3F/range/1/day/2020-01-02/2020-01-03" in asked.request(None).url


def test_bars_within_the_day_hold_utc_times():
    """A minute bar keeps its start; late trading belongs to its day in New York."""
    asked = POLYGON.bars(ranged("AAPL", "2020-01-02", "2020-01-02", "5min"))
    assert "/range/5/minute/2020-01-02/2020-01-02" in asked.request(None).url
    results = [{**RANGE["results"][0], "t": t} for t in (1577975400000, 1578012900000)]
    bars, _ = asked.read(but(RANGE, results=results))
    assert bars.session.dtype == np.dtype("datetime64[us]")
    assert bars.session.astype("M8[m]").astype(str).tolist() == [
        "2020-01-02T14:30",
        "2020-01-03T00:55",
    ]


def test_a_snapshot_holds_only_what_traded_on_the_day():
    """All zeros is unset, an older day is not today's bar."""
    bars, _ = POLYGON.bars(market("2020-10-14", "snapshot")).read(answer(SNAPSHOT))
    assert rows_of(bars) == [
        ("AAPL", "2020-10-14", 1.0, 2.0, 0.5, 1.5, 7.0),
        ("MSFT", "2020-10-14", 3.0, 3.0, 3.0, 3.0, 3.0),
    ]
    with pytest.raises(BadAnswerError, match="0 rows"):
        POLYGON.bars(market("2020-10-15", "snapshot")).read(answer(SNAPSHOT))


def test_the_free_plan_has_no_snapshot():
    """What the plan does not offer cannot be asked by mistake."""
    with pytest.raises(ParameterError, match="market_day, symbol_range"):
        PolygonProvider(KEY, plan=FREE).bars(market("2020-10-14", "snapshot"))


def test_splits_are_new_shares_for_an_old_one():
    """10:1 and 1:25, by hand."""
    asked = POLYGON.splits(*JUNE)
    assert asked.request(None).params == {
        "execution_date.gte": "2024-06-01",
        "execution_date.lte": "2024-06-30",
        "sort": "execution_date.asc",
        "limit": "5000",
    }
    splits, _ = asked.read(answer(SPLITS))
    assert splits.symbol.tolist() == ["NVDA", "XYZ"]
    assert splits.session.astype(str).tolist() == ["2024-06-10", "2024-06-12"]
    assert splits.ratio.tolist() == [10.0, 0.04]


def test_dividends_in_dollars_are_listed_once():
    """The same id twice is one payment; pounds are not dollars."""
    dividends, _ = POLYGON.dividends(*JUNE).read(answer(DIVIDENDS))
    assert dividends.symbol.tolist() == ["KO"]
    assert dividends.amount.tolist() == [0.485]


def test_listings_carry_what_the_vendor_tells():
    """Exchange and type may be missing; a symbol with small letters stays as it is."""
    universe, _ = POLYGON.listings().read(answer(TICKERS))
    assert universe.symbols == ("AAPL", "ABRpD")
    assert universe.text("exchange").tolist() == ["NASDAQ", None]
    assert universe.text("type").tolist() == ["CS", None]
    assert universe.text("company").tolist() == ["Apple Inc.", "Arbor"]
    assert POLYGON.renames(*JUNE) is None


def all_readers():
    """Every endpoint with a good answer to it."""
    return [
        (POLYGON.bars(MARKET), GROUPED),
        (POLYGON.bars(WINTER), RANGE),
        (POLYGON.bars(ranged("AAPL", "2020-01-02", "2020-01-02", "1min")), RANGE),
        (POLYGON.bars(market("2020-10-14", "snapshot")), SNAPSHOT),
        (POLYGON.splits(*JUNE), SPLITS),
        (POLYGON.dividends(*JUNE), DIVIDENDS),
        (POLYGON.listings(), TICKERS),
    ]


@given(st.binary(max_size=200), st.sampled_from([200, 400, 404, 429, 503]))
def test_any_bytes_are_read_or_refused_in_our_own_words(body: bytes, status: int):
    """Nothing but a RequestError leaves a parser."""
    for asked, _ in all_readers():
        only_request_errors(asked.read, answer(body, status))


@given(st.data())
def test_any_mutated_answer_is_read_or_refused_in_our_own_words(data: st.DataObject):
    """A good answer with fields changed, missing, doubled, or cut off."""
    asked, good = data.draw(st.sampled_from(all_readers()))
    only_request_errors(asked.read, answer(data.draw(mutated(good))))


def calls_to_read(count: int) -> int:
    """How many functions are called to read a market day of ``count`` rows."""
    rows = [{**GROUPED["results"][0], "T": f"S{i}"} for i in range(count)]
    response = answer({**GROUPED, "results": rows, "resultsCount": count})
    asked = POLYGON.bars(BarRequest("market_day", day("2020-10-14"), day("2020-10-14")))
    called: Counter[str] = Counter()
    gc.disable()  # what it ends may call something, whenever it runs
    sys.setprofile(lambda _frame, event, _of: called.update([event]))
    try:
        bars, _ = asked.read(response)
    finally:
        sys.setprofile(None)
        gc.enable()
    assert len(bars) == count
    return called["call"] + called["c_call"]


def test_a_whole_market_is_read_without_a_call_for_each_row():
    """The hot path of a cold start: ten times the rows take not one call more."""
    calls_to_read(2)  # the first time, modules may be imported
    assert calls_to_read(6_000) == calls_to_read(600)
