"""Running a scan for a command, and judging whether it succeeded."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import typer

from technic.cli.options.config import Choices, scan_config
from technic.cli.options.file_defaults import in_force, with_defaults
from technic.cli.options.options import ScanRunOptions
from technic.cli.render.console import note
from technic.cli.render.progress import progress_on_stderr
from technic.data_engine.open_provider import market_clock
from technic.errors import FetchError
from technic.result.scan_result import ScanResult
from technic.scanner_core import run_scan
from technic.sessions import load_calendar
from technic.settings import Settings, load_settings
from technic.wording.counts import agree, count_of

__all__ = ["finish", "is_fresh", "require_fresh", "run_choices"]


def run_choices(
    choices: Choices, run: ScanRunOptions, sort: str | None = None, about: str | None = None
) -> ScanResult:
    """Run the scan that options and settings describe, with progress where a terminal is.

    ``about``: the symbol that it is wanted for.
    """
    settings = load_settings(os.environ, Path.cwd())
    defaults = settings.scan_defaults
    setup_typed = bool(choices.language.setup)  # its own order counts for more than the file's
    sort = sort if setup_typed else in_force(sort, "sort", defaults, str)
    filled = Choices(
        **{
            field.name: with_defaults(getattr(choices, field.name), defaults)
            for field in fields(choices)
        }
    )
    config = replace(scan_config(filled, settings, sort), runner=run.runner)
    with progress_on_stderr(run.quiet) as report:
        return run_scan(config, settings=settings, progress=report, about=about)


def finish(result: ScanResult, max_age: int | None = None) -> None:
    """Exit with 1 when too few symbols had bars for the scan to count as done, or all are old."""
    if result.succeeded:
        require_fresh(result, max_age)
        return
    batch = result.stats.batch
    note(
        f"only {batch.fetched:,} of {count_of(batch.asked, 'symbol')} "
        f"{agree(batch.fetched, 'has', 'have')} bars "
        f"({100 * batch.success_rate:.1f} %), --min-success is {result.config.min_success_pct:g}"
    )
    raise typer.Exit(1)


def require_fresh(result: ScanResult, max_age: int | None) -> None:
    """Exit with 1 when the scan's day is older than ``max_age`` sessions."""
    settings = load_settings(os.environ, Path.cwd())
    source = settings.source(result.config.provider, result.config.data)
    if not is_fresh(result.as_of, max_age, source.provider, settings):
        raise typer.Exit(1)


def is_fresh(as_of: str, max_age: int | None, provider: str, settings: Settings) -> bool:
    """Tell whether data up to ``as_of`` are recent enough; say it in a sentence where not.

    The last completed session is that of the vendor's clock where it has one and answers.
    """
    if max_age is None:
        return True
    now = dt.datetime.now(dt.UTC)
    calendar = load_calendar(now.date(), settings.home)
    with contextlib.suppress(FetchError):
        now = market_clock(provider, settings)()
    completed = calendar.last_completed(now)
    age = len(calendar.between(np.datetime64(as_of, "D") + 1, completed))
    if age <= max_age:
        return True
    note(
        f"the data ends {as_of}, {count_of(age, 'session')} before the last completed one, "
        f"{completed}; --max-age is {max_age}"
    )
    return False
