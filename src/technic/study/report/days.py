"""The calendar of a setup's hits, and from its days to their trades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.charts.drawing import Table
from technic.charts.text import escape
from technic.study.outcomes import Outcome
from technic.study.report.calendar import CalendarCells, Edges, calendar, calendar_cells
from technic.study.report.markup import data_attribute, figure, folded, paragraph
from technic.study.report.numbers import NOT_KNOWN, count, percent, signed
from technic.study.run import StudyResult
from technic.study.statistics import DaySums
from technic.study.summary.owner_summary import excess_sums
from technic.wording.counts import count_of

__all__ = ["Day", "calendar_figure", "day_list", "heavy_days", "setup_cells"]

MONTHS_TOLD = 12

_UNIT = 2.0**32
_ENDED = [one.name.lower().replace("_", " ") for one in Outcome]


def setup_cells(result: StudyResult, own: NDArray[np.intp], unit: str) -> CalendarCells:
    """Gather the hits ``own`` and their excess into the cells of a calendar."""
    hits = result.hits
    sums = excess_sums(hits, result.outcomes, result.config.horizon, own)
    every = np.bincount(hits.session[own], minlength=len(hits.sessions))
    return calendar_cells(hits.sessions, every, sums.total / _UNIT, sums.count, unit)


def calendar_figure(
    result: StudyResult, owner: int, own: NDArray[np.intp], unit: str, edges: Edges | None = None
) -> str:
    """Draw what came after the hits of each day, week, month or quarter.

    ``edges``: for one of many, whose depths are told elsewhere; it is brief then.
    """
    cells, months = (setup_cells(result, own, one) for one in (unit, "month"))
    rows = [
        (str(day)[:7], count(n), percent(mean))
        for day, n, mean in zip(months.first, months.hits, months.mean, strict=True)
        if n
    ]
    data = Table(("month", "hits", "mean excess %"), tuple(rows))
    if edges is not None:
        told = ", ".join(f"{month}: {mean} % of {n}" for month, n, mean in rows[-MONTHS_TOLD:])
        data = Table(
            ("month",), (), f"Mean excess of the latest months with hits, and their hits: {told}"
        )
    said = f"{count_of(len(own), 'hit')} by {cells.unit}"
    drawing = calendar("Calendar of hits", said, cells, data, edges)
    if edges is not None:
        return figure(drawing, "", classes="calendar")
    says = (
        f"A cell a {cells.unit}: the mean excess over "
        f"{count_of(result.config.horizon, 'session')} of its hits, filled where they did better "
        "than the universe, a frame where worse."
    )
    tip = data_attribute("days", _tip(cells, owner))
    return figure(drawing, says, tip=tip, classes="calendar")


def _tip(cells: CalendarCells, owner: int) -> dict[str, object]:
    """Return what the script tells of a cell, in the order in which they are drawn."""
    days = cells.first.astype(np.int64)
    return {
        "o": owner,
        "u": cells.unit,
        "d": [int(days[0]), *np.diff(days).tolist()] if len(days) else [],
        "h": cells.hits.tolist(),
        "m": [None if one != one else round(one * 100, 2) for one in cells.mean.tolist()],
        "b": [[round(value, 1) for value in one] for one in cells.boxes()],
    }


@dataclass(frozen=True, slots=True)
class Day:
    """A session that is told, and which of its hits: positions among those of the study."""

    session: int
    hits: int
    told: Sequence[int]


def heavy_days(
    result: StudyResult, own: NDArray[np.intp], most_hits: int, most_a_day: int
) -> list[Day]:
    """Choose the days that weigh most in the mean, all where there is room; ascending.

    A day's weight is the sum of the excess of its hits. Of a day at most ``most_a_day`` hits are
    told, those of the best rank first.
    """
    hits = result.hits
    sums = excess_sums(hits, result.outcomes, result.config.horizon, own)
    session = hits.session[own]
    number = np.bincount(session, minlength=len(hits.sessions))
    weight = np.abs(sums.total)
    order = np.lexsort((np.arange(len(number)), -weight))
    order = order[number[order] > 0]
    room, chosen = most_hits, []
    for day in order.tolist():
        if room <= 0:
            break
        chosen.append(day)
        room -= min(int(number[day]), most_a_day)
    rank = hits.places.rank[hits.place[own]]
    rank = np.where(rank > 0, rank, np.iinfo(np.int32).max)
    found = []
    for day in sorted(chosen):
        at = np.flatnonzero(session == day)
        best = at[np.argsort(rank[at], kind="stable")][:most_a_day]
        found.append(Day(day, int(number[day]), own[best].tolist()))
    return found


def day_list(
    result: StudyResult, owner: int, own: NDArray[np.intp], most: tuple[int, int], *, brief: bool
) -> str:
    """Return each day folded, with its trades inside; ``brief``: all of them in one table.

    ``most``: how many hits are told, and how many of a day.
    """
    if not most[0]:
        return paragraph("All hits with their trades are in the Parquet file (--out).")
    hits, days = result.hits, heavy_days(result, own, *most)
    sums = excess_sums(hits, result.outcomes, result.config.horizon, own)
    rows = _Rows(result)
    total = len(np.unique(hits.session[own]))
    said = "Every day with a hit"
    if len(days) < total:
        said = f"The {count_of(len(days), 'day')} of {total:,} that weigh most in the mean"
    told = sum(len(day.told) for day in days)
    if told < len(own):
        said += f", {told:,} of {count_of(len(own), 'hit')}"
        said += "; all of them are in the Parquet file (--out)"
    if brief:
        lines = "".join(
            f"<tbody><tr><th colspan=6 scope=rowgroup>{_said(rows, day, sums)}{_lines(rows, day)}"
            for day in days
        )
        return folded(said, f"<table{_HEADS}{lines}</table>")
    parts = "".join(
        f'<details class=day id="d{owner}-{hits.sessions[day.session]}">'
        f"<summary>{_said(rows, day, sums)}</summary>"
        f"<table{_HEADS}<tbody>{_lines(rows, day)}</table></details>"
        for day in days
    )
    return f"{paragraph(f'{said}.')}<div class=days>{parts}</div>"


_HEADS = (
    ' aria-label="hits and their trades"><thead><tr><th>symbol<th>rank<th>excess %<th>plan<th>R'
    "<th>left"
)


def _said(rows: _Rows, day: Day, sums: DaySums) -> str:
    """Return HTML: what is said of a day."""
    known = int(sums.count[day.session])
    mean = float(sums.total[day.session]) / _UNIT / known if known else float("nan")
    date = rows.result.hits.sessions[day.session]
    told = f"{percent(mean)}\u00a0%" if known else "not\u00a0known"  # on one line
    text = f"{date} \u00b7 {count_of(day.hits, 'hit')} \u00b7 mean excess"
    return f"{escape(text)} {told}"


def _lines(rows: _Rows, day: Day) -> str:
    more = day.hits - len(day.told)
    rest = f"<tr><td colspan=6>and {more:,} more" if more > 0 else ""
    return "".join(rows.row(at) for at in day.told) + rest


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of hits."""

    result: StudyResult

    def row(self, at: int) -> str:
        hits, found = self.result.hits, self.result.outcomes
        place = hits.place[at : at + 1]
        plan = int(found.grade[place[0]])
        ended, made, left = "none", NOT_KNOWN, NOT_KNOWN
        if plan >= 0:
            grades = found.grades
            ended = _ENDED[int(grades.outcome[plan])]
            made = signed(float(grades.r[plan]))
            end = int(grades.exit_session[plan])
            left = str(found.sessions[end]) if end >= 0 else NOT_KNOWN
        number = int(hits.places.rank[place[0]])
        rank = count(number) if number else NOT_KNOWN
        excess = float(found.excess(self.result.config.horizon, place)[0])
        return (
            f"<tr><th>{escape(hits.symbols[int(hits.places.symbol[place[0]])])}<td>{rank}"
            f"<td>{percent(excess)}<td>{ended}<td>{made}<td>{left}"
        )
