"""Every route there is, found by walking them: a new one cannot be forgotten."""

from __future__ import annotations

import asyncio
import http.client
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from support.serving import serving
from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

FREE = {"/health", "/login", "/login/state", "/logout", "/"}
"""Health, logging in and out, and what leads on to a page."""
STATIC = {"/static"}
PAGES = {
    "/market",
    "/scan",
    "/study",
    "/ledger",
    "/data",
    "/schedule",
    "/watches",
    "/symbols/{symbol}",
}
"""They lead to the login, which says nothing."""
FORGED: dict[str, dict[str, str]] = {
    "nothing": {},
    "a wrong key": {"Authorization": "Bearer technic_00000000_" + "A" * 43},
    "an empty key": {"Authorization": "Bearer "},
    "another scheme": {"Authorization": "Basic YWRtaW46YWRtaW4="},
    "a key in the cookie": {"Cookie": "technic_session=technic_00000000_" + "A" * 43},
    "an empty cookie": {"Cookie": "technic_session="},
    "a cookie of SQL": {"Cookie": "technic_session=' OR 1=1 --"},
    "SQL as a key": {"Authorization": "Bearer technic_' OR '1'='1"},
    "a wildcard as a key": {"Authorization": "Bearer technic_%_%"},
    "an endless key": {"Authorization": "Bearer technic_" + "A" * 10_000},
    "a forwarded user": {"X-Forwarded-User": "admin", "X-Forwarded-For": "127.0.0.1"},
    "another method": {"X-HTTP-Method-Override": "GET", "X-Original-URL": "/health"},
    "this machine": {"X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service as it is by default."""
    settings = ServiceSettings(
        settings=Settings(home=tmp_path_factory.mktemp("routes")), requests_per_minute=100_000
    )
    with TestClient(
        create_app(settings), base_url="http://127.0.0.1", follow_redirects=False
    ) as client:
        yield client


def needing_a_key(client: TestClient) -> list[tuple[str, str]]:
    """Method and path of every route but those of ``FREE`` and the static files."""
    found = []
    for route in client.app.routes:
        if isinstance(route, Mount):
            assert route.path in STATIC
        else:
            assert isinstance(route, Route)
            if route.path not in FREE:
                found += [(method, route.path) for method in route.methods or ()]
    return found


def test_no_request_changes_what_the_process_does_about_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Routes are there before the first request: building one changes that, for all threads.

    Of two threads that do, the one that ends first undoes what the other one relies on.
    """

    def changed(**_: object) -> None:
        raise AssertionError("a request changed the filters of warnings")

    settings = ServiceSettings(settings=Settings(home=tmp_path), open=True)
    with (
        TestClient(create_app(settings), base_url="http://127.0.0.1") as client,
        monkeypatch.context() as patch,
    ):
        patch.setattr("warnings.catch_warnings", changed)
        for path in ("/health", "/v1/schedule", "/v1/jobs", "/metrics", "/login/state"):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize("name", FORGED)
def test_no_route_is_open_to_who_has_no_key(closed: TestClient, name: str) -> None:
    """Without a key every route answers 401, a page leads to the login."""
    found = needing_a_key(closed)
    assert len(found) > 35
    for method, path in found:
        answer = closed.request(
            method, path.replace("{", "").replace("}", ""), headers=FORGED[name]
        )
        if path in PAGES:
            assert answer.status_code == 303, (path, answer.text)
            assert answer.headers["location"].startswith("/login?next=")
        else:
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.json() == {"detail": "a key is needed: Authorization: Bearer KEY"}


def test_a_route_that_asks_for_no_key_would_be_found(closed: TestClient) -> None:
    """The walk sees every route that the description names, and those of pages beside them."""
    described = {
        (method.upper(), path)
        for path, methods in closed.app.openapi()["paths"].items()
        for method in methods
    }
    assert described - set(needing_a_key(closed)) == {("GET", "/health")}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "http://127.0.0.1:9"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
    ids=str,
)
def test_another_site_can_change_nothing(closed: TestClient, headers: dict[str, str]) -> None:
    """A browser that is logged in changes nothing for another site, nor without the token."""
    service = closed.app.state.service
    key, _ = service.keys.add(f"browser {len(service.keys.all())}", "admin")
    cookie, _ = service.sessions.begin(key)
    changing = [one for one in needing_a_key(closed) if one[0] not in ("GET", "HEAD")]
    assert len(changing) >= 8
    for method, path in changing:
        answer = closed.request(
            method,
            path.replace("{", "").replace("}", ""),
            headers={**headers, "Cookie": f"technic_session={cookie}"},
            content=b"{}",
        )
        assert answer.status_code == 403, (method, path, answer.text)


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int, Any]]:
    """A service on a socket; its address and its parts."""
    settings = ServiceSettings(settings=Settings(home=tmp_path_factory.mktemp("wire")))
    with serving(settings) as (base, service):
        host, _, port = base.removeprefix("http://").partition(":")
        yield host, int(port), service


RAW: dict[str, tuple[bytes, tuple[bytes, ...]]] = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01", (b"400",)),
    "no host": (b"GET /health HTTP/1.1\r\n\r\n", (b"400",)),
    "two hosts": (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil\r\n\r\n", (b"400",)),
    "a host beyond ASCII": (
        b"GET /v1/jobs HTTP/1.1\r\nHost: \xd1\x82\xd0\xb5\xd1\x81\xd1\x82\r\n\r\n",
        (b"400",),
    ),
    "a host of an address": (
        b"GET http://evil.example/v1/jobs HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        (b"400",),
    ),
    "two lengths": (
        b"POST /v1/scans HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n"
        b"Content-Length: 2\r\n\r\nxx",
        (b"400",),
    ),
    "a length and chunks": (
        b"POST /v1/scans HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        (b"400", b"401"),
    ),
    "chunks that are none": (
        b"POST /v1/scans HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        (b"400", b"401"),
    ),
    "NUL in a path": (b"GET /v1/jobs/\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", (b"400", b"401")),
    "NUL in a header": (
        b"GET /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \x00\r\n\r\n",
        (b"400", b"401"),
    ),
    "headers without end": (
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        (b"400", b"431"),
    ),
    "a WebSocket": (
        b"GET /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        (b"400", b"401", b"403", b"404"),
    ),
    "CONNECT": (b"CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n", (b"400", b"404")),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", RAW)
def test_bytes_that_are_no_request_are_refused(wire: tuple[str, int, Any], name: str) -> None:
    """Bytes that are no request, or one for somebody else, are refused; the service goes on."""
    host, port, _ = wire
    sent, codes = RAW[name]
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall(sent)
        answer = connection.recv(65_536)
    assert answer == b"" or answer.split(b" ")[1] in codes, answer[:200]
    after = http.client.HTTPConnection(host, port, timeout=20)
    after.request("GET", "/health")
    assert after.getresponse().status == 200
    after.close()


def test_requests_in_one_packet_are_each_judged(wire: tuple[str, int, Any]) -> None:
    """Of requests that come in one packet each is judged by its own headers."""
    host, port, service = wire
    _, key = service.keys.add("pipelined", "read")
    first = f"GET /v1/jobs HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n\r\n"
    second = f"GET /v1/jobs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall((first + second).encode())
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    codes = re.findall(rb"HTTP/1\.1 (\d+)", answer)
    assert codes == [b"200", b"401"]


def test_no_key_is_in_any_log(wire: tuple[str, int, Any], caplog: pytest.LogCaptureFixture) -> None:
    """Nothing that is logged on the way holds a key, right or wrong, wherever it was put."""
    host, port, service = wire
    _, key = service.keys.add("logged", "read")
    with caplog.at_level(logging.DEBUG):
        for path, headers in (
            ("/v1/jobs", {"Authorization": f"Bearer {key}"}),
            ("/v1/jobs", {"Authorization": f"Bearer {key}x"}),
            ("/v1/jobs", {"Cookie": f"technic_session={key}"}),
            (f"/v1/jobs/{key}", {}),
            (f"/v1/jobs?key={key}", {}),
            (f"/login?next=/{key}", {}),
        ):
            connection = http.client.HTTPConnection(host, port, timeout=20)
            connection.request("GET", path, headers=headers)
            connection.getresponse().read()
            connection.close()
        with socket.create_connection((host, port), timeout=20) as raw:
            raw.sendall(f"GET / HTTP/1.1\r\nAuthorization: {key}\r\nHost\r\n\r\n".encode())
            raw.recv(4_096)
    assert key.rpartition("_")[2] not in caplog.text


def test_a_body_that_trickles_in_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that comes byte by byte is refused when its time is over."""
    monkeypatch.setattr("technic.service.access.limits.BODY_S", 0.05)
    settings = ServiceSettings(settings=Settings(home=tmp_path), open=True)

    async def ask() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        never = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await never.wait()
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        app = create_app(settings)
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/login",
            "raw_path": b"/login",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "server": ("127.0.0.1", 1),
            "client": ("127.0.0.1", 2),
            "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
            "app": app,
        }
        async with app.router.lifespan_context(app):
            await asyncio.wait_for(app(scope, receive, send), 20)
        return sent

    sent = asyncio.run(ask())
    assert sent[0]["status"] == 408
