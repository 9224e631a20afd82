"""One setup from top to bottom: where its mean comes from, its pictures, its plans, its days."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from technic.charts.text import escape
from technic.study.report.calendar import Edges, calendar_unit
from technic.study.report.curves import equity_figure, equity_of, event_figure
from technic.study.report.days import calendar_figure, day_list
from technic.study.report.forest import ForestGroup, forest
from technic.study.report.markup import paragraph
from technic.study.report.numbers import between, count, percent, plain, signed
from technic.study.report.overlaps import overlap_words
from technic.study.report.summary import word_mark
from technic.study.report.trades import (
    histogram_figure,
    outcomes_table,
    plan_words,
    r_table,
)
from technic.study.run import StudyResult
from technic.study.statistics.verdict import periods
from technic.study.summary.owner_summary import OwnerSummary
from technic.typing import DateArray
from technic.wording.counts import count_of

__all__ = ["Detail", "setup_parts", "setup_summary"]

FEW = 30
"""Groups with fewer hits are told in one line where much is told."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is drawn of each setup.

    ``setups``: how many are told apart from the table of all; ``cells``: of a calendar at most;
    ``curve``: points of the sums of R; ``hits``, ``a_day``: hits that are told, and of one day;
    ``part``: of all hits, below which groups are told in one line; ``brief``: what is told of all
    setups is left to the end of the page, and nothing is to be pointed at.
    """

    setups: int
    cells: int
    curve: int
    hits: int
    a_day: int
    part: float
    brief: bool

    def unit(self, sessions: DateArray) -> str:
        """What a cell of the calendars is."""
        return calendar_unit(sessions, self.cells)


def setup_parts(
    result: StudyResult, owner: int, detail: Detail, level: int, edges: Edges | None = None
) -> Iterator[str]:
    """Yield all about one setup; ``level``: of its headings, ``edges``: of a brief calendar."""
    one, hits = result.summaries[owner], result.hits
    own = np.flatnonzero(hits.owner == owner)
    brief = detail.brief
    if not brief:
        yield _figures(one, result.config.horizon)
    if not len(own):
        return
    late = _late_words(one, result.config.horizon)
    pictures = [
        "" if one.curve is None else event_figure(one.curve, brief=brief),
        equity_figure(equity_of(result, own), detail.curve, brief=brief),
        histogram_figure(result, own, brief=brief),
    ]
    calendar = calendar_figure(result, owner, own, detail.unit(hits.sessions), edges)
    yield f"<div class=beside><div>{_heading('Where it comes from', level)}"
    yield _forest(result, one, detail)
    yield f"{paragraph(late, 'warning') if late else ''}</div>"
    yield f"<div class=figures>{''.join(pictures)}{calendar if brief else ''}</div></div>"
    yield _heading("Trade plans", level)
    yield f"<div class=halves>{r_table(one, brief=brief)}{outcomes_table(one)}</div>"
    yield paragraph(plan_words(one))
    yield _heading("Days", level)
    yield "" if brief else calendar
    yield day_list(result, owner, own, (detail.hits, detail.a_day), brief=brief)
    together = overlap_words(result, owner)
    if together:
        yield _heading("What fires with it", level)
        yield paragraph(together)


def setup_summary(one: OwnerSummary, horizon: int) -> str:
    """Return the line under which a setup is folded away."""
    each = one.excess[horizon]
    return (
        f"<h3>{escape(one.name)}</h3> {word_mark(one.word)} <span class=muted>"
        f"{count_of(each.hits, 'hit')}, {percent(each.mean)} % ({between(each)})</span>"
    )


def _heading(text: str, level: int) -> str:
    return f"<h{level}>{escape(text)}</h{level}>"


def _figures(one: OwnerSummary, horizon: int) -> str:
    """Return the numbers behind the verdict."""
    each = one.excess[horizon]
    told = (
        ("hits", count(one.hits)),
        ("days", count(one.days)),
        ("symbols", count(one.symbols)),
        ("episodes", count(one.episodes)),
        ("separate periods", periods(each.blocks)),
        ("mean excess, %", percent(each.mean)),
        ("interval, %", between(each)),
        ("t", signed(each.t, 1)),
        ("could be seen, %", plain(each.detectable * 100, 2)),
        *_sharpe(one),
    )
    return "<dl class=key>" + "".join(f"<div><dt>{a}<dd>{b}</div>" for a, b in told) + "</dl>"


def _sharpe(one: OwnerSummary) -> Iterator[tuple[str, str]]:
    """Yield the deflated Sharpe ratio, where there is one."""
    if one.sharpe is not None and math.isfinite(one.sharpe.probability):
        yield "Sharpe ratio of a session", signed(one.sharpe.sharpe, 3)
        yield "deflated Sharpe ratio", plain(one.sharpe.probability, 3)


def _forest(result: StudyResult, one: OwnerSummary, detail: Detail) -> str:
    main = result.config.horizon
    after = [(count_of(horizon, "session"), each) for horizon, each in one.excess.items()]
    late = [(f"{count_of(lag, 'session')} later", each) for lag, each in one.late.items()]
    groups = [
        ForestGroup("in excess of the universe, over", after),
        ForestGroup(f"entered later, over {count_of(main, 'session')}", late),
    ]
    if one.benchmark is not None:
        rows = [(count_of(main, "session"), one.benchmark)]
        groups.append(ForestGroup("in excess of the benchmark", rows))
    fewest = max(FEW, detail.part * one.hits) if detail.brief else 0
    groups += [
        ForestGroup(f"by {what}", list(parts.items()), fewest) for what, parts in one.groups.items()
    ]
    return forest(groups, "mean excess returns", "%")


def _late_words(one: OwnerSummary, horizon: int) -> str:
    """Say it where most of an effect is gone for who comes a session later; else ""."""
    now, later = one.excess[horizon], one.late.get(1)
    if later is None or not now.excludes_zero or not abs(later.mean) < abs(now.mean) / 2:
        return ""
    return (
        f"Entered one session later {percent(later.mean)} % of the {percent(now.mean)} % are left: "
        "less than half. Such an effect was in the price already, or is in the data."
    )
