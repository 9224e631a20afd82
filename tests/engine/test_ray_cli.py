"""The command line on a Ray that it started: an interrupt, and the loss of that Ray."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from support.gate import PATIENCE, Gate
from support.heeding import heeding_python

pytest.importorskip("ray")

TESTS = Path(__file__).parents[1]
SCAN = ["scan", "--runner", "ray", "--format", "json", "--limit", "1"]


def faulty_scan(fault: str, options: dict[str, Any], home: Path) -> subprocess.Popen[str]:
    """Start a scan with a fault in it, with a process group of its own, as a shell does."""
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    faulty = str(TESTS / "support" / "faulty_cli.py")
    return subprocess.Popen(
        heeding_python(faulty, fault, json.dumps(options), *SCAN),
        env=os.environ | {"PYTHONPATH": path, "TECHNIC_HOME": str(home)},
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def descendants(pid: int) -> list[int]:
    """All processes that a process has started, and they in turn."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found[1:]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_interrupt_ends_the_scan_and_the_ray_it_started(tmp_path: Path):
    """Ctrl-C, which a whole process group gets, while blocks are scanned: one line, exit 130."""
    with Gate(lambda _: []) as gate:
        process = faulty_scan("reported", {"port": gate.port}, tmp_path)
        gate.wait_for(lambda visits: len(visits) > 0)
        started = {pid: os.pidfd_open(pid) for pid in descendants(process.pid)}
        assert gate.visits[0].pid in started
        os.killpg(process.pid, signal.SIGINT)
        out, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, errors) == (130, "", "technic: interrupted\n")
    for pid, handle in started.items():
        ended, _, _ = select.select([handle], [], [], PATIENCE)
        os.close(handle)
        assert ended, f"{pid} is still there"


def test_the_loss_of_this_machine_s_ray_is_one_sentence(tmp_path: Path):
    """With it the only copy of the bars is gone: an error, not a table without them."""
    process = faulty_scan("raylet_killed", {}, tmp_path)
    out, errors = process.communicate(timeout=2 * PATIENCE)
    assert (process.returncode, out) == (1, "")
    told = [line for line in errors.splitlines() if line.startswith("technic: ")]
    assert len(told) == 1
    assert told[0].startswith("technic: runner ray: this machine's Ray is gone, and with it the b")
    assert "Traceback" not in errors
