"""Lines over sessions as SVG, in the style of the service's page Market."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from technic.site.markup import table

__all__ = ["Series", "lines"]

WIDE, HIGH, LEFT, RIGHT, TOP, FOOT = 440, 200, 8, 44, 10, 22
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LABELS = 5


@dataclass(frozen=True, slots=True)
class Series:
    """A line: ``tint`` is a color of the style sheet; None breaks the line."""

    name: str
    tint: str
    values: Sequence[float | None]


def lines(
    title: str,
    days: Sequence[str],
    series: Sequence[Series],
    said: Callable[[float | None], str],
    ceiling: float | None = None,
) -> Markup:
    """Return legend, picture and the same data as a table; ``said``: how a value is written."""
    known = [value for one in series for value in one.values if value is not None]
    if not days or not known:
        return Markup('<p class="muted">There are too few sessions for this.</p>')
    most = ceiling or max(1.0, *known) * 1.08

    def x(at: int) -> float:
        return LEFT + at / max(1, len(days) - 1) * (WIDE - LEFT - RIGHT)

    def y(value: float) -> float:
        return TOP + (1 - value / most) * (HIGH - TOP - FOOT)

    last = ", ".join(f"{one.name} {said(one.values[-1])}" for one in series)
    rules = Markup("").join(_rule(y(part * most), said(part * most)) for part in _PARTS)
    traces = Markup("").join(
        Markup('<path class="trace c-{}" d="{}"/>').format(one.tint, _path(one.values, x, y))
        for one in series
    )
    ticks = Markup("").join(
        Markup('<text class="day" x="{:.1f}" y="{}">{}</text>').format(x(at), HIGH - 6, name)
        for at, name in _months(days)
    )
    keys = Markup("").join(
        Markup('<span class="key c-{}">{} {}</span>').format(
            one.tint, one.name, said(one.values[-1])
        )
        for one in series
    )
    rows = [[day, *(said(one.values[at]) for one in series)] for at, day in enumerate(days)][::-1]
    return Markup(
        '<p class="keys-line"><span class="muted">{}</span>{}</p>'
        '<svg class="lines" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>'
        '<details class="small"><summary>The data as a table</summary><div class="scroll" '
        'tabindex="0" role="region" aria-label="{}, data">{}</div></details>'
    ).format(
        days[-1], keys, WIDE, HIGH, f"{title}, {days[0]} to {days[-1]}: {last}", rules, ticks,
        traces, title, table(title, ["Session", *(one.name for one in series)], rows),
    )  # fmt: skip


_PARTS = (0.0, 0.25, 0.5, 0.75, 1.0)


def _rule(y: float, text: str) -> Markup:
    return Markup(
        '<line class="rule" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
        '<text x="{}" y="{:.1f}">{}</text>'
    ).format(LEFT, WIDE - RIGHT, y, y, WIDE - RIGHT + 6, y + 4, text)


def _path(
    values: Sequence[float | None], x: Callable[[int], float], y: Callable[[float], float]
) -> str:
    steps, pen = [], False
    for at, value in enumerate(values):
        if value is not None:
            steps.append(f"{'L' if pen else 'M'}{x(at):.1f} {y(value):.1f}")
        pen = value is not None
    return "".join(steps)


def _months(days: Sequence[str]) -> list[tuple[int, str]]:
    """Return the places where months begin, as many as have room, each with its name."""
    starts = [at for at in range(1, len(days)) if days[at][5:7] != days[at - 1][5:7]]
    every = -(-len(starts) // LABELS) or 1
    return [
        (at, days[at][:4] if days[at][5:7] == "01" else MONTHS[int(days[at][5:7]) - 1])
        for at in starts[::every]
    ]
