"""The option --profile, which commands that read settings share."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

__all__ = ["Profile", "profile_in_force"]

VARIABLE = "TECHNIC_PROFILE"
OPTION = "--profile"

Profile = Annotated[
    str | None,
    typer.Option(
        OPTION,
        help="Use the lines under profiles.NAME in technic.toml; see technic config.",
        metavar="NAME",
        rich_help_panel="Run",
    ),
]


@contextmanager
def profile_in_force(arguments: Sequence[str]) -> Iterator[None]:
    """Set the variable of the profile that a command line names, as long as it runs.

    Settings are read in many places, also by the processes that a command starts.
    """
    before, named = os.environ.get(VARIABLE), _named(arguments)
    if named is not None:
        os.environ[VARIABLE] = named
    try:
        yield
    finally:
        if named is not None:
            os.environ.pop(VARIABLE)
            if before is not None:
                os.environ[VARIABLE] = before


def _named(arguments: Sequence[str]) -> str | None:
    for i, word in enumerate(arguments):
        if word == OPTION:
            return next(iter(arguments[i + 1 : i + 2]), None)
        if word.startswith(f"{OPTION}="):
            return word.partition("=")[2]
    return None
