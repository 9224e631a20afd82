"""``technic watch``: conditions that are judged after each session, and tell what changed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from technic.cli.options.completions import setup_values
from technic.cli.options.groups import expand_groups
from technic.cli.options.options import TalkOptions
from technic.errors import ParameterError
from technic.settings import load_settings

__all__ = ["watch"]

watch = typer.Typer(
    name="watch", help="Watch conditions after each session, and be told what changed."
)

Name = Annotated[str, typer.Argument(help="Its name.", metavar="NAME", show_default=False)]
Format = Annotated[Literal["table", "json"], typer.Option("--format", help="How to print it.")]
RULES = "Rules"


def _rule(name: str, help_: str, metavar: str) -> object:
    return typer.Option(name, help=help_, metavar=metavar, rich_help_panel=RULES)


@dataclass(frozen=True, slots=True)
class WatchRules:
    """When a watch tells something, and what."""

    leave: Annotated[
        str | None,
        _rule(
            "--leave",
            "A match ends where this is true. (default: where it is no match)",
            "CONDITION",
        ),
    ] = None
    symbols: Annotated[
        list[str] | None, _rule("--symbols", "Tell of these symbols only, e.g. AAPL,MSFT.", "A,B")
    ] = None
    on: Annotated[str, _rule("--on", "What is sent: enter, leave, or enter,leave.", "EVENTS")] = (
        "enter"
    )
    minimum: Annotated[int, _rule("--minimum", "Send nothing while fewer symbols match.", "N")] = 1
    rearm: Annotated[
        int, _rule("--rearm", "A symbol enters again once it was out for so many sessions.", "N")
    ] = 1
    quiet: Annotated[
        str | None,
        _rule(
            "--quiet",
            "Send nothing in these hours, one digest after them, e.g. 22:00-07:30.",
            "HOURS",
        ),
    ] = None
    digest: Annotated[
        int, _rule("--digest", "More events of one session than this are one message.", "N")
    ] = 5
    schedule: Annotated[
        Literal["close", "bars"],
        typer.Option(
            "--schedule",
            help="Judge once a session's bars are surely final, or as soon as they are there.",
            rich_help_panel=RULES,
        ),
    ] = "close"
    chart: Annotated[
        bool,
        typer.Option(
            "--chart", help="Send a chart along where it is taken.", rich_help_panel=RULES
        ),
    ] = False


def add(
    name: Name,
    rules: WatchRules,
    where: Annotated[
        str | None,
        typer.Option("--where", help="What to watch, in the scan language.", metavar="CONDITION"),
    ] = None,
    setup: Annotated[
        str | None,
        typer.Option(
            "--setup",
            help="A setup instead; see setups.",
            metavar="NAME",
            autocompletion=setup_values,
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Another value for the setup's parameter; repeat.", metavar="NAME=VALUE"
        ),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            help="Where messages go: an address of apprise, webhook+https://SECRET@HOST/PATH, or "
            "env:NAME; repeat.",
            metavar="TARGET",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="In the place of the one of that name.")
    ] = False,
) -> None:
    """Keep a watch: a condition or a setup, rules, and where its messages go.

    Nothing is judged yet; technic watch run does that, from cron or the service's schedule.
    """
    from technic.cli.options.language_options import parameter_values
    from technic.cli.render.console import note
    from technic.scan.flat_config import flat_config
    from technic.watches.compiled import check_watch
    from technic.watches.database import open_watches
    from technic.watches.sending.check import check_targets
    from technic.watches.watch import Watch
    from technic.watches.watch_table import WatchTable

    settings = load_settings(os.environ, Path.cwd())
    if set_ and setup is None:
        raise ParameterError("set", ", ".join(set_), "nothing without --setup")
    kept = Watch(
        name=name,
        where=where,
        setup=setup,
        parameters=tuple(parameter_values(set_).items()),
        leave=rules.leave,
        symbols=tuple(part for text in rules.symbols or () for part in text.split(",")),
        schedule=rules.schedule,
        on=tuple(dict.fromkeys(part.strip() for part in rules.on.split(",") if part.strip())),
        minimum=rules.minimum,
        rearm=rules.rearm,
        quiet=rules.quiet,
        digest=rules.digest,
        chart=rules.chart,
        targets=tuple(dict.fromkeys(to or ())),
    )
    check_watch(kept, flat_config({}, settings), settings)
    check_targets(kept.targets, os.environ)
    with open_watches(settings.home) as database:
        table = WatchTable(database)
        table.add(kept, time.time(), replace=replace)
        paused = table.get(name).paused
    told = "" if kept.targets else "; it has no target, so technic watch log is where it tells"
    told += f"; it is paused, technic watch resume {name} has it judged" if paused else ""
    note(f"watching {name}: {kept.asks}{told}")


def list_(format_: Format = "table") -> None:
    """List the watches: what each asks, who is in it, where it tells, and whether it can run."""
    from technic.cli.render.watch_report import print_watches
    from technic.watches.database import open_watches
    from technic.watches.watch_table import WatchTable

    settings = load_settings(os.environ, Path.cwd())
    with open_watches(settings.home) as database:
        print_watches(WatchTable(database).all(), format_)


def run(talk: TalkOptions, format_: Format = "table") -> None:
    """Judge every watch on the sessions it has not judged, and send what waits.

    Exit code 1 where a watch could not run, or a message was given up.
    """
    from technic.cli.render.watch_report import print_run
    from technic.watches.database import open_watches
    from technic.watches.run import run_watches

    settings = load_settings(os.environ, Path.cwd())
    with open_watches(settings.home) as database:
        done = run_watches(database, settings, os.environ)
    print_run(done, format_, quiet=talk.quiet)
    if done.judged.troubles or done.sent.failed:
        raise typer.Exit(1)


def pause(name: Name) -> None:
    """Judge a watch no more until it is resumed; what waits to be sent goes on waiting."""
    _change("pause", name)


def resume(name: Name) -> None:
    """Judge a paused watch again; it begins anew, what happened meanwhile is no news."""
    _change("resume", name)


def remove(name: Name) -> None:
    """Remove a watch and what it had to send; its log stays."""
    _change("remove", name)


def log(
    name: Annotated[
        str | None, typer.Argument(help="Of one watch. (default: all)", metavar="NAME")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Newest entries of each kind.")] = 25,
    format_: Format = "table",
) -> None:
    """Show what was judged, what was found, and what became of each message."""
    from technic.cli.render.watch_report import print_log
    from technic.watches.database import open_watches
    from technic.watches.log import watch_log

    settings = load_settings(os.environ, Path.cwd())
    with open_watches(settings.home) as database:
        print_log(watch_log(database, name, limit), format_)


def probe(name: Name) -> None:
    """Send a message that says it is a test to each target of a watch, at once.

    Exit code 1 where a target did not take it.
    """
    from technic.cli.render.console import note
    from technic.watches.database import open_watches
    from technic.watches.run import send_test
    from technic.watches.watch_table import WatchTable

    settings = load_settings(os.environ, Path.cwd())
    with open_watches(settings.home) as database:
        kept = WatchTable(database).get(name).watch
    if not kept.targets:
        raise ParameterError(
            "name", name, "a watch with a target", "add --replace --to gives it one"
        )
    outcomes = send_test(kept, settings, os.environ)
    for shown, error in outcomes:
        note(f"{shown}: {'sent' if error is None else error}")
    if any(error is not None for _, error in outcomes):
        raise typer.Exit(1)


def _change(what: Literal["pause", "resume", "remove"], name: str) -> None:
    from technic.cli.render.console import note
    from technic.watches.database import open_watches
    from technic.watches.watch_table import WatchTable

    settings = load_settings(os.environ, Path.cwd())
    with open_watches(settings.home) as database:
        getattr(WatchTable(database), what)(name)
    note(f"{what}d {name}")


for _name, _command in (
    ("add", add),
    ("list", list_),
    ("run", run),
    ("pause", pause),
    ("resume", resume),
    ("remove", remove),
    ("log", log),
    ("test", probe),
):
    watch.command(_name)(expand_groups(_command))
