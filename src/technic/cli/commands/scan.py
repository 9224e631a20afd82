"""``technic scan``: the ranked table and the account of every other symbol."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.completions import sort_values
from technic.cli.options.gate_options import GateOptions
from technic.cli.options.language_options import LanguageOptions
from technic.cli.options.options import (
    RUN,
    DataOptions,
    FilterOptions,
    MaxAge,
    PlanOptions,
    ScanRunOptions,
    UniverseOptions,
)
from technic.cli.options.table_options import TableOptions
from technic.errors import NothingToScanError, ParameterError
from technic.export.formats import FORMATS, FormatName

if TYPE_CHECKING:
    from technic.result.scan_result import ScanResult

__all__ = ["scan"]

DEFAULT_LIMIT = 25

Format = Literal["table", "line", FormatName]
BINARY = " and ".join(name for name, one in FORMATS.items() if one.binary)


def scan(
    data: DataOptions,
    universe: UniverseOptions,
    filters: FilterOptions,
    gate: GateOptions,
    plan: PlanOptions,
    language: LanguageOptions,
    run: ScanRunOptions,
    terminal: TableOptions,
    sort: Annotated[
        str | None,
        typer.Option(
            help="Order of the rows: a column or an expression, with :asc or :desc; several with "
            "commas; a setup has its own. (default: tech_rating:desc)",
            metavar="COLUMN",
            autocompletion=sort_values,
            rich_help_panel=RUN,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Most rows, 0 for all. (default: a table on the screen 25, or what the setup "
            "says; files and formats for programs all)",
            metavar="N",
            rich_help_panel=RUN,
        ),
    ] = None,
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help=f"How to print it; line is one for a log, {BINARY} need --out. (default: table)",
            rich_help_panel=RUN,
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            help="Write what became of each symbol, CSV or Parquet by ending.",
            metavar="FILE",
            rich_help_panel=RUN,
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            help="Save the whole result into this folder.", metavar="DIR", rich_help_panel=RUN
        ),
    ] = None,
    max_age: MaxAge = None,
) -> None:
    """Scan a market and print it ranked, best first, with what became of every other symbol.

    Without options it scans the simulated market of the demo provider; --data FILE scans yours.
    """
    from technic.cli.options.config import Choices
    from technic.cli.options.file_defaults import in_force, with_defaults
    from technic.cli.render.output import chosen_format, print_result
    from technic.cli.render.ranking.links import checked_page_url
    from technic.cli.run import finish, run_choices
    from technic.export import check_ledger_target, write_failed_ledger, write_ledger
    from technic.settings import load_settings

    chosen = chosen_format(format_, run.out)
    if ledger is not None:
        check_ledger_target(ledger)
    settings = load_settings(os.environ, Path.cwd())
    page_url, defaults = checked_page_url(settings.page_url), settings.scan_defaults
    limit = in_force(limit, "limit", {} if chosen != "table" or run.out else defaults, int)
    if limit is not None and limit < 0:
        raise ParameterError("limit", limit, "a whole number from 0")
    terminal = with_defaults(terminal, defaults)
    choices = Choices(data, universe, filters, gate, plan, language)
    try:
        result = run_choices(choices, run, sort)
    except NothingToScanError as error:
        if ledger is not None and error.entries:
            write_failed_ledger(error, ledger)
        raise
    _keep(result, save)
    if ledger is not None:
        write_ledger(result, ledger)
    on_screen = chosen == "table" and run.out is None
    print_result(result, chosen, _rows(result, limit, on_screen), run, terminal, page_url)
    finish(result, max_age)


def _rows(result: ScanResult, limit: int | None, on_screen: bool) -> int | None:
    """Return how many rows to print: as asked, else all, but on a screen some.

    There the one setup's limit counts, else the default.
    """
    if limit is not None or not on_screen:
        return limit or None
    setups = result.config.setups
    return (setups[0].limit if len(setups) == 1 else None) or DEFAULT_LIMIT


def _keep(result: ScanResult, folder: Path | None) -> None:
    """Save into ``folder`` where there is one."""
    if folder is None:
        return
    try:
        result.save(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParameterError("save", str(folder), "a folder that can be written", reason) from error
