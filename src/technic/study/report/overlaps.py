"""What fires together: two setups that hit the same symbols on the same days are one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from technic.charts.text import escape
from technic.study.report.markup import folded, paragraph, scrolled, table
from technic.study.report.numbers import count, plain
from technic.study.run import StudyResult

__all__ = ["overlap_parts", "overlap_words"]

PAIRS = 15
MOST_IN_MATRIX = 40


def overlap_parts(result: StudyResult) -> Iterator[str]:
    """Yield the pairs that share most, and for each setup how much of it others have too."""
    found = result.overlap
    names, shared, jaccard, own = found.names, found.shared, found.jaccard, found.of_own
    above = np.triu(np.nan_to_num(jaccard), 1)
    if len(result.summaries) == 1:
        above[1:] = 0.0  # the others among themselves are not what is studied
    order = np.argsort(-above, axis=None, kind="stable")[:PAIRS]
    pairs = [divmod(int(at), len(names)) for at in order.tolist() if above.flat[at] > 0]
    if not pairs:
        yield paragraph("No two of them ever hit the same symbol on the same day.")
        return
    rows = [
        (
            f"{names[a]} and {names[b]}",
            count(float(shared[a, b])),
            plain(100 * float(own[a, b])),
            plain(100 * float(own[b, a])),
            plain(100 * float(jaccard[a, b])),
        )
        for a, b in pairs
    ]
    headings = ("pair", "hits of both", "% of the first", "% of the second", "% of either")
    yield paragraph(
        "Hits of the same symbol on the same day. Two setups that share most of their hits are one "
        "setup, counted twice."
    )
    if len(names) > len(result.summaries):
        yield paragraph(
            "The others come with Technic and were looked for on the same days and symbols; what "
            "followed their hits was not read, so they are no trials.",
            "muted",
        )
    yield scrolled(table(headings, rows, "setups that fire together"), "setups that fire together")
    if len(result.summaries) > 1 and len(names) <= MOST_IN_MATRIX:
        yield folded("all of them: % of a row's hits that the column has too", _matrix(result))


def _matrix(result: StudyResult) -> str:
    names, own = result.overlap.names, result.overlap.of_own
    heads = "".join(
        f'<th title="{escape(name)}">{number}' for number, name in enumerate(names, start=1)
    )
    lines = "".join(
        f"<tr><th>{a + 1} {escape(name)}"
        + "".join(f"<td>{_cell(float(own[a, b])) if a != b else ''}" for b in range(len(names)))
        for a, name in enumerate(names)
    )
    head = f"<thead><tr><th>setup{heads}"
    content = f"<table class=matrix aria-label=overlap>{head}<tbody>{lines}</table>"
    return scrolled(content, "overlap of all setups")


def _cell(part: float) -> str:
    return f"{part * 100:.0f}" if part >= 0.005 else "" if part == part else "\u2013"


def overlap_words(result: StudyResult, owner: int) -> str:
    """Say with which others a setup fires; "" where one is studied, whose page has a table."""
    names, own = result.overlap.names, result.overlap.of_own
    if len(result.summaries) < 2:
        return ""
    others = sorted(
        (other for other in range(len(names)) if other != owner and own[owner, other] > 0),
        key=lambda other: (-own[owner, other], names[other]),
    )[:3]
    if not others:
        return "None of its hits is a hit of another one too."
    said = ", ".join(f"{plain(100 * float(own[owner, at]), 0)} % {names[at]}" for at in others)
    return f"Of its hits others have too: {said}."
