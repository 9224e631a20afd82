"""Candles with volume, averages, the lines of a plan, a found pattern and the RS line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from technic.charts.drawing import Drawing, foot, foot_height, path, rect, text
from technic.charts.price_data import Average, Level, PriceBars, RelativeLine, Shape
from technic.charts.price_frame import PriceFrame, price_frame, prices_to_show
from technic.charts.price_header import header
from technic.charts.price_marks import (
    PlacedShape,
    day_axis,
    gaps,
    gutter_width,
    holes,
    level_lines,
    price_grid,
    shapes_over,
)
from technic.charts.price_table import price_table, tip
from technic.charts.provenance import Provenance
from technic.charts.scale import scale_of
from technic.charts.style import AVERAGE_COLOURS
from technic.charts.text import amount_text, clean, number, price_text
from technic.errors import ParameterError
from technic.typing import BoolArray, FloatArray
from technic.wording.counts import count_of

__all__ = ["candles"]

WIDTH = 960
LEAST_WIDTH = 280


@dataclass(frozen=True, slots=True)
class _Parts:
    bars: PriceBars
    averages: tuple[Average, ...]
    levels: tuple[Level, ...]
    shapes: tuple[PlacedShape, ...]
    relative: RelativeLine | None


def candles(
    bars: PriceBars,
    provenance: Provenance,
    *,
    symbol: str,
    company: str = "",
    averages: Sequence[Average] = (),
    levels: Sequence[Level] = (),
    shapes: Sequence[Shape] = (),
    relative: RelativeLine | None = None,
    sessions: int = 200,
    width: int = WIDTH,
    log: bool = False,
    hover: bool = True,
) -> Drawing:
    """Draw the latest ``sessions`` of a symbol.

    Each session has its place whether it has a bar or not. ``log``: equal ratios of prices are
    equally high; where a price is not above 0 differences are. ``hover``: the figures of a session
    are shown to who points at it. ParameterError where no session has a bar.
    """
    if not bars.there.any():
        raise ParameterError("bars", "no bar", "at least one session with a bar")
    if sessions < 1:
        raise ParameterError("sessions", sessions, "1 or more")
    if width < LEAST_WIDTH:
        raise ParameterError("width", width, f"{LEAST_WIDTH} pixels or more")
    if len(averages) > len(AVERAGE_COLOURS):
        most = len(AVERAGE_COLOURS)
        raise ParameterError("averages", f"{len(averages)} averages", f"at most {most}")
    window = bars.window(sessions)
    parts = _Parts(
        bars.cut(window),
        tuple(replace(one, values=one.values[window]) for one in averages),
        (*levels, *_last(bars, levels)),
        tuple(PlacedShape.of(one, bars.sessions, window.start) for one in shapes),
        None if relative is None else _rebased(replace(relative, values=relative.values[window])),
    )
    frame, head, gutter = _layout(parts, clean(symbol), clean(company), width, log)
    body = [*head, *_panes(frame, parts, gutter)]
    if hover:
        body += _hover(frame, parts)
    height = int(frame.bottom) + foot_height(provenance, width)
    body += foot(provenance, width, frame.bottom + 2)
    return Drawing(
        f"{clean(symbol)} prices",
        _described(clean(symbol), parts, provenance, log=frame.prices.log),
        width,
        height,
        tuple(body),
        price_table(parts.bars, parts.averages, parts.relative),
    )


def _last(bars: PriceBars, levels: Sequence[Level]) -> Iterator[Level]:
    """Yield the last close, unless a level is there already."""
    used = np.flatnonzero(bars.used if bars.used.any() else bars.there)
    close = float(bars.close[used[-1]])
    if price_text(close) not in [price_text(level.price) for level in levels]:
        yield Level("last", close, "last")


def _rebased(line: RelativeLine) -> RelativeLine:
    """Return the line in units of its first value that is shown: 100 there."""
    known = np.flatnonzero(np.isfinite(line.values))
    if not len(known):
        return line
    return replace(line, values=100.0 * line.values / line.values[known[0]])


def _layout(
    parts: _Parts, symbol: str, company: str, width: int, log: bool
) -> tuple[PriceFrame, list[str], float]:
    corners = [price for shape in parts.shapes for _, price, _ in shape.points]
    shown = prices_to_show(parts.bars, parts.averages, parts.levels, corners)
    gutter = gutter_width(parts.levels, scale_of(shown, 300, 0, log=log))
    head, top = header(
        parts.bars,
        parts.averages,
        symbol,
        company,
        width,
        log="" if not log else "log prices" if min(shown) > 0 else "no log: a price is not above 0",
    )
    high = 330 if width >= 640 else 240
    frame = price_frame(parts.bars, parts.relative, shown, (width, gutter), (top, high), log=log)
    return frame, head, gutter


def _panes(frame: PriceFrame, parts: _Parts, gutter: float) -> Iterator[str]:
    yield from gaps(frame, parts.bars)
    yield from price_grid(frame, parts.levels)
    yield from day_axis(frame, parts.bars)
    top, bottom = frame.prices.top, frame.prices.bottom
    box = f"{number(frame.first)} {number(top)} {number(frame.right - frame.first)} "
    box += number(bottom - top)
    x, y, wide, high = box.split()
    yield f'<svg x="{x}" y="{y}" width="{wide}" height="{high}" viewBox="{box}">'
    for colour, average in zip(AVERAGE_COLOURS, parts.averages, strict=False):
        yield path(_line(frame, average.values, frame.prices.at), f"line s-{colour}")
    yield from _candles(frame, parts.bars)
    yield from shapes_over(frame, parts.shapes)
    yield "</svg>"
    yield from level_lines(frame, parts.levels, gutter)
    yield from _relative(frame, parts.relative)
    yield from _volume(frame, parts.bars)


def _line(frame: PriceFrame, values: FloatArray, at: object) -> Iterator[str]:
    """Yield the steps of a line, which is broken where a value is missing."""
    assert callable(at)
    drawing = False
    for place, value in enumerate(values.tolist()):
        if value == value:
            yield f"{'L' if drawing else 'M'}{number(frame.x(place))} {number(at(value))}"
        drawing = value == value


def _groups(bars: PriceBars, frame: PriceFrame) -> Iterator[tuple[float, bool, bool, slice]]:
    """Yield candles: place, rising, usable, sessions; those that share a pixel are one."""
    used, there = bars.used, bars.there & ~bars.left_out
    places = np.flatnonzero(there).tolist()
    start = 0
    while start < len(places):
        end = start + 1
        x = frame.x(places[start])
        while frame.merged and end < len(places) and frame.x(places[end]) == x:
            end += 1
        part = slice(places[start], places[end - 1] + 1)
        rising = bool(bars.close[places[end - 1]] >= bars.open[places[start]])
        yield x, rising, bool(used[places[start]]), part
        start = end


def _candles(frame: PriceFrame, bars: PriceBars) -> Iterator[str]:
    steps: dict[tuple[bool, bool], list[str]] = {}
    half = frame.body / 2
    for x, rising, usable, part in _groups(bars, frame):
        there = bars.there[part] & ~bars.left_out[part]
        high, low = float(bars.high[part][there].max()), float(bars.low[part][there].min())
        top, bottom = round(frame.prices.at(high)), round(frame.prices.at(low))
        opened, closed = float(bars.open[part][there][0]), float(bars.close[part][there][-1])
        upper, lower = sorted(round(frame.prices.at(one)) for one in (opened, closed))
        own = steps.setdefault((rising, usable), [])
        own.append(f"M{number(x - 0.5)} {top}h1V{max(bottom, top + 1)}h-1z")
        if not frame.merged and half > 0.5:
            own.append(
                f"M{number(x - half)} {upper}h{frame.body}V{max(lower, upper + 1)}h-{frame.body}z"
            )
    for (rising, usable), own in sorted(steps.items()):
        faded = "" if usable else " old"
        yield path(own, f"crisp f-{'up' if rising else 'down'}{faded}")


def _volume(frame: PriceFrame, bars: PriceBars) -> Iterator[str]:
    scale = frame.volume
    if scale is None:
        return
    half = frame.body / 2
    base = round(scale.bottom)
    steps: dict[tuple[bool, bool], list[str]] = {}
    for x, rising, usable, part in _groups(bars, frame):
        known = bars.volume[part][np.isfinite(bars.volume[part])]
        if len(known) and known.max() > 0:
            top = min(round(scale.at(float(known.max()))), base - 1)
            step = f"M{number(x - half)} {top}h{frame.body}V{base}h-{frame.body}z"
            steps.setdefault((rising, usable), []).append(step)
    y = round(scale.top) + 0.5
    yield path(f"M{number(frame.left)} {number(y)}H{number(frame.right)}", "hair s-grid")
    for (rising, usable), own in sorted(steps.items()):
        faded = "" if usable else " old"
        yield path(own, f"crisp half f-{'up' if rising else 'down'}{faded}")
    yield text(frame.left, scale.top - 4, "volume", "small t-muted")
    yield text(frame.right + 8, scale.top + 4, amount_text(scale.high), "small t-muted")


def _relative(frame: PriceFrame, line: RelativeLine | None) -> Iterator[str]:
    scale = frame.relative
    if scale is None or line is None:
        return
    step, ticks = scale.ticks(2)
    last = float(line.values[np.flatnonzero(np.isfinite(line.values))[-1]])
    for tick in ticks:
        y = round(scale.at(tick)) + 0.5
        yield path(f"M{number(frame.left)} {number(y)}H{number(frame.right)}", "hair s-grid")
        if abs(scale.at(last) - y) >= 14:
            yield text(frame.right + 8, y + 4, price_text(tick, step), "small t-muted")
    yield path(_line(frame, line.values, scale.at), "line s-fourth")
    y = scale.at(last)
    yield text(frame.right + 8, y + 4, f"{last:,.1f}", "small bold f-fourth")
    said = f"RS line against {line.benchmark}, its first session here is 100"
    yield text(frame.left, scale.top - 6, said, "small t-muted")


def _hover(frame: PriceFrame, parts: _Parts) -> Iterator[str]:
    """Yield a column for each candle that shows its figures to who points at it."""
    top, high = frame.prices.top, frame.axis - frame.prices.top
    for x, _, _, part in _groups(parts.bars, frame):
        wide = max(frame.pitch, 1.0)
        said = tip(parts.bars, parts.averages, part)
        yield rect(x - wide / 2, top, wide, high, "hover", tip=said)


def _described(symbol: str, parts: _Parts, provenance: Provenance, *, log: bool) -> str:
    """Return what the chart shows in words."""
    bars = parts.bars
    there = np.flatnonzero(bars.there)
    closes = bars.close[there]
    first, last = bars.sessions[there[0]], bars.sessions[there[-1]]
    said = [
        f"Daily candles of {symbol} from {first} to {last}, {count_of(len(there), 'bar')}"
        f"{', prices by ratios' if log else ''}: close {price_text(float(closes[0]))} to "
        f"{price_text(float(closes[-1]))}, highest high {price_text(_most(bars.high, bars.used))}, "
        f"lowest low {price_text(-_most(-bars.low, bars.used))}."
    ]
    levels = [f"{one.name} {price_text(one.price)}" for one in parts.levels if one.kind != "last"]
    if levels:
        said.append(f"Lines: {', '.join(levels)}.")
    said += [f"Pattern drawn: {shape.name}." for shape in parts.shapes]
    if bars.left_out.any():
        said.append(f"Bars left out: {int(bars.left_out.sum())}.")
    if bars.usable_from:
        said.append(f"Usable since {bars.sessions[bars.usable_from]}. {bars.why}")
    missing = sum(end - start + 1 for start, end in holes(bars))
    if missing:
        said.append(f"Sessions without a bar: {missing}.")
    return " ".join([*said, f"{provenance}."])


def _most(values: FloatArray, used: BoolArray) -> float:
    known = values[used & np.isfinite(values)]
    return float(known.max()) if len(known) else float("nan")
