"""The head of a price chart: who it is, the last bar, and what the lines are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from technic.charts.drawing import path, text
from technic.charts.price_data import Average, PriceBars
from technic.charts.style import AVERAGE_COLOURS
from technic.charts.text import amount_text, number, price_text, shortened, width
from technic.wording.counts import count_of

__all__ = ["header"]

LEFT = 12
LINE = 17
SIZE = 12


@dataclass(frozen=True, slots=True)
class _Entry:
    """A word of the legend; ``mark``: the colour of the line before it, or ``cross``."""

    said: str
    classes: str = ""
    mark: str = ""


def header(
    bars: PriceBars,
    averages: Sequence[Average],
    symbol: str,
    company: str,
    wide: float,
    *,
    log: str = "",
) -> tuple[list[str], float]:
    """Return the head and where the chart below it begins."""
    right = width(log, 11) + 16 if log else 0.0
    name = shortened(symbol, 16, wide - 2 * LEFT - right, bold=True)
    out = [text(LEFT, 22, name, "large bold")]
    begin = LEFT + width(name, 16, bold=True) + 8
    rest = shortened(company, SIZE, wide - LEFT - right - begin)
    if rest:
        out.append(text(begin, 22, rest, "t-muted"))
    if log:
        out.append(text(wide - LEFT, 22, log, "small end t-muted"))
    x, y = float(LEFT), 42.0
    for entry in _entries(bars, averages):
        lead = 18.0 if entry.mark else 0.0
        size = lead + width(entry.said, SIZE)
        if x > LEFT and x + size > wide - LEFT:
            x, y = float(LEFT), y + LINE
        if entry.mark == "cross":
            out.append(path(f"M{number(x + 4)} {number(y - 8)}l6 6m0 -6l-6 6", "thick s-bad"))
        elif entry.mark:
            steps = f"M{number(x)} {number(y - 4)}h14"
            out.append(path(steps, f"thick s-{entry.mark}"))
        out.append(text(x + lead, y, entry.said, entry.classes))
        x += size + 14
    return out, y + 14


def _entries(bars: PriceBars, averages: Sequence[Average]) -> Iterator[_Entry]:
    last = int(np.flatnonzero(bars.there)[-1])
    yield _Entry(str(bars.sessions[last]), "t-muted")
    for letter, values in (
        ("O", bars.open),
        ("H", bars.high),
        ("L", bars.low),
        ("C", bars.close),
    ):
        yield _Entry(f"{letter} {price_text(float(values[last]))}")
    before = np.flatnonzero(bars.used[:last])
    if len(before) and bars.close[before[-1]] > 0:
        change = 100.0 * (bars.close[last] / bars.close[before[-1]] - 1.0)
        yield _Entry(f"{change:+z.2f} %", "f-good" if change >= 0 else "f-bad")
    if np.isfinite(bars.volume[last]):
        yield _Entry(f"V {amount_text(float(bars.volume[last]))}")
    for colour, average in zip(AVERAGE_COLOURS, averages, strict=False):
        value = float(average.values[last])
        said = price_text(value) if value == value else "not yet"
        yield _Entry(f"{average.name} {said}", "", colour)
    count = int(bars.left_out.sum())
    if count:
        yield _Entry(f"{count_of(count, 'bar')} left out", "", "cross")
