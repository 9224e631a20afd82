"""``technic serve`` as a container runs it: its port, its keys, its end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from technic.service import run as serving
from technic.service.access.keys import first_key
from technic.service.database.connect import open_database
from technic.service.jobs.dispatcher import STOP_S
from technic.service.jobs.job_table import JobTable
from technic.service.run import SHUTDOWN_S, listen, run_service
from technic.service.service_settings import ServiceSettings, default_port
from technic.settings import Settings

PATIENCE_S = 300.0
NOW = 1_000_000.0


class Started:
    """A service in a process of its own, and the key that it was told of."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.key, told = first_key()
        command = [sys.executable, "-m", "technic", "serve", "--host", "0.0.0.0"]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **environ, "TECHNIC_SERVICE_FIRST_KEY": told},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.lines: list[str] = []
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"http://0\.0\.0\.0:(\d+)", line):
                self.port = int(found.group(1))
                break
        self.reader = threading.Thread(target=self.lines.extend, args=(self.process.stderr,))
        self.reader.start()
        self.until_it_answers()

    def until_it_answers(self) -> None:
        """Wait until the health is served."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                assert self.ask("/health", None) == {"status": "ok"}
            except urllib.error.URLError:
                assert time.monotonic() < until, self.lines
                threading.Event().wait(0.05)
            else:
                return

    def ask(self, path: str, body: Any = None, *, key: str = "") -> Any:
        """Ask a route; ``body`` is posted."""
        url = f"http://127.0.0.1:{self.port}{path}"
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.loads(answer.read())


@pytest.fixture
def started(tmp_path: Path, url: str) -> Iterator[Callable[[], Started]]:
    """Starts a service with its home and its database; ended after the test."""
    running: list[Started] = []

    def start() -> Started:
        environ = {"TECHNIC_HOME": str(tmp_path), "DATABASE_URL": url, "PORT": "0"}
        environ["TECHNIC_SERVICE_SCANS_AT_ONCE"] = "1"
        running.append(Started(environ))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.process.wait(PATIENCE_S)
        one.reader.join(PATIENCE_S)
        assert one.process.stderr is not None
        one.process.stderr.close()


def test_sigterm_ends_a_service_in_time_with_its_jobs_marked(
    tmp_path: Path, url: str, started: Callable[[], Started]
) -> None:
    """A reader that holds on to the events of a job holds nothing up; the next start resumes it."""
    one = started()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        one.ask("/v1/setups")
    jobs = [one.ask("/v1/scans", {"provider": "demo"}, key=one.key)["id"] for _ in range(2)]
    events = urllib.request.Request(
        f"http://127.0.0.1:{one.port}/v1/scans/{jobs[0]}/events",
        headers={"Authorization": f"Bearer {one.key}"},
    )
    with urllib.request.urlopen(events, timeout=PATIENCE_S) as stream:
        while b"event: running" not in stream.readline():
            pass
        began = time.monotonic()
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(PATIENCE_S) in (0, 130)
        took = time.monotonic() - began
        assert b"event: interrupted" in stream.read()
    assert took < SHUTDOWN_S + STOP_S
    engine = open_database(url)
    table = JobTable(engine, "a reader", lambda: NOW)
    assert [table.get(job).state for job in jobs] == ["interrupted", "queued"]
    engine.dispose()
    assert "Traceback" not in "".join(one.lines)


def test_a_database_that_is_away_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The process ends with code 1, and whoever runs it starts it again."""
    monkeypatch.setattr("technic.service.state.START_PAUSES_S", ())
    url = "postgresql://me:hidden-word@127.0.0.1:1/technic"
    settings = ServiceSettings(settings=Settings(home=tmp_path), database=url)
    said: list[str] = []
    with caplog.at_level(logging.DEBUG):
        assert run_service(settings, "127.0.0.1", 0, said.append) == 1
    assert said[-1].startswith("database postgresql://me@127.0.0.1:1/technic: cannot be opened")
    assert "Traceback" not in caplog.text
    assert "hidden-word" not in caplog.text + "".join(said)


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """As a disk that belongs to another user is; the folder below a file is one for root too."""
    (tmp_path / "file").touch()
    settings = ServiceSettings(settings=Settings(home=tmp_path / "file"))
    said: list[str] = []
    assert run_service(settings, "127.0.0.1", 0, said.append) == 1
    assert "TECHNIC_HOME" in said[-1]
    assert f"a folder that user {os.geteuid()} may write to" in said[-1]


@pytest.mark.parametrize(
    ("environ", "port"),
    [
        ({}, 8000),
        ({"PORT": "10000"}, 10000),
        ({"PORT": "0"}, 0),
        ({"PORT": "x"}, 8000),
        ({"PORT": "70000"}, 8000),
    ],
)
def test_the_platform_names_the_port(environ: dict[str, str], port: int) -> None:
    """As PORT; else it is 8000."""
    assert default_port(environ) == port


def test_what_forwards_requests_is_believed_only_where_it_is_named(tmp_path: Path) -> None:
    """Networks may be named too."""
    settings = ServiceSettings(settings=Settings(home=tmp_path))
    config = serving.server_config(serving.create_app(settings), settings)
    assert config.proxy_headers is False
    named = ServiceSettings(settings=Settings(home=tmp_path), proxies=("10.0.0.0/8", "127.0.0.1"))
    config = serving.server_config(serving.create_app(named), named)
    assert (config.proxy_headers, config.forwarded_allow_ips) == (True, "10.0.0.0/8,127.0.0.1")


def test_small_answers_are_sent_at_once():
    """What is accepted there does not wait for the client to acknowledge what was sent before."""

    async def accepted() -> int:
        options = []

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            options.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = listen("127.0.0.1", 0)
        async with await asyncio.start_server(answer, sock=listener):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            assert await reader.read() == b""
            writer.close()
        return options[0]

    assert asyncio.run(accepted()) == 1
