"""A price chart made of characters: candles, an average, levels, volume, dates and prices.

Each session is one column. A character holds two price steps, so a candle is drawn to half a
line; where the terminal is narrower than the history, the latest sessions are shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.text import Text

from technic.cli.render.style import price_text
from technic.typing import DateArray, FloatArray

__all__ = ["ChartBars", "Level", "render_chart"]

VOLUME_LINES = 3
TICKS = 5
LABEL_GAP = 3
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_NOTHING, _WICK, _BODY = 0, 1, 2
# (upper half, lower half) -> character
_CANDLE = {
    (_WICK, _WICK): "│",
    (_BODY, _BODY): "┃",
    (_NOTHING, _WICK): "╷",
    (_WICK, _NOTHING): "╵",
    (_NOTHING, _BODY): "╻",
    (_BODY, _NOTHING): "╹",
    (_WICK, _BODY): "╽",
    (_BODY, _WICK): "╿",
}


@dataclass(frozen=True, slots=True, eq=False)
class ChartBars:
    """The bars of one symbol, oldest first, ``(n_bars,)`` each; ``average`` may hold NaN."""

    dates: DateArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    average: FloatArray

    def last(self, count: int) -> ChartBars:
        """Return the latest ``count`` bars."""
        return ChartBars(*(getattr(self, name)[-count:] for name in ChartBars.__slots__))


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line with a name: entry, stop, target."""

    name: str
    price: float
    style: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """Prices to half lines: 0 is the bottom half of the lowest line."""

    low: float
    high: float
    lines: int

    def half(self, price: float) -> int:
        share = (price - self.low) / (self.high - self.low)
        return min(max(int(share * 2 * self.lines), 0), 2 * self.lines - 1)

    def line(self, price: float) -> int:
        """Line from the top."""
        return self.lines - 1 - self.half(price) // 2


def render_chart(
    bars: ChartBars, levels: Sequence[Level], width: int, lines: int = 18
) -> list[Text]:
    """Draw the latest bars that fit into ``width``; one Text for each line.

    ``lines`` is the height of the price pane; volume and dates come below it. No bars, no lines.
    """
    if not len(bars.close):
        return []
    prices = [*bars.high, *bars.low, *(level.price for level in levels)]
    label = max(len(price_text(max(prices))), *(len(_label(each)) for each in levels), 8)
    shown = bars.last(max(width - label - LABEL_GAP, 1))
    scale = _scale(shown, levels, lines)
    canvas = _Canvas(len(shown.close), lines)
    _draw_candles(canvas, shown, scale)
    _draw_average(canvas, shown, scale)
    labels = _tick_labels(scale)
    for level in levels:
        _draw_level(canvas, level, scale)
        labels[scale.line(level.price)] = (_label(level), level.style)
    rows = [canvas.row(at, *labels.get(at, ("", ""))) for at in range(lines)]
    return rows + _volume_rows(shown) + [_date_row(shown)]


def _label(level: Level) -> str:
    return f"{price_text(level.price)} {level.name}"


def _scale(bars: ChartBars, levels: Sequence[Level], lines: int) -> _Scale:
    prices = [float(bars.low.min()), float(bars.high.max()), *(each.price for each in levels)]
    low, high = min(prices), max(prices)
    room = (high - low) * 0.02 or abs(high) * 0.01 or 1.0
    return _Scale(low - room, high + room, lines)


class _Canvas:
    """A grid of characters with styles; what is drawn first stays."""

    def __init__(self, width: int, lines: int) -> None:
        self._cells = [[(" ", "")] * width for _ in range(lines)]

    def put(self, line: int, column: int, mark: str, style: str) -> None:
        if self._cells[line][column][0] == " ":
            self._cells[line][column] = (mark, style)

    def row(self, line: int, label: str, style: str) -> Text:
        text = Text(no_wrap=True, end="")
        for mark, mark_style in self._cells[line]:
            text.append(mark, mark_style)
        text.append(" ├ " if label and not style else " │ ", "dim")
        text.append(label, style or "dim")
        return text


def _draw_candles(canvas: _Canvas, bars: ChartBars, scale: _Scale) -> None:
    for column in range(len(bars.close)):
        opened, closed = float(bars.open[column]), float(bars.close[column])
        halves = [_NOTHING] * (2 * scale.lines)
        for half in range(scale.half(bars.low[column]), scale.half(bars.high[column]) + 1):
            halves[half] = _WICK
        for half in range(scale.half(min(opened, closed)), scale.half(max(opened, closed)) + 1):
            halves[half] = _BODY
        style = "green" if closed >= opened else "red"
        for line in range(scale.lines):
            bottom = 2 * (scale.lines - 1 - line)
            mark = _CANDLE.get((halves[bottom + 1], halves[bottom]))
            if mark:
                canvas.put(line, column, mark, style)


def _draw_average(canvas: _Canvas, bars: ChartBars, scale: _Scale) -> None:
    for column, value in enumerate(bars.average):
        if math.isfinite(value) and scale.low <= value <= scale.high:
            canvas.put(scale.line(float(value)), column, "•", "cyan")


def _draw_level(canvas: _Canvas, level: Level, scale: _Scale) -> None:
    line = scale.line(level.price)
    for column in range(len(canvas._cells[line])):
        canvas.put(line, column, "┄", level.style)


def _tick_labels(scale: _Scale) -> dict[int, tuple[str, str]]:
    """Round prices, evenly spaced, by the line they stand on."""
    rough = (scale.high - scale.low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough)
    first, last = math.ceil(scale.low / step), math.floor(scale.high / step)
    ticks = [number * step for number in range(first, last + 1)]
    return {scale.line(tick): (price_text(tick), "") for tick in ticks}


def _volume_rows(bars: ChartBars) -> list[Text]:
    most = float(bars.volume.max())
    if most <= 0:
        return []
    eighths = np.rint(bars.volume / most * VOLUME_LINES * 8).astype(int)
    rows = []
    for line in range(VOLUME_LINES):
        text = Text(no_wrap=True, end="")
        base = (VOLUME_LINES - 1 - line) * 8
        for column, size in enumerate(eighths):
            rising = bars.close[column] >= bars.open[column]
            text.append(_EIGHTHS[min(max(size - base, 0), 8)], "green" if rising else "red")
        text.append(" │ ", "dim")
        text.append(_shares_text(most) if line == 0 else "volume" if line == 1 else "", "dim")
        rows.append(text)
    return rows


def _shares_text(shares: float) -> str:
    for unit, size in (("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if shares >= size:
            return f"{shares / size:.1f}{unit}"
    return f"{shares:.0f}"


def _date_row(bars: ChartBars) -> Text:
    """The first session of each month where there is room, and the last session."""
    days = bars.dates.astype("datetime64[D]")
    cells = [" "] * len(days)
    last = str(days[-1])
    end = max(len(days) - len(last), 0)
    cells[end:] = last[: len(days)]
    free, months = 0, days.astype("datetime64[M]")
    for column in range(len(days)):
        mark = str(days[column])
        starts = column == 0 or months[column] != months[column - 1]
        if starts and column >= free and column + len(mark) + 2 <= end:
            cells[column : column + len(mark)] = mark
            free = column + len(mark) + 2
    return Text("".join(cells), "dim", no_wrap=True, end="")
