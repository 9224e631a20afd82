"""``technic marketsim``: serves until it is told to end, and a scan of it says SIMULATED."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.heeding import heeding_python
from technic.cli.commands.serving import marketsim as command
from technic.data_engine.providers.vendors.loopback import LOOPBACK_URL


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a process of its own, and what it printed once it served."""
    code = "from technic.cli import main; main()"
    line = heeding_python("-c", code, "marketsim", "--port", "0", *arguments)
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout is not None
        head = "".join(process.stdout.readline() for _ in range(3))
        try:
            yield process, head
        finally:
            process.kill()


@pytest.mark.parametrize(
    "how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda how: how.name
)
def test_it_can_be_scanned_and_ends_cleanly(technic, monkeypatch, tmp_path, how):
    """It says where it is and how to scan it; the scan says SIMULATED; the end is exit code 0."""
    with running("--symbols", "300" if how == signal.SIGINT else "5") as (process, head):
        found = re.search(r"http://127\.0\.0\.1:\d+", head)
        assert found is not None, process.stderr.read()
        assert head.startswith("SIMULATED market at")
        assert f"TECHNIC_LOOPBACK_URL={found[0]} technic scan --provider loopback" in head
        if how == signal.SIGINT:
            monkeypatch.setenv("TECHNIC_LOOPBACK_URL", found[0])
            monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "store"))
            ran = technic("scan", "--provider", "loopback", "--bars", "20", "--format", "json")
            assert ran.code == 0, ran.err
            assert json.loads(ran.out)["data"]["simulated"] is True
        process.send_signal(how)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0
        assert re.fullmatch(r"technic: ended after \d+ requests\n", errors)


def test_another_seed_is_scanned_with_a_store_of_its_own():
    """Bars of two markets must not meet in one store."""
    with running("--symbols", "5", "--seed", "7", "--today", "2026-06-29") as (_, head):
        assert "seed 7, today is 2026-06-29" in head
        assert "TECHNIC_STORE=" in head


def test_a_port_that_is_taken_is_one_sentence(technic):
    """Exit code 1, and what to do about it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = technic("marketsim", "--port", port, "--symbols", "5")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert f"port {port} cannot be had" in ran.err
    assert "--port" in ran.err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--port", "70000"), "--port"),
        (("--symbols", "0"), "--symbols"),
        (("--fault", "gremlins=0.1"), "throttled=FRACTION"),
        (("--fault", "throttled=2"), "a fraction from 0 to 1"),
        (("--today", "tomorrow"), "YYYY-MM-DD"),
        (("--today", "1999-01-04"), "a day from"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(technic, arguments, text):
    """Nothing is served."""
    ran = technic("marketsim", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert text in ran.err


def test_the_default_port_is_the_one_that_clients_expect():
    """So no setting is needed to scan it."""
    assert f"http://127.0.0.1:{command.DEFAULT_PORT}" == LOOPBACK_URL
