"""Alpaca's answers: pages over many symbols, unknown symbols, actions, assets."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.vendor_http import answer, day, mutated, only_request_errors, ranged, rows_of
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    BarRequest,
    RefusedError,
    RequestError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.fetch import Fetcher, FetchJob, FetchRules
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.network.rate_limiter import Limiter
from technic.data_engine.providers.vendors.alpaca import AlpacaProvider
from technic.errors import ParameterError
from technic.panel.long_bars import concatenated
from technic.testing import FakeClock

KEY, SECRET = "PKSECRET0123456789", "SECRETSECRETSECRET"
ALPACA = AlpacaProvider(KEY, SECRET)


def bar(time: str, close: float, **changes: object) -> dict:
    """A bar as it is on the wire."""
    return {"t": time, "o": 10, "h": 12.5, "l": 9, "c": close, "v": 7, "n": 1, "vw": 1, **changes}


# 05:00 UTC is midnight in New York in winter; the 12th of March 2024 is in summer time.
BARS = {
    "bars": {
        "AAPL": [bar("2024-03-08T05:00:00Z", 10.5), bar("2024-03-12T04:00:00Z", 11.0)],
        "BAC.PRL": [bar("2024-03-08T05:00:00Z", 12.0)],
        "QUIET": None,
    },
    "next_page_token": None,
}
REQUEST = ranged("AAPL,BACpL,QUIET", "2024-03-08", "2024-03-12")
ACTIONS = {
    "corporate_actions": {
        "forward_splits": [
            {"symbol": "NVDA", "ex_date": "2024-06-10", "process_date": "2024-06-10",
             "old_rate": 1, "new_rate": 10},
            {"symbol": "09175M606", "ex_date": "2024-06-10", "old_rate": 1, "new_rate": 5},
        ],
        "reverse_splits": [
            {"symbol": "BAC.PRL", "ex_date": "2024-06-12", "old_rate": 25, "new_rate": 1},
            {"symbol": "LATER", "ex_date": "2024-07-12", "old_rate": 25, "new_rate": 1},
        ],
        "stock_dividends": [{"symbol": "TR", "ex_date": "2024-06-05", "rate": 0.03}],
        "cash_dividends": [
            {"symbol": "KO", "ex_date": "2024-06-14", "process_date": "2024-07-01", "rate": 0.485,
             "special": False, "foreign": False},
        ],
        "name_changes": [
            {"old_symbol": "FB", "new_symbol": "META", "process_date": "2024-06-09"},
            {"old_symbol": "SAME", "new_symbol": "SAME", "process_date": "2024-06-09"},
            {"old_symbol": "123456789", "new_symbol": "X", "process_date": "2024-06-09"},
        ],
    },
    "next_page_token": "more",
}  # fmt: skip
ASSETS = [
    {"id": "1", "class": "us_equity", "exchange": "NASDAQ", "symbol": "AAPL", "name": "Apple"},
    {"id": "2", "class": "us_equity", "exchange": "NYSE", "symbol": "BAC.PRL", "name": "Bank"},
    {"id": "3", "class": "us_equity", "exchange": "OTC", "symbol": "OTCXX", "name": "Over"},
]
JUNE = (day("2024-06-01"), day("2024-06-30"))


def but(**changes: object) -> HttpResponse:
    """The answer of bars with some of its fields changed; ... takes one out."""
    changed = {key: value for key, value in {**BARS, **changes}.items() if value is not ...}
    return answer(changed)


def test_many_symbols_are_asked_raw_in_the_vendor_form_with_the_keys_in_headers_alone():
    """One feed, no mapping of old symbols to new ones, the whole page."""
    request = ALPACA.bars(REQUEST).request(None)
    assert request.url == "https://data.alpaca.markets/v2/stocks/bars"
    assert request.params == {
        "symbols": "AAPL,BAC.PRL,QUIET",
        "timeframe": "1Day",
        "start": "2024-03-08T00:00:00Z",
        "end": "2024-03-12T05:59:59Z",
        "limit": "10000",
        "adjustment": "raw",
        "feed": "sip",
        "asof": "-",
        "sort": "asc",
    }
    assert request.headers == {"APCA-API-KEY-ID": KEY, "APCA-API-SECRET-KEY": SECRET}
    assert "SECRET" not in request.full_url + repr(request) + repr(ALPACA)


def test_bars_of_many_symbols_are_read_by_hand():
    """Midnight in New York in winter and in summer; a symbol without bars is just not there."""
    bars, cursor = ALPACA.bars(REQUEST).read(answer(BARS))
    assert cursor is None
    assert rows_of(bars) == [
        ("AAPL", "2024-03-08", 10.0, 12.5, 9.0, 10.5, 7.0),
        ("AAPL", "2024-03-12", 10.0, 12.5, 9.0, 11.0, 7.0),
        ("BACpL", "2024-03-08", 10.0, 12.5, 9.0, 12.0, 7.0),
    ]


@pytest.mark.parametrize("nothing", [None, {}])
def test_nothing_is_an_answer(nothing: object):
    """None of the symbols traded."""
    bars, cursor = ALPACA.bars(REQUEST).read(but(bars=nothing))
    assert (len(bars), cursor) == (0, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"bars": {"MSFT": [bar("2024-03-08T05:00:00Z", 1)]}},
        {"bars": {"AAPL": [bar("2024-03-07T05:00:00Z", 1)]}},
        {"bars": {"AAPL": [bar("2024-03-08T05:00:00", 1)]}},
        {"bars": {"AAPL": [bar("2024-03-08", 1)]}},
        {"bars": {"AAPL": [bar("2024-03-08T05:00:00Z", 1, h=None)]}},
        {"bars": {"AAPL": [bar("2024-03-08T05:00:00Z", c) for c in (1, 2)]}},
        {"next_page_token": ...},
        {"next_page_token": 5},
        {"bars": ...},
    ],
    ids=["not asked", "other day", "no zone", "no time", "missing", "twice", "no token", "odd",
         "no bars"],
)  # fmt: skip
def test_odd_answers_are_no_data(changes: dict):
    """Whatever is wrong with a 200 is asked again."""
    with pytest.raises(BadAnswerError):
        ALPACA.bars(REQUEST).read(but(**changes))


@pytest.mark.parametrize(
    ("status", "message", "error", "match"),
    [
        (400, "invalid symbol: BAC.PRL", UnknownSymbolError, "BAC.PRL"),
        (400, "invalid symbol: OTHER", RefusedError, "status 400: invalid symbol: OTHER"),
        (400, "invalid start", RefusedError, "invalid start"),
        (403, "subscription does not permit querying recent SIP data", RefusedError, "recent SIP"),
    ],
)
def test_refusals_are_read(status: int, message: str, error: type[RequestError], match: str):
    """An unknown symbol is named in our spelling, if it was one of those asked for."""
    with pytest.raises(error, match=match) as caught:
        ALPACA.bars(REQUEST).read(answer({"message": message}, status))
    if isinstance(caught.value, UnknownSymbolError):
        assert caught.value.symbol == "BACpL"


def test_the_server_is_paged_and_unknown_symbols_are_taken_out():
    """Through the fetcher: two symbols nobody knows, one that cannot be written, two pages."""
    known = {"AAPL": 3, "BAC.PRL": 2}
    asked: list[dict[str, str]] = []

    def serve(request: HttpRequest) -> HttpResponse:
        """Two bars a page, sorted by symbol and day; the token is the place to go on."""
        asked.append(dict(request.params))
        names = request.params["symbols"].split(",")
        for name in names:
            if name not in known:
                return answer({"message": f"invalid symbol: {name}"}, 400)
        rows = [(name, d) for name in sorted(names) for d in range(known[name])]
        start = int(request.params.get("page_token", 0))
        bars: dict[str, list] = {}
        for name, d in rows[start : start + 2]:
            bars.setdefault(name, []).append(bar(f"2024-03-{11 + d}T04:00:00Z", d + 1))
        token = str(start + 2) if start + 2 < len(rows) else None
        return answer({"bars": bars, "next_page_token": token})

    def job(request: BarRequest) -> FetchJob:
        def without(symbol: str) -> FetchJob:
            rest = tuple(name for name in request.symbols if name != symbol)
            return job(BarRequest("multi_symbol", request.first, request.last, rest))

        return FetchJob("job", ALPACA.bars(request), without)

    clock, pages, unknown = FakeClock(), [], []
    fetcher: Fetcher = Fetcher(
        transport=FunctionTransport(serve),
        limiter=Limiter(None, clock),
        rules=FetchRules(),
        on_page=lambda _, page: pages.append(page),
        on_done=lambda _: None,
        on_failed=lambda _, failure: pytest.fail(str(failure)),
        on_unknown=lambda _, symbol, __: unknown.append(symbol),
        clock=clock,
    )
    names = "AAPL,GONE,BACpL,Xw,DEADpZ"
    asyncio.run(fetcher.run([job(ranged(names, "2024-03-11", "2024-03-13"))]))
    assert unknown == ["Xw", "GONE", "DEADpZ"]
    assert [row[:2] + row[5:6] for row in rows_of(concatenated(pages))] == [
        ("AAPL", "2024-03-11", 1.0),
        ("AAPL", "2024-03-12", 2.0),
        ("AAPL", "2024-03-13", 3.0),
        ("BACpL", "2024-03-11", 1.0),
        ("BACpL", "2024-03-12", 2.0),
    ]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert asked[-1]["symbols"] == "AAPL,BAC.PRL"


def test_bars_within_the_day_hold_utc_times():
    """The whole day in New York is asked, early and late trading included."""
    asked = ALPACA.bars(ranged("AAPL,MSFT", "2024-03-08", "2024-03-08", "60min"))
    params = asked.request(None).params
    assert (params["timeframe"], params["start"], params["end"]) == (
        "1Hour",
        "2024-03-08T06:00:00Z",
        "2024-03-09T05:59:59Z",
    )
    times = ["2024-03-08T09:00:00Z", "2024-03-09T00:00:00Z"]
    bars, _ = asked.read(but(bars={"AAPL": [bar(time, 1) for time in times]}))
    assert bars.session.dtype == np.dtype("datetime64[us]")
    assert bars.session.astype("M8[h]").astype(str).tolist() == ["2024-03-08T09", "2024-03-09T00"]


def test_splits_of_all_kinds_are_new_shares_for_an_old_one():
    """10:1, 1:25, 3 % in stock; what is not due and what has no symbol is left."""
    asked = ALPACA.splits(*JUNE)
    params = asked.request("more").params
    assert params["types"] == "forward_split,reverse_split,stock_dividend"
    assert (params["start"], params["end"]) == ("2024-05-22", "2024-10-28")
    assert params["page_token"] == "more"
    splits, cursor = asked.read(answer(ACTIONS))
    assert cursor == "more"
    assert splits.symbol.tolist() == ["NVDA", "BACpL", "TR"]
    assert splits.session.astype(str).tolist() == ["2024-06-10", "2024-06-12", "2024-06-05"]
    assert splits.ratio.tolist() == [10.0, 0.04, 1.03]


def test_dividends_and_symbol_changes_are_read():
    """A dividend counts on its ex-date, whenever it was processed."""
    dividends, _ = ALPACA.dividends(*JUNE).read(answer(ACTIONS))
    assert dividends.symbol.tolist() == ["KO"]
    assert dividends.session.astype(str).tolist() == ["2024-06-14"]
    assert dividends.amount.tolist() == [0.485]
    renames, _ = ALPACA.renames(*JUNE).read(answer(ACTIONS))
    assert (renames.old.tolist(), renames.new.tolist()) == (["FB"], ["META"])


def test_assets_are_listed_from_the_trading_host():
    """The data host has no listings; what trades over the counter has no bars."""
    asked = ALPACA.listings()
    assert asked.request(None).url == "https://paper-api.alpaca.markets/v2/assets"
    universe, cursor = asked.read(answer(ASSETS))
    assert (universe.symbols, cursor) == (("AAPL", "BACpL"), None)
    assert universe.text("exchange").tolist() == ["NASDAQ", "NYSE"]


def test_another_base_url_serves_everything_unless_told_otherwise():
    """A server in place of the vendor is one host; a live account has its own."""
    local = AlpacaProvider(KEY, SECRET, base_url="http://127.0.0.1:8000/")
    assert local.listings().request(None).url == "http://127.0.0.1:8000/v2/assets"
    live = AlpacaProvider(KEY, SECRET, trading_url="https://api.alpaca.markets")
    assert live.listings().request(None).url == "https://api.alpaca.markets/v2/assets"


def test_kinds_that_are_not_offered_cannot_be_asked():
    """There is no whole-market day."""
    with pytest.raises(ParameterError, match="multi_symbol"):
        ALPACA.bars(BarRequest("market_day", day("2024-03-08"), day("2024-03-08")))


def all_readers():
    """Every endpoint with a good answer to it."""
    return [
        (ALPACA.bars(REQUEST), BARS),
        (ALPACA.bars(ranged("AAPL,BACpL", "2024-03-08", "2024-03-12", "1min")), BARS),
        (ALPACA.splits(*JUNE), ACTIONS),
        (ALPACA.dividends(*JUNE), ACTIONS),
        (ALPACA.renames(*JUNE), ACTIONS),
        (ALPACA.listings(), ASSETS),
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


@given(st.datetimes(timezones=st.timezones()))
def test_any_time_of_any_zone_is_read_or_refused(time):
    """The first and the last year of the calendar included."""
    payload = {**BARS, "bars": {"AAPL": [bar(time.isoformat(), 1)]}}
    only_request_errors(ALPACA.bars(REQUEST).read, answer(json.dumps(payload).encode()))
