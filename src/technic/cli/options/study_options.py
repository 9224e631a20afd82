"""Options of a study: which days, and how hits are judged."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["STUDY", "StudyOptions"]

STUDY = "Study"


def _option(name: str, help_: str, metavar: str) -> Any:
    return typer.Option(name, help=help_, metavar=metavar, rich_help_panel=STUDY)


@dataclasses.dataclass(frozen=True, slots=True)
class StudyOptions:
    """Which days, and how hits are judged."""

    from_: Annotated[
        str | None,
        _option(
            "--from", "The first day scanned. (default: 252 sessions up to --to)", "YYYY-MM-DD"
        ),
    ] = None
    to: Annotated[
        str | None,
        _option("--to", "The last day scanned. (default: the data's last session)", "YYYY-MM-DD"),
    ] = None
    rating: Annotated[
        list[str] | None,
        _option(
            "--rating",
            "A rating that is judged by what those it rates high made: tech_rating, rs_rating or "
            "any number of the scan language; may be repeated.",
            "EXPR",
        ),
    ] = None
    horizon: Annotated[int, _option("--horizon", "Sessions over which the verdict is.", "N")] = 21
    life: Annotated[
        int, _option("--life", "Sessions on which a plan's entry may be filled.", "N")
    ] = 5
    hold: Annotated[int, _option("--hold", "Sessions that a trade lasts at most.", "N")] = 21
    delisting_return: Annotated[
        float,
        _option(
            "--delisting-return",
            "What the last close of a delisted symbol is changed by; -1: all is lost.",
            "PART",
        ),
    ] = 0.0
    report: Annotated[
        Path | None,
        _option("--report", "Also write everything as one page, a file ending .html.", "FILE"),
    ] = None
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Compute random days again, truncated, begun earlier and in another order, and "
            "name what changes, instead.",
            rich_help_panel=STUDY,
        ),
    ] = False
    check_days: Annotated[
        int | None,
        _option(
            "--check-days",
            "Days that --check computes again (default: 3), and that a page of --report tells of "
            "(default: 1; 0: none).",
            "N",
        ),
    ] = None
    trials: Annotated[
        bool,
        typer.Option(
            "--trials",
            help="List and check the ledgers of trials instead.",
            rich_help_panel=STUDY,
        ),
    ] = False
