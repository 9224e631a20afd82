"""What a worker does about watches: a run of all of them, a test of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from technic.errors import TechnicError
from technic.settings import Settings
from technic.watches.database import open_watches
from technic.watches.run import WatchRun, run_watches, send_test
from technic.watches.watch_table import WatchTable
from technic.wording.counts import count_of

__all__ = ["run_kept_watches", "send_kept_test"]

MOST_TROUBLES = 100
"""Watches that cannot run whose reasons are named; the page has that of each."""
_LONGEST_REASON = 300


def run_kept_watches(settings: Settings, environ: Mapping[str, str]) -> dict[str, Any]:
    """Judge every watch that is due, send what waits, and return what that came to."""
    with open_watches(settings.home) as database:
        done = run_watches(database, settings, environ)
    judged, sent = done.judged, done.sent
    troubles = list(judged.troubles.items())
    return {
        "headline": _headline(done),
        "busy": done.busy,
        "watches": judged.watches,
        "sessions": judged.sessions,
        "events": judged.events,
        "sent": sent.sent,
        "again": sent.again,
        "failed": sent.failed,
        "held": sent.held,
        "waiting": done.waiting,
        "cannot_run": len(troubles),
        "troubles": {name: why[:_LONGEST_REASON] for name, why in troubles[:MOST_TROUBLES]},
    }


def _headline(done: WatchRun) -> str:
    if done.busy:
        return "another process runs the watches"
    judged, sent = done.judged, done.sent
    parts = [
        count_of(judged.watches, "watch", "watches"),
        count_of(len(judged.sessions), "session"),
    ]
    parts += [count_of(judged.events, "event"), f"{sent.sent:,} sent"]
    parts += [f"{sent.again:,} to be tried again"] if sent.again else []
    parts += [f"{sent.failed:,} given up"] if sent.failed else []
    parts += [f"{len(judged.troubles):,} cannot run"] if judged.troubles else []
    return ", ".join(parts)


def send_kept_test(name: str, settings: Settings, environ: Mapping[str, str]) -> dict[str, Any]:
    """Send a test to each target of a watch.

    Raises TechnicError where a target did not take it, in a sentence for each target.
    """
    with open_watches(settings.home) as database:
        watch = WatchTable(database).get(name).watch
    outcomes = send_test(watch, settings, environ)
    said = [f"{shown}: {'sent' if error is None else error}" for shown, error in outcomes]
    if any(error is not None for _, error in outcomes):
        raise TechnicError("; ".join(said))
    return {"headline": f"test of {name}: {'; '.join(said)}", "test": name, "targets": said}
