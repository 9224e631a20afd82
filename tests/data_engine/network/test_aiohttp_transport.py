"""Bytes on a socket that no good server sends: each ends in an error of ours, in bounded memory."""

from __future__ import annotations

import asyncio
import gzip
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from support.hostile_answers import WIRES, HostileWire, head
from support.raw_server import raw_server
from technic.data_engine.interfaces.requests import BadAnswerError, RequestError
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.interfaces.unpacking import Body, InFlight
from technic.data_engine.network.aiohttp_transport import AiohttpTransport

SOON_S = 0.5
"""Long enough for whatever is sent at once."""


def send(wire: HostileWire | None, *, path: str = "/x", timeout_s: float = 20.0) -> HttpResponse:
    """Ask a server that answers with ``wire``."""

    async def main() -> HttpResponse:
        async with (
            raw_server(lambda _: (wire.head, wire.body(), wire.then_wait)) as server,
            AiohttpTransport(total_timeout_s=timeout_s) as transport,
        ):
            return await transport.send(HttpRequest(server.url + path))

    return asyncio.run(main())


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
def test_what_comes_over_a_socket_ends_in_a_sentence(wire: HostileWire):
    """Endless, packed beyond measure, broken, stopped: an error with its reason, never a crash."""
    waits = wire.then_wait or "heads" in wire.name
    with pytest.raises(RequestError) as caught:
        send(wire, timeout_s=SOON_S if waits else 20.0)
    assert caught.value.reason == wire.reason
    assert re.search(wire.says, str(caught.value)), str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", b"plain"),
        ("gzip", gzip.compress(b"plain")),
        ("X-GZIP", gzip.compress(b"pl") + gzip.compress(b"ain")),
        ("deflate", zlib.compress(b"plain")),
        ("deflate", zlib.compress(b"plain", wbits=-15)),
    ],
    ids=["identity", "gzip", "two parts", "zlib", "raw"],
)
def test_good_answers_are_unpacked(encoding: str, body: bytes):
    """Every form that servers send, also byte by byte."""
    lines = [f"Content-Length: {len(body)}"] + [f"Content-Encoding: {encoding}"] * bool(encoding)
    wire = HostileWire(
        "", head(*lines), lambda: (body[i : i + 1] for i in range(len(body))), "", ""
    )
    assert send(wire).body == b"plain"


def test_redirects_are_not_followed_and_the_key_stays():
    """Neither the key nor a request goes to the host that a redirect names."""

    async def main() -> tuple[list[str], HttpResponse]:
        async with raw_server(lambda _: (head("Content-Length: 0"), iter([]), False)) as other:
            moved = head(f"Location: {other.url}/", "Content-Length: 0", status="302 Found")
            async with (
                raw_server(lambda _: (moved, iter([]), False)) as server,
                AiohttpTransport() as transport,
            ):
                keys = {"Authorization": "Bearer k"}
                answer = await transport.send(HttpRequest(server.url + "/x", {}, keys))
            return other.asked, answer

    asked, answer = asyncio.run(main())
    assert (asked, answer.status) == ([], 302)


def test_all_answers_together_have_one_account():
    """A few huge answers are refused, one of the usual size beside them is not."""
    account = InFlight(parts=10, most=1_000)
    huge = Body("", account, "huge", most=5_000)
    huge.feed(b"x" * 990)
    small = Body("", account, "small", most=5_000)
    small.feed(b"x" * 100)
    with pytest.raises(BadAnswerError, match="small: more than .* in all answers"):
        small.feed(b"x")
    huge.close()
    small.feed(b"x")
    assert account.held == 101
    small.close()
    assert account.held == 0


BOMBS = Path(__file__).parents[2] / "support" / "twelve_bombs.py"


@pytest.mark.skipif(sys.platform == "win32", reason="measures memory as Unix does")
def test_twelve_bombs_at_once_stay_under_a_gibibyte():
    """Each is a megabyte and unpacks to a gigabyte; asked in a process of its own."""
    done = subprocess.run([sys.executable, str(BOMBS)], capture_output=True, text=True, check=True)
    failed, peak = map(int, done.stdout.split())
    assert failed == 12
    assert peak < 1 << 30
