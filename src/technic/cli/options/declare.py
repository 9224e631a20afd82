"""How an option is declared: its name, its help, and the group under which it is shown."""

from __future__ import annotations

import typer

from technic.cli.options.values import amount, percentage

__all__ = ["dollars", "option", "percent"]


def option(panel: str, name: str, help_: str, metavar: str | None = None) -> object:
    """Declare an option of a group of the help page."""
    return typer.Option(name, help=help_, metavar=metavar, rich_help_panel=panel)


def dollars(panel: str, name: str, help_: str) -> object:
    """Declare an option that takes dollars, such as 2B."""
    return typer.Option(name, help=help_, metavar="$", rich_help_panel=panel, parser=amount)


def percent(panel: str, name: str, help_: str, metavar: str = "PERCENT") -> object:
    """Declare an option that takes percent or points, with or without the sign."""
    return typer.Option(name, help=help_, metavar=metavar, rich_help_panel=panel, parser=percentage)
