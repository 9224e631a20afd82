"""What vendors' answers have in common: statuses, texts, keys, symbols."""

from __future__ import annotations

import pytest

from reference.vendor_http import answer
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    RefusedError,
    RequestError,
    ThrottledError,
    UnavailableError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors.http import (
    checked_base_url,
    checked_key,
    decode,
    endpoint,
    from_wire,
    require_ok,
    retry_after_s,
    to_wire,
)
from technic.errors import ParameterError


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, RefusedError),
        (400, RefusedError),
        (401, RefusedError),
        (403, RefusedError),
        (408, UnavailableError),
        (429, ThrottledError),
        (500, UnavailableError),
        (502, UnavailableError),
        (504, UnavailableError),
    ],
)
def test_each_status_stands_for_an_error(status: int, error: type[RequestError]):
    """Faults that pass are told apart from refusals, and the vendor's words are kept."""
    with pytest.raises(error, match=f"status {status}"):
        require_ok(answer({"message": "so it is"}, status))


@pytest.mark.parametrize("key", ["error", "message", "detail"])
def test_the_vendor_words_are_found_under_any_name(key: str):
    """Vendors put the text of an error under three names."""
    with pytest.raises(RefusedError, match="status 403: not in your plan"):
        require_ok(answer({"status": "X", key: "not in\n your plan"}, 403))


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>" + b"x" * 5000, b"\xff\xfe", b"[" * 100_000],
    ids=["empty", "HTML", "not UTF-8", "nested"],
)
def test_an_error_without_words_is_still_an_error(body: bytes):
    """Empty, HTML, not UTF-8, absurdly nested: the status alone decides."""
    with pytest.raises(UnavailableError, match="no reason given"):
        require_ok(HttpResponse(502, {"content-type": "text/html"}, body))


def test_a_redirect_names_the_host_to_set_as_base_url():
    """Redirects are not followed, as the key would go along; the message says what to do."""
    moved = answer({}, 301, location="https://api.new.example/v2?apiKey=SECRET")
    with pytest.raises(RefusedError, match="moved to api.new.example; .* set the base URL$"):
        require_ok(moved)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        (
            {
                "retry_after": "Fri, 08 Mar 2024 15:00:30 GMT",
                "date": "Fri, 08 Mar 2024 15:00:00 GMT",
            },
            30.0,
        ),
        ({"retry_after": "Fri, 08 Mar 2024 15:00:30 GMT"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "٣"}, None),
        ({"retry_after": "9" * 400}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None):
    """Seconds, or a date against the server's own clock; anything else is not told."""
    assert retry_after_s(answer({}, 429, **headers)) == seconds


@pytest.mark.parametrize(
    "response",
    [
        answer(b'{"a": 1'),
        answer(b""),
        answer(b"[" * 100_000),
        answer(b'{"a": "\xff"}'),
        answer(b"[1]"),
        HttpResponse(200, {"content-type": "text/html"}, b'{"a": 1}'),
        HttpResponse(200, {}, b'{"a": 1}'),
    ],
    ids=["cut off", "empty", "nested", "not UTF-8", "other shape", "HTML", "no type"],
)
def test_what_is_not_the_json_expected_is_a_bad_answer(response: HttpResponse):
    """Cut off, of another type or shape: never data, and worth another try."""
    with pytest.raises(BadAnswerError):
        decode(response, dict[str, int])


def test_a_key_the_vendor_repeats_is_not_shown():
    """Were the key in the text of an error, it is taken out, from args as well."""

    def read(response: HttpResponse) -> tuple[None, None]:
        require_ok(response)
        raise AssertionError("the status is no 200")

    asked = endpoint("x", lambda _: HttpRequest("http://x"), read, ("SECRET-KEY",))
    with pytest.raises(RefusedError) as caught:
        asked.read(answer({"error": "Unknown API Key SECRET-KEY"}, 401))
    assert str(caught.value) == "status 401: Unknown API Key ***"
    assert "SECRET" not in repr(caught.value)


@pytest.mark.parametrize("key", ["", "a b", "a\nX-Evil: 1", "clé"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key: str):
    """Blanks and line breaks come from copying; the message does not repeat the key."""
    with pytest.raises(ParameterError) as caught:
        checked_key("key", key)
    assert repr(key)[1:-1] not in str(caught.value) or not key


@pytest.mark.parametrize("url", ["", "api.massive.com", "ftp://x", "http://", "http://x/?a=1"])
def test_a_base_url_that_is_none_is_refused(url: str):
    """A base URL has a scheme and a host, and nothing behind the path."""
    with pytest.raises(ParameterError, match="base_url"):
        checked_base_url(url)


@pytest.mark.parametrize(
    ("symbol", "alpaca", "yahoo", "tiingo"),
    [
        ("AAPL", "AAPL", "AAPL", "AAPL"),
        ("BRK.B", "BRK.B", "BRK-B", "BRK-B"),
        ("BACpL", "BAC.PRL", "BAC-PL", "BAC-P-L"),
    ],
)
def test_symbols_go_out_in_the_vendor_form_and_come_back(
    symbol: str, alpaca: str, yahoo: str, tiingo: str
):
    """The canonical form stays on our side."""
    for convention, text in (("alpaca", alpaca), ("yahoo", yahoo), ("tiingo", tiingo)):
        assert to_wire(symbol, convention) == text
        assert from_wire(text, convention) == symbol


@pytest.mark.parametrize("symbol", ["JQCrw", "BRK.Bw"])
def test_a_symbol_without_a_known_spelling_is_unknown_not_guessed(symbol: str):
    """How Tiingo writes what is traded when issued is not documented."""
    with pytest.raises(UnknownSymbolError) as caught:
        to_wire(symbol, "tiingo")
    assert caught.value.symbol == symbol


@pytest.mark.parametrize("symbol", ["A,B", "A B", "A\n", "Ä", ""])
def test_text_that_would_break_a_list_of_symbols_is_never_sent(symbol: str):
    """A comma would make two symbols of one."""
    with pytest.raises(UnknownSymbolError):
        to_wire(symbol, "alpaca")


def test_a_symbol_of_no_convention_goes_out_as_it_came():
    """The vendor's own listing may hold spellings that cannot be read; it knows them itself."""
    assert to_wire(from_wire("X*Y*Z", "alpaca"), "alpaca") == "X*Y*Z"
    with pytest.raises(BadAnswerError):
        from_wire(" X", "alpaca")
