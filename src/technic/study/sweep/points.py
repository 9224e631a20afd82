"""From a grid to the setups of one scan: a setup for each point, the same but for its numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

from technic.errors import ParameterError
from technic.language.syntax.tokens import tokens
from technic.scan.config import ScanConfig
from technic.scan.expressions.vocabulary import vocabulary
from technic.setups.setup import Setup, SetupCondition, SetupParameter
from technic.study.sweep.grid import Axis, Grid

__all__ = ["subject_of", "swept_scan"]

_CONDITION = "of_the_scan"
"""The name that ``where`` has among the conditions of a setup when a parameter stands in it."""


def swept_scan(scan: ScanConfig, grid: Grid) -> ScanConfig:
    """Return the scan whose setups are the points of the grid, in its order.

    What is swept is the one setup of the scan or, where a parameter stands in it, its ``where``; a
    ``where`` without one holds for all points, and is decided once. Columns and orders are left
    out, since they decide no hit.

    Raises ParameterError for a parameter that decides nothing, and for a value that the setup does
    not allow; whether the expressions mean something is told when the scan is opened.
    """
    where = scan.where or ""
    in_where = [axis for axis in grid.axes if axis.name in _names([where])]
    setup = _subject(scan, in_where)
    for axis in grid.axes:
        if axis not in in_where:
            _require_parameter(axis, setup, scan)
    points = tuple(
        replace(
            setup.with_parameters(grid.values(number)),
            name=f"point_{number}",
            path=f"{subject_of(scan)} with {grid.label(number)}",
        )
        for number in range(len(grid))
    )
    rest = None if in_where else scan.where
    return replace(scan, setups=points, where=rest, columns=(), sort="")


def subject_of(scan: ScanConfig) -> str:
    """Return what is swept in words: the setup's name, or the text of ``where``."""
    return scan.setups[0].name if scan.setups else str(scan.where)


def _subject(scan: ScanConfig, in_where: list[Axis]) -> Setup:
    """Return the setup that has the parameters, and ``where`` in it if any stands there."""
    if len(scan.setups) > 1:
        names = ", ".join(one.name for one in scan.setups)
        raise ParameterError("setup", names, "one setup: a sweep is of one")
    known = vocabulary()
    for axis in in_where:
        if axis.name in known.names:
            allowed = "a name that means nothing else in the scan language, such as n"
            raise ParameterError("sweep", axis.name, allowed)
    if scan.setups:
        setup = replace(scan.setups[0], columns=(), rank_by=None, limit=None)
    elif scan.where is None:
        allowed = "a setup or a condition whose parameters are swept, such as --setup vcp"
        raise ParameterError("setup", None, allowed)
    else:
        empty = SetupCondition(name=_CONDITION, where=scan.where)
        setup = Setup(name="swept", title="", meaning="", source="", conditions=(empty,))
    if not in_where:
        return setup
    more = tuple(
        SetupParameter(name=axis.name, value=axis.values[0], meaning="swept")
        for axis in in_where
        if axis.name not in setup.values
    )
    conditions = setup.conditions
    if scan.setups:
        conditions = (*conditions, SetupCondition(name=_CONDITION, where=str(scan.where)))
    return replace(setup, parameters=(*setup.parameters, *more), conditions=conditions)


def _require_parameter(axis: Axis, setup: Setup, scan: ScanConfig) -> None:
    """Refuse a parameter that no condition has: all its values would have the same hits."""
    deciding = _names(one.where for one in setup.conditions)
    if axis.name in setup.values and axis.name in deciding:
        return
    if not scan.setups:
        allowed = f"a name that stands in the condition {scan.where}"
        raise ParameterError("sweep", axis.name, allowed)
    names = ", ".join(name for name in setup.values if name in deciding) or "none"
    allowed = f"{names}: the parameters of setup {setup.name} that decide who hits"
    raise ParameterError("sweep", axis.name, allowed)


def _names(texts: Iterable[str]) -> set[str]:
    """Return the names that stand for values in expressions; functions and arguments do not."""
    return {
        str(word.value)
        for text in texts
        if text.strip()
        for word, after in itertools.pairwise(tokens(text))
        if word.kind == "name" and after.value not in ("=", "(")
    }
