"""Watches on a terminal: the list, what a run did, the log."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from technic.cli.render.console import console_for, note
from technic.settings import load_settings
from technic.text.outside import LINE, clean
from technic.watches.judging.event import EVENT_WORDS
from technic.watches.quiet_hours import time_zone
from technic.watches.run import WatchRun
from technic.watches.sending.target import shown_target
from technic.watches.watch import watch_to_json
from technic.watches.watch_table import KeptWatch
from technic.wording.counts import count_of

__all__ = ["print_log", "print_run", "print_watches"]


def print_watches(watches: Sequence[KeptWatch], format_: str) -> None:
    """Print the watches; of targets only what may be shown."""
    if format_ == "json":
        _print_json({"watches": [_document(one) for one in watches]})
        return
    console = console_for(sys.stdout)
    if not watches:
        console.print("no watches yet; technic watch add NAME --where CONDITION keeps one")
        return
    grid = Table(box=None, pad_edge=False)
    for title in ("name", "asks", "state", "judged", "in it", "to"):
        grid.add_column(title, overflow="fold")
    for one in watches:
        state = one.state
        judged = state.session if state is not None and state.session else "-"
        grid.add_row(
            one.watch.name,
            clean(one.watch.asks, LINE),
            _state(one),
            judged,
            "-" if judged == "-" or state is None else f"{state.matches:,}",
            ", ".join(shown_target(target) for target in one.watch.targets) or "the log",
        )
    console.print(grid)


def print_run(done: WatchRun, format_: str, *, quiet: bool) -> None:
    """Print what a run did, as one line for a log; each trouble on stderr."""
    if format_ == "json":
        document = {"busy": done.busy, "waiting": done.waiting}
        _print_json(document | {"judged": asdict(done.judged), "sent": asdict(done.sent)})
        return
    for name, reason in done.judged.troubles.items():
        note(f"watch {name} could not run: {reason}", quiet=quiet)
    if done.busy:
        note("another process is running the watches; nothing was done", quiet=quiet)
    elif not quiet:
        print(_run_line(done))


def print_log(log: dict[str, Any], format_: str) -> None:
    """Print the log, newest entries first."""
    if format_ == "json":
        _print_json(log)
        return
    console = console_for(sys.stdout)
    for title, lines in (
        ("Events", _event_lines(log["events"])),
        ("Messages", _delivery_lines(log["deliveries"])),
        ("Judged", _judging_lines(log["judgings"])),
    ):
        console.print(title)
        for line in [*lines] or ["none"]:
            console.print(f"  {clean(line, LINE)}", soft_wrap=True)


def _state(one: KeptWatch) -> str:
    if one.paused:
        return "paused"
    trouble = None if one.state is None else one.state.trouble
    return "watching" if trouble is None else f"cannot run: {clean(trouble, LINE)}"


def _document(one: KeptWatch) -> dict[str, Any]:
    content = watch_to_json(one.watch)
    content["targets"] = [shown_target(target) for target in one.watch.targets]
    state = None if one.state is None else asdict(one.state)
    return {**content, "paused": one.paused, "state": state}


def _run_line(done: WatchRun) -> str:
    judged, sent = done.judged, done.sent
    parts = [count_of(judged.watches, "watch", "watches")]
    if judged.sessions:
        parts.append(f"judged {', '.join(judged.sessions)}")
        parts.append(count_of(judged.events, "event"))
    else:
        parts.append("no new session")
    parts.append(f"{count_of(sent.sent, 'message')} sent")
    for count, word in ((sent.again, "to be tried again"), (sent.failed, "given up")):
        if count:
            parts.append(f"{count:,} {word}")
    if done.waiting:
        parts.append(f"{done.waiting:,} waiting")
    return "; ".join(parts)


def _event_lines(events: Sequence[dict[str, Any]]) -> Iterator[str]:
    for one in events:
        detail = one["detail"]
        values = ", ".join(f"{text} {value}" for text, value in detail.get("values", {}).items())
        said = "; ".join(part for part in (values, str(detail.get("reason") or "")) if part)
        mark = " SIMULATED" if detail.get("simulated") else ""
        moved = f"{one['symbol']} {EVENT_WORDS[one['kind']]}".lstrip()
        yield f"{one['session']} {one['watch']}: {moved}{mark}{f' ({said})' if said else ''}"


def _delivery_lines(deliveries: Sequence[dict[str, Any]]) -> Iterator[str]:
    zone = time_zone(load_settings(os.environ, Path.cwd()))
    for one in deliveries:
        error = f" ({one['error']})" if one["error"] else ""
        events = count_of(len(one["events"]), "event")
        tried = count_of(one["attempts"], "attempt")
        made = dt.datetime.fromtimestamp(one["at"], dt.UTC).astimezone(zone)
        what = f"{made:%Y-%m-%d %H:%M %Z} {one['watch']}: {events} to {one['target']}"
        yield f"{what}: {one['state']} after {tried}{error}"


def _judging_lines(judgings: Sequence[dict[str, Any]]) -> Iterator[str]:
    for one in judgings:
        counts = f"{one['judged']:,} judged, {one['matches']:,} in it"
        moved = f"{one['entered']:,} entered, {one['left']:,} left"
        note_ = f"; {one['note']}" if one["note"] else ""
        yield f"{one['session']} {one['watch']}: {counts}, {moved}{note_}"


def _print_json(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n")
