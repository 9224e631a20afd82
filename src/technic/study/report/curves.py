"""The course of prices around the hits, and the sum of R over the days on which trades ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.charts.drawing import Table
from technic.charts.scale import day_ticks
from technic.study.event_curve import EventCurve
from technic.study.outcomes import COST_LEVELS, net_r
from technic.study.report.line_chart import Axis, Line, across_of, line_chart
from technic.study.report.markup import data_attribute, figure
from technic.study.report.numbers import between, count, percent, signed
from technic.study.run import StudyResult
from technic.typing import DateArray, FloatArray
from technic.wording.counts import agree, count_of

__all__ = ["Equity", "equity_figure", "equity_of", "event_figure"]

TOLD = (-10, -5, -1, 1, 2, 5, 10, 15, 21, 42, 63)
"""Offsets of the table; the picture has all."""
FEWER = (-10, -7, -5, -3, -2, -1, 0, 1, 2, 3, 5, 7, 9, 12, 15, 18, 21, 27, 33, 42, 51, 63)
"""Offsets of a picture among many."""
EVENT_TICKS = (-10, 0, 10, 21, 42, 63)
LEVEL_CLASSES = ("thick s-first", "line s-fourth", "line dashed s-second", "line dotted s-third")


def event_figure(curve: EventCurve, *, brief: bool = False) -> str:
    """Draw the mean return of the hits beside the universe's, the close of the day being 0.

    ``brief``: in fewer points, and without what the script tells.
    """
    at = {offset: place for place, offset in enumerate(curve.offsets)}
    drawn = np.array([at[offset] for offset in (FEWER if brief else curve.offsets)])
    places = np.array(curve.offsets, np.float64)[drawn]
    raw, universe = 100 * curve.raw[drawn], 100 * curve.universe[drawn]
    band = [
        universe + 100 * np.where(places == 0, 0.0, np.array(ends)[drawn])
        for ends in zip(*((one.low, one.high) for one in curve.excess), strict=True)
    ]
    lines = [
        Line("hits", raw, "thick s-first"),
        Line("universe", universe, "line dashed s-muted"),
    ]
    axis = Axis(places, [(float(x), signed(x, 0)) for x in EVENT_TICKS], mark=0.0)
    drawing = line_chart(
        "Around the hit",
        f"Price around the hit: {percent(curve.raw[at[21]])} % after 21 sessions, the universe "
        f"{percent(curve.universe[at[21]])} %.",
        axis,
        lines,
        band=(band[0], band[1]),
        table=_event_table(curve, at, TOLD[::2] if brief else TOLD),
    )
    if brief:
        return figure(drawing, "")
    says = (
        "Mean return in % from the close of the hit's day, by sessions after it; before it the "
        "return up to that close with its sign turned, so a line that rises to 0 says that prices "
        "rose. Where the band leaves the universe's line the difference is more than chance."
    )
    return figure(drawing, says, tip=_tip(axis, lines, "session", "%"))


def _event_table(curve: EventCurve, at: dict[int, int], told: Sequence[int]) -> Table:
    rows = []
    for offset in told:
        place = at[offset]
        one = curve.excess[place]
        means = (curve.raw[place], curve.universe[place], one.mean)
        numbers = [percent(value) for value in means]
        rows.append((signed(offset, 0), count(one.hits), *numbers, between(one)))
    return Table(("session", "n", "hits %", "universe %", "excess %", "interval"), tuple(rows))


@dataclass(frozen=True, slots=True, eq=False)
class Equity:
    """R added up by the session on which trades ended, one trade a symbol at a time.

    ``days``: ``(n_days,)`` from the study's first session to the last on which one ended;
    ``total``: ``(n_levels, n_days)`` at each level of costs.
    """

    days: DateArray
    total: FloatArray
    trades: int

    @property
    def deepest(self) -> FloatArray:
        """The deepest fall from an earlier high, in R, at each level."""
        if not self.total.size:
            return np.zeros(len(self.total))
        start = np.zeros((len(self.total), 1))
        path = np.concatenate([start, self.total], axis=1)
        fall: FloatArray = (path - np.maximum.accumulate(path, axis=1)).min(axis=1)
        return fall


def equity_of(result: StudyResult, own: NDArray[np.intp]) -> Equity:
    """Add up R; ``own``: positions of the hits of the study that count."""
    found = result.outcomes
    grades = found.grades
    at = result.hits.place[own[found.taken[own]]]
    picked = found.grade[at[found.plan_over[found.session[at]]]]
    picked = picked[np.isfinite(grades.r[picked])]
    first = int(np.searchsorted(found.sessions, result.hits.sessions[0]))
    ended = grades.exit_session[picked] - first
    n_days = int(ended.max()) + 1 if len(ended) else 0
    total = np.array([
        np.cumsum(np.bincount(ended, weights=net_r(grades, level)[picked], minlength=n_days))
        for level in COST_LEVELS
    ])  # fmt: skip
    return Equity(found.sessions[first : first + n_days], total, len(picked))


def equity_figure(equity: Equity, most_points: int, *, brief: bool = False) -> str:
    """Draw the sums at the four levels of costs; "" where no trade is over."""
    if not equity.trades:
        return ""
    n = len(equity.days)
    shown = np.unique(np.linspace(0, n - 1, min(most_points, n)).round().astype(np.intp))
    names = [f"{level.cost_bp:g} + {level.slippage_bp:g} bp" for level in COST_LEVELS]
    lines = [
        Line(name, values[shown], classes)
        for name, values, classes in zip(names, equity.total, LEVEL_CLASSES, strict=True)
    ]
    ticks = [(float(tick.bar), tick.label) for tick in day_ticks(equity.days, 270 / max(n, 1), 11)]
    axis = Axis(shown.astype(np.float64), ticks)
    rows = [
        (f"{level.cost_bp:g} + {level.slippage_bp:g}", signed(total[-1]), signed(fall))
        for level, total, fall in zip(COST_LEVELS, equity.total, equity.deepest, strict=True)
    ]
    drawing = line_chart(
        "Sum of R, with costs",
        f"{count_of(equity.trades, 'trade')} {agree(equity.trades, 'adds', 'add')} up to "
        f"{signed(equity.total[0, -1])} R before costs.",
        axis,
        lines,
        table=Table(("costs + slippage, bp", "sum of R", "deepest fall"), tuple(rows)),
    )
    if brief:
        return figure(drawing, "")
    tip = _tip(axis, lines, [str(day) for day in equity.days[shown]], "R")
    says = "By the session on which trades ended, one a symbol at a time, at four levels of costs."
    return figure(drawing, says, tip=tip)


def _tip(axis: Axis, lines: list[Line], labels: list[str] | str, unit: str) -> str:
    """Return what the script tells; ``labels``: of each place, or what its number is."""
    start, step = across_of(axis, lines)
    return data_attribute(
        "tip",
        {
            "x": [round(start, 2), round(step, 4)],
            "p": axis.places.astype(int).tolist(),
            "l": labels,
            "n": [line.name for line in lines],
            "v": [
                [None if value != value else round(value, 2) for value in line.values.tolist()]
                for line in lines
            ],
            "u": unit,
        },
    )
