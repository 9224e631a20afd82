"""A sweep for a terminal: what was held out first, then what was tuned, then the heat map."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from technic.cli.render.study.cells import (
    WORD_COLOURS,
    between,
    number,
    study_row,
    study_table,
)
from technic.study.sweep.heat_map import HeatMap, heat_maps
from technic.study.sweep.run import SweepResult
from technic.study.sweep.walk_forward import LEAST_DAYS, LEAST_HITS, Fold
from technic.study.trials import luck_bar
from technic.wording.counts import agree, count_of

__all__ = ["sweep_lines"]

COLUMNS_TOGETHER = 12
"""Values of the second axis beside each other; more go into another table."""
NOTABLE = 2.0
"""A t from which a point is coloured."""


def sweep_lines(result: SweepResult) -> Iterator[RenderableType]:
    """Yield the whole sweep."""
    yield _title(result)
    for warning in result.warnings:
        yield Text(f"warning: {warning}", "yellow", overflow="fold")
    yield Text()
    yield Text.assemble(("Held out: ", "bold"), (result.sentence, WORD_COLOURS[result.word]))
    yield Text(_flattery(result), overflow="fold")
    yield Text.assemble(("Tuned: ", "bold"), _tuned(result))
    if result.plateau is not None:
        yield Text(result.plateau.sentence, "yellow" if result.plateau.word == "peak" else "")
    yield Text()
    yield from _folds(result)
    yield from _maps(result)
    yield from _together(result)
    entry, total = result.trial.record.entry, result.trial.record.total
    yield Text(
        f"{count_of(total, 'trial')} on these data so far, {entry.trials:,} of them now: the best "
        f"of so many reaches t {luck_bar(total):.1f} by luck alone (technic study --trials).",
        "dim",
    )


def _title(result: SweepResult) -> Text:
    entry = result.trial.record.entry
    title = Text.assemble(("Technic sweep ", "bold"), f"{entry.first} to {entry.last}")
    title.append(f" · {count_of(result.universe, 'symbol')}")
    title.append(f" · {result.subject} · {count_of(len(result.points), 'point')}")
    if result.simulated:
        title.append(" · ")
        title.append("SIMULATED", "bold reverse yellow")
    return title


def _flattery(result: SweepResult) -> str:
    """Say what the chosen points had where they were chosen, and where they were not."""
    walked = result.walk_forward
    if not math.isfinite(walked.tuned_mean):
        return (
            "No fold has a point to judge: none had hits enough before it"
            f" ({LEAST_HITS} on {count_of(LEAST_DAYS, 'day')})."
        )
    return (
        f"The points chosen had {number(walked.tuned_mean, 100)} % on the days they were chosen by"
        f" and {number(walked.held_out.mean, 100)} % on those they were not; the mean of all"
        f" {count_of(len(result.points), 'point')} had {number(walked.average, 100)} % there."
    )


def _tuned(result: SweepResult) -> str:
    if result.best is None:
        return f"no point has hits enough ({LEAST_HITS} on {count_of(LEAST_DAYS, 'day')})."
    best = result.points[result.best].excess[result.config.horizon]
    return (
        f"{result.grid.label(result.best)} is the best of {count_of(len(result.points), 'point')}"
        f" on all days, {number(best.mean, 100)} % ({between(best, 100)}): it was searched for,"
        " so it flatters."
    )


def _folds(result: SweepResult) -> Iterator[RenderableType]:
    heads = ("chosen before", "tuned %", "held out %", "interval", "hits", "all points %")
    table = study_table("fold", *heads)
    for one in result.walk_forward.folds:
        table.add_row(*_fold(one, result))
    yield table


def _fold(one: Fold, result: SweepResult) -> tuple[str, ...]:
    days = f"{result.days[one.days.first]} to {result.days[one.days.stop - 1]}"
    average = number(one.average, 100)
    if one.point is None or one.tuned is None or one.judged is None:
        return days, "none: too few hits", "-", "-", "-", "-", average
    return (
        days,
        result.grid.label(one.point),
        number(one.tuned.mean, 100),
        number(one.judged.mean, 100),
        between(one.judged, 100),
        f"{one.judged.hits:,}",
        average,
    )


def _maps(result: SweepResult) -> Iterator[RenderableType]:
    main = count_of(result.config.horizon, "session")
    if len(result.grid.axes) == 1:
        table = study_table(
            f"{result.grid.axes[0].name}, {main}, %", "hits", "mean", "interval", "t"
        )
        for at, point in enumerate(result.points):
            name = result.grid.label(at) + (" *" if at == result.best else "")
            study_row(table, name, point.excess[result.config.horizon], 100)
        yield table
    else:
        for one in heat_maps(result):
            yield from _map(one, main)
    if result.best is not None:
        yield Text(
            "* the best on all days; its neighbours are one step of one parameter away", "dim"
        )


def _map(one: HeatMap, main: str) -> Iterator[RenderableType]:
    """Yield a map as tables that are not too wide."""
    assert one.columns is not None
    values = one.columns.values
    for first in range(0, len(values), COLUMNS_TOGETHER):
        some = range(first, min(first + COLUMNS_TOGETHER, len(values)))
        title = f"mean excess, {main}, %" + (f", {one.title}" if one.title else "")
        heads = [f"{one.columns.name}={values[at]:.12g}" for at in some]
        table = study_table(title, *heads)
        for row, value in enumerate(one.rows.values):
            cells = [_cell(one, row, at) for at in some]
            table.add_row(f"{one.rows.name}={value:.12g}", *cells)
        yield table


def _cell(one: HeatMap, row: int, column: int) -> Text:
    mean, t = float(one.mean[row, column]), float(one.t[row, column])
    style = "dim" if not abs(t) < math.inf or one.hits[row, column] < LEAST_HITS else ""
    if abs(t) >= NOTABLE and not style:
        style = "green" if mean > 0 else "red"
    if one.best == (row, column):
        return Text(f"{number(mean, 100)}*", f"bold reverse {style}".strip())
    return Text(number(mean, 100), style)


def _together(result: SweepResult) -> Iterator[RenderableType]:
    found = result.comparison
    if not math.isfinite(found.p_value):
        return
    names = "; ".join(found.better[:5]) + (" ..." if len(found.better) > 5 else "")
    named = f" ({names})" if names else ""
    better, of_all = len(found.better), count_of(len(result.points), "point")
    yield Text(
        f"Together: on all days {better:,} of {of_all} {agree(better, 'is', 'are')} better than the"
        f" universe when all are counted as one family{named}; the best of so many would look as"
        f" good by luck with p {found.p_value:.2f}.",
        overflow="fold",
    )
