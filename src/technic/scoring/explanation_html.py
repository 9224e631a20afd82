"""What a notebook shows of an explanation: each part's value, points, weight and contribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic.charts.html_page import PAGE_STYLE
from technic.charts.text import escape

if TYPE_CHECKING:
    from technic.scoring.explain import Contribution, Explanation

__all__ = ["explanation_html"]

_HEADINGS = ("part", "value", "points", "weight %", "contribution")


def explanation_html(explanation: Explanation) -> str:
    """Return the rating, the reasons of its signal and a table that adds up to the rating."""
    rating = explanation.tech_rating
    said = "unrated" if rating is None else f"rating {rating:.1f}"
    signal = explanation.signal.replace("_", " ")
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in explanation.signal_reasons)
    heads = "".join(f"<th>{heading}</th>" for heading in _HEADINGS)
    lines = []
    for score in explanation.subscores:
        points = "n/a" if score.score is None else f"{score.score:.1f}"
        lines.append(_row("th", score.name, "", points, score.weight, score.contribution))
        lines += [_part(part) for part in explanation.contributions if part.subscore == score.name]
    total = "n/a" if rating is None else f"{rating:.2f}"
    return (
        f'<div class="tp"><style>{PAGE_STYLE}</style><main>'
        f"<p><strong>{said} \u00b7 signal {escape(signal)}</strong></p><ul>{reasons}</ul>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody>"
        f'<tfoot><tr><th>rating</th><th colspan="4">{total}</th></tr></tfoot></table></main></div>'
    )


def _part(part: Contribution) -> str:
    points = "n/a" if part.points is None else f"{part.points:.1f}"
    name, formula = part.component, part.formula
    return _row("td", name, part.value_text, points, part.weight, part.contribution, title=formula)


def _row(
    cell: str,
    name: str,
    value: str,
    points: str,
    weight: float,
    contribution: float,
    title: str = "",
) -> str:
    texts = (name.replace("_", " "), value, points, f"{weight:.1f}", f"{contribution:.2f}")
    first, *others = (escape(text) for text in texts)
    named = f"<strong>{first}</strong>" if cell == "th" else f"&emsp;{first}"
    cells = f"<th>{named}</th>" + "".join(f"<{cell}>{text}</{cell}>" for text in others)
    return f'<tr title="{escape(title)}">{cells}</tr>' if title else f"<tr>{cells}</tr>"
