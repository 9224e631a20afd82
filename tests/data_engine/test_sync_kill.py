"""A sync that is killed at any moment loses nothing it had, and repeats nothing."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from support.sync_child import SESSIONS
from technic.data_engine.loopback import Loopback, LoopbackServer, Wiring, World
from technic.data_engine.store import BarStore
from technic.sessions import build_calendar

KILLS = int(os.environ.get("TECHNIC_SOAK_KILLS", "5"))
CALENDAR = build_calendar(2026)
TODAY = "2026-06-30"
DAYS = CALENDAR.last(SESSIONS, np.datetime64(TODAY))
CHILD = Path(__file__).parents[1] / "support" / "sync_child.py"


@pytest.fixture(scope="module")
def server():
    """A small market, a few milliseconds away."""
    with LoopbackServer(Loopback(World(CALENDAR, 120)), Wiring(latency_s=0.03)) as running:
        yield running


def child(url: str, store: Path) -> subprocess.Popen[str]:
    """Start a sync in a process of its own and wait until it begins."""
    process = subprocess.Popen(
        [sys.executable, str(CHILD), url, str(store), TODAY], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    return process


def finished(url: str, store: Path) -> int:
    """Sync to the end; requests planned."""
    with child(url, store) as process:
        out, _ = process.communicate(timeout=60)
    failures, requests = map(int, re.findall(r"\d+", out))
    assert (process.returncode, failures) == (0, 0)
    return requests


def contents(store: Path) -> dict[str, str]:
    """A hash of each symbol's bars."""
    return BarStore.open(str(store)).content_hash(None, DAYS[0], DAYS[-1])


@pytest.fixture(scope="module")
def undisturbed(server, tmp_path_factory) -> tuple[dict[str, str], float]:
    """Contents after a sync that nobody disturbed, and how long its work takes."""
    store = tmp_path_factory.mktemp("calm") / "store"
    process = child(server.url, store)
    started = time.perf_counter()
    assert process.stdout is not None
    assert process.stdout.readline().startswith("0 failures")
    seconds = time.perf_counter() - started
    process.communicate(timeout=60)
    return contents(store), seconds


@pytest.mark.parametrize("seed", range(KILLS))
def test_after_a_kill_the_next_sync_asks_only_for_the_rest(
    seed: int, server, undisturbed, tmp_path: Path
):
    """The store opens with whole commits; what it covers is not asked again; the end is equal."""
    expected, seconds = undisturbed
    store = tmp_path / "store"
    with child(server.url, store) as process:
        moment = random.Random(seed).uniform(0.0, seconds)
        timer = threading.Timer(moment, process.kill)
        timer.start()
        process.wait(timeout=60)
        timer.join()
    left = BarStore.open(str(store))
    assert left.verify() == []
    covered = left.coverage().sessions
    held = left.read(None, DAYS[0], DAYS[-1])
    assert np.isin(covered, np.unique(held.session)).all()
    assert finished(server.url, store) == SESSIONS - len(covered)
    assert contents(store) == expected
