"""Printing an answer: for people as text, for programs as one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import RenderableType

from technic.cli.options.options import RunOptions
from technic.cli.render.console import console_for, note, recording_console
from technic.errors import ParameterError
from technic.export.targets import check_file, format_of, replacing

__all__ = ["document_format", "print_document"]


def document_format(format_: str | None, out: Path | None) -> str:
    """Settle the format before anything runs: the option, else .json, else text."""
    if out is not None:
        check_file("out", out)
    if format_ == "line" and out is not None:
        raise ParameterError("out", str(out), "no file with --format line", "it prints one line")
    return format_ or ("json" if format_of(out) == "json" else "table")


def print_document(
    pieces: Callable[[int], Iterable[RenderableType]],
    document: dict[str, object],
    format_: str,
    run: RunOptions,
) -> None:
    """Print ``document`` as JSON or ``pieces``, given the width, as text; to a file with --out."""
    if format_ == "json":
        text = json.dumps(document, allow_nan=False, ensure_ascii=False) + "\n"
        if run.out is None:
            sys.stdout.write(text)
            return
    else:
        console = console_for(sys.stdout) if run.out is None else recording_console()
        for piece in pieces(console.width):
            console.print(piece, end="\n")
        if run.out is None:
            return
        text = console.export_text()
    with replacing("out", run.out) as path:
        path.write_text(text, encoding="utf-8", newline="")
    note(f"wrote {run.out}", quiet=run.quiet)
