"""Ceilings of a connection: bytes and time of a head, whatever comes after an answer."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from support.serving import serving
from technic.service import wire
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

PATIENCE_S = 300.0
HEAD = b"GET /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[tuple[str, int], Any]]:
    """A service on a socket whose heads have a tenth of a second; its address and its parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "HEAD_S", 0.15)
        settings = ServiceSettings(settings=Settings(home=tmp_path_factory.mktemp("wire")))
        with serving(settings) as (base, service):
            host, _, port = base.removeprefix("http://").partition(":")
            yield (host, int(port)), service


@pytest.fixture
def connection(served: tuple[tuple[str, int], Any]) -> Iterator[socket.socket]:
    """A connection to it."""
    with socket.create_connection(served[0], timeout=PATIENCE_S) as opened:
        yield opened


def rest(connection: socket.socket) -> bytes:
    """Everything that comes until the service ends the connection."""
    answer = b""
    try:
        while part := connection.recv(65_536):
            answer += part
    except ConnectionResetError:  # it was ended while more was on its way
        pass
    return answer


def codes(answer: bytes) -> list[bytes]:
    """The status of each answer."""
    return re.findall(rb"HTTP/1\.1 (\d+)", answer)


def one_answer(connection: socket.socket) -> bytes:
    """The next answer, which says how long its body is."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = connection.recv(65_536)
        assert part, answer
        answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(re.search(rb"content-length: (\d+)", head)[1])
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def test_a_connection_that_says_nothing_is_ended(connection: socket.socket) -> None:
    """Nobody is kept waiting for a request that does not come."""
    assert rest(connection) == b""


def test_a_head_that_trickles_in_is_ended(connection: socket.socket) -> None:
    """However steadily: its time is counted from its first byte."""
    began = time.monotonic()
    try:
        for letter in HEALTH * 1_000:
            connection.sendall(bytes([letter]))
            connection.settimeout(0.01)
            try:
                if connection.recv(100) == b"":
                    break
            except TimeoutError:
                pass
            assert time.monotonic() - began < PATIENCE_S
        else:
            raise AssertionError("a head of 42,000 bytes was awaited")
    except (ConnectionResetError, BrokenPipeError):
        pass


@pytest.mark.parametrize("piece", [100_000, 4_000, 1_000])
@pytest.mark.parametrize("what", ["a header", "headers", "an address"])
def test_a_head_that_is_too_large_is_refused(
    connection: socket.socket, what: str, piece: int
) -> None:
    """As one packet and in pieces; 431 where anybody still listens."""
    large = {
        "a header": HEALTH + b"X: " + b"a" * 90_000,
        "headers": HEALTH + b"X-Header: something that is short\r\n" * 2_500,
        "an address": b"GET /" + b"a" * 90_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    }[what]
    answer = b""
    try:
        for at in range(0, len(large), piece):
            connection.sendall(large[at : at + piece])
        connection.sendall(b"\r\n\r\n")
    except (ConnectionResetError, BrokenPipeError):
        pass
    answer = rest(connection)
    assert codes(answer) in ([b"431"], [])
    if answer:
        assert b'{"detail": "a head of at most 32,768 bytes is taken"}' in answer
        assert b"content-type: application/json" in answer


def test_a_head_of_many_pieces_is_no_larger_than_one_of_one(connection: socket.socket) -> None:
    """Twenty thousand bytes are taken, however they come."""
    large = HEALTH + b"X: " + b"a" * 20_000 + b"\r\n\r\n"
    for at in range(0, len(large), 5_000):
        connection.sendall(large[at : at + 5_000])
    assert codes(one_answer(connection)) == [b"200"]
    connection.sendall(large)
    assert codes(one_answer(connection)) == [b"200"]


def test_what_follows_a_body_is_no_header_of_its_request(
    served: tuple[tuple[str, int], Any], connection: socket.socket
) -> None:
    """A key after the body, as a trailer, opens nothing; a trailer without end is ended."""
    _, key = served[1].keys.add("trailer", "admin")
    chunked = (
        b"PUT /v1/uploads/a.csv HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    connection.sendall(
        chunked + b"1\r\nx\r\n0\r\nAuthorization: Bearer " + key.encode() + b"\r\n\r\n"
    )
    assert codes(one_answer(connection)) == [b"401"]
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        connection.sendall(chunked + b"1\r\nx\r\n0\r\n" + b"X: y\r\n" * 20_000)
    assert b"200" not in codes(rest(connection))


def test_requests_that_wait_for_an_answer_are_bounded(connection: socket.socket) -> None:
    """Of thousands in one packet some are answered, then the connection ends."""
    connection.sendall((HEALTH + b"\r\n") * 1_000)
    answered = codes(rest(connection))
    assert 0 < len(answered) <= wire.MOST_WAITING + 2
    assert set(answered) <= {b"200", b"400"}


def test_some_requests_in_one_packet_are_all_answered(connection: socket.socket) -> None:
    """In their order."""
    connection.sendall((HEALTH + b"\r\n") * 9 + HEALTH + b"Connection: close\r\n\r\n")
    assert codes(rest(connection)) == [b"200"] * 10


def test_a_body_that_nobody_reads_does_not_keep_a_connection(
    connection: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is refused and sends on is ended, as who sends nothing more is."""
    monkeypatch.setattr(wire, "IDLE_S", 0.2)
    connection.sendall(HEAD + b"Content-Length: 200000\r\n\r\n")
    assert codes(one_answer(connection)) == [b"401"]
    began = time.monotonic()
    connection.settimeout(0.01)
    while time.monotonic() - began < PATIENCE_S:
        try:
            connection.sendall(b"x")
            if connection.recv(10) == b"":
                return
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return
    raise AssertionError("the connection was kept")


def test_a_body_that_trickles_in_is_refused(
    connection: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its time, not each of its bytes; the connection ends with the refusal."""
    monkeypatch.setattr("technic.service.access.limits.BODY_S", 0.2)
    connection.sendall(
        b"POST /v1/scans HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000\r\n\r\n{"
    )
    connection.settimeout(0.01)
    answer, began = b"", time.monotonic()
    while not answer and time.monotonic() - began < PATIENCE_S:
        connection.sendall(b" ")
        try:
            answer = connection.recv(65_536)
        except TimeoutError:
            continue
    assert codes(answer) == [b"408"]


def test_a_connection_is_kept_for_a_next_request(
    connection: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a head may take; then it is ended."""
    monkeypatch.setattr(wire, "IDLE_S", 0.6)
    connection.sendall(HEALTH + b"\r\n")
    assert codes(one_answer(connection)) == [b"200"]
    began = time.monotonic()
    assert rest(connection) == b""
    assert time.monotonic() - began > 0.3


@pytest.mark.parametrize("host", ["", "Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n"])
def test_a_request_names_one_host(connection: socket.socket, host: str) -> None:
    """Two, and none, are refused for the health as well: proxies would take either."""
    connection.sendall(f"GET /health HTTP/1.1\r\n{host}\r\n".encode())
    answer = one_answer(connection)
    assert codes(answer) == [b"400"]
    assert b"a request names one host" in answer


def test_a_probe_of_old_is_answered(connection: socket.socket) -> None:
    """HTTP/1.0 has no host."""
    connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
    assert codes(rest(connection)) == [b"200"]
