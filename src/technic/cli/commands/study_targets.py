"""Where a study may be written, and which options go together; settled before anything runs."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from technic.errors import ParameterError

if TYPE_CHECKING:
    from technic.cli.options.study_options import StudyOptions

__all__ = [
    "TABLES",
    "document_target",
    "require_alone",
    "require_report",
    "study_format",
    "table_format",
]

TABLES = ("parquet", "csv")
"""Formats of files with a row a hit, or a point of a sweep."""
_TEXTS = ("json", "txt", "text", "log")


def table_format(format_: str | None, out: Path | None) -> str | None:
    """Return in which format rows are written, else what was asked for: None, table or json."""
    from technic.export.targets import check_file

    ending = "" if out is None else out.suffix.lower().removeprefix(".")
    ending = "parquet" if ending == "pq" else ending
    if format_ == "parquet" and ending != "parquet":
        raise ParameterError("format", format_, "parquet with --out FILE.parquet")
    if out is None:
        return format_
    if ending in TABLES:
        if format_ not in (None, ending):
            raise ParameterError("format", format_, f"none with --out {out}, or another --out")
        check_file("out", out)
        return ending
    if format_ is None and ending and ending not in _TEXTS:
        allowed = "a file ending .parquet or .csv for the hits, .json, or .txt for what is printed"
        raise ParameterError("out", str(out), allowed)
    return format_


def study_format(format_: str | None, out: Path | None, *, hits: bool) -> str:
    """Return the format of a study; ``hits``: whether it has any to write."""
    from technic.cli.render.document import document_format

    chosen = table_format(format_, out)
    if chosen in TABLES and not hits:
        allowed = "none, or a .json: a study of ratings alone has no hits to write"
        raise ParameterError("out", str(out), allowed)
    return chosen if chosen in TABLES else document_format(chosen, out)


def document_target(format_: str | None, out: Path | None) -> Literal["json", "table"]:
    """Return the format of what has no hits to write."""
    from technic.cli.render.document import document_format

    allowed = "table or json: there are no hits to write"
    if format_ == "parquet":
        raise ParameterError("format", format_, allowed)
    if out is not None and table_format(None, out) in TABLES:
        raise ParameterError("out", str(out), f"a file ending .json or .txt: {allowed[15:]}")
    return "json" if document_format(format_, out) == "json" else "table"


def require_report(options: StudyOptions, out: Path | None, *, judges: bool) -> None:
    """Refuse a page that cannot be written; ``judges``: whether hits are."""
    from technic.study.report.page import check_report

    if options.report is None:
        return
    if not judges:
        allowed = "a study's: --check, --trials and --sweep write none"
        raise ParameterError("report", str(options.report), allowed)
    check_report(options.report)
    if out is not None and out.resolve() == options.report.resolve():
        raise ParameterError("report", str(options.report), "another file than --out")


def require_alone(options: StudyOptions, *groups: object) -> None:
    """Refuse what decides nothing: whatever asks for a study beside --trials, days without --check.

    ``groups``: the other options of the command, but for those of output.
    """
    if options.check_days is not None and not options.check and options.report is None:
        allowed = "nothing without --check or --report"
        raise ParameterError("check_days", options.check_days, allowed)
    if not options.trials:
        return
    for group in (options, *groups):
        if not dataclasses.is_dataclass(group):
            continue
        for field in dataclasses.fields(group):
            value = getattr(group, field.name)
            if value != field.default and field.name not in ("trials", "report"):
                shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
                allowed = "nothing with --trials, which lists all that was tried"
                raise ParameterError(field.name.rstrip("_"), shown, allowed)
