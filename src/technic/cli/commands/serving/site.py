"""``technic site``: the day's result as plain files for any static host."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

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

__all__ = ["site"]

SCANS = "schedule.toml"
Studies = Annotated[
    list[Path] | None,
    typer.Option(
        "--study",
        help="What technic study --format json wrote; may be repeated.",
        metavar="FILE",
        rich_help_panel=RUN,
    ),
]


def site(
    folder: Annotated[
        Path, typer.Argument(help="Folder of the site.", metavar="DIR", show_default=False)
    ],
    data: DataOptions,
    universe: UniverseOptions,
    filters: FilterOptions,
    gate: GateOptions,
    plan: PlanOptions,
    language: LanguageOptions,
    run: ScanRunOptions,
    sort: Annotated[
        str | None,
        typer.Option(
            help="Order of the rows, as in a scan.",
            metavar="COLUMN",
            autocompletion=sort_values,
            rich_help_panel=RUN,
        ),
    ] = None,
    top: Annotated[
        int,
        typer.Option(
            min=0, max=500, help="Symbols of each table that have a page.", rich_help_panel=RUN
        ),
    ] = 25,
    scans: Annotated[
        Path | None,
        typer.Option(
            help=f"More tables, a scan each, as in {SCANS}. (default: {SCANS} of TECHNIC_HOME)",
            metavar="FILE",
            rich_help_panel=RUN,
        ),
    ] = None,
    study: Studies = None,
    max_age: MaxAge = None,
) -> None:
    """Write the day's result as a site: pages, JSON beside them, a feed of what is new.

    Market, tables, pages of the first symbols with charts, ledger, verdicts of studies. Links are
    relative and nothing is fetched: copy the folder to any static host, or open index.html.
    """
    from technic.cli.options.config import Choices, scan_config
    from technic.cli.render.console import note
    from technic.cli.render.progress import progress_on_stderr
    from technic.cli.run import require_fresh
    from technic.errors import MissingExtraError, ParameterError
    from technic.settings import load_settings
    from technic.wording.counts import count_of

    try:
        from technic.service.schedule.scheduled_scans import load_scans
        from technic.site.build import build_site
        from technic.site.day import scan_day
        from technic.site.folder import check_folder, write_site
        from technic.site.studies import read_studies
        from technic.site.tables import site_tables
    except ModuleNotFoundError as error:
        raise MissingExtraError.of("technic site", "service", error) from None

    if run.out is not None:
        raise ParameterError("out", str(run.out), "none: DIR is where the site goes")
    check_folder(folder)
    studies = read_studies(study or ())
    settings = load_settings(os.environ, Path.cwd())
    choices = Choices(data, universe, filters, gate, plan, language)
    config = replace(scan_config(choices, settings, sort), runner=run.runner)
    more = load_scans(scans or settings.home / SCANS, (), required=scans is not None, default=False)
    with progress_on_stderr(run.quiet) as report:
        day = scan_day(site_tables(config, more, settings), settings, report)
        files = build_site(day, top=top, studies=studies, progress=report)
    done = write_site(folder, files, {"as_of": day.as_of, "simulated": day.main.data.simulated})
    note(
        f"site of {day.as_of} in {folder}: wrote {done.written:,} of "
        f"{count_of(len(files), 'file')}, deleted {done.deleted:,}",
        quiet=run.quiet,
    )
    require_fresh(day.main, max_age)
