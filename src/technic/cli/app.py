"""The Typer application: one sub-command a file, imported where it is asked for.

Building all of them takes as long as half of what the shortest command does.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer

from technic.cli.options.groups import expand_groups
from technic.version import __version__

__all__ = ["COMMANDS", "command_line", "listed"]

COMMANDS = {
    "scan": (
        "scan",
        "Scan a market and print it ranked, best first, with what became of every other symbol.",
    ),
    "show": (
        "show",
        "Show one symbol: rating, explanation, trade plan, key figures and a price chart.",
    ),
    "explain": (
        "explain",
        "Explain a rating: each component's value, points, weight and contribution.",
    ),
    "setups": (
        "setups",
        "List the setups that a scan can ask for by --setup, or show one with its conditions.",
    ),
    "columns": (
        "words",
        "List the columns that --columns, --sort and conditions know, with their shorter words.",
    ),
    "functions": (
        "words",
        "List the functions of conditions and columns with their parameters and defaults.",
    ),
    "study": (
        "study",
        "Scan every day of a span of the past, and say what its hits and ratings were worth.",
    ),
    "diff": (
        "diff",
        "Compare two saved results: which symbols entered, left and moved, and what made them.",
    ),
    "verify": (
        "verify",
        "Run a saved result again, as of the same day on the same data, and compare bit for bit.",
    ),
    "plan": (
        "plan",
        "Plan the fewest requests that bring the store up to date, and prove how few that can be.",
    ),
    "sync": (
        "sync",
        "Bring the store up to date with the fewest requests; what arrives is kept, come what may.",
    ),
    "bench": (
        "bench",
        "Measure how fast a market is fetched and scanned here, four ways, on the same provider.",
    ),
    "serve": ("serving.serve", "Serve scans, symbols and data over HTTP, to those who have a key."),
    "mcp": (
        "serving.mcp",
        "Offer scans, explanations and studies to an agent, over standard input and output (MCP).",
    ),
    "site": (
        "serving.site",
        "Write the day's result as a site: pages, JSON beside them, a feed of what is new.",
    ),
    "marketsim": (
        "serving.marketsim",
        "Serve a SIMULATED market on this machine, in the formats of Polygon and Alpaca.",
    ),
    "doctor": (
        "doctor",
        "Check the installation: Python, packages, folders, settings, calendar, provider.",
    ),
    "data": ("data", "Look into the store of a provider, check it, tidy it."),
    "keys": ("serving.keys", "Keys for the service: make, list, revoke."),
    "config": ("config", "Settings: show them, find their file, begin one."),
    "watch": ("watch", "Watch conditions after each session, and be told what changed."),
    "universe": ("universe", "Keep the exchanges' directory of symbols; no key is needed."),
    "facts": ("facts", "Fundamentals, results, short interest: bring them, look at them."),
}
"""Name → the module below ``technic.cli.commands`` that has it, and what it does in a sentence."""


def command_line(names: Iterable[str] = tuple(COMMANDS)) -> typer.Typer:
    """Return the command line with these commands, all unless given."""
    app = _begun()
    for name in names:
        module, _ = COMMANDS[name]
        found = getattr(import_module(f"technic.cli.commands.{module}"), name)
        if isinstance(found, typer.Typer):
            app.add_typer(found)
        else:
            app.command(name)(expand_groups(found))
    return app


def listed() -> typer.Typer:
    """Return a command line that knows what its commands do, and does none of it."""
    app = _begun()
    for name, (_, says) in COMMANDS.items():
        app.command(name, help=says)(_listed)
    return app


def _begun() -> typer.Typer:
    app = typer.Typer(
        name="technic",
        help="Scan the whole US stock market: ranked, explained, nothing dropped silently.",
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(technic)
    return app


def _listed() -> None:
    """Stand for a command in a list."""


def technic(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Scan the whole US stock market: ranked, explained, nothing dropped silently.

    Exit codes: 0 done, also when nothing qualifies; 1 nothing could be scanned or too few symbols
    had bars; 2 wrong usage or bad input.
    """
    if version:
        print(f"technic {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())
