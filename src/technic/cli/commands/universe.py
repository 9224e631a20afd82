"""``technic universe``: the exchanges' directory of symbols, kept day by day; no key is needed."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.groups import expand_groups
from technic.cli.options.options import TalkOptions
from technic.errors import ParameterError
from technic.wording.counts import count_of

if TYPE_CHECKING:
    from technic.universe.directory.directory_folder import KeptDay

__all__ = ["universe"]

SIMULATED = "loopback"

universe = typer.Typer(
    name="universe", help="Keep the exchanges' directory of symbols; no key is needed."
)


@universe.callback()
def _group() -> None:
    """Keep the exchanges' directory of symbols; no key is needed."""


def fetch(
    talk: TalkOptions,
    provider: Annotated[
        str | None,
        typer.Option(
            help="loopback for that of the simulated market, any other for the real one. "
            "(default: the settings')",
            metavar="NAME",
        ),
    ] = None,
    format_: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print the result.")
    ] = "table",
) -> None:
    """Bring today's directory of Nasdaq Trader: what all US exchanges list. Two requests, no key.

    Each day's files are kept, and a universe file is made of all of them that knows who was listed
    on which day. A vendor that lists nothing (yahoo) is scanned with it; --universe reads it too.
    What comes cut off, or has less than half of the symbols of the day before, is refused (exit
    code 1), and what was kept stays. With the provider loopback: that of the simulated market.
    """
    from technic.cli.render.console import note
    from technic.data_engine.kept_listings import directory_folder
    from technic.data_engine.open_provider import PROVIDERS, market_clock
    from technic.data_engine.providers.vendors.loopback import LOOPBACK_URL
    from technic.data_engine.providers.vendors.nasdaq_trader import NasdaqTrader
    from technic.data_engine.sync.symbol_directory import fetch_directory
    from technic.settings import load_settings

    settings = load_settings(os.environ, Path.cwd())
    name = settings.source(provider).provider
    if name not in PROVIDERS:
        raise ParameterError("provider", name, ", ".join(PROVIDERS))
    vendor = NasdaqTrader()
    if name == SIMULATED:
        base_url = (settings.loopback_url or LOOPBACK_URL).rstrip("/")
        vendor = NasdaqTrader(f"{base_url}/dynamic/SymDir", simulated=True)
    note(f"asking {vendor.base_url} for the directory of symbols", quiet=talk.quiet)
    folder = directory_folder(settings.home, simulated=vendor.simulated)
    kept = fetch_directory(vendor, folder, market_clock(name, settings))
    if format_ == "json":
        document = {**dataclasses.asdict(kept), "simulated": vendor.simulated}
        sys.stdout.write(json.dumps(document, default=str, ensure_ascii=False) + "\n")
    else:
        print(_line(kept, simulated=vendor.simulated))


def _line(kept: KeptDay, *, simulated: bool) -> str:
    """Say in one line what was brought, what is new in it, and where it is."""
    text = f"{'SIMULATED ' if simulated else ''}{count_of(kept.listings, 'listing')} of {kept.day}"
    if not kept.fresh:
        text += ", kept already"
    if kept.before is not None:
        text += f", {kept.came:,} new and {kept.went:,} gone since {kept.before}"
    return f"{text}; {count_of(kept.days, 'day')} in {kept.universe}"


universe.command("fetch")(expand_groups(fetch))
