"""``technic keys``: who may ask the service for something."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.groups import expand_groups
from technic.errors import MissingExtraError

if TYPE_CHECKING:
    from technic.service.access.keys import KeyTable

__all__ = ["keys"]

keys = typer.Typer(name="keys", help="Keys for the service: make, list, revoke.")

Name = Annotated[str, typer.Argument(help="Whose key it is.", show_default=False)]


def add(
    name: Name,
    scope: Annotated[
        Literal["read", "run", "admin"],
        typer.Option(help="read looks, run scans, admin syncs and uploads too."),
    ] = "run",
) -> None:
    """Make a key and print it, this once, alone on its line."""
    from technic.cli.render.console import note

    key, text = _table().add(name, scope)
    note(f"{key.name} may {key.scope}; the key is shown this once:")
    print(text)


def list_(
    format_: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """List the keys: name, scope, when made, used and revoked; never the key itself."""
    from rich.table import Table

    from technic.cli.render.console import console_for

    found = _table().all()
    if format_ == "json":
        content = [
            {
                "name": one.name,
                "prefix": one.prefix,
                "scope": one.scope,
                "created_at": _day(one.created_at),
                "used_at": _day(one.used_at),
                "revoked_at": _day(one.revoked_at),
            }
            for one in found
        ]
        sys.stdout.write(json.dumps({"keys": content}) + "\n")
        return
    console = console_for(sys.stdout)
    if not found:
        console.print("no keys yet; technic keys add NAME makes one")
        return
    grid = Table(box=None, pad_edge=False)
    for title in ("name", "prefix", "scope", "made", "used", "revoked"):
        grid.add_column(title)
    for one in found:
        times = (one.created_at, one.used_at, one.revoked_at)
        grid.add_row(one.name, one.prefix, one.scope, *(_day(at) or "-" for at in times))
    console.print(grid)


def revoke(name: Name) -> None:
    """End a key, by its name or its prefix; it is refused from now on."""
    key = _table().revoke(name)
    print(f"revoked the key of {key.name}")


def first() -> None:
    """Make an administrator's key for a service elsewhere; nothing is kept here.

    Prints two lines: the key, which is yours, and the setting that tells the service its hash.
    """
    from technic.cli.render.console import note

    try:
        from technic.service.access.keys import first_key
    except ModuleNotFoundError as error:
        raise MissingExtraError.of("technic keys", "service", error) from None

    text, told = first_key()
    note("the key, shown this once, and what the service is told of it:")
    print(text)
    print(f"TECHNIC_SERVICE_FIRST_KEY={told}")


for _name, _command in (("add", add), ("first", first), ("list", list_), ("revoke", revoke)):
    keys.command(_name)(expand_groups(_command))


def _table() -> KeyTable:
    from technic.settings import load_settings

    try:
        from technic.service.access.keys import KeyTable
        from technic.service.database.connect import open_database
        from technic.service.service_settings import service_settings
    except ModuleNotFoundError as error:
        raise MissingExtraError.of("technic keys", "service", error) from None

    settings = service_settings(load_settings(os.environ, Path.cwd()), os.environ)
    clock = dt.datetime.now
    return KeyTable(open_database(settings.database_url), lambda: clock(dt.UTC).timestamp())


def _day(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="minutes")
