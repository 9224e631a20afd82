"""One writer at a time, whoever was killed before; the others are told who it is."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from technic.data_engine.store import BarStore, CommitRetry
from technic.errors import StoreError
from technic.testing import make_bars

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(4))

HOLD = """
import sys
from technic.data_engine.store import BarStore
store = BarStore.open(sys.argv[1])
assert store.lock.try_acquire()
print("held", flush=True)
sys.stdin.read()
"""


def hold(url: str) -> subprocess.Popen[str]:
    """A process that holds the lock until its input ends."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", HOLD, url], **pipes)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_told_who_holds_the_store(tmp_path: Path):
    """After a bounded wait; reading goes on meanwhile, writing afterwards."""
    url, pauses = str(tmp_path / "store"), []
    store = BarStore.open(url, retry=CommitRetry(sleep=pauses.append, jitter=lambda: 0.0))
    store.write_days(make_bars(["A"], DAYS[:1]), DAYS[:1], ASKED)
    with hold(url) as process:
        held_by = rf"is being written by process {process.pid} on .+ since .+ UTC; try again"
        with pytest.raises(StoreError, match=held_by):
            store.write_days(make_bars(["A"], DAYS), DAYS, ASKED)
        assert len(pauses) > 1
        assert len(store.read(None, DAYS[0], DAYS[-1])) == 1
        process.stdin.close()
        process.wait(60)
    store.write_days(make_bars(["A"], DAYS), DAYS, ASKED)
    assert len(store.read(None, DAYS[0], DAYS[-1])) == 4


def test_a_writer_that_was_killed_holds_nothing(tmp_path: Path):
    """The kernel has taken its lock back: nobody waits, though the file still names it."""
    url = str(tmp_path / "store")

    def no_pause(_: float) -> None:
        pytest.fail("waited for a process that is gone")

    with hold(url) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(60)
    assert f"process {process.pid}" in Path(url, "writer.lock").read_text()
    store = BarStore.open(url, retry=CommitRetry(sleep=no_pause))
    store.write_days(make_bars(["A"], DAYS), DAYS, ASKED)
    assert Path(url, "writer.lock").read_text() == ""


def test_one_store_object_may_take_the_lock_again(tmp_path: Path):
    """A sync holds it while its commits take it; another object of the same process waits."""
    url = str(tmp_path / "store")
    one, other = BarStore.open(url), BarStore.open(url)
    assert one.lock.try_acquire()
    one.write_days(make_bars(["A"], DAYS), DAYS, ASKED)
    assert not other.lock.try_acquire()
    one.lock.release()
    assert other.lock.try_acquire()
    other.lock.release()


def test_a_view_of_earlier_versions_cannot_be_written(tmp_path: Path):
    """It says so."""
    store = BarStore.open(str(tmp_path / "store"))
    with pytest.raises(StoreError, match="read-only"):
        store.at_versions(store.versions()).write_days(make_bars(["A"], DAYS), DAYS, ASKED)
