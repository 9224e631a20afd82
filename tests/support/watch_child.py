"""Runs watches in processes that are killed: ``watch_child.py HOME ADDRESS``.

Each process is a copy of this one that kills itself at a step; the last one may live. Prints how
many were killed, and the steps that were walked.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from technic.settings import Settings
from technic.watches.database import Database, open_watches
from technic.watches.judge_watches import JudgedRun
from technic.watches.judging.event import Event, event_id
from technic.watches.judging.transitions import Place
from technic.watches.outbox import Checkpoint, Judgment, Outbox
from technic.watches.run import run_watches
from technic.watches.watch import Watch
from technic.watches.watch_table import WatchTable

SECRET = "a-secret-of-the-tests"
SESSION = "2024-03-08"
WATCHES, SYMBOLS = 4, 250
BEGIN = 1_710_000_000.0
BEFORE_COMMIT = ("judged", "state written", "events written", "deliveries written")
SENDING = ("attempt begins", "attempt written", "attempt ended", "settling", "settled")
WALK = (
    *((step, 1) for step in (*BEFORE_COMMIT, "committed")),
    *((step, count) for count in (1, 2, 60, 90) for step in SENDING),
)


def judge(database: Database, *_: object, checkpoint: Checkpoint, now: dt.datetime) -> JudgedRun:
    """Let each symbol of each watch enter, unless that has been judged."""
    judgments = []
    for kept in WatchTable(database).all():
        if kept.state is not None:
            continue
        names = [f"{kept.watch.name}{number}" for number in range(SYMBOLS)]
        events = tuple(
            Event(
                event_id("v", name, "enter", SESSION), kept.watch.name, "v", "enter", name, SESSION
            )
            for name in names
        )
        judgments.append(
            Judgment(
                watch=kept.watch,
                version="v",
                session=SESSION,
                events=events,
                told=tuple(event.id for event in events),
                places={name: Place(True, SESSION) for name in names},
                judged=SYMBOLS,
                matches=SYMBOLS,
            )
        )
    if judgments:
        Outbox(database, checkpoint).record(judgments, now.timestamp())
    return JudgedRun()


def work(home: Path, die_at: tuple[str, int] | None, now: float) -> None:
    """Run once; the process ends where step ``die_at`` is reached so many times."""
    seen: dict[str, int] = {}

    def checkpoint(step: str) -> None:
        seen[step] = seen.get(step, 0) + 1
        if die_at == (step, seen[step]):
            os.kill(os.getpid(), signal.SIGKILL)

    moment = dt.datetime.fromtimestamp(now, dt.UTC)
    with open_watches(home) as database:
        arguments: dict[str, Any] = {"judge": judge, "now": moment, "clock": lambda: now}
        run_watches(
            database,
            Settings(home=home),
            {},
            checkpoint=checkpoint,
            most_alone=10_000,
            **arguments,
        )


def main(home: str, address: str) -> None:
    """Add the watches, then run until each step has killed a process, and once more."""
    target = f"webhook+http://{SECRET}@{address}/hook"
    with open_watches(Path(home)) as database:
        for number in range(WATCHES):
            watch = Watch(name=f"W{number}", where="close > 1", digest=500, targets=(target,))
            WatchTable(database).add(watch, BEGIN)
    killed = 0
    for number, die_at in enumerate((*WALK, None)):
        child = os.fork()
        if child == 0:
            work(Path(home), die_at, BEGIN + number * 86_400)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    sys.stdout.write(json.dumps({"killed": killed, "walked": WALK}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
