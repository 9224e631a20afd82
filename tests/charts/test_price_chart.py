"""The price chart: where things stand, by scales worked out by hand."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from support.svg import PROVENANCE, boxes, classes, parse, points, price_bars, rects, texts
from technic.charts import Average, Level, PriceBars, RelativeLine, Shape, ShapePoint, candles
from technic.errors import ParameterError

TOP, HIGH, LEFT = 56.0, 330.0, 12.0
"""Of the price pane of a chart 960 wide: one line of legend above it."""


def drawn(bars, **how):
    """The picture of bars."""
    return parse(candles(bars, PROVENANCE, symbol="ABC", **how).svg())


def candle_boxes(root):
    """Wicks and bodies of all candles, by x: each a list of boxes."""
    found = {}
    for path in [
        *classes(root, "path", "crisp", "f-up"),
        *classes(root, "path", "crisp", "f-down"),
    ]:
        if "half" not in path.get("class"):
            for box in boxes(path):
                found.setdefault((box[0] + box[2]) / 2, []).append(box)
    return dict(sorted(found.items()))


def test_candles_stand_where_their_prices_are():
    """Of twenty bars from 10 to 29: pixels from the lowest low and the highest high, by hand."""
    close = np.arange(10.0, 30.0)
    root = drawn(price_bars(close))
    low, high = 9.9, 29.0 * 1.01  # the first bar opens at its own close: 10 * 0.99
    room = (high - low) * 0.04
    low, high = low - room, high + room

    def y(price):
        return TOP + HIGH - (price - low) / (high - low) * HIGH

    candles_ = candle_boxes(root)
    assert len(candles_) == 20
    places = list(candles_)
    assert np.diff(places).tolist() == [24.0] * 19  # a session is at most 24 pixels wide
    opened = [10.0, *close[:-1]]
    for (wick, body), start, end in zip(candles_.values(), opened, close, strict=True):
        assert wick[2] - wick[0] == 1.0
        assert wick[1] == pytest.approx(y(max(start, end) * 1.01), abs=0.5)
        assert wick[3] == pytest.approx(y(min(start, end) * 0.99), abs=0.5)
        assert body[1] == pytest.approx(y(end), abs=0.5)
        assert body[3] == pytest.approx(y(start), abs=1.0)  # at least a pixel high


def test_rising_and_falling_bars_differ():
    """A bar that closes where it opened counts as rising."""
    root = drawn(price_bars(np.array([10.0, 12.0, 11.0, 11.0, 9.0])))
    up = [path for path in classes(root, "path", "f-up") if "half" not in path.get("class")]
    down = [path for path in classes(root, "path", "f-down") if "half" not in path.get("class")]
    assert len(list(boxes(up[0]))) == 2 * 3
    assert len(list(boxes(down[0]))) == 2 * 2


def test_ratios_are_equally_high_on_a_log_axis():
    """Closes that double each session are equal steps; without log each is twice the one before."""
    bars = price_bars(2.0 ** np.arange(6))
    lines = [Average("close", bars.close)]
    for log in (True, False):
        (line,) = points(
            classes(drawn(bars, averages=lines, log=log), "path", "line", "s-first")[0]
        )
        steps = -np.diff([y for _, y in line])
        ratios = steps[1:] / steps[:-1]
        assert ratios == pytest.approx(np.full(4, 1.0 if log else 2.0), rel=0.03)


def test_no_log_axis_holds_a_price_of_zero():
    """The chart says so and is drawn by differences."""
    bars = price_bars(np.array([1.0, 0.0, 2.0]))
    root = drawn(bars, log=True)
    assert "no log: a price is not above 0" in texts(root)
    assert len(candle_boxes(root)) == 3


def test_volume_is_as_high_as_it_is():
    """The largest fills the pane; half of it half."""
    volume = np.array([500.0, 1000.0, 250.0, np.nan, 0.0])
    root = drawn(price_bars(np.full(5, 10.0), volume=volume))
    bars = sorted(box for path in classes(root, "path", "half") for box in boxes(path))
    heights = [bottom - top for _, top, _, bottom in bars]
    assert len(heights) == 3  # nothing traded, and unknown
    assert heights[0] / heights[1] == pytest.approx(0.5, abs=0.02)
    assert heights[2] / heights[1] == pytest.approx(0.25, abs=0.02)


def test_without_volume_there_is_no_pane_for_it():
    """The chart is lower, and the table says n/a."""
    drawing = candles(price_bars(np.arange(1.0, 9.0), volume=None), PROVENANCE, symbol="ABC")
    with_volume = candles(price_bars(np.arange(1.0, 9.0)), PROVENANCE, symbol="ABC")
    assert drawing.height < with_volume.height
    assert "volume" not in texts(parse(drawing.svg()))
    assert {row[5] for row in drawing.table.rows} == {"n/a"}


def test_a_session_without_a_bar_keeps_its_place():
    """Three are missing: the bars around them stand four sessions apart, the ground is marked."""
    close = np.linspace(10.0, 12.0, 40)
    whole, holed = (drawn(price_bars(close, missing=gone)) for gone in ((), (20, 21, 22)))
    places = list(candle_boxes(whole))
    assert list(candle_boxes(holed)) == places[:20] + places[23:]
    (hole,) = rects(holed, "f-panel", "crisp")
    assert hole[0] == pytest.approx((places[19] + places[20]) / 2, abs=1.0)
    assert hole[2] == pytest.approx(3 * (places[1] - places[0]), abs=1.0)
    sessions = price_bars(close).sessions
    tip = classes(holed, "rect", "f-panel", "crisp")[0][0].text
    assert tip == f"no bars on 3 sessions: {sessions[20]} to {sessions[22]}"


def test_bars_that_are_left_out_are_marked_and_press_nothing():
    """A print of a hundred times the price is no candle, has no part in the scale, and a cross."""
    close = np.linspace(10.0, 12.0, 60)
    plain = price_bars(close)
    wild = close.copy()
    wild[30] = 1100.0
    bars = price_bars(wild, open=plain.open, low=plain.low, high=np.maximum(plain.high, wild))
    bars = replace(bars, left_out=np.arange(60) == 30)
    root = drawn(bars)
    places, found = list(candle_boxes(drawn(plain))), candle_boxes(root)
    assert list(found) == places[:30] + places[31:]
    np.testing.assert_allclose(found[places[0]], candle_boxes(drawn(plain))[places[0]], atol=1.0)
    crosses = classes(root, "path", "thick", "s-bad")
    assert len(crosses) == 2  # in the chart, and in the legend that counts them
    assert "1 bar left out" in texts(root)
    table = candles(bars, PROVENANCE, symbol="ABC").table
    assert [row[-1] for row in table.rows if row[-1]] == ["left out"]


def test_the_beginning_of_the_usable_history_is_marked():
    """A line and its day; what is before it is pale, and a tenfold price there presses nothing."""
    close = np.linspace(10.0, 12.0, 60)
    plain = price_bars(close)
    times = np.where(np.arange(60) < 25, 10.0, 1.0)
    bars = PriceBars.on(
        plain.sessions,
        plain.sessions,
        {name: times * getattr(plain, name) for name in ("open", "high", "low", "close", "volume")},
        plain.sessions[25:],
        "a split of 10:1 was not applied",
    )
    drawing = candles(bars, PROVENANCE, symbol="ABC")
    root = parse(drawing.svg())
    said = f"usable since {bars.sessions[25]}"
    assert said in texts(root)
    assert f"Usable since {bars.sessions[25]}. a split of 10:1" in drawing.description
    pale = [p for p in classes(root, "path", "old") if "half" not in p.get("class")]
    assert sum(len(list(boxes(path))) for path in pale) == 2 * 25
    labels = [float(one) for one in texts(root) if re.fullmatch(r"\d+\.\d\d", one)]
    assert labels
    assert max(labels) < 20
    assert sum(row[-1] == "before the usable history" for row in drawing.table.rows) == 25


@pytest.mark.parametrize("width", [380, 960])
def test_tags_of_levels_do_not_meet_and_say_their_prices(width):
    """Five levels within a cent of each other: five tags, each free, each joined to its price."""
    close = np.linspace(10.0, 20.0, 100)
    levels = [
        Level(name, 15 + i / 1000, name)
        for i, name in enumerate(("target", "entry", "stop", "pivot"))
    ]
    root = drawn(price_bars(close), levels=levels, width=width)
    tags = sorted(
        (y, y + high)
        for kind in ("good", "ink", "bad", "shape", "muted")
        for x, y, wide, high in rects(root, f"f-{kind}")
        if high == 16
    )
    assert len(tags) == 5
    assert all(tags[i][1] <= tags[i + 1][0] for i in range(4))
    said = texts(root)
    for one in levels:
        assert f"{one.name} {one.price:,.2f}" in said
    assert "last 20.00" in said


@pytest.mark.parametrize("place", ["top", "bottom"])
def test_tags_stay_in_the_pane_at_its_ends(place):
    """Levels crowd at an end of the scale: the tags do not leave the picture or the pane."""
    close = np.linspace(10.0, 20.0, 100)
    end = 20.19 if place == "top" else 9.91
    levels = [Level(name, end, name) for name in ("target", "entry", "stop", "pivot")]
    root = drawn(price_bars(close), levels=levels)
    tags = [
        (y, y + high)
        for kind in ("good", "ink", "bad", "shape", "muted")
        for x, y, wide, high in rects(root, f"f-{kind}")
        if high == 16
    ]
    assert len(tags) == 5
    assert min(top for top, _ in tags) >= TOP - 3
    assert max(bottom for _, bottom in tags) <= TOP + HIGH + 3


def test_a_level_is_on_the_scale_wherever_it_is():
    """Far above all bars: its line is in the pane."""
    root = drawn(price_bars(np.linspace(10.0, 12.0, 50)), levels=[Level("target", 30.0, "target")])
    (line,) = classes(root, "path", "dashed", "s-good")
    y = float(re.match(r"M[\d.]+ ([\d.]+)H", line.get("d")).group(1))
    assert TOP <= y <= TOP + HIGH * 0.1


def test_an_average_breaks_where_it_is_not():
    """NaN before it begins and in a hole: two stretches."""
    close = np.linspace(10.0, 12.0, 30)
    values = close.copy()
    values[:5] = values[12:14] = np.nan
    root = drawn(price_bars(close), averages=[Average("SMA 5", values)])
    stretches = points(classes(root, "path", "line", "s-first")[0])
    assert [len(stretch) for stretch in stretches] == [7, 16]
    assert "SMA 5 12.00" in texts(root)


def test_an_average_far_away_does_not_press_the_bars_together():
    """At a tenth of the price it is cut off: the bars keep more than half of the pane."""
    close = np.linspace(100.0, 110.0, 50)
    root = drawn(price_bars(close), averages=[Average("SMA 200", np.full(50, 10.0))])
    found = [box for pair in candle_boxes(root).values() for box in pair]
    assert max(box[3] for box in found) - min(box[1] for box in found) > HIGH / 2


def test_the_rs_line_is_closes_in_units_of_the_benchmark():
    """100 at the first session that is shown; a symbol that doubles against it ends at 200."""
    close = np.linspace(10.0, 20.0, 40)
    line = RelativeLine("SPY", close / 400.0)
    drawing = candles(price_bars(close), PROVENANCE, symbol="ABC", relative=line)
    root = parse(drawing.svg())
    assert "200.0" in texts(root)
    assert any("against SPY" in one for one in texts(root))
    assert drawing.table.headings[-1] == "RS line against SPY"
    assert (drawing.table.rows[0][-1], drawing.table.rows[-1][-1]) == ("200.00", "100.00")
    late = candles(price_bars(close), PROVENANCE, symbol="ABC", relative=line, sessions=20)
    assert late.table.rows[-1][-1] == "100.00"


def test_a_pattern_is_drawn_through_its_corners():
    """A corner before the first session that is shown is off the picture, its line is not."""
    close = np.linspace(10.0, 20.0, 40)
    bars = price_bars(close)
    corners = [(5, 12.0, "top"), (20, 11.0, "9 %"), (30, 18.0, "pivot")]
    shape = Shape("vcp", tuple(ShapePoint(bars.sessions[at], p, said) for at, p, said in corners))
    for sessions, before in ((40, 0), (30, 10)):
        root = drawn(bars, shapes=[shape], sessions=sessions)
        places = list(candle_boxes(root))
        (line,) = points(classes(root, "path", "thick", "s-shape")[0])
        step = (places[-1] - places[0]) / (sessions - 1)
        wanted = [places[0] + step * (at - before) for at, _, _ in corners]
        assert [x for x, _ in line] == pytest.approx(wanted, abs=1.0)
        assert line[1][1] > line[0][1] > line[2][1]
        said = texts(root)
        assert ("top" in said) == (before == 0)
        assert {"vcp", "9 %", "pivot"} <= set(said)


EXTREMES = {
    "one bar": price_bars(np.array([10.0])),
    "two bars": price_bars(np.array([10.0, 11.0])),
    "all equal": price_bars(
        np.full(30, 5.0), **{name: np.full(30, 5.0) for name in ("open", "high", "low")}
    ),
    "all zero": price_bars(np.zeros(30), volume=np.zeros(30)),
    "ten years": price_bars(10 * np.exp(np.linspace(0, 3, 2520) + np.sin(np.arange(2520.0)))),
    "tiny": price_bars(np.linspace(0.0001, 0.00013, 100)),
    "huge": price_bars(np.linspace(700_000.0, 705_000.0, 100)),
    "wide": price_bars(np.geomspace(0.0001, 700_000.0, 100)),
    "mostly holes": price_bars(np.linspace(1.0, 2.0, 200), missing=tuple(range(1, 199))),
}


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("width", [280, 960])
@pytest.mark.parametrize("name", EXTREMES)
def test_extremes_are_drawn(name, width, log):
    """Every position is a number within the picture; prices have labels that differ."""
    bars = EXTREMES[name]
    drawing = candles(bars, PROVENANCE, symbol="ABC", sessions=len(bars), width=width, log=log)
    svg = drawing.svg()
    assert not re.search(r'"[^"]*\b(nan|inf)\b[^"]*"', svg.split("</style>")[1])
    root = parse(svg)
    for x, y, wide, high in rects(root):
        assert x >= -1
        assert y >= -1
        assert x + wide <= width + 1
        assert y + high <= drawing.height + 1
    assert len(drawing.table.rows) == int(bars.there.sum())
    labels = [
        one.text
        for one in classes(root, "text", "small", "t-muted")
        if re.fullmatch(r"[\d,.]+", one.text)
    ]
    assert len(labels) == len(set(labels))
    for one in root.iter("{http://www.w3.org/2000/svg}path"):
        numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", one.get("d"))]
        assert all(abs(n) < 1e5 for n in numbers)


def test_a_long_chart_has_a_candle_for_each_pixel():
    """Ten years on 960 pixels: a hair is as high as the bars that it stands for."""
    close = np.linspace(10.0, 20.0, 2520)
    bars = price_bars(close)
    root = drawn(bars, sessions=2520)
    assert 800 < len(candle_boxes(root)) < 960
    tips = [one[0].text for one in classes(root, "rect", "hover")]
    assert len(tips) == len(candle_boxes(root))
    first = re.match(r"(\S+) to (\S+): high (\S+), low (\S+), close (\S+)", tips[0])
    part = (bars.sessions >= np.datetime64(first[1])) & (bars.sessions <= np.datetime64(first[2]))
    assert float(first[3]) == pytest.approx(bars.high[part].max(), abs=0.01)
    assert float(first[4]) == pytest.approx(bars.low[part].min(), abs=0.01)


def test_a_last_bar_long_ago_is_in_sight():
    """The window is around the bars, and the sessions after them are empty."""
    bars = price_bars(np.linspace(10.0, 12.0, 400), missing=tuple(range(100, 400)))
    drawing = candles(bars, PROVENANCE, symbol="ABC", sessions=80)
    assert drawing.table.rows[0][0] == str(bars.sessions[99])
    assert len(drawing.table.rows) == 60
    assert drawing.table.note == "20 sessions have no bar."


def test_who_points_at_a_session_is_told_its_figures():
    """And the table has the same."""
    bars = price_bars(np.array([10.0, 12.0, 11.0]))
    drawing = candles(bars, PROVENANCE, symbol="ABC", averages=[Average("SMA 2", bars.close)])
    tips = [one[0].text for one in classes(parse(drawing.svg()), "rect", "hover")]
    day = str(bars.sessions[-1])
    assert tips[-1] == (
        f"{day}: open 12.00, high 12.12, low 10.89, close 11.00, volume 2,000, SMA 2 11.00"
    )
    assert drawing.table.rows[0] == (
        day, "12.00", "12.12", "10.89", "11.00", "2,000", "11.00"
    )  # fmt: skip
    assert not classes(
        parse(candles(bars, PROVENANCE, symbol="ABC", hover=False).svg()), "rect", "hover"
    )


@pytest.mark.parametrize(
    ("bars", "how", "said"),
    [
        (price_bars(np.full(3, 5.0), missing=(0, 1, 2)), {}, "at least one session with a bar"),
        (price_bars(np.full(3, 5.0)), {"sessions": 0}, "sessions is 0"),
        (price_bars(np.full(3, 5.0)), {"width": 100}, "280 pixels or more"),
        (
            price_bars(np.full(3, 5.0)),
            {"averages": [Average("SMA", np.full(3, 5.0))] * 5},
            "at most 4",
        ),
    ],
    ids=["no bar", "no session", "too narrow", "too many averages"],
)
def test_what_cannot_be_drawn_is_refused(bars, how, said):
    """In a sentence that says what can."""
    with pytest.raises(ParameterError, match=said):
        candles(bars, PROVENANCE, symbol="ABC", **how)


def test_a_bar_on_no_session_is_refused():
    """A Saturday."""
    days = np.array(["2024-03-08", "2024-03-09"], "datetime64[D]")
    with pytest.raises(ParameterError, match="2024-03-09"):
        PriceBars.on(days[:1], days, {"close": np.ones(2)})
