from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from technic.service.jobs.worker_process import WorkerProcess

PATIENCE_S = 120.0
"""What a worker that is told to end may take before a test gives up; it has 20 s itself."""
WAITS = "threading.Event().wait(600)"
SWALLOWS = f"""
class Deaf:
    def __del__(self):
        print("ready", flush=True)
        {WAITS}

def scan(self, job):
    Deaf()
    {WAITS}
"""
TRANSLATES = f"""
def scan(self, job):
    print("ready", flush=True)
    try:
        {WAITS}
    except BaseException:
        raise ImportError("no such module") from None
"""
WINDOWS = """
import signal
del signal.SIGUSR1, signal.pthread_kill
"""
STARTS = """
import threading
{before}
from technic.service.jobs import worker
{job}
worker.Worker._scan = scan
worker.main()
"""


class CancelledError(Exception):
    """What the one who waits raises."""


def test_a_worker_that_tells_without_a_pause_is_cancelled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each message is an occasion to look up; else a busy scan could be neither ended nor timed."""
    worker = WorkerProcess()
    monkeypatch.setattr(worker, "_send", lambda _: None)
    told: list[dict[str, object]] = []

    def beat() -> None:
        if len(told) == 3:
            raise CancelledError

    for done in range(1_000):
        message = {"stage": "fetch", "done": done, "total": 1_000}
        worker._lines.put(json.dumps(message).encode())
    worker._lines.put(b'{"state": "done"}')
    with pytest.raises(CancelledError):
        worker.ask({"kind": "scan"}, told.append, beat)
    assert len(told) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no nice")
def test_a_worker_lets_readers_go_first() -> None:
    """It is nicer than its service, and so is its session where Linux groups by sessions."""
    worker = WorkerProcess()
    try:
        answer = worker.ask({"kind": "none"}, print, lambda: None)
        assert answer["state"] == "failed"
        assert worker.pid is not None
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) == min(own + 5, 19)
        group = Path(f"/proc/{worker.pid}/autogroup")
        if group.exists():
            assert group.read_text(encoding="ascii").endswith("nice 5\n")
    finally:
        worker.end()


@pytest.mark.parametrize(
    ("job", "before"),
    [(SWALLOWS, ""), (TRANSLATES, ""), (TRANSLATES, WINDOWS)],
    ids=["swallows", "translates", "signals of Windows"],
)
def test_a_worker_ends_in_silence_once_nobody_waits(job: str, before: str) -> None:
    """An interrupt may come to a destructor, or be taken for a failed import: neither is news."""
    command = [sys.executable, "-c", STARTS.format(job=job, before=before)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b'{"kind": "scan"}\n')
        process.stdin.flush()
        assert process.stderr.readline() == b"ready\n"  # what a job prints goes to the log
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE_S) == 0
