"""A calendar of hits: a cell for each day, week or month, by what came after its hits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.charts.drawing import Drawing, Table, path
from technic.charts.text import width
from technic.study.report.line_chart import WIDE
from technic.study.report.numbers import plain
from technic.study.report.strokes import Label, boxes, labels
from technic.typing import DateArray, FloatArray, IntArray

__all__ = [
    "CalendarCells",
    "Edges",
    "calendar",
    "calendar_cells",
    "calendar_legend",
    "calendar_unit",
    "depth_edges",
]

Edges = tuple[float, float]
"""Where the second and the third depth of colour begin."""

LEFT, HEAD = 30.0, 16.0
YEAR_GAP = 8.0
UNITS = ("day", "week", "month", "quarter")
MONDAY = 3
"""What makes a week of days since 1970 begin on Mondays."""
WIDTHS = {"month": 27.0, "quarter": 81.0}
MONTHS = "JFMAMJJASOND"
STEPS = 3
LEGEND = 32.0


@dataclass(frozen=True, slots=True, eq=False)
class CalendarCells:
    """``(n_cells,)`` each: the first day of a cell, its hits, and the mean of those known.

    ``unit``: ``day``, ``week``, ``month`` or ``quarter``. ``mean``: NaN where it is not known yet.
    """

    unit: str
    first: DateArray
    hits: IntArray
    mean: FloatArray

    def boxes(self) -> list[tuple[float, float]]:
        """Return the upper left corner of each cell in the picture, then the size of all."""
        grid = _Grid.of(self)
        corners = zip(grid.x.tolist(), grid.y.tolist(), strict=True)
        return [*corners, (grid.pitch, grid.high)]


def calendar_unit(sessions: DateArray, most: int) -> str:
    """Return the finest of day, week, month and quarter of which there are at most ``most``.

    A quarter where there are more of them, too.
    """
    return next(
        (unit for unit in UNITS if len(np.unique(_keys(sessions, unit))) <= most), UNITS[-1]
    )


def calendar_cells(
    sessions: DateArray, hits: IntArray, total: FloatArray, known: IntArray, unit: str
) -> CalendarCells:
    """Gather sessions into days, weeks, months or quarters.

    ``hits``: of each session; ``total`` and ``known``: sum and number of the values known.
    """
    _, first, place = np.unique(_keys(sessions, unit), return_index=True, return_inverse=True)
    count = np.bincount(place, weights=hits).astype(np.int64)
    sums, values = np.bincount(place, weights=total), np.bincount(place, weights=known)
    mean = np.full(len(first), np.nan)
    np.divide(sums, values, out=mean, where=values > 0)
    return CalendarCells(unit, sessions[first], count, mean)


def _keys(sessions: DateArray, unit: str) -> NDArray[np.int64]:
    """Number the days, weeks, months or quarters of sessions."""
    days = sessions.astype("datetime64[D]").astype(np.int64)
    if unit in ("day", "week"):
        return days if unit == "day" else (days + MONDAY) // 7
    months = sessions.astype("datetime64[M]").astype(np.int64)
    return months if unit == "month" else months // 3


def calendar(
    title: str,
    description: str,
    cells: CalendarCells,
    table: Table,
    edges: Edges | None = None,
) -> Drawing:
    """Draw the cells by year: filled where the mean is above zero, a frame where it is below.

    ``edges``: where depths begin, told elsewhere (`calendar_legend`); else they are the cells' own
    and told below them.
    """
    grid = _Grid.of(cells)
    body = [*grid.labels(), *grid.marks(cells, edges or depth_edges(cells.mean))]
    height = grid.bottom + 4
    if edges is None:
        body += _legend(depth_edges(cells.mean), grid.bottom + 10)
        height = grid.bottom + 10 + LEGEND
    return Drawing(title, description, WIDE, round(height), tuple(body), table)


def calendar_legend(edges: Edges) -> Drawing:
    """Return what the cells of several calendars mean."""
    body = tuple(_legend(edges, 4))
    return Drawing(
        "Cells of the calendars", _depths(edges), WIDE, round(LEGEND), body, Table((), ())
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Where cells stand: ``column`` and ``row`` of each, in pixels."""

    unit: str
    years: NDArray[np.int64]
    x: FloatArray
    y: FloatArray
    pitch: float
    high: float
    year_height: float

    @classmethod
    def of(cls, cells: CalendarCells) -> _Grid:
        year = cells.first.astype("datetime64[Y]")
        years, row = np.unique(year.astype(np.int64) + 1970, return_inverse=True)
        days = cells.first.astype(np.int64)
        start = year.astype("datetime64[D]").astype(np.int64)
        week = (days + MONDAY) // 7 - (start + MONDAY) // 7
        month = cells.first.astype("datetime64[M]").astype(np.int64) % 12
        within, rows = np.zeros(len(days), np.int64), 1
        if cells.unit in WIDTHS:
            pitch, high = WIDTHS[cells.unit], 14.0
            column = month if cells.unit == "month" else month // 3
        else:
            pitch, high, column = 6.0, 12.0, week
            if cells.unit == "day":
                rows, high, within = 5, 6.0, np.minimum((days + MONDAY) % 7, 4)
        height = rows * high + (YEAR_GAP if rows > 1 else 3.0)
        y = HEAD + row * height + within * high
        x = (LEFT + column * pitch).astype(np.float64)
        return cls(cells.unit, years, x, y, pitch, high, height)

    @property
    def bottom(self) -> float:
        return HEAD + len(self.years) * self.year_height

    def labels(self) -> Iterator[str]:
        step = WIDTHS["month"] if self.unit in WIDTHS else 52.2 / 12 * self.pitch
        months = [(LEFT + (at + 0.5) * step, 11.0, letter) for at, letter in enumerate(MONTHS)]
        yield labels("small middle t-muted", months)
        height = self.year_height
        yield labels(
            "small end t-muted",
            [
                (LEFT - 5, HEAD + at * height + (height - 3) / 2 + 4, str(year))
                for at, year in enumerate(self.years.tolist())
            ],
        )

    def marks(self, cells: CalendarCells, edges: Edges) -> Iterator[str]:
        """Yield one path for all cells that look alike."""
        size = np.abs(cells.mean)
        step = np.searchsorted(np.array(edges), size, side="right")
        looks = np.where(cells.hits == 0, "c0", "cw").astype("U4")
        known = np.isfinite(cells.mean)
        for sign, letter in ((cells.mean > 0, "u"), (cells.mean <= 0, "d")):
            for level in range(STEPS):
                looks[known & sign & (step == level)] = f"c{letter}{level}"
        for look in sorted(set(looks.tolist())):
            own = np.flatnonzero(looks == look)
            yield path(self._boxes(own, dot=look == "c0"), look)

    def _boxes(self, own: NDArray[np.intp], *, dot: bool) -> str:
        wide, high = self.pitch - 1, self.high - 1
        x, y = self.x[own], self.y[own]
        if dot:
            x, y, wide, high = x + wide / 2 - 0.5, y + high / 2 - 0.5, 1.0, 1.0
        return boxes(zip(x.tolist(), y.tolist(), strict=True), wide, high)


def depth_edges(mean: FloatArray) -> Edges:
    """Return two round sizes that part the means into three about equal lots."""
    size = np.abs(mean[np.isfinite(mean)])
    if not len(size):
        return 0.01, 0.02
    low, high = (_round(float(np.quantile(size, part))) for part in (1 / 3, 2 / 3))
    return low, max(high, 2 * low)


def _round(value: float) -> float:
    if value <= 0:
        return 0.001
    power = 10.0 ** math.floor(math.log10(value))
    return min((1, 2, 3, 5, 10), key=lambda step: abs(step * power - value)) * power


def _depths(edges: Edges) -> str:
    low, high = (plain(edge * 100, 1 if edge < 0.01 else 0) for edge in edges)
    return f"by less than {low} %, to {high} %, by more"


def _legend(edges: Edges, y: float) -> Iterator[str]:
    """Yield what cells mean: two lines, each mark before its words."""
    lines: tuple[tuple[tuple[tuple[str, ...], str], ...], ...] = (
        ((("cd0", "cd1", "cd2"), "worse"), (("cu0", "cu1", "cu2"), f"better {_depths(edges)}")),
        ((("cw",), "not over yet"), (("c0",), "no hit")),
    )
    said: list[Label] = []
    for line in lines:
        x = LEFT
        for looks, what in line:
            for look in looks:
                size, shift = (1.0, 3.0) if look == "c0" else (7.0, 0.0)
                yield path(boxes([(x + shift, y + shift)], size, size), look)
                x += 10
            said.append((x + 1, y + 7, what))
            x += width(what, 11) + 12
        y += 15
    yield labels("small t-muted", said)
