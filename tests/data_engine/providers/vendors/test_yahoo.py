"""Yahoo's charts, and requests through yfinance's session."""

from __future__ import annotations

import asyncio
import inspect
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.vendor_http import answer, day, mutated, only_request_errors, ranged, rows_of
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    RequestError,
    ThrottledError,
    UnavailableError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpRequest
from technic.data_engine.network.yahoo_transport import YahooTransport
from technic.data_engine.providers.vendors.yahoo import YahooProvider
from technic.errors import MissingExtraError, ParameterError

YAHOO = YahooProvider()
REQUEST = ranged("BRK.B", "2024-03-07", "2024-03-11")


def chart(**columns: list) -> dict:
    """A chart: 14:30 UTC opens the 7th and 8th in winter, 13:30 UTC the 11th in summer."""
    quote = {
        "open": [10.0, None, 12.0],
        "high": [11.0, None, 13.0],
        "low": [9.0, None, 11.0],
        "close": [10.5, None, 12.5],
        "volume": [100, None, 300],
        **{name: values for name, values in columns.items() if name != "timestamp"},
    }
    stamps = columns.get("timestamp", [1709821800, 1709908200, 1710163800])
    meta = {"symbol": "BRK-B", "currency": "USD", "dataGranularity": "1d"}
    result = {"meta": meta, "timestamp": stamps, "indicators": {"quote": [quote]}}
    return {"chart": {"result": [result], "error": None}}


CHART = chart()


def test_a_range_is_asked_in_the_vendor_form_from_midnight_to_midnight():
    """Days in UTC hold the whole session in New York."""
    request = YAHOO.bars(REQUEST).request(None)
    assert request.url == "https://query2.finance.yahoo.com/v8/finance/chart/BRK-B"
    assert request.params == {
        "period1": "1709769600",
        "period2": "1710201600",
        "interval": "1d",
        "includePrePost": "false",
    }


def test_rows_without_any_value_are_days_without_a_bar():
    """Nulls all over are how Yahoo says that nothing traded."""
    bars, cursor = YAHOO.bars(REQUEST).read(answer(CHART))
    assert cursor is None
    assert rows_of(bars) == [
        ("BRK.B", "2024-03-07", 10.0, 11.0, 9.0, 10.5, 100.0),
        ("BRK.B", "2024-03-11", 12.0, 13.0, 11.0, 12.5, 300.0),
    ]


def test_the_price_of_the_moment_behind_the_range_is_not_due():
    """Asked for the past, Yahoo may append the running day."""
    bars, _ = YAHOO.bars(ranged("BRK.B", "2024-03-07", "2024-03-08")).read(answer(CHART))
    assert bars.session.astype(str).tolist() == ["2024-03-07"]


OPEN_OF_THE_8TH, OPEN_OF_THE_11TH = 1709908200, 1710163800


@pytest.mark.parametrize(
    "after",
    [60, 23_401, 23_400 + 4 * 3_600],
    ids=["a minute later", "at the close", "late trading"],
)
@pytest.mark.parametrize("quote", [12.5, 12.6, None], ids=["same", "other", "empty"])
def test_a_live_quote_beside_the_bar_of_the_last_day_is_left_out(after: int, quote: float | None):
    """The row with the session's own stamp is the bar, whatever the one after it says."""
    payload = chart(
        timestamp=[1709821800, OPEN_OF_THE_8TH, OPEN_OF_THE_11TH, OPEN_OF_THE_11TH + after],
        open=[10.0, None, 12.0, quote],
        high=[11.0, None, 13.0, quote],
        low=[9.0, None, 11.0, quote],
        close=[10.5, None, 12.5, quote],
        volume=[100, None, 300, None if quote is None else 307],
    )
    assert rows_of(YAHOO.bars(REQUEST).read(answer(payload))[0]) == [
        ("BRK.B", "2024-03-07", 10.0, 11.0, 9.0, 10.5, 100.0),
        ("BRK.B", "2024-03-11", 12.0, 13.0, 11.0, 12.5, 300.0),
    ]


@pytest.mark.parametrize("at", [1709821800 + 23_401, OPEN_OF_THE_11TH])
def test_two_rows_of_a_day_that_is_no_live_quote_are_a_bad_answer(at: int):
    """On an earlier day, or both with the stamp of the open."""
    stamps = [1709821800, at, OPEN_OF_THE_11TH]
    payload = chart(
        timestamp=stamps,
        open=[10.0, 10.1, 12.0],
        high=[11.0, 11.0, 13.0],
        low=[9.0, 9.0, 11.0],
        close=[10.5, 10.6, 12.5],
        volume=[100, 101, 300],
    )
    with pytest.raises(BadAnswerError, match="two different bars of BRK.B"):
        YAHOO.bars(REQUEST).read(answer(payload))


def test_a_symbol_without_data_has_an_empty_chart():
    """``quote`` holds an empty object and there is no ``timestamp``."""
    empty = {"meta": {"symbol": "BRK-B"}, "indicators": {"quote": [{}]}}
    bars, _ = YAHOO.bars(REQUEST).read(answer({"chart": {"result": [empty], "error": None}}))
    assert len(bars) == 0


@pytest.mark.parametrize(
    "payload",
    [
        chart(close=[None, None, 12.5]),
        chart(volume=[100, 5, 300]),
        chart(close=[10.5, None]),
        chart(timestamp=[1709821800, 1709821800, 1709821800]),
        chart(timestamp=[1709735400, 1709908200, 1710163800]),
        {"chart": {"result": None, "error": {"code": "x", "description": "y"}}},
        {"chart": {"result": [], "error": None}},
        {"finance": {}},
    ],
    ids=["no close", "only volume", "short", "twice", "early", "error", "nothing", "other"],
)
def test_odd_answers_are_no_data(payload: dict):
    """A price that is missing beside a volume is a fault of the day, asked again."""
    with pytest.raises(BadAnswerError):
        YAHOO.bars(REQUEST).read(answer(payload))


def test_the_chart_of_another_symbol_is_no_answer():
    """Answers have been mixed up under load."""
    with pytest.raises(BadAnswerError, match="got 1d of BRK-B"):
        YAHOO.bars(ranged("AAPL", "2024-03-07", "2024-03-11")).read(answer(CHART))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, {"chart": {"result": None, "error": {"code": "Not Found",
                                                   "description": "No data found"}}},
         UnknownSymbolError),
        (404, b"<html>", UnknownSymbolError),
        (429, b"Too Many Requests", ThrottledError),
        (502, b"", UnavailableError),
    ],
    ids=["unknown", "unknown, HTML", "throttled", "down"],
)  # fmt: skip
def test_statuses_are_read(status: int, body: object, error: type[RequestError]):
    """The limit is told apart from an unknown symbol."""
    with pytest.raises(error):
        YAHOO.bars(REQUEST).read(answer(body, status))


def test_only_daily_ranges_are_offered_and_no_feeds():
    """What is not offered cannot be asked by mistake."""
    with pytest.raises(ParameterError, match="daily"):
        YAHOO.bars(ranged("A", "2024-03-04", "2024-03-06", "1min"))
    days = (day("2024-03-01"), day("2024-03-31"))
    assert YAHOO.splits(*days) is YAHOO.dividends(*days) is YAHOO.renames(*days) is None
    assert YAHOO.listings() is None


def sent(session: object):
    """What comes of one request through a session."""

    async def send():
        async with YahooTransport(session) as transport:
            return await transport.send(HttpRequest("https://x.example/chart/A", {"a": "1"}))

    return asyncio.run(send())


def test_a_request_goes_through_the_session_and_its_bytes_come_back():
    """URL, parameters and a time limit go in; status, headers and bytes come out."""
    calls = []

    def get(url, params, timeout):
        calls.append((url, dict(params), timeout > 0))
        headers = {"Content-Type": "application/json"}
        return SimpleNamespace(status_code=200, headers=headers, content=b"{}")

    response = sent(SimpleNamespace(get=get))
    assert calls == [("https://x.example/chart/A", {"a": "1"}, True)]
    assert (response.status, response.content_type, response.body) == (
        200,
        "application/json",
        b"{}",
    )


def test_faults_of_the_session_become_ours():
    """Its own rate-limit error is a 429; whatever the network did is a passing fault."""
    exceptions = pytest.importorskip("yfinance.exceptions")

    def failing(error: Exception):
        def get(url, params, timeout):
            raise error

        return SimpleNamespace(get=get)

    assert sent(failing(exceptions.YFRateLimitError())).status == 429
    for error in (exceptions.YFDataException("x"), ConnectionResetError(), TimeoutError()):
        with pytest.raises(UnavailableError, match="GET /chart/A: connection failed"):
            sent(failing(error))
    with pytest.raises(ZeroDivisionError):  # a mistake of ours is not hidden
        sent(failing(ZeroDivisionError()))


def test_the_session_of_yfinance_can_do_what_is_asked_of_it():
    """What is relied upon: ``YfData().get(url, params, timeout)``, and OSError from its network."""
    data = pytest.importorskip("yfinance.data")
    assert list(inspect.signature(data.YfData.get).parameters)[1:4] == ["url", "params", "timeout"]
    curl = pytest.importorskip("curl_cffi.requests.exceptions")
    assert issubclass(curl.RequestException, OSError)


def test_without_yfinance_the_extra_to_install_is_named(monkeypatch: pytest.MonkeyPatch):
    """The hint is the command."""
    monkeypatch.setitem(sys.modules, "yfinance.data", None)
    with pytest.raises(MissingExtraError, match="install yfinance"):
        sent(None)


@given(st.binary(max_size=200), st.sampled_from([200, 400, 404, 429, 503]))
def test_any_bytes_are_read_or_refused_in_our_own_words(body: bytes, status: int):
    """Nothing but a RequestError leaves a parser."""
    only_request_errors(YAHOO.bars(REQUEST).read, answer(body, status))


@given(mutated(CHART))
def test_any_mutated_chart_is_read_or_refused_in_our_own_words(body: bytes):
    """A good answer with fields changed, missing, doubled, or cut off."""
    only_request_errors(YAHOO.bars(REQUEST).read, answer(body))
