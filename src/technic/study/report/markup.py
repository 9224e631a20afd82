"""HTML of the report: texts are escaped here, and end tags that HTML does not need left out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from technic.charts.drawing import Drawing, Table
from technic.charts.text import escape

__all__ = [
    "data_attribute",
    "drawing_html",
    "figure",
    "folded",
    "paragraph",
    "scrolled",
    "shared_labels",
    "table",
]


def paragraph(text: str, classes: str = "") -> str:
    """Return a paragraph of plain text."""
    return f"<p{_class(classes)}>{escape(text)}</p>"


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    label: str,
    *,
    classes: str = "",
) -> str:
    """Return a table of plain texts whose first column names the rows."""
    heads = "".join(f"<th>{escape(name)}" for name in headings)
    lines = "".join(
        f"<tr><th>{escape(row[0])}{''.join(f'<td>{escape(cell)}' for cell in row[1:])}"
        for row in rows
    )
    return (
        f'<table aria-label="{escape(label)}"{_class(classes)}>'
        f"<thead><tr>{heads}<tbody>{lines}</table>"
    )


def scrolled(content: str, label: str) -> str:
    """Return content that is wider or higher than its place, for keyboards too."""
    return f'<div class=scroll tabindex=0 role=region aria-label="{escape(label)}">{content}</div>'


def folded(summary: str, content: str) -> str:
    """Return content that is folded away under a plain text."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def data_attribute(name: str, value: Mapping[str, object]) -> str:
    """Return what the script reads: JSON in an attribute."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return f"data-{name}='{text.translate(_QUOTED)}'"


def figure(drawing: Drawing, says: str, *, tip: str = "", classes: str = "") -> str:
    """Return a picture with its title, what it says, and its data as a table.

    ``tip``: a `data_attribute` from which the script tells what is pointed at.
    """
    caption = f"<b>{escape(drawing.title)}</b>" + (f" {escape(says)}" if says else "")
    return (
        f"<figure{_class(classes)}><figcaption>{caption}"
        f"</figcaption>{drawing_html(drawing, tip)}{_data(drawing.table)}</figure>"
    )


def drawing_html(drawing: Drawing, tip: str = "") -> str:
    """Return the picture alone; its description is what it is called."""
    size = f"0 0 {drawing.width} {drawing.height}"
    label = escape(drawing.description or drawing.title)
    extra = f" {tip}" if tip else ""
    content = "".join(drawing.body)
    return f'<svg class=tc role=img aria-label="{label}" viewBox="{size}"{extra}>{content}</svg>'


def shared_labels(content: str) -> str:
    """Return the page with groups of texts that several pictures share drawn once and used.

    Months, round numbers of an axis: with many pictures a tenth of the page.
    """
    counts = Counter(_LABELS.findall(content))
    often = [group for group, times in counts.items() if times > 1 and len(group) > SHORTEST]
    names = {group: f"g{at}" for at, group in enumerate(often)}
    # styles reach a text that is used only by what it is drawn in
    kept = "".join(f"<g id={names[group]} class=tc>{group}</g>" for group in often)
    used = _LABELS.sub(
        lambda found: f'<use href="#{names[found[0]]}"/>' if found[0] in names else found[0],
        content,
    )
    return f"<svg class=marks width=0 height=0 aria-hidden=true>{kept}</svg>{used}"


SHORTEST = 60
_LABELS = re.compile(r'<g class="small [^"]*">(?:<text [^>]*>[^<]*</text>)+</g>')
_QUOTED = str.maketrans({"&": "&amp;", "'": "&#39;", "<": "&lt;"})


def _data(data: Table) -> str:
    """Return the data of a picture, folded away."""
    if not data.headings:
        return ""
    note = paragraph(data.note) if data.note else ""
    if not data.rows:
        return folded("the numbers", note)
    return folded("the numbers", note + table(data.headings, data.rows, "the numbers"))


def _class(classes: str) -> str:
    return f' class="{classes}"' if classes else ""
