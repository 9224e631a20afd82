"""``technic setups``: the setups that can be named, and what one of them says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from technic.setups import Setup

__all__ = ["setups"]


def setups(
    name: Annotated[
        str | None,
        typer.Argument(help="Show this setup, or this scan file.", show_default=False),
    ] = None,
    setups_folder: Annotated[
        Path | None,
        typer.Option(
            "--setups-folder",
            help="Your scan files. (default: setups in TECHNIC_HOME)",
            metavar="DIR",
        ),
    ] = None,
    format_: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """List the setups that a scan can ask for by --setup, or show one with its conditions.

    Exit code 2 when one of your scan files has a mistake in it; the others are listed.
    """
    from technic.cli.render.console import console_for, note
    from technic.cli.render.setup_report import list_lines, setup_lines
    from technic.scan.expressions.setup_document import setup_document

    found, mistakes = _asked(name, setups_folder)
    if format_ == "json":
        content = {"setups": list(map(setup_document, found)), "mistakes": mistakes}
        sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
    else:
        lines = list_lines(found) if name is None else setup_lines(found[0])
        console = console_for(sys.stdout)
        for line in lines:
            console.print(line)
    for mistake in mistakes:
        note(mistake)
    if mistakes:
        raise typer.Exit(2)


def _asked(name: str | None, folder: Path | None) -> tuple[list[Setup], list[str]]:
    """Return what is asked for, checked, and what is wrong with the rest."""
    import os

    from technic.cli.options.language_options import user_folders
    from technic.scan.expressions.setup_document import checked_setups
    from technic.scan.expressions.vocabulary import vocabulary
    from technic.settings import load_settings
    from technic.setups import Library, check_setup, load_setups
    from technic.trade_plan import PlanRules

    settings = load_settings(os.environ, Path.cwd())
    own = settings.scan_defaults.get("setups_folder")
    folders = user_folders(folder or (Path(own).expanduser() if own else None), settings)
    if name is not None:
        (setup,) = load_setups(name, folders=folders)
        check_setup(setup, vocabulary(), PlanRules())
        return [setup], []
    return checked_setups(Library(folders))
