"""Forest: means with their intervals, a row each, drawn beside the numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from technic.charts.text import escape
from technic.study.report.numbers import between, count, signed
from technic.study.report.strokes import half
from technic.study.statistics import Interval

__all__ = ["ForestGroup", "forest", "forest_limit", "interval_drawing", "interval_marks"]

WIDE = 120
MIDDLE = WIDE / 2
REACH = MIDDLE - 6
ARROW = 5


@dataclass(frozen=True, slots=True)
class ForestGroup:
    """Rows that belong together under a heading, each with its interval.

    Those with fewer than ``fewest`` hits are told in one line.
    """

    title: str
    rows: Sequence[tuple[str, Interval]]
    fewest: float = 0


def forest(groups: Iterable[ForestGroup], label: str, unit: str, *, scale: float = 100.0) -> str:
    """Return the table; zero is in the middle of every drawing.

    ``scale``: what means are multiplied by to stand in ``unit``.
    """
    every = [group for group in groups if group.rows]
    limit = forest_limit([one for group in every for _, one in group.rows])
    edge = f"{signed(-limit * scale, _decimals(limit * scale))} 0 "
    edge += signed(limit * scale, _decimals(limit * scale))
    heads = f"<th>{escape(unit)}<th>hits<th>mean<th>interval<th>t<th>{escape(edge)}"
    body = "".join(_group(group, limit, scale) for group in every)
    return f'<table class=forest aria-label="{escape(label)}"><thead><tr>{heads}{body}</table>'


def forest_limit(every: Sequence[Interval]) -> float:
    """Return how far the drawings reach: as far as most rows do; who goes on has an arrow."""
    ends = sorted(
        max(abs(one.low), abs(one.high)) for one in every if math.isfinite(one.low)
    ) or sorted(abs(one.mean) for one in every if math.isfinite(one.mean))
    far = ends[min(len(ends) - 1, int(0.85 * len(ends)))] if ends else 0.0
    return _round_up(far * 1.05) if far > 0 else 0.01


def interval_drawing(one: Interval, limit: float) -> str:
    """Return one row's picture: the interval as a line, its mean as a diamond on it.

    The diamond is a mark at the middle point of the line (`interval_marks`), filled where the
    interval excludes zero. A line that goes on has an arrow.
    """
    if not math.isfinite(one.mean):
        return ""
    low, high = (one.low, one.high) if math.isfinite(one.low) else (one.mean, one.mean)
    left, right, mean = (MIDDLE + value / limit * REACH for value in (low, high, one.mean))
    kind = "u" if one.low > 0 else "d" if one.high < 0 else "n"
    begin, end = (min(max(value, 1.0), WIDE - 1.0) for value in (left, right))
    middle = f"H{half(mean)}" if 1 <= mean <= WIDE - 1 else ""
    line = (
        f'<path{"" if kind == "n" else f" class={kind}"} d="M{half(begin)} 6{middle}H{half(end)}"/>'
    )
    arrows = f"M{ARROW} 3L1 6l{ARROW - 1} 3" if left < 1 else ""
    if right > WIDE - 1:
        arrows += f"M{WIDE - ARROW} 3L{WIDE - 1} 6l{1 - ARROW} 3"
    if arrows:
        line += f'<path class="{kind} x" d="{arrows}"/>'
    return f"<svg aria-hidden=true>{line}</svg>"


def interval_marks() -> str:
    """Return the diamonds that all rows of a page share."""
    marks = "".join(
        f'<marker id=m{kind} viewBox="-6 -6 12 12" markerWidth=12 markerHeight=12 '
        f'markerUnits=userSpaceOnUse><path class={kind} d="M0-4l4 4-4 4-4-4z"/></marker>'
        for kind in "udn"
    )
    return f"<svg class=marks width=0 height=0 aria-hidden=true>{marks}</svg>"


def _group(group: ForestGroup, limit: float, scale: float) -> str:
    few = [(name, one) for name, one in group.rows if one.hits < group.fewest]
    few = few if len(few) > 1 else []
    shown = [row for row in group.rows if row not in few]
    lines = "".join(
        f"<tr><th>{escape(name)}<td>{count(one.hits)}<td>{signed(one.mean * scale)}"
        f"<td>{between(one, scale)}<td>{signed(one.t, 1)}<td>{interval_drawing(one, limit)}"
        for name, one in shown
    )
    if few:
        said = ", ".join(
            f"{name} {signed(one.mean * scale)} of {count(one.hits)}" for name, one in few
        )
        lines += f"<tr><td colspan=6 class=few>smaller: {escape(said)}"
    return f"<tbody><tr><th colspan=6 scope=rowgroup>{escape(group.title)}{lines}"


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value)


def _decimals(value: float) -> int:
    return 0 if value >= 1 and value == round(value) else 1 if value >= 0.1 else 2
