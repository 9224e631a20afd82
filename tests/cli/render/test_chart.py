"""The chart: candles where prices are, levels and labels where they belong."""

from __future__ import annotations

import numpy as np
import pytest

from technic.cli.render.chart import ChartBars, Level, render_chart


def bars(*candles: tuple[float, float, float, float], volume: float = 1e6) -> ChartBars:
    """Candles (open, high, low, close) on days from 2024-01-01."""
    table = np.array(candles, dtype=np.float64).reshape(-1, 4)
    n = len(table)
    days = np.datetime64("2024-01-01") + np.arange(n)
    return ChartBars(days, *table.T, np.full(n, volume), np.full(n, np.nan))


def drawn(chart: ChartBars, levels=(), width: int = 60, lines: int = 10) -> list[str]:
    """The chart's lines as plain text."""
    return [line.plain for line in render_chart(chart, levels, width, lines)]


def test_a_candle_has_a_body_between_open_and_close_and_wicks_beyond():
    """From top to bottom: wick, body, wick, and nothing twice."""
    column = "".join(line[0] for line in drawn(bars((40, 100, 0, 60)), lines=20)[:20])
    shape = column.replace("╽", "│").replace("╿", "│").replace("╷", "│").replace("╵", "│")
    upper, body, lower = shape.partition("┃")[0], shape.count("┃"), shape.rpartition("┃")[2]
    assert set(upper.strip()) == set(lower.strip()) == {"│"}
    assert 3 <= body <= 5
    assert abs(len(upper.strip()) - len(lower.strip())) <= 1


def test_higher_prices_are_drawn_higher():
    """A rising market goes from the bottom left to the top right."""
    rising = bars(*((p, p + 1, p - 1, p + 0.5) for p in range(10, 60)))
    lines = drawn(rising, width=70, lines=12)[:12]
    first = next(at for at, line in enumerate(lines) if line[0] != " ")
    last = next(at for at, line in enumerate(lines) if line[49] != " ")
    assert last == 0
    assert first > 8


def test_the_latest_bars_are_shown_when_not_all_fit():
    """A narrow chart ends on the last day."""
    many = bars(*((p, p + 1, p - 1, p) for p in range(100, 400)))
    levels = [Level("target", 1085.34, "green")]  # the widest label there is
    for width in (50, 80):
        assert max(map(len, drawn(many, levels, width))) == width
    lines = drawn(many, width=50)
    assert all(len(line) <= 50 for line in lines)
    assert str(many.dates[-1]) in lines[-1]


def test_levels_have_a_line_and_a_label_at_their_price():
    """Target above, stop below, each with its price; a level outside the bars widens the scale."""
    levels = [Level("target", 150.0, "green"), Level("stop", 50.0, "red")]
    lines = drawn(bars((100, 101, 99, 100)), levels, lines=20)
    target = next(at for at, line in enumerate(lines) if "150.00 target" in line)
    stop = next(at for at, line in enumerate(lines) if "50.00 stop" in line and "150" not in line)
    assert target < 3
    assert stop > 16
    assert lines[target].startswith("┄")


def test_the_average_is_drawn_where_it_is_known():
    """NaN leaves no mark."""
    chart = bars((10, 12, 8, 11), (10, 12, 8, 11), (10, 12, 8, 11))
    chart.average[:] = [np.nan, 20.0, 7.0]
    lines = drawn(chart, [Level("top", 22, "")], lines=20)
    assert not any(line[0] == "•" for line in lines)
    assert any(line[1] == "•" for line in lines)


@pytest.mark.parametrize("price", [1e-4, 0.5, 1.0, 123456.0])
def test_flat_prices_make_a_chart(price):
    """No range at all, and no volume, still draw."""
    flat = bars(*[(price, price, price, price)] * 5, volume=0.0)
    assert any("┃" in line or "╻" in line or "╹" in line for line in drawn(flat))


def test_no_bars_no_chart():
    """An empty history draws nothing."""
    assert drawn(bars()) == []
