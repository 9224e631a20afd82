"""SIGINT, SIGTERM and SIGHUP in the middle of commands: exit code 130, and what arrived is kept."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from soak.kills import PATIENCE, UPKEEP, go, start_upkeep
from soak.store_child import fill
from soak.trials import EVER, Trial, contents, unsound
from support.heeding import SIGNALS, heeding_python
from support.loopback import small
from technic.data_engine.interfaces.transport import HttpRequest
from technic.data_engine.store import BarStore
from technic.loopback import Loopback, LoopbackServer
from technic.loopback.core import Answer

__all__ = ["signalled_syncs", "signalled_upkeep"]

ENTRY = ("-c", "from technic.cli import main; main()")
MARKET_DAYS = 40
LONGEST_S = 0.2
"""What a task takes, more or less."""
DELIVERED_S = 1.0
"""Until everything the market has sent has come to the process beside it."""


class Stalling(Loopback):
    """A market that answers ``many`` whole days and then nobody; ``stalls`` is set by then."""

    many = 0
    stalls: threading.Event

    def answer(self, request: HttpRequest) -> Answer:
        """Answer as ever, or never."""
        answer = super().answer(request)
        if self.stats.by_endpoint["grouped"] <= self.many:
            return answer
        self.stalls.set()
        return replace(answer, travel="never")


def command(*arguments: str) -> list[str]:
    """Return a command line of technic in a process that signals reach."""
    return [*heeding_python(*ENTRY), *arguments]


def signalled_syncs(times: int, folder: Path) -> Iterator[Trial]:
    """End syncs with each signal that often; the next one asks only for the rest."""
    world = small().world
    for number in SIGNALS:
        for seed in range(times):
            rng = random.Random(f"{number} {seed}")
            store = folder / f"{number.name}-{seed}"
            problem = _end_a_sync(world, store, number, rng.randint(1, MARKET_DAYS - 1))
            yield Trial(f"{number.name} of a sync", str(seed), problem)


def _end_a_sync(world: object, store: Path, number: signal.Signals, many: int) -> str:
    market = Stalling(world)
    market.many, market.stalls = many, threading.Event()
    environment = {**os.environ, "TECHNIC_STORE": str(store)}
    options = ("sync", "--provider", "loopback", "--days", str(MARKET_DAYS))
    with LoopbackServer(market) as server:
        environment["TECHNIC_LOOPBACK_URL"] = server.url
        with subprocess.Popen(
            command(*options, "--quiet"), env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            if not market.stalls.wait(PATIENCE):
                return "the sync did not come so far"
            threading.Event().wait(DELIVERED_S)
            process.send_signal(number)
            _, err = process.communicate(timeout=PATIENCE)
    if process.returncode != 130 or err.count("\n") != 1 or "what arrived is kept" not in err:
        return f"exit code {process.returncode}: {err[-200:]}"
    left = BarStore.open(str(store / "loopback"))
    kept = len(left.coverage().sessions)
    if problem := unsound(left):
        return problem
    if kept < many:
        return f"{kept} of {many} days that had arrived are kept"
    with LoopbackServer(Loopback(world)) as server:
        environment["TECHNIC_LOOPBACK_URL"] = server.url
        done = subprocess.run(
            command(*options, "--format", "json"), env=environment, text=True,
            capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        asked = server.stats.by_endpoint["grouped"]
    if done.returncode:
        return done.stderr[-200:]
    planned = json.loads(done.stdout)["plan"]["requests"]
    rest = MARKET_DAYS - kept
    return "" if asked == planned == rest else f"{asked} days asked again, {rest} were missing"


def signalled_upkeep(times: int, folder: Path) -> Iterator[Trial]:
    """End ``technic data`` with each signal that often, at random moments."""
    sound = folder / "sound"
    fill(sound)
    before = contents(BarStore.open(str(sound)))
    for number in SIGNALS:
        for seed in range(times):
            for task in UPKEEP:
                rng = random.Random(f"{number} {task} {seed}")
                store = folder / f"{number.name}-{task}-{seed}"
                shutil.copytree(sound, store)
                problem = _end_a_task(store, task, number, rng.uniform(0, LONGEST_S), before)
                yield Trial(f"{number.name} of compaction, vacuum, export, import",
                            f"{task} {seed}", problem)  # fmt: skip
                shutil.rmtree(store)


def _end_a_task(
    folder: Path, task: str, number: signal.Signals, moment: float, before: dict[str, str]
) -> str:
    with start_upkeep(folder, task) as process:
        go(process)
        timer = threading.Timer(moment, process.send_signal, (number,))
        timer.start()
        out, err = process.communicate(timeout=PATIENCE)
        timer.join()
    if process.returncode not in (0, 130) and not out:  # else it was done, and on its way out
        return f"exit code {process.returncode}: {err[-200:]}"
    left = BarStore.open(str(folder))
    if problem := unsound(left):
        return problem
    found = left.read(None, *EVER)
    parts = list(folder.parent.glob(f".{folder.name}.parquet.*"))
    if parts:
        return f"left behind: {parts[0].name}"
    if task in ("compact", "vacuum", "export") and contents(left) != before:
        return "other bars than before"
    return "" if len(found) in (60 * 24, 60 * 29) else f"{len(found)} bars, half of an import"
