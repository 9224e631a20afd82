"""What ratings were worth: returns by decile, and the rank correlation day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from technic.charts.drawing import Table
from technic.charts.scale import day_ticks
from technic.charts.text import escape
from technic.study.report.bar_chart import Bar, bar_chart
from technic.study.report.line_chart import Axis, Line, line_chart
from technic.study.report.markup import figure, paragraph
from technic.study.report.numbers import between, percent, plain, signed
from technic.study.summary.rating_summary import RatingSummary
from technic.typing import DateArray
from technic.wording.counts import count_of

__all__ = ["rating_parts"]

POINTS = 120


def rating_parts(
    ratings: Sequence[RatingSummary], sessions: DateArray, horizon: int, level: int = 3
) -> Iterator[str]:
    """Yield each rating in words, its deciles, and its IC over time.

    ``sessions``: those of ``daily_ic``; ``level``: of the headings.
    """
    for one in ratings:
        yield f"<h{level}>{escape(one.name)}</h{level}>"
        yield paragraph(one.sentence)
        yield f"<div class=figures>{_deciles(one, horizon)}{_daily(one, sessions)}</div>"


def _deciles(one: RatingSummary, horizon: int) -> str:
    bars = [
        Bar(
            100 * each.mean,
            "f-good" if each.low > 0 else "f-bad" if each.high < 0 else "f-edge",
            str(place),
            100 * each.low,
            100 * each.high,
        )
        for place, each in enumerate(one.deciles, start=1)
    ]
    rows = [
        (str(place), percent(each.mean), between(each))
        for place, each in enumerate(one.deciles, start=1)
    ]
    drawing = bar_chart(
        "By decile",
        f"Mean excess in % by decile of {one.name}, the lowest rated first: "
        + ", ".join(percent(each.mean) for each in one.deciles),
        bars,
        Table(("decile", "mean excess %", "interval"), tuple(rows)),
    )
    says = (
        f"Mean excess in % over {count_of(horizon, 'session')}, the lowest rated tenth first, "
        "each with its interval; coloured where that excludes zero."
    )
    return figure(drawing, says)


def _daily(one: RatingSummary, sessions: DateArray) -> str:
    """Draw the IC of the sessions, some of them together where they are many."""
    width = -(-len(sessions) // POINTS)
    starts = np.arange(0, len(sessions), width)
    known = np.isfinite(one.daily_ic)
    total = np.add.reduceat(np.where(known, one.daily_ic, 0.0), starts)
    number = np.add.reduceat(known.astype(np.int64), starts)
    mean = np.full(len(starts), np.nan)
    np.divide(total, number, out=mean, where=number > 0)
    ticks = [
        (float(tick.bar), tick.label)
        for tick in day_ticks(sessions, 270 / max(len(sessions), 1), 11)
    ]
    rows = [
        (str(sessions[start]), signed(value, 3))
        for start, value in zip(starts.tolist(), mean.tolist(), strict=True)
    ]
    drawing = line_chart(
        "IC by day" if width == 1 else f"IC, {count_of(width, 'day')} together",
        f"Rank correlation of {one.name}, on average {signed(one.ic.mean, 3)}; "
        f"above zero on {plain(100 * float((one.daily_ic[known] > 0).mean()), 0)} % of the days."
        if known.any()
        else "No day is known.",
        Axis(starts.astype(np.float64), ticks),
        [Line("IC", mean, "line s-first")],
        table=Table(("from", "IC"), tuple(rows)),
    )
    says = "Rank correlation of the rating with the returns after it; 0 is nothing, 0.03 is good."
    return figure(drawing, says)
