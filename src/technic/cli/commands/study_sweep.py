"""``technic study --sweep``: parameters tuned on some days and judged on others."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from typing import TYPE_CHECKING

from technic.errors import ParameterError

if TYPE_CHECKING:
    from technic.cli.options.config import Choices
    from technic.cli.options.options import RunOptions
    from technic.cli.options.study_options import StudyOptions
    from technic.cli.options.sweep_options import SweepOptions
    from technic.settings import Settings
    from technic.study.sweep.config import SweepConfig
    from technic.study.sweep.grid import Axis

__all__ = ["print_sweep"]


def print_sweep(
    axes: tuple[Axis, ...],
    sweep: SweepOptions,
    choices: Choices,
    options: StudyOptions,
    settings: Settings,
    format_: str | None,
    run: RunOptions,
) -> None:
    """Run a sweep and print it; ``format_``: a table's, a row a point, is written and printed."""
    from technic.cli.commands.study_targets import TABLES
    from technic.cli.render.document import document_format, print_document
    from technic.cli.render.progress import progress_on_stderr
    from technic.cli.render.study.sweep_report import sweep_lines
    from technic.study.sweep.document import sweep_document
    from technic.study.sweep.run import run_sweep
    from technic.study.sweep.table import write_sweep

    config = _config(axes, sweep, choices, options, settings)
    chosen = format_ if format_ in TABLES else document_format(format_, run.out)
    command = shlex.join(["technic", *sys.argv[1:]])
    with progress_on_stderr(run.quiet) as report:
        result = run_sweep(config, settings=settings, progress=report, command=command)
    if chosen in TABLES and run.out is not None:
        write_sweep(result, run.out)
        run = dataclasses.replace(run, out=None)
        chosen = "table"
    print_document(lambda _: sweep_lines(result), sweep_document(result), chosen, run)


def _config(
    axes: tuple[Axis, ...],
    sweep: SweepOptions,
    choices: Choices,
    options: StudyOptions,
    settings: Settings,
) -> SweepConfig:
    from technic.cli.options.config import scan_config
    from technic.cli.options.sweep_options import FOLDS
    from technic.study.sweep.config import SweepConfig

    if options.rating:
        allowed = "nothing with --sweep, which judges hits: study the rating by itself"
        raise ParameterError("rating", ", ".join(options.rating), allowed)
    if options.check:
        raise ParameterError("sweep", ", ".join(map(str, axes)), "nothing with --check")
    fixed = {text.partition("=")[0].strip() for text in choices.language.set_ or ()}
    for axis in axes:
        if axis.name in fixed:
            raise ParameterError("sweep", axis.name, "a parameter that --set leaves open")
    given = options.settled
    return SweepConfig(
        scan=scan_config(choices, settings),
        axes=axes,
        first=options.from_,
        last=options.to,
        horizon=given.horizon,
        folds=FOLDS if sweep.folds is None else sweep.folds,
        choose_by=sweep.choose_by or "mean",
        delisting_return=given.delisting_return,
    )


def require_no_plans(typed: StudyOptions) -> None:
    """Refuse what would decide nothing: a sweep grades no plans; ``typed``: without the file's."""
    if typed.by:
        allowed = "nothing with --sweep, which tells no hits apart: study the point alone for that"
        raise ParameterError("by", typed.by[0], allowed)
    for name in ("life", "hold"):
        value = getattr(typed, name)
        if value is not None:
            allowed = "nothing with --sweep, which grades no plans: study the point alone for that"
            raise ParameterError(name, value, allowed)
