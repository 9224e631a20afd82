"""Answers that no vendor should give, as data: each with what a sync has to make of it.

``ANSWERS`` go through any transport; ``WIRES`` are bytes on a socket, which a server of
``support.raw_server`` sends. A soak may run them all.
"""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse

__all__ = ["ANSWERS", "KEY", "WIRES", "HostileAnswer", "HostileWire"]

KEY = "Sekrit+Key/0123456789"
JSON = {"content-type": "application/json"}
DIGITS = "9" * 5_000
TEN_YEARS_S = 315_360_000
HOUR_S = 3_600.0

Make = Callable[[HttpRequest, int], HttpResponse]


@dataclass(frozen=True)
class HostileAnswer:
    """What is answered to each request of one symbol, the n-th time it comes.

    ``reason``: the symbol's failure, None where the answer has to do no harm; ``says``: a pattern
    of its sentence. ``within_s``: by the sync's clock.
    """

    name: str
    make: Make
    reason: str | None
    says: str = ""
    within_s: float = 120.0


def bars(**more: object) -> bytes:
    """A good envelope without a bar."""
    good = {"status": "OK", "adjusted": False, "request_id": "x", "queryCount": 0}
    return json.dumps({**good, "resultsCount": 0, "results": [], **more}).encode()


def error(status: int, text: object, **headers: str) -> Make:
    """An error with a text of the vendor."""
    body = text if isinstance(text, bytes) else json.dumps({"message": text}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda *_: HttpResponse(status, {**JSON, **named}, body)


def good(**headers: str) -> Make:
    """A good answer with headers of its own."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda *_: HttpResponse(200, {**JSON, **named}, bars())


def pages(next_url: Callable[[HttpRequest, int], str]) -> Make:
    """Good pages, each of which names a next one."""
    return lambda request, nth: HttpResponse(200, JSON, bars(next_url=next_url(request, nth)))


def _endless(count: Iterator[int]) -> Make:
    return pages(lambda request, _: f"{request.url}?cursor=c{next(count)}")


ANSWERS = [
    HostileAnswer("Retry-After of ten years", error(429, "slow", retry_after=str(TEN_YEARS_S)),
                  "throttled", "asks to wait 10 years, more than 1 hour is not waited"),
    HostileAnswer("Retry-After as a date in ten years",
                  error(429, "slow", retry_after="Sat, 08 Mar 2034 23:00:00 GMT",
                        date="Fri, 08 Mar 2024 23:00:00 GMT"),
                  "throttled", "asks to wait 10 years"),
    HostileAnswer("Retry-After of 15 digits", error(429, "slow", retry_after="9" * 15),
                  "throttled", "asks to wait 1,000,000 years"),
    HostileAnswer("Retry-After as a date without a clock",
                  error(429, "slow", retry_after="Sat, 08 Mar 2034 15:00:00 GMT"),
                  "throttled", "status 429: slow"),
    HostileAnswer("Retry-After below zero", error(429, "slow", retry_after="-5"), "throttled"),
    HostileAnswer("Retry-After of a superscript", error(429, "slow", retry_after="²"), "throttled"),
    HostileAnswer("Retry-After of 5,000 digits", error(429, "slow", retry_after=DIGITS),
                  "throttled"),
    HostileAnswer("Retry-After that is no number", error(429, "slow", retry_after="nan"),
                  "throttled"),
    HostileAnswer("Retry-After of a day in an outage", error(503, "down", retry_after="86400"),
                  "unavailable", "status 503: down"),
    HostileAnswer("a quota of a superscript",
                  good(x_ratelimit_remaining="²", x_ratelimit_reset="²"), None),
    HostileAnswer("a quota of 5,000 digits",
                  good(x_ratelimit_remaining=DIGITS, x_ratelimit_reset=DIGITS), None),
    HostileAnswer("a quota that comes back in a thousand years",
                  good(x_ratelimit_remaining="0", x_ratelimit_reset="33000000000"), None),
    HostileAnswer("a quota that is no number",
                  good(x_ratelimit_remaining="0", x_ratelimit_reset="inf"), None),
    HostileAnswer("a page that names itself", pages(lambda request, _: f"{request.url}?cursor=c"),
                  "bad_answer", "pages go round in a circle"),
    HostileAnswer("pages in a circle", pages(lambda request, n: f"{request.url}?cursor={n % 3}"),
                  "bad_answer", "pages go round in a circle"),
    HostileAnswer("pages without end", _endless(itertools.count()),
                  "bad_answer", "more than 24 pages"),
    HostileAnswer("a next page that is no address", pages(lambda *_: "http://[bad"),
                  "bad_answer", "next_url is no URL"),
    HostileAnswer("a next page of 10,000 characters",
                  pages(lambda request, _: f"{request.url}?cursor={'x' * 10_000}"),
                  "bad_answer", "next_url is none that could be asked"),
    HostileAnswer("a next page with a line break in it",
                  pages(lambda *_: "https://api.example/v2\u2028/x"),
                  "bad_answer", "next_url has no path"),
    HostileAnswer("the key in the path of the next page",
                  pages(lambda *_: f"https://api.example/v2/{quote(KEY, safe='')}"),
                  "bad_answer", "next_url is none that could be asked"),
    HostileAnswer("moved to a broken address", error(302, "", location="http://[::1"),
                  "refused", "moved to an unnamed host; redirects are not followed"),
    HostileAnswer("moved to itself", error(301, "", location="/v2/aggs"),
                  "refused", "redirects are not followed"),
    HostileAnswer("moved to another host, key and all",
                  error(307, "", location=f"https://evil.example/?apiKey={KEY}"),
                  "refused", "moved to evil.example; redirects are not followed"),
    HostileAnswer("an error of a number with 5,000 digits",
                  error(500, b'{"error": ' + DIGITS.encode() + b"}"), "unavailable",
                  "no reason given"),
    HostileAnswer("an error that clears the screen", error(500, "\x1b[2J\x1b]0;owned\x07down\a"),
                  "unavailable", "status 500: down$"),
    HostileAnswer("an error that turns the direction of writing", error(500, "\u202enwod\u2066"),
                  "unavailable", "status 500: nwod$"),
    HostileAnswer("an error of C1 escapes and zero-width letters",
                  error(500, "\x9b31mdo\u200bwn\ufeff"), "unavailable", "status 500: down$"),
    HostileAnswer("an error of many lines", error(500, "down\r\ntechnic: all is well\u2028yes"),
                  "unavailable", "status 500: down technic: all is well yes$"),
    HostileAnswer("an error of a megabyte", error(500, "x" * 1_000_000), "unavailable", "x…$"),
    HostileAnswer("the key across the cut", error(500, "x" * 280 + KEY), "unavailable",
                  r"x\*\*\*$"),
    HostileAnswer("the key in other case", error(500, f"bad {KEY.swapcase()}"), "unavailable",
                  r"bad \*\*\*$"),
    HostileAnswer("the key encoded for an address", error(500, f"bad {quote(KEY, safe='')}"),
                  "unavailable", r"bad \*\*\*$"),
    HostileAnswer("the key encoded twice", error(500, f"bad {quote(quote(KEY, safe=''), safe='')}"),
                  "unavailable", r"bad \*\*\*$"),
    HostileAnswer("the key in base64",
                  error(500, f"bad {base64.b64encode(f'user:{KEY}'.encode()).decode()}"),
                  "unavailable", r"bad \S{0,8}\*\*\*$"),
    HostileAnswer("the key with escapes in it", error(500, f"bad {KEY[:9]}\x1b[1m{KEY[9:]}"),
                  "unavailable", r"bad \*\*\*$"),
    HostileAnswer("a content type of escapes and the key",
                  lambda *_: HttpResponse(200, {"content-type": f"\x1b[31m{KEY}/html"}, b"<html>"),
                  "bad_answer", r"expected JSON, got \*\*\*/html$"),
    HostileAnswer("JSON nested without end", lambda *_: HttpResponse(200, JSON, b"[" * 200_000),
                  "bad_answer", "not the JSON expected"),
    HostileAnswer("rows without end",
                  lambda *_: HttpResponse(
                      200, JSON, b'{"status": "OK", "results": [' + b'{"t": 1},' * 1_000_000),
                  "bad_answer", "more than 500,000 rows in one answer"),
]  # fmt: skip


@dataclass(frozen=True)
class HostileWire:
    """Bytes on a socket: ``head``, then ``body`` piece by piece; ``then_wait``: never closed."""

    name: str
    head: bytes
    body: Callable[[], Iterator[bytes]]
    reason: str
    says: str
    then_wait: bool = False


def head(*lines: str, status: str = "200 OK") -> bytes:
    """The head of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def bomb(zeros: int = 1 << 30) -> bytes:
    """About a megabyte that unpacks to a gigabyte of blanks."""
    piece = b" " * (1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(piece) for _ in range(zeros >> 20)]
    return b"".join([*parts, packer.flush()])


def _forever(piece: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: itertools.repeat(piece)


TYPE = "Content-Type: application/json"
CLOSE = "Connection: close"
GZIP = "Content-Encoding: gzip"

WIRES = [
    HostileWire("a body without end", head(TYPE, CLOSE), _forever(b" " * 262_144),
                "bad_answer", "more than 64 MiB$"),
    HostileWire("chunks without end", head(TYPE, "Transfer-Encoding: chunked"),
                _forever(b"40000\r\n" + b" " * 262_144 + b"\r\n"),
                "bad_answer", "more than 64 MiB$"),
    HostileWire("a bomb in gzip", head(TYPE, CLOSE, GZIP), lambda: iter([bomb(1 << 28)]),
                "bad_answer", "more than 64 MiB$"),
    HostileWire("a bomb in two parts", head(TYPE, CLOSE, GZIP),
                lambda: iter([gzip.compress(b" " * (40 << 20))] * 2),
                "bad_answer", "more than 64 MiB$"),
    HostileWire("gzip that is none", head(TYPE, CLOSE, GZIP), lambda: iter([b"<html>"]),
                "bad_answer", "cannot be unpacked"),
    HostileWire("gzip that breaks off", head(TYPE, CLOSE, GZIP),
                lambda: iter([gzip.compress(b"{}" * 1_000)[:-9]]), "bad_answer", "broke off"),
    HostileWire("packed as nobody asked", head(TYPE, CLOSE, "Content-Encoding: br"),
                lambda: iter([b"xx"]), "bad_answer", "packed as 'br'"),
    HostileWire("packed seven times", head(TYPE, CLOSE, GZIP + ", gzip" * 6),
                lambda: iter([b"xx"]), "bad_answer", "which was not asked"),
    HostileWire("a body that stops", head(TYPE, "Content-Length: 100"), lambda: iter([b"{"]),
                "unavailable", "no (whole )?answer in", then_wait=True),
    HostileWire("a head that stops", b"HTTP/1.1 200 OK\r\nContent-", lambda: iter([]),
                "unavailable", "no (whole )?answer in", then_wait=True),
    HostileWire("a head without end", b"HTTP/1.1 200 OK\r\nX: ", _forever(b"x" * 65_536),
                "unavailable", "connection failed"),
    HostileWire("heads without end", b"HTTP/1.1 200 OK\r\n", _forever(b"X: x\r\n" * 10_000),
                "unavailable", "connection failed|no (whole )?answer in"),
    HostileWire("a length of a superscript", head(TYPE, "Content-Length: \xb2"),
                lambda: iter([b"{}"]), "unavailable", "connection failed"),
    HostileWire("a length of 5,000 digits", head(TYPE, f"Content-Length: {DIGITS}"),
                lambda: iter([b"{}"]), "unavailable", "connection failed"),
    HostileWire("a length below zero", head(TYPE, "Content-Length: -1"), lambda: iter([b"{}"]),
                "unavailable", "connection failed"),
    HostileWire("a status that is none", head(TYPE, status="\xb2\xb2\xb2 OK"),
                lambda: iter([b"{}"]), "unavailable", "connection failed"),
    HostileWire("no HTTP at all", b"SSH-2.0-OpenSSH_9.6\r\n", lambda: iter([]),
                "unavailable", "connection failed"),
]  # fmt: skip
