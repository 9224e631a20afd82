"""Options of a parameter sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from technic.cli.options.declare import option
from technic.errors import ParameterError

if TYPE_CHECKING:
    from technic.study.sweep.grid import Axis

__all__ = ["FOLDS", "SweepOptions", "sweep_axes"]

SWEEP = "Sweep"
FOLDS = 4
"""Unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class SweepOptions:
    """Which parameters are swept, and how the best of their values is chosen."""

    sweep: Annotated[
        list[str] | None,
        option(
            SWEEP,
            "--sweep",
            "Try these values of a parameter of --setup or of a name in --where: n=20,50,100 or "
            "n=20..100:20; repeat for up to three.",
            "NAME=VALUES",
        ),
    ] = None
    folds: Annotated[
        int | None,
        option(
            SWEEP,
            "--folds",
            f"Parts of the days on which what was tuned before is judged. (default: {FOLDS})",
            "N",
        ),
    ] = None
    choose_by: Annotated[
        Literal["mean", "t"] | None,
        option(
            SWEEP,
            "--choose-by",
            "The best point has the greatest mean excess, or t. (default: mean)",
        ),
    ] = None


def sweep_axes(options: SweepOptions) -> tuple[Axis, ...]:
    """Return the axes; none where nothing is swept, and then no other option of a sweep either."""
    from technic.study.sweep.grid import Grid, parse_axis

    if not options.sweep:
        for name, value in (("folds", options.folds), ("choose_by", options.choose_by)):
            if value is not None:
                raise ParameterError(name, value, "nothing without --sweep")
        return ()
    return Grid(tuple(parse_axis(text) for text in options.sweep)).axes
