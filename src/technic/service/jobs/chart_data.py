"""What a chart of one symbol shows, as JSON: the geometry of its drawings, on the days of its bars.

The same functions make the pictures of ``result.plot`` and ``technic show --html``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from technic.charts.price_data import PriceBars
from technic.indicators import ema, sma
from technic.result.json_values import plain
from technic.result.pattern_rules import pattern_numbers
from technic.result.symbol_drawings import (
    average_line,
    found_patterns,
    pattern_shapes,
    price_bars,
    price_levels,
    relative_line,
)
from technic.result.symbol_report import SymbolReport
from technic.typing import FloatArray

__all__ = ["chart_data"]

MOST_BARS = 2_600
"""Bars that one answer holds: ten years."""

AVERAGES = (
    (sma, 20),
    (sma, 50),
    (sma, 150),
    (sma, 200),
    (ema, 10),
    (ema, 20),
    (ema, 50),
)
"""Moving averages that a chart may show."""


def chart_data(report: SymbolReport) -> dict[str, Any]:
    """Return ``bars``, ``averages``, ``levels``, ``patterns`` and ``relative`` of a symbol.

    ``averages`` and ``relative`` have a value for each bar. A symbol without bars has none of them:
    ``bars`` and ``relative`` are None, the others empty.
    """
    nothing: dict[str, Any] = {"bars": None, "averages": {}, "levels": [], "relative": None}
    nothing |= {"patterns": [], "missed_patterns": []}
    if report.bars is None or not len(report.bars):
        return nothing
    bars = price_bars(report)
    held = np.flatnonzero(bars.there)[-MOST_BARS:]
    if not len(held):
        return nothing
    return {
        "bars": _columns(bars, held),
        "averages": {
            f"{mean.__name__}_{count}": _values(average_line(bars, count, mean).values, held)
            for mean, count in AVERAGES
        },
        "levels": [
            {"name": one.name, "price": one.price, "kind": one.kind} for one in price_levels(report)
        ],
        "patterns": _patterns(report),
        "missed_patterns": _missed(report),
        "relative": _relative(report, bars, held),
    }


def _columns(bars: PriceBars, held: np.ndarray[Any, Any]) -> dict[str, list[Any]]:
    """Return the bars as columns, oldest first; ``left_out``: those that nothing is made of."""
    columns: dict[str, list[Any]] = {"date": [str(day) for day in bars.sessions[held]]}
    for name in ("open", "high", "low", "close", "volume"):
        columns[name] = _values(getattr(bars, name), held)
    columns["left_out"] = [str(day) for day in bars.sessions[held][~bars.used[held]]]
    return columns


def _values(values: FloatArray, held: np.ndarray[Any, Any]) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values[held].tolist()]


def _patterns(report: SymbolReport) -> list[dict[str, Any]]:
    """Return each pattern that was found: its corners from left to right, its numbers and rules."""
    return [
        {
            "name": reading.name,
            "title": shape.name,
            "points": [
                {"date": str(point.day), "price": point.price, "label": point.label}
                for point in shape.points
            ],
            "numbers": [
                {"name": name, "says": told, "value": plain(value)}
                for name, (told, value) in pattern_numbers(reading).items()
            ],
            "rules": [str(check) for check in reading.verdict.checks],
        }
        for reading, shape in zip(found_patterns(report), pattern_shapes(report), strict=True)
    ]


def _missed(report: SymbolReport) -> list[dict[str, Any]]:
    """Return each pattern that a condition asks for and that is not there, once."""
    readings = [one for condition in report.conditions for one in condition.patterns]
    return [
        {
            "name": one.name,
            "broken": len(one.verdict.misses),
            "rules": len(one.verdict.checks),
        }
        for place, one in enumerate(readings)
        if not one.verdict.held and one not in readings[:place]
    ]


def _relative(
    report: SymbolReport, bars: PriceBars, held: np.ndarray[Any, Any]
) -> dict[str, Any] | None:
    """Return the RS line, closes in units of the benchmark's; None where there is none."""
    line = relative_line(report, bars)
    if line is None:
        return None
    return {"benchmark": line.benchmark, "values": _values(line.values, held)}
