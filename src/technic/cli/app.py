"""The Typer application: one sub-command a file."""

from __future__ import annotations

from typing import Annotated

import typer

from technic.cli.commands.bench import bench
from technic.cli.commands.config import config
from technic.cli.commands.data import data
from technic.cli.commands.diff import diff
from technic.cli.commands.doctor import doctor
from technic.cli.commands.explain import explain
from technic.cli.commands.facts import facts
from technic.cli.commands.plan import plan
from technic.cli.commands.scan import scan
from technic.cli.commands.serving.keys import keys
from technic.cli.commands.serving.marketsim import marketsim
from technic.cli.commands.serving.mcp import mcp
from technic.cli.commands.serving.serve import serve
from technic.cli.commands.serving.site import site
from technic.cli.commands.setups import setups
from technic.cli.commands.show import show
from technic.cli.commands.study import study
from technic.cli.commands.sync import sync
from technic.cli.commands.universe import universe
from technic.cli.commands.verify import verify
from technic.cli.commands.watch import watch
from technic.cli.commands.words import columns, functions
from technic.cli.options.groups import expand_groups
from technic.version import __version__

__all__ = ["app"]

app = typer.Typer(
    name="technic",
    help="Scan the whole US stock market: ranked, explained, nothing dropped silently.",
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
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


COMMANDS = (
    scan, show, explain, setups, columns, functions, study, diff, verify, plan, sync, bench,
    serve, mcp, site, marketsim, doctor,
)  # fmt: skip
for command in COMMANDS:
    app.command(command.__name__)(expand_groups(command))
app.add_typer(data)
app.add_typer(keys)
app.add_typer(config)
app.add_typer(watch)
app.add_typer(universe)
app.add_typer(facts)
