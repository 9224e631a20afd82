"""The page of a study: verdicts first, then each setup, then who is missing and how it was made.

It fetches nothing and runs one script, which sorts tables and tells what is pointed at; the page
is whole without it. Of each setup as much is drawn as fits: the first of `DETAILS` with which the
page has at most ``MOST_BYTES``.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np

from technic.charts.html_page import page
from technic.errors import ParameterError
from technic.export.targets import check_file, replacing
from technic.study.report.calendar import Edges, calendar_legend, depth_edges
from technic.study.report.days import setup_cells
from technic.study.report.forest import interval_marks
from technic.study.report.markup import drawing_html, paragraph, shared_labels
from technic.study.report.overlaps import overlap_parts
from technic.study.report.ratings import rating_parts
from technic.study.report.setup_parts import Detail, setup_parts, setup_summary
from technic.study.report.stamp import InSight, glossary, stamp
from technic.study.report.style import report_style
from technic.study.report.summary import (
    best_first,
    headline,
    summary_table,
    together_words,
    trial_words,
)
from technic.study.report.survivors import survivor_parts
from technic.study.run import StudyResult
from technic.study.without_folders import without_folders
from technic.wording.counts import count_of

__all__ = ["DETAILS", "MOST_BYTES", "check_report", "report_page", "write_report"]

ENDINGS = (".html", ".htm")
MOST_BYTES = 400_000
ONE = Detail(setups=1, cells=2_600, curve=160, hits=2_000, a_day=15, part=0, brief=False)
DETAILS = (
    Detail(setups=60, cells=600, curve=120, hits=240, a_day=12, part=0, brief=False),
    Detail(setups=60, cells=120, curve=60, hits=60, a_day=8, part=0.01, brief=True),
    Detail(setups=60, cells=120, curve=40, hits=24, a_day=6, part=0.03, brief=True),
    Detail(setups=60, cells=60, curve=24, hits=12, a_day=4, part=0.03, brief=True),
    Detail(setups=60, cells=40, curve=20, hits=6, a_day=3, part=0.05, brief=True),
    Detail(setups=60, cells=24, curve=16, hits=3, a_day=3, part=0.15, brief=True),
    Detail(setups=60, cells=24, curve=12, hits=0, a_day=0, part=1, brief=True),
    Detail(setups=20, cells=24, curve=12, hits=0, a_day=0, part=0.15, brief=True),
    Detail(setups=8, cells=24, curve=12, hits=0, a_day=0, part=0.15, brief=True),
    Detail(setups=0, cells=24, curve=12, hits=0, a_day=0, part=1, brief=True),
)
"""From much to little; the last fits whatever is studied."""


def check_report(path: Path) -> None:
    """Raise ParameterError unless a report can be written there; before anything runs."""
    if path.suffix.lower() not in ENDINGS:
        raise ParameterError("report", str(path), f"a file that ends in {' or '.join(ENDINGS)}")
    check_file("report", path)


def write_report(result: StudyResult, path: Path) -> None:
    """Write the page; the whole file is there, or none."""
    check_report(path)
    content = report_page(result)
    with replacing("report", path) as part:
        part.write_text(content, encoding="utf-8", newline="")


def report_page(result: StudyResult) -> str:
    """Return the page as HTML, of at most ``MOST_BYTES``; files are told by their names."""
    result = without_folders(result)
    details = (ONE, *DETAILS) if len(result.summaries) == 1 else DETAILS
    content = ""
    for detail in details:
        content = _page(result, detail)
        if len(content.encode()) <= MOST_BYTES:
            break
    return content


def _page(result: StudyResult, detail: Detail) -> str:
    seen, ratings = InSight.of(result), result.ratings
    said = f"Technic study {seen.parts[0]}" + (" \u00b7 SIMULATED" if seen.simulated else "")
    script = files("technic.study.report").joinpath("script.js").read_text(encoding="utf-8")
    setups = len(result.summaries)
    title = f"Study of {count_of(setups or len(ratings), 'setup' if setups else 'rating')}"
    if setups == 1:
        title = f"Study: {result.summaries[0].name}"
    parts = [interval_marks(), *_lead(result)]
    if setups == 1:
        parts += setup_parts(result, 0, detail, 2)
        if len(result.overlap.names) > 1:
            parts += ["<h2>What fires together</h2>", *overlap_parts(result)]
    elif setups:
        parts += _several(result, detail)
    if ratings:
        main = result.config.horizon
        parts += ["<h2>Ratings</h2>", *rating_parts(ratings, result.hits.sessions, main)]
    parts += _ending(result)
    content = shared_labels("".join(parts))
    return page(title, [content], seen, style=report_style(said), script=script)


def _lead(result: StudyResult) -> Iterator[str]:
    if result.summaries:
        yield paragraph(headline(result), "lead")
    yield paragraph(trial_words(result))
    for warning in result.warnings:
        yield paragraph(warning, "warning")


def _several(result: StudyResult, detail: Detail) -> Iterator[str]:
    order = best_first(result.summaries, result.config.horizon)
    told = order[: detail.setups]
    yield "<h2>All setups</h2>"
    yield from summary_table(result, order, frozenset(told))
    together = together_words(result)
    if together:
        yield paragraph(together)
    yield "<h2>What fires together</h2>"
    yield from overlap_parts(result)
    yield "<h2>Each setup</h2><p id=open-all class=muted></p>"
    edges = _shared_edges(result, detail) if detail.brief else None
    if edges is not None and told:
        legend = drawing_html(calendar_legend(edges))
        yield f"<div class=legend><p class=muted>Cells of the calendars:</p>{legend}</div>"
    for at in told:
        one = result.summaries[at]
        yield f"<details class=setup id=s{at}><summary>{setup_summary(one, result.config.horizon)}"
        yield f"</summary>{paragraph(one.sentence)}"
        yield from setup_parts(result, at, detail, 4, edges)
        yield "</details>"
    if len(told) < len(order):
        yield paragraph(f"{len(order) - len(told):,} more are in the table above alone.")


def _shared_edges(result: StudyResult, detail: Detail) -> Edges:
    """Return depths that fit the calendars of all setups."""
    owner, unit = result.hits.owner, detail.unit(result.hits.sessions)
    owns = (np.flatnonzero(owner == at) for at in range(len(result.summaries)))
    return depth_edges(np.concatenate([setup_cells(result, own, unit).mean for own in owns]))


def _ending(result: StudyResult) -> Iterator[str]:
    yield "<h2>Who is missing</h2>"
    yield from survivor_parts(result, best_first(result.summaries, result.config.horizon))
    yield f"<h2>How this was made</h2>{stamp(result)}"
    yield f"<h2>How to read it</h2>{glossary()}"
    yield paragraph(
        "What was, not what will be: nothing here is a forecast or advice. docs/study.md has every "
        "formula and its source.",
        "muted",
    )
