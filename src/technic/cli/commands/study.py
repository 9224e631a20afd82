"""``technic study``: what a setup, a condition or a rating was worth on past days."""

from __future__ import annotations

import dataclasses
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from technic.cli.options.gate_options import GateOptions
from technic.cli.options.language_options import LanguageOptions
from technic.cli.options.options import (
    DataOptions,
    FilterOptions,
    PlanOptions,
    RunOptions,
    UniverseOptions,
)
from technic.cli.options.study_options import StudyOptions
from technic.cli.options.sweep_options import SweepOptions

if TYPE_CHECKING:
    from technic.cli.options.config import Choices
    from technic.settings import Settings
    from technic.study.config import StudyConfig

__all__ = ["study"]


def study(
    data: DataOptions,
    universe: UniverseOptions,
    filters: FilterOptions,
    gate: GateOptions,
    plan: PlanOptions,
    language: LanguageOptions,
    options: StudyOptions,
    sweep: SweepOptions,
    run: RunOptions,
    format_: Annotated[
        Literal["table", "json", "parquet"] | None,
        typer.Option(
            "--format",
            help="How to print it; parquet, a row a hit or a point of a sweep, needs --out, whose "
            "ending .parquet or .csv says the same.",
        ),
    ] = None,
) -> None:
    """Scan every day of a span of the past, and say what its hits and ratings were worth.

    Without --setup, --where and --rating all built-in setups and both ratings are studied. Every
    study is written into the ledger of trials, and each verdict is held to what luck reaches in as
    many. With --sweep values of parameters are chosen on some of the days, and judged on others.
    """
    from technic.cli.commands.study_sweep import print_sweep, require_no_plans
    from technic.cli.commands.study_targets import (
        TABLES,
        require_alone,
        require_report,
        study_format,
        table_format,
    )
    from technic.cli.options.config import Choices
    from technic.cli.options.file_defaults import STUDY_OPTIONS, with_defaults
    from technic.cli.options.sweep_options import sweep_axes
    from technic.cli.render.console import note
    from technic.cli.render.document import print_document
    from technic.cli.render.progress import progress_on_stderr
    from technic.cli.render.study.study_report import study_lines
    from technic.settings import load_settings
    from technic.study.document import study_document
    from technic.study.report.page import write_report
    from technic.study.run import run_study
    from technic.study.table import write_study

    axes = sweep_axes(sweep)
    require_report(options, run.out, judges=not (options.check or options.trials or axes))
    require_alone(options, data, universe, filters, gate, plan, language, sweep)
    settings = load_settings(os.environ, Path.cwd())
    if options.trials:
        _print_trials(settings.home, format_, run)
        return
    choices = Choices(data, universe, filters, gate, plan, language)
    typed, options = options, with_defaults(options, settings.study_defaults, STUDY_OPTIONS)
    if axes:
        require_no_plans(typed)
        print_sweep(axes, sweep, choices, options, settings, table_format(format_, run.out), run)
        return
    config = _config(choices, options, settings)
    if options.check:
        _print_check(config, options.check_days, settings, format_, run)
        return
    chosen = study_format(format_, run.out, hits=bool(config.scan.setups or config.scan.where))
    config = _drawn(config, options, chosen)
    command = shlex.join(["technic", *sys.argv[1:]])
    with progress_on_stderr(run.quiet) as report:
        result = run_study(config, settings=settings, progress=report, command=command)
    if chosen in TABLES and run.out is not None:
        write_study(result, run.out)
        run = dataclasses.replace(run, out=None)
        chosen = "table"
    if options.report is not None:
        write_report(result, options.report)
        note(f"wrote {options.report}", quiet=run.quiet)
    print_document(lambda _: study_lines(result), study_document(result), chosen, run)


def _config(choices: Choices, options: StudyOptions, settings: Settings) -> StudyConfig:
    """Build what the study is asked; where that is nothing, all built-in setups and ratings."""
    from technic.cli.options.config import scan_config
    from technic.scan.facts.access import FactAccess
    from technic.study.all_setups import RATINGS, all_setup_names
    from technic.study.config import StudyConfig
    from technic.study.outcomes import GradeRules

    language, ratings = choices.language, tuple(options.rating or ())
    if language.setup is None and language.where is None and not ratings:
        ratings = RATINGS
        source = settings.source(choices.data.provider, choices.data.data)
        names = all_setup_names(
            benchmark=bool(choices.data.benchmark or settings.benchmark),
            facts=FactAccess(settings, source.simulated).is_there(),
        )
        language = dataclasses.replace(language, setup=names)
        choices = dataclasses.replace(choices, language=language)
    given = options.settled
    rules = GradeRules(life=given.life, hold=given.hold, delisting_return=given.delisting_return)
    return StudyConfig(
        scan=scan_config(choices, settings),
        first=options.from_,
        last=options.to,
        horizon=given.horizon,
        rules=rules,
        ratings=ratings,
        by=tuple(options.by or ()),
    )


def _drawn(config: StudyConfig, options: StudyOptions, chosen: str) -> StudyConfig:
    """Return what is asked with all that is drawn of it, or written."""
    from technic.study.all_setups import PAGE_CHECK_DAYS, for_a_page

    if options.report is None:
        return dataclasses.replace(config, event_curve=chosen in ("parquet", "json"))
    return for_a_page(config, PAGE_CHECK_DAYS if options.check_days is None else options.check_days)


def _print_check(
    config: StudyConfig,
    days: int | None,
    settings: Settings,
    format_: str | None,
    run: RunOptions,
) -> None:
    """Print whether the past stays as it was; exit code 1 where something looks ahead."""
    from rich.text import Text

    from technic.cli.commands.study_targets import document_target
    from technic.cli.render.document import print_document
    from technic.errors import ParameterError
    from technic.study.all_setups import CHECK_DAYS
    from technic.study.check import check_past
    from technic.study.days_asked import open_days
    from technic.study.document import check_document

    chosen = document_target(format_, run.out)
    replay = open_days(config.replayed, config.first, config.last, settings=settings)
    count = CHECK_DAYS if days is None else days
    if not 1 <= count <= len(replay.days):
        allowed = f"a whole number from 1 to {len(replay.days)}, the days of the study"
        raise ParameterError("check_days", count, allowed)
    found = check_past(replay, count)
    print_document(lambda _: [Text(str(found))], check_document(found), chosen, run)
    if found.looks_ahead:
        raise typer.Exit(1)


def _print_trials(home: Path, format_: str | None, run: RunOptions) -> None:
    """Print every ledger of trials with what checking it says; exit code 1 if one is bad."""
    from technic.cli.commands.study_targets import document_target
    from technic.cli.render.document import print_document
    from technic.cli.render.study.study_report import trial_lines
    from technic.study.trials import ledger_document, ledgers

    chosen = document_target(format_, run.out)
    found = [(one, one.verify()) for one in ledgers(home)]
    content = [ledger_document(one, checked) for one, checked in found]
    print_document(lambda _: trial_lines(found), {"ledgers": content}, chosen, run)
    if not all(checked.sound for _, checked in found):
        raise typer.Exit(1)
