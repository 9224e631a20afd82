"""``technic config``: what is set and where, which files are read, a file to begin with."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from technic.cli.options.groups import expand_groups
from technic.cli.options.profile import Profile

__all__ = ["config"]

config = typer.Typer(name="config", help="Settings: show them, find their file, begin one.")


def show(
    profile: Profile = None,
    format_: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """Show each setting that is set, and where: a variable, a file, a profile in it.

    Keys and secrets are not shown, only that they are set.
    """
    from technic.cli.options.file_defaults import SCAN_OPTIONS, STUDY_OPTIONS
    from technic.cli.render.config_report import setting_lines
    from technic.cli.render.console import console_for
    from technic.settings import load_settings, setting_values

    found = setting_values(os.environ, Path.cwd(), profile)
    settings = load_settings(os.environ, Path.cwd(), profile)
    options = {**SCAN_OPTIONS, **STUDY_OPTIONS}
    for key, given in (*settings.scan, *settings.study):
        if key in options:
            options[key].value(key, given)  # which says what is wrong with it
    if format_ == "json":
        content = {one.name: {"value": one.value, "from": one.origin} for one in found}
        sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
        return
    console = console_for(sys.stdout)
    for line in setting_lines(found):
        console.print(line, soft_wrap=True)


def path() -> None:
    """Print the files that are read, the one that wins first, and whether each is there."""
    from technic.settings import FILE_NAME, load_settings

    home = load_settings(os.environ, Path.cwd()).home
    for file in (Path.cwd() / FILE_NAME, home / FILE_NAME):
        print(f"{file}{'' if file.is_file() else '  (not there)'}")


def init(
    here: Annotated[
        bool, typer.Option("--here", help="In the current folder, not in TECHNIC_HOME.")
    ] = False,
) -> None:
    """Write a technic.toml with every key in it, each explained and none in force yet.

    A file that is there is left as it is.
    """
    from technic.cli.options.settings_file import settings_file
    from technic.cli.render.console import note
    from technic.errors import ParameterError
    from technic.settings import FILE_NAME, load_settings

    folder = Path.cwd() if here else load_settings(os.environ, Path.cwd()).home
    file = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as target:
            target.write(settings_file())
    except FileExistsError:
        raise ParameterError("init", str(file), "a file that is not there yet") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParameterError("init", str(file), "a file that can be written", reason) from error
    note(f"wrote {file}; take the # from the lines that you want")


for command in (show, path, init):
    config.command(command.__name__)(expand_groups(command))
