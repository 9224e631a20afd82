"""Running a scan for a command, and judging whether it succeeded."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import typer

from technic.cli.options.config import Choices, scan_config
from technic.cli.options.options import ScanRunOptions
from technic.cli.render.console import note
from technic.cli.render.progress import progress_on_stderr
from technic.result.scan_result import ScanResult
from technic.scanner_core import run_scan
from technic.settings import load_settings
from technic.wording.counts import agree, count_of

__all__ = ["finish", "run_choices"]


def run_choices(choices: Choices, run: ScanRunOptions, sort: str | None = None) -> ScanResult:
    """Run the scan that options and settings describe, with progress where a terminal is."""
    settings = load_settings(os.environ, Path.cwd())
    config = replace(scan_config(choices, settings, sort), runner=run.runner)
    with progress_on_stderr(run.quiet) as report:
        return run_scan(config, settings=settings, progress=report)


def finish(result: ScanResult) -> None:
    """Exit with 1 when too few symbols had bars for the scan to count as done."""
    if result.succeeded:
        return
    batch = result.stats.batch
    note(
        f"only {batch.fetched:,} of {count_of(batch.asked, 'symbol')} "
        f"{agree(batch.fetched, 'has', 'have')} bars "
        f"({100 * batch.success_rate:.1f} %), --min-success is {result.config.min_success_pct:g}"
    )
    raise typer.Exit(1)
