"""Options of a study: which days, and how hits are judged."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

__all__ = ["STUDY", "Settled", "StudyOptions"]

STUDY = "Study"
HORIZON, LIFE, HOLD, DELISTING_RETURN = 21, 5, 21, 0.0
"""Where neither the command line nor technic.toml says otherwise."""


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
    by: Annotated[
        list[str] | None,
        _option(
            "--by",
            "Tell hits apart by this number on their day, in fifths of the day's symbols, --by "
            "pe_ttm, or between edges, --by 'pe_ttm: 10, 20, 40'; may be repeated.",
            "EXPR",
        ),
    ] = None
    horizon: Annotated[
        int | None,
        _option("--horizon", f"Sessions over which the verdict is. (default: {HORIZON})", "N"),
    ] = None
    life: Annotated[
        int | None,
        _option(
            "--life", f"Sessions on which a plan's entry may be filled. (default: {LIFE})", "N"
        ),
    ] = None
    hold: Annotated[
        int | None,
        _option("--hold", f"Sessions that a trade lasts at most. (default: {HOLD})", "N"),
    ] = None
    delisting_return: Annotated[
        float | None,
        _option(
            "--delisting-return",
            "What the last close of a delisted symbol is changed by; -1: all is lost. "
            f"(default: {DELISTING_RETURN:g})",
            "PART",
        ),
    ] = None
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

    @property
    def settled(self) -> Settled:
        """The numbers in force, once technic.toml has been heard."""
        return Settled(
            HORIZON if self.horizon is None else self.horizon,
            LIFE if self.life is None else self.life,
            HOLD if self.hold is None else self.hold,
            DELISTING_RETURN if self.delisting_return is None else self.delisting_return,
        )


class Settled(NamedTuple):
    """How hits are judged."""

    horizon: int
    life: int
    hold: int
    delisting_return: float
