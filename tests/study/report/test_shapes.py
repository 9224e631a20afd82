"""Lines, bars, calendars and forests: where things stand follows from their values."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import numpy as np
import pytest

from support.pages import read_page
from support.paths import strokes
from technic.charts.drawing import Drawing, Table
from technic.study.report.bar_chart import Bar, bar_chart, bar_places
from technic.study.report.calendar import calendar, calendar_cells, calendar_unit
from technic.study.report.forest import ForestGroup, forest, interval_drawing
from technic.study.report.line_chart import Axis, Line, across_of, line_chart, spread_out
from technic.study.report.numbers import between, percent, signed
from technic.study.report.strokes import boxes, half, trace
from technic.study.statistics import Interval

NO_TABLE = Table((), ())
nan = math.nan


def interval(mean: float, low: float = nan, high: float = nan, hits: int = 100) -> Interval:
    """An interval whose other numbers are nobody's."""
    return Interval(mean, low, high, 0.95, 0.01, 0.02, 10.0, 9.0, hits, 50)


def drawn(drawing: Drawing, classes: str) -> list[list[tuple[float, float]]]:
    """The strokes of the paths of a class."""
    found = re.findall(rf'<path d="([^"]*)" class="{classes}"/>', "".join(drawing.body))
    return [stroke for path in found for stroke in strokes(path)]


def test_numbers_are_written_for_people():
    """With signs, a true minus, no sign of nothing, and a dash for what is not known."""
    assert [signed(value) for value in (1234.5, -0.5, 0.001, -0.001, nan)] == [
        "+1,234.50", "\u22120.50", "0.00", "0.00", "\u2013"
    ]  # fmt: skip
    assert percent(-0.01234) == "\u22121.23"
    assert between(interval(0.0, -0.01, 0.02)) == "\u22121.00 to +2.00"
    assert between(interval(0.0)) == "too few"


def test_a_trace_is_read_back_on_half_pixels():
    """Points of any kind, as steps, numbers run together where they can be."""
    random = np.random.default_rng(3)
    points = [tuple(point) for point in random.uniform(-50, 400, (200, 2)).tolist()]
    (stroke,) = strokes(trace(points))
    assert len(stroke) == len(points)
    np.testing.assert_allclose(stroke, points, atol=0.2501)
    assert [half(value) for value in (3.0, 2.6, 0.4, -0.6, -0.1)] == ["3", "2.5", ".5", "-.5", "0"]
    assert trace([(1, 1), (2, 0.5), (2.5, 3)]) == "M1 1l1-.5 .5 2.5"
    assert trace([]) == ""


def test_boxes_are_read_back():
    """One after the other, wherever they stand."""
    corners = [(10.0, 20.0), (16.0, 20.0), (4.0, 31.5)]
    found = strokes(boxes(corners, 5, 3))
    assert [stroke[0] for stroke in found] == corners
    for (x, y), stroke in zip(corners, found, strict=True):
        assert stroke == [(x, y), (x + 5, y), (x + 5, y + 3), (x, y + 3), (x, y)]


def test_a_line_stands_where_its_values_do():
    """Equal steps are equally high, what is missing parts it, the band lies around it."""
    places = np.array([-10.0, 0, 10, 20, 60])
    values = np.array([-1.0, 0, nan, 1, 2])
    low, high = values - 0.5, values + 0.5
    axis = Axis(places, [(0.0, "0")], mark=0.0)
    lines = [Line("hits", values, "thick"), Line("all of them", values / 2, "line")]
    drawing = line_chart("title", "text", axis, lines, band=(low, high), table=NO_TABLE)
    first, second = drawn(drawing, "thick")
    (x0, y0), (x1, y1), (x3, y3), (x4, y4) = *first, *second
    assert y0 - y1 == pytest.approx(y1 - y3, abs=0.51)
    assert y1 - y3 == pytest.approx(y3 - y4, abs=0.51)
    assert x1 - x0 == pytest.approx((x4 - x3) / 4, abs=0.51)
    start, step = across_of(axis, lines)
    np.testing.assert_allclose([x0, x1, x3, x4], start + step * places[[0, 1, 3, 4]], atol=0.26)
    for area, line in zip(drawn(drawing, "f-first w2"), (first, second), strict=True):
        for x, y in line:
            heights = [height for at, height in area if at == pytest.approx(x, abs=0.3)]
            assert min(heights) < y < max(heights)
        across = [x for x, _ in area[:-1]]
        assert across == sorted(across[: len(line)]) + sorted(across[len(line) :], reverse=True)
    texts = re.findall(r'x="([\d.]+)" y="[\d.]+">all of them', "".join(drawing.body))
    assert float(texts[0]) > x4


def test_names_never_meet():
    """They are moved apart, and stay in the picture."""
    for heights in ([20.0, 21.0, 22.0, 150.0], [160.0, 165.0, 168.0], []):
        placed = spread_out(heights, 14, 168)
        assert all(b - a >= 13 for a, b in pairwise(placed))
        assert all(placed[at] <= 168.0 for at in range(len(placed)))
    assert spread_out([20.0, 80.0], 14, 168) == [20.0, 80.0]


def test_bars_stand_on_zero():
    """As high as their values, down where they are below; with whiskers from end to end."""
    bars = [Bar(1.0, "a"), Bar(2.0, "a", "x", 1.0, 3.0), Bar(-1.0, "b"), Bar(0.0, "b")]
    drawing = bar_chart("title", "text", bars, NO_TABLE)
    one, two = drawn(drawing, "a")
    (down,) = drawn(drawing, "b")
    zero = one[0][1]
    rise = zero - one[1][1]
    assert two[0][1] == down[0][1] == zero
    assert zero - two[1][1] == pytest.approx(2 * rise, abs=1)
    assert down[1][1] - zero == pytest.approx(rise, abs=1)
    stem = drawn(drawing, "line s-ink")[0]
    assert stem[0][1] == pytest.approx(zero - rise, abs=1)
    assert stem[1][1] == pytest.approx(zero - 3 * rise, abs=1)
    first, pitch = bar_places(4)
    assert [stroke[0][0] for stroke in (one, two, down)] == pytest.approx(
        [first + at * pitch + 0.5 for at in range(3)], abs=0.26
    )


SESSIONS = np.array(
    [day for day in np.arange("2022-11-01", "2024-03-01", dtype="datetime64[D]")
     if np.is_busday(day)]
)  # fmt: skip


def test_the_finest_calendar_that_fits():
    """Days, else weeks, else months, else quarters."""
    counts = {"day": len(SESSIONS), "week": 70, "month": 16, "quarter": 6}
    for unit, most in counts.items():
        assert calendar_unit(SESSIONS, most) == unit
        zero = np.zeros(len(SESSIONS), np.int64)
        assert len(calendar_cells(SESSIONS, zero, zero * 0.0, zero, unit).hits) == most
    assert calendar_unit(SESSIONS, 1) == "quarter"


def test_a_cell_is_of_its_days():
    """Hits are counted, and the mean is over those that are known."""
    hits = np.arange(len(SESSIONS)) % 4
    known = hits // 2
    total = known * 0.01 * np.where(np.datetime64("2023-06-01") > SESSIONS, 1, -1)
    cells = calendar_cells(SESSIONS, hits, total, known, "month")
    for first, count, mean in zip(cells.first, cells.hits, cells.mean, strict=True):
        own = SESSIONS.astype("datetime64[M]") == first.astype("datetime64[M]")
        assert (first, count) == (SESSIONS[own][0], hits[own].sum())
        assert mean == pytest.approx(total[own].sum() / known[own].sum())


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter"])
def test_cells_stand_apart_and_look_as_they_did(unit: str):
    """Every cell once: filled, a frame, not over yet, or without a hit; none on another."""
    hits = np.ones(len(SESSIONS), np.int64)
    hits[: len(hits) // 4] = 0
    known = hits * (np.arange(len(hits)) < len(hits) - 45)
    total = known * np.linspace(-0.05, 0.03, len(hits))
    cells = calendar_cells(SESSIONS, hits, total, known, unit)
    drawing = calendar("title", "text", cells, NO_TABLE, (0.01, 0.02))
    looks = {}
    for look in ("c0", "cw", *(f"c{sign}{depth}" for sign in "ud" for depth in range(3))):
        for stroke in drawn(drawing, look):
            looks[stroke[0]] = look
    corners, (wide, high) = cells.boxes()[:-1], cells.boxes()[-1]
    assert len(looks) == len(corners)
    for at, (x, y) in enumerate(corners):
        mean = cells.mean[at]
        if not cells.hits[at]:
            wanted, corner = "c0", (x + (wide - 1) / 2 - 0.5, y + (high - 1) / 2 - 0.5)
        else:
            depth = sum(abs(mean) >= edge for edge in (0.01, 0.02))
            wanted = "cw" if math.isnan(mean) else f"c{'u' if mean > 0 else 'd'}{depth}"
            corner = (x, y)
        near = min(looks, key=lambda one: abs(one[0] - corner[0]) + abs(one[1] - corner[1]))
        assert near == pytest.approx(corner, abs=0.26)
        assert looks[near] == wanted
        for other in range(at):
            apart = (
                abs(corners[other][0] - x) >= wide - 0.01,
                abs(corners[other][1] - y) >= high - 0.01,
            )
            assert any(apart)
        assert x + wide <= 361
        assert y + high <= drawing.height
    assert {"c0", "cw"} <= set(looks.values())
    if unit == "day":
        weekday = (SESSIONS.astype(np.int64) + 3) % 7
        heights = np.array([y for _, y in corners])
        year = SESSIONS.astype("datetime64[Y]")
        for one in np.unique(year):
            rows = heights[year == one]
            np.testing.assert_allclose(rows - rows.min(), 6 * weekday[year == one])


@pytest.mark.parametrize(
    ("one", "kind", "line"),
    [
        (interval(0.01, 0.005, 0.015), "u", [87, 114]),
        (interval(-0.01, -0.015, -0.005), "d", [6, 33]),
        (interval(0.0, -0.005, 0.005), "", [33, 87]),
        (interval(0.01), "", [114, 114]),
    ],
    ids=["better", "worse", "none", "not-known"],
)
def test_an_interval_is_a_line_with_its_mean_on_it(one: Interval, kind: str, line: list[int]):
    """Zero is in the middle; what excludes it is filled."""
    (path,) = read_page(interval_drawing(one, 0.01 if math.isnan(one.low) else 0.015)).all("path")
    (stroke,) = strokes(path.attributes["d"])
    assert path.attributes.get("class", "") == kind
    assert [stroke[0][0], stroke[-1][0]] == [pytest.approx(x, abs=9.01) for x in line]
    middle = 60 + one.mean / (0.01 if math.isnan(one.low) else 0.015) * 54
    assert stroke[1][0] == pytest.approx(middle, abs=0.26)


def test_an_interval_that_goes_on_has_an_arrow():
    """And no mean where that is further out."""
    wide = read_page(interval_drawing(interval(0.0, -0.5, 0.5), 0.1)).all("path")
    assert len(strokes(wide[1].attributes["d"])) == 2
    (stroke,) = strokes(wide[0].attributes["d"])
    assert [x for x, _ in stroke] == [1, 60, 119]
    out = read_page(interval_drawing(interval(0.5, 0.05, 0.95), 0.1)).all("path")
    assert len(strokes(out[0].attributes["d"])[0]) == 2
    assert interval_drawing(interval(nan), 0.1) == ""


def test_small_groups_are_told_in_one_line():
    """Two or more of them; the numbers stay."""
    rows = [("big", interval(0.01, 0.0, 0.02)), ("small", interval(0.03, hits=4)),
            ("tiny", interval(nan, hits=0))]  # fmt: skip
    groups = [ForestGroup("by x", rows, fewest=30), ForestGroup("none", [])]
    table = read_page(forest(groups, "label", "%")).one("table").rows()
    assert [row[0] for row in table] == [
        "%",
        "by x",
        "big",
        "smaller: small +3.00 of 4, tiny \u2013 of 0",
    ]
    groups = [ForestGroup("by x", rows[:2], fewest=30)]
    table = read_page(forest(groups, "label", "%")).one("table").rows()
    assert [row[0] for row in table] == ["%", "by x", "big", "small"]
