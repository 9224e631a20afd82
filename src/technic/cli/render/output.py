"""Printing a scan in the format that was asked for."""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

from technic.cli.options.options import RunOptions
from technic.cli.options.table_options import TableOptions
from technic.cli.render.console import console_for, note, recording_console
from technic.cli.render.ranking.links import knows_links, symbol_links
from technic.cli.render.ranking.sparkline import blocks_fit
from technic.cli.render.ranking.table import NO_EXTRAS, Extras, ranking_lines
from technic.cli.render.report import headline, report_lines
from technic.errors import ParameterError
from technic.export import FORMATS, check_target, format_of, write
from technic.export.targets import check_file, replacing
from technic.result.scan_result import ScanResult
from technic.text.outside import LINE, clean
from technic.view.view import EVERYTHING, View, view_of
from technic.wording.counts import count_of

__all__ = ["chosen_format", "print_result"]

TEXT_ENDINGS = (".txt", ".log")


def chosen_format(format_: str | None, out: Path | None) -> str:
    """Settle the format before anything runs: the option, else the ending of --out, else table.

    Raises UsageError when it cannot be written there.
    """
    if out is not None:
        check_file("out", out)
    named = format_of(out)
    if format_ is None and out is not None and named is None and out.suffix not in TEXT_ENDINGS:
        endings = [one.ending for one in FORMATS.values() if one.ending]
        allowed = f"a file ending {', '.join(endings)} or {TEXT_ENDINGS[0]}"
        raise ParameterError("out", str(out), allowed, "or name the format with --format")
    chosen = format_ or named or "table"
    if chosen == "line" and out is not None:
        raise ParameterError("out", str(out), "no file with --format line", "it prints one line")
    if chosen not in ("table", "line"):
        check_target(chosen, out)
    return chosen


def print_result(
    result: ScanResult,
    format_: str,
    limit: int | None,
    run: RunOptions,
    table: TableOptions,
    page_url: str | None = None,
) -> None:
    """Print or write the result; notes for people go to stderr unless they want none."""
    if format_ == "table":
        view = view_of(result.config) if run.out is None else EVERYTHING
        _print_table(result, limit, run.out, table, page_url, view)
    elif format_ == "line":
        print(clean(result.headline(), LINE))
        for warning in result.warnings:
            note(f"warning: {warning}", quiet=run.quiet)
    else:
        problems = write(result, format_, limit, run.out)
        note(result.headline(), quiet=run.quiet)
        for warning in (*result.warnings, *problems):
            note(f"warning: {warning}", quiet=run.quiet)
    _say_how_many(len(result.ranking), limit, run, printed=format_ not in ("table", "line"))


def _say_how_many(all_: int, limit: int | None, run: RunOptions, *, printed: bool) -> None:
    """Say how many rows a file has; of what is printed for programs only that it is cut."""
    shown = all_ if limit is None else min(limit, all_)
    said = count_of(shown, "row") if shown == all_ else f"{shown:,} of {count_of(all_, 'row')}"
    if run.out is not None:
        note(f"wrote {said} to {run.out}", quiet=run.quiet)
    elif printed and shown < all_:
        note(f"printed {said} (--limit {limit})", quiet=run.quiet)


def _print_table(
    result: ScanResult,
    limit: int | None,
    out: Path | None,
    asked: TableOptions,
    page_url: str | None,
    view: View,
) -> None:
    console = console_for(sys.stdout) if out is None else recording_console()
    extras = _extras(result, asked, page_url) if out is None else NO_EXTRAS
    pieces = (
        headline(result, view),
        ranking_lines(result, limit, console.width, extras, view),
        report_lines(result, limit, console.width, view),
    )
    for piece in itertools.chain.from_iterable(pieces):
        console.print(piece)
    if out is not None:
        with replacing("out", out) as path:
            path.write_text(console.export_text(), encoding="utf-8")


def _extras(result: ScanResult, asked: TableOptions, page_url: str | None) -> Extras:
    """Return what standard output can show: lines on a terminal, or wherever they are wanted."""
    linked = knows_links(sys.stdout, os.environ, asked.links)
    lines = (
        sys.stdout.isatty() and not result.chosen if asked.sparklines is None else asked.sparklines
    )
    return Extras(
        symbol_links(result, page_url) if linked else None,
        lines and blocks_fit(sys.stdout.encoding),
    )
