"""Consoles for what is printed: results on stdout, everything else on stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TextIO

from rich.console import Console

from technic.text.outside import LINE, clean

__all__ = ["console_for", "note", "note_listings", "recording_console"]

WIDTH_OF_NO_TERMINAL = 100


class _Console(Console):
    """A console that leaves a closed pipe to the caller.

    Without markup: a company may be called ``[red]`` or ``:smile:``.
    """

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console_for(stream: TextIO) -> Console:
    """Return a console on ``stream``; where that is no terminal, lines have a fixed width."""
    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH_OF_NO_TERMINAL
    return _Console(
        file=stream, width=width, highlight=False, soft_wrap=False, markup=False, emoji=False
    )


def recording_console() -> Console:
    """Return a console that only records, for a file: wide and without colour."""
    return _Console(
        file=io.StringIO(),
        width=160,
        record=True,
        highlight=False,
        color_system=None,
        markup=False,
        emoji=False,
    )


def note(text: str, *, quiet: bool = False) -> None:
    """Print one line on stderr unless the user wants none."""
    if not quiet:
        print(f"technic: {clean(text, LINE)}", file=sys.stderr)


def note_listings(*, quiet: bool) -> Callable[[str], None]:
    """Return what is to be called with a vendor's name before it is asked for its listings."""

    def tell(vendor: str) -> None:
        note(f"asking {vendor} for its listings; --universe FILE avoids that", quiet=quiet)

    return tell
