"""SIGKILL at random moments of everything that writes; whoever comes next finds all it had."""

from __future__ import annotations

import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from soak.store_child import DAYS, ONE_MORE, fill, work
from soak.trials import Trial, contents, unsound
from support.heeding import heeding_python
from support.sync_child import SESSIONS, sync
from technic.data_engine.interfaces.transport import HttpRequest
from technic.data_engine.store import BarStore
from technic.loopback import Loopback, LoopbackServer, Wiring, World
from technic.loopback.core import Answer
from technic.sessions import build_calendar

__all__ = ["UPKEEP", "killed_syncs", "killed_upkeep"]

TODAY = "2026-06-30"
PATIENCE = 300
LATENCY_S = 0.03
SUPPORT = Path(__file__).parents[1]
UPKEEP = ("compact", "vacuum", "export", "import")


class Watched(Loopback):
    """A market that calls ``then`` once, when ``many`` requests for bars have come."""

    many = 0
    then: Callable[[], None] | None = None

    def bar_requests(self) -> int:
        """Whole days and ranges."""
        return self.stats.by_endpoint["grouped"] + self.stats.by_endpoint["range"]

    def answer(self, request: HttpRequest) -> Answer:
        """Answer as ever."""
        answer = super().answer(request)
        if self.then is not None and self.bar_requests() >= self.many:
            then, self.then = self.then, None
            then()
        return answer


def start_sync(url: str, store: Path, kind: str, sessions: int = SESSIONS) -> subprocess.Popen[str]:
    """Start a sync in a process of its own."""
    child = SUPPORT / "support" / "sync_child.py"
    command = [sys.executable, str(child), url, str(store), TODAY, kind, str(sessions)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def sync_to_the_end(url: str, store: Path, kind: str, sessions: int) -> tuple[int, str]:
    """Return how many requests were planned, and what went wrong."""
    with start_sync(url, store, kind, sessions) as process:
        out, err = process.communicate(timeout=PATIENCE)
    found = re.fullmatch(r"(\d+) failures, (\d+) requests\n", out)
    if process.returncode or found is None:
        return 0, f"the next sync fails: {err[-200:]}"
    return int(found[2]), "" if found[1] == "0" else f"{found[1]} symbols fail: {err[:200]}"


def killed_syncs(kind: str, times: int, folder: Path, sessions: int = SESSIONS) -> Iterator[Trial]:
    """Kill syncs of ``market_day`` or ``symbol_range`` that often."""
    what = {"market_day": "a whole-market sync", "symbol_range": "a sync of ranges"}[kind]
    with LoopbackServer(
        Watched(World(build_calendar(2026), 120)), Wiring(latency_s=LATENCY_S)
    ) as server:
        calm = folder / f"calm-{kind}"
        report = sync(server.url, str(calm), TODAY, kind, sessions)
        if report.failures:
            raise RuntimeError(str(report.failures))
        planned = report.plan.http_requests
        wanted = contents(BarStore.open(str(calm)))
        for seed in range(times):
            store = folder / f"{kind}-{seed}"
            found = _kill_a_sync(server, store, (kind, sessions), planned, random.Random(seed))
            if not found and contents(BarStore.open(str(store))) != wanted:
                found = "other bars than without the kill"
            yield Trial(f"SIGKILL of {what}", str(seed), found)
            shutil.rmtree(store, ignore_errors=True)


def _kill_a_sync(
    server: LoopbackServer, store: Path, what: tuple[str, int], planned: int, rng: random.Random
) -> str:
    market = server.loopback
    market.reset()
    market.many = rng.randint(1, planned)
    with start_sync(server.url, store, *what) as process:
        # at some time until the next answers: before, in or after a commit
        timer = threading.Timer(rng.uniform(0.0, LATENCY_S), process.kill)
        market.then = timer.start
        process.communicate(timeout=PATIENCE)
        timer.join()
    left = BarStore.open(str(store))
    if problem := unsound(left):
        return problem
    covered = left.coverage()
    held = left.read(None, np.datetime64("2020-01-01"), np.datetime64(TODAY))
    if not np.isin(covered.sessions, np.unique(held.session)).all():
        return "days are claimed that are not there"
    whole = [one for one in covered.ranges.values() if one[-1][1] == np.datetime64(TODAY)]
    rest = planned - len(covered.sessions if what[0] == "market_day" else whole)
    again, problem = sync_to_the_end(server.url, store, *what)
    if problem:
        return problem
    if again != rest:
        return f"{again} requests again, {rest} of {planned} were missing"
    return ""


def start_upkeep(store: Path, *task: object) -> subprocess.Popen[str]:
    """Start a task of a store in a process of its own, which waits for ``go``."""
    command = heeding_python("-m", "soak.store_child", str(store), *map(str, task))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=SUPPORT, text=True, **pipes)


def go(process: subprocess.Popen[str]) -> None:
    """Let it begin."""
    if process.stdout.readline() != "ready\n":
        raise RuntimeError(process.stderr.read())
    process.stdin.write("go\n")
    process.stdin.flush()


def killed_upkeep(task: str, times: int, folder: Path) -> Iterator[Trial]:
    """Kill compaction, vacuum, export or import of copies of one store that often."""
    sound, done = folder / f"sound-{task}", folder / f"done-{task}"
    fill(sound)
    shutil.copytree(sound, done)
    began = time.perf_counter()
    work(BarStore.open(str(done)), task)
    seconds = time.perf_counter() - began
    before, after = (contents(BarStore.open(str(path))) for path in (sound, done))
    name = {"compact": "compaction", "vacuum": "vacuum", "export": "an export",
            "import": "an import"}[task]  # fmt: skip
    for seed in range(times):
        store = folder / f"{task}-{seed}"
        shutil.copytree(sound, store)
        moment = random.Random(seed).uniform(0.0, seconds)
        found = _kill_a_task(store, task, moment) or _left(store, task, before, after)
        yield Trial(f"SIGKILL of {name}", f"{seed} after {moment:.3f} s", found)
        shutil.rmtree(store)


def _kill_a_task(store: Path, task: str, moment: float) -> str:
    with start_upkeep(store, task) as process:
        go(process)
        timer = threading.Timer(moment, process.send_signal, (signal.SIGKILL,))
        timer.start()
        _, err = process.communicate(timeout=PATIENCE)
        timer.join()
    return "" if process.returncode in (0, -signal.SIGKILL) else err[-300:]


def _left(folder: Path, task: str, before: dict[str, str], after: dict[str, str]) -> str:
    """Say what is not right after a kill, or after the same task once more."""
    store = BarStore.open(str(folder))
    if problem := unsound(store):
        return problem
    if contents(store) not in (before, after):
        return "bars of neither before nor after"
    if not set(DAYS) <= set(store.coverage().sessions):
        return "days are asked again that were answered"
    exported = folder.with_name(f"{folder.name}.parquet")
    if exported.exists() and BarStore.open(f"{folder}-copy").import_from(
        exported, ONE_MORE
    ).bars != len(store.read(None, DAYS[0], DAYS[-1])):
        return "an export of half of the bars"
    with start_upkeep(folder, task) as process:
        go(process)
        _, err = process.communicate(timeout=PATIENCE)
    if process.returncode:
        return f"cannot be done again: {err[-300:]}"
    store = BarStore.open(str(folder))
    if contents(store) != after:
        return "other bars than without the kill"
    return unsound(store)
