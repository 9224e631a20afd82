"""A sync that is killed at any moment loses nothing it had, and repeats nothing."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from support.sync_child import SESSIONS
from technic.data_engine.interfaces.transport import HttpRequest
from technic.data_engine.store import BarStore
from technic.loopback import Loopback, LoopbackServer, Wiring, World
from technic.loopback.core import Answer
from technic.sessions import build_calendar

KILLS = int(os.environ.get("TECHNIC_SOAK_KILLS", "5"))
CALENDAR = build_calendar(2026)
TODAY = "2026-06-30"
DAYS = CALENDAR.last(SESSIONS, np.datetime64(TODAY))
CHILD = Path(__file__).parents[2] / "support" / "sync_child.py"


LATENCY_S = 0.03
PATIENCE = 120


class Watched(Loopback):
    """A market that calls ``then`` once, when so many whole days as ``days`` have been asked."""

    days = 0
    then: Callable[[], None] | None = None

    def answer(self, request: HttpRequest) -> Answer:
        """Answer as ever."""
        answer = super().answer(request)
        if self.then is not None and self.stats.by_endpoint["grouped"] >= self.days:
            then, self.then = self.then, None
            then()
        return answer


@pytest.fixture(scope="module")
def server():
    """A small market, a few milliseconds away."""
    with LoopbackServer(Watched(World(CALENDAR, 120)), Wiring(latency_s=LATENCY_S)) as running:
        yield running


def child(url: str, store: Path) -> subprocess.Popen[str]:
    """Start a sync in a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(CHILD), url, str(store), TODAY], stdout=subprocess.PIPE, text=True
    )


def finished(url: str, store: Path) -> int:
    """Sync to the end; requests planned."""
    with child(url, store) as process:
        out, _ = process.communicate(timeout=PATIENCE)
    failures, requests = map(int, re.findall(r"\d+", out))
    assert (process.returncode, failures) == (0, 0)
    return requests


def contents(store: Path) -> dict[str, str]:
    """A hash of each symbol's bars."""
    return BarStore.open(str(store)).content_hash(None, DAYS[0], DAYS[-1])


@pytest.fixture(scope="module")
def undisturbed(server, tmp_path_factory) -> dict[str, str]:
    """Contents after a sync that nobody disturbed."""
    store = tmp_path_factory.mktemp("calm") / "store"
    assert finished(server.url, store) == SESSIONS
    return contents(store)


@pytest.mark.parametrize("seed", range(KILLS))
def test_after_a_kill_the_next_sync_asks_only_for_the_rest(
    seed: int, server, undisturbed, tmp_path: Path
):
    """The store opens with whole commits; what it covers is not asked again; the end is equal."""
    rng, store = random.Random(seed), tmp_path / "store"
    server.loopback.reset()
    server.loopback.days = rng.randint(1, SESSIONS)
    with child(server.url, store) as process:
        # at some time until the next days are asked: before, in or after a commit
        timer = threading.Timer(rng.uniform(0.0, LATENCY_S), process.kill)
        server.loopback.then = timer.start
        process.wait(PATIENCE)
        timer.join()
    left = BarStore.open(str(store))
    assert left.verify() == []
    covered = left.coverage().sessions
    held = left.read(None, DAYS[0], DAYS[-1])
    assert np.isin(covered, np.unique(held.session)).all()
    assert finished(server.url, store) == SESSIONS - len(covered)
    assert contents(store) == undisturbed
