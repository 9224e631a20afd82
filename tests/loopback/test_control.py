"""The server's own paths move its day: a page of another site must not ask them."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from support.loopback import small
from technic.loopback import LoopbackServer

HERE = "127.0.0.1:{port}"


@pytest.fixture(scope="module")
def server():
    """A market behind a socket."""
    with LoopbackServer(small(20, 30)) as running:
        yield running


def status(server: LoopbackServer, path: str, *lines: str) -> int:
    """Send a request as it is written here; the status of its answer."""
    port = urlsplit(server.url).port

    async def main() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = [f"GET {path} HTTP/1.1", *lines, "Connection: close", "", ""]
        writer.write("\r\n".join(head).replace("{port}", str(port)).encode())
        answer = await reader.read()
        writer.close()
        return answer

    return int(asyncio.run(main()).split(b" ")[1])


FOREIGN = {
    "a name that leads here": ["Host: evil.example:{port}"],
    "a name that begins like ours": ["Host: localhost.evil.example"],
    "a user before the host": ["Host: localhost@evil.example"],
    "an address of the network": ["Host: 192.168.1.2:{port}"],
    "no host": ["Host:"],
    "a host that is none": ["Host: [::1"],
    "another origin": [f"Host: {HERE}", "Origin: https://evil.example"],
    "an origin that begins like ours": [f"Host: {HERE}", "Origin: http://127.0.0.1.evil.example"],
    "an origin of nothing": [f"Host: {HERE}", "Origin: null"],
    "an origin of a file": [f"Host: {HERE}", "Origin: file://"],
    "a picture on another site": [f"Host: {HERE}", "Sec-Fetch-Site: cross-site"],
}
PATHS = ["/loopback/today?date=2020-03-02", "/%6coopback/reset", "//loopback/stats"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("lines", FOREIGN.values(), ids=FOREIGN)
def test_another_site_is_refused(lines: list[str], path: str, server: LoopbackServer):
    """403 however the path is written, and nothing is changed by it."""
    day = server.world.today
    assert status(server, path, *lines) == 403
    assert server.world.today == day


OWN = {
    "the address": [f"Host: {HERE}"],
    "localhost": ["Host: LocalHost:{port}"],
    "IPv6": ["Host: [::1]:{port}"],
    "our origin": [f"Host: {HERE}", f"Origin: http://{HERE}"],
    "a page of ours": [f"Host: {HERE}", "Sec-Fetch-Site: same-origin"],
}


@pytest.mark.parametrize("lines", OWN.values(), ids=OWN)
def test_this_machine_is_answered(lines: list[str], server: LoopbackServer):
    """By each of its names; bars are answered to whoever has a key."""
    assert status(server, "/loopback/today", *lines) == 200
    key = "Authorization: Bearer k"
    assert status(server, "/v3/reference/tickers", "Host: any.example", key) == 200
