"""What all vendors over HTTP have in common: keys, statuses, JSON, symbols on the wire."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from technic.data_engine.interfaces.ceilings import MAX_ROWS_A_PAGE, MIB, header_number
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import (
    AccountRefusedError,
    BadAnswerError,
    NotYetError,
    PlanLimitError,
    RefusedError,
    RequestError,
    ThrottledError,
    UnavailableError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.errors import ParameterError
from technic.text.outside import READ
from technic.text.redact import said
from technic.universe.symbols import Convention, canonical, format_symbol, parse

__all__ = [
    "checked_base_url",
    "checked_key",
    "decode",
    "endpoint",
    "from_wire",
    "require_ok",
    "retry_after_s",
    "says_throttled",
    "to_wire",
    "trouble_of",
]

T = TypeVar("T")

COUNTED_BYTES = 8 * MIB
"""Answers beyond it have their rows counted before they are decoded: a row takes far more memory
than it has bytes where it is empty."""
LONGEST_DATE = 60
MOST_WORDS = MIB
"""Bytes of an answer that may hold the text of an error."""

_PRINTABLE = re.compile(r"[!-~]+")
_WIRE_SYMBOL = re.compile(r"[!-+\--~]+")
_TOO_EARLY = re.compile(r"before end of day|recent sip", re.I)
_NOT_IN_PLAN = re.compile(r"data timeframe", re.I)
_THROTTLED = re.compile(r"exceeded the maximum requests|rate limit|too many requests", re.I)


class _Trouble(msgspec.Struct):
    """Where vendors put the text of an error: each has its own name for it."""

    error: object = None
    message: object = None
    detail: object = None


def checked_key(parameter: str, key: str) -> str:
    """Return a key that may go into a header; the error does not show it."""
    if not _PRINTABLE.fullmatch(key):
        raise ParameterError(parameter, "(not shown)", "letters, digits and signs, no blanks")
    return key


def checked_base_url(base_url: str) -> str:
    """Return a base URL without the slash at its end."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ParameterError("base_url", base_url, "http:// or https://, a host, at most a path")
    return base_url.rstrip("/")


def endpoint(
    label: str,
    request: Callable[[str | None], HttpRequest],
    read: Callable[[HttpResponse], tuple[T, str | None]],
    secrets: tuple[str, ...] = (),
) -> Endpoint[T]:
    """Build an endpoint whose errors are fit to be shown.

    What a vendor says is cleaned, rid of ``secrets`` and cut here, in this order; what an error was
    raised from is dropped, for it may hold the same text.
    """

    def guarded(response: HttpResponse) -> tuple[T, str | None]:
        try:
            return read(response)
        except RequestError as error:
            error.detail = said(error.detail, secrets)
            error.args = tuple(
                said(part, secrets) if isinstance(part, str) else part for part in error.args
            )
            error.__cause__ = error.__context__ = None
            raise

    return Endpoint(label, request, guarded)


def require_ok(response: HttpResponse) -> None:
    """Raise the error that a status stands for; 200 passes."""
    status = response.status
    if status == 200:
        return
    text = f"status {status}: {trouble_of(response)}"
    if status == 429:
        raise ThrottledError(text, retry_after_s(response))
    if status >= 500 or status == 408:
        raise UnavailableError(text, retry_after_s(response))
    if 300 <= status < 400:
        host = _host(response.headers.get("location", "")) or "an unnamed host"
        text = f"status {status}: moved to {host}; redirects are not followed, set the base URL"
    raise _refusal(status, text)


def _refusal(status: int, text: str) -> RefusedError:
    """Return the error of a refusal: 401 is about the account, words tell some others apart."""
    if status == 401 or status == 407:
        return AccountRefusedError(text)
    if status == 403 and _TOO_EARLY.search(text):
        return NotYetError(text)
    if status == 403 and _NOT_IN_PLAN.search(text):
        return PlanLimitError(text)
    return RefusedError(text)


def retry_after_s(response: HttpResponse) -> float | None:
    """Seconds that ``Retry-After`` asks for (a number, or a date against ``Date``), if it does."""
    value = response.headers.get("retry-after", "").strip()
    seconds = header_number(value)
    if seconds is not None:
        return seconds
    date = response.headers.get("date", "")
    if len(value) > LONGEST_DATE or len(date) > LONGEST_DATE:
        return None
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(date)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return max(wait.total_seconds(), 0.0)


def decode(response: HttpResponse, kind: type[T]) -> T:
    """Decode a JSON answer; BadAnswerError when it is cut off, of another type or shape."""
    require_ok(response)
    if response.content_type != "application/json":
        raise BadAnswerError(f"expected JSON, got {response.content_type or 'no content type'}")
    if len(response.body) > COUNTED_BYTES and response.body.count(b"{") > MAX_ROWS_A_PAGE:
        raise BadAnswerError(f"more than {MAX_ROWS_A_PAGE:,} rows in one answer")
    try:
        return msgspec.json.decode(response.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(f"not the JSON expected: {error}") from error


def says_throttled(text: str) -> bool:
    """Tell whether the text of an error is about the rate limit, whatever its status."""
    return _THROTTLED.search(text) is not None


def to_wire(symbol: str, convention: Convention) -> str:
    """Write a canonical symbol as the vendor does; UnknownSymbolError where that is not known.

    A symbol that is not canonical is one that the vendor's own listing could not be read as: it
    goes out as it came.
    """
    if not _WIRE_SYMBOL.fullmatch(symbol):
        raise UnknownSymbolError(symbol, f"{symbol!r} is no symbol that could be asked for")
    try:
        parts = parse(symbol)
    except ParameterError:
        return symbol
    try:
        return format_symbol(parts, convention)
    except ParameterError as error:
        raise UnknownSymbolError(symbol, f"{symbol}: no spelling in {convention}") from error


def from_wire(text: str, convention: Convention) -> str:
    """Return the canonical form of a vendor's symbol; BadAnswerError for blank text."""
    if not text or text != text.strip():
        raise BadAnswerError(f"a symbol in the answer is {text!r}")
    return canonical(text, convention)


def trouble_of(response: HttpResponse) -> str:
    """What the vendor says is wrong; ``endpoint`` cleans and cuts it."""
    text: object = None
    if len(response.body) > MOST_WORDS:
        return "no reason given"
    try:
        trouble = msgspec.json.decode(response.body, type=_Trouble)
        text = str(trouble.error or trouble.message or trouble.detail or "")
    except (ValueError, RecursionError):  # no JSON, no UTF-8, a number beyond what can be written
        if response.content_type.startswith("text/plain"):
            text = response.body[:READ].decode("utf-8", "replace")
    return " ".join(str(text or "no reason given").split())


def _host(location: str) -> str | None:
    """The host of an address, None where it has none or is no address."""
    try:
        return urlsplit(location).hostname
    except ValueError:
        return None
