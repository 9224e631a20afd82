"""Ratings, votes, where a universe went, sectors, small lines: what stands where and adds up."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from support.svg import PROVENANCE, classes, parse, points, rects, texts
from technic.charts import (
    RatingPart,
    Tile,
    VoteCast,
    flow,
    rating_bars,
    sparkline,
    treemap,
    votes,
)
from technic.errors import ParameterError

PARTS = [
    RatingPart("trend", "close_vs_sma_50", "+3.00 %", 80.0, 30.0, 24.0),
    RatingPart("trend", "signed_adx_14", "30.0", 50.0, 20.0, 10.0),
    RatingPart("volume", "mfi_14", "n/a", None, 0.0, 0.0),
    RatingPart("volume", "obv_change", "2.00", 100.0, 50.0, 50.0),
]


@pytest.mark.parametrize("width", [380, 960])
def test_bars_of_a_rating_add_up(width):
    """Each begins where the one before ends, the last ends where the rating's bar does."""
    drawing = rating_bars(PARTS, 84.0, PROVENANCE, symbol="ABC", width=width)
    bars = rects(parse(drawing.svg()), "f-first")
    *parts, total = bars
    assert len(parts) == 3
    for one, next_ in itertools.pairwise(parts):
        assert one[0] + one[2] == pytest.approx(next_[0], abs=0.2)
    assert parts[-1][0] + parts[-1][2] == pytest.approx(total[0] + total[2], abs=0.2)
    unit = total[2] / 84.0
    assert [bar[2] / unit for bar in parts] == pytest.approx([24, 10, 50], abs=0.1)
    tracks = rects(parse(drawing.svg()), "f-track")
    assert [track[2] / unit for track in tracks] == pytest.approx([30, 20, 50], abs=0.1)


def test_a_rating_says_each_part_and_what_was_not_measured():
    """In the picture, in the description and in the table."""
    drawing = rating_bars(PARTS, 84.0, PROVENANCE, symbol="ABC")
    said = texts(parse(drawing.svg()))
    assert {"Rating 84.0", "close vs sma 50", "24.0 of 30.0", "34.0 of 50.0"} <= set(said)
    assert said.count("not measured") == 1
    assert drawing.table.rows[-1] == ("rating", "", "", "", "100.00", "84.0")
    assert drawing.table.rows[2][3] == "n/a"
    assert "obv_change 50.00 of 50.00" in drawing.description


def test_an_unrated_symbol_has_no_bar():
    """Nothing was measured: the rating is no 0."""
    parts = [RatingPart("trend", "a", "n/a", None, 0.0, 0.0)]
    drawing = rating_bars(parts, None, PROVENANCE, symbol="ABC")
    assert "Rating unrated" in texts(parse(drawing.svg()))
    assert "unrated" in drawing.title
    assert [bar[2] for bar in rects(parse(drawing.svg()), "f-first")] == [0.0]


CAST = [
    *(VoteCast(f"SMA {n}", "moving averages", vote) for n, vote in ((10, 1), (20, -1), (30, 0))),
    VoteCast("EMA 200", "moving averages", 1, settled=False),
    VoteCast("RSI 14", "oscillators", None),
]


@pytest.mark.parametrize("width", [380, 960])
def test_votes_have_a_shape_and_a_word(width):
    """No colour alone says anything; a missing vote has no shape."""
    drawing = votes(CAST, PROVENANCE, symbol="ABC", status="buy", width=width)
    root = parse(drawing.svg())
    said = texts(root)
    assert [said.count(word) for word in ("buy", "buy *", "sell", "neutral", "missing")] == [
        1, 1, 1, 1, 1
    ]  # fmt: skip
    shapes = [len(classes(root, "path", name)) for name in ("f-good", "f-bad", "f-edge")]
    assert shapes == [2, 1, 1]
    assert "2 buy \u00b7 1 neutral \u00b7 1 sell" in said
    assert "Votes: buy" in said
    assert "* needs more history to settle" in said
    assert [row[2] for row in drawing.table.rows] == ["buy", "sell", "neutral", "buy *", "missing"]


COUNTS = {"kept": 700, "prescreen.warrant": 200, "gate.stale": 1, "filter.where": 99, "fetch.x": 0}


@pytest.mark.parametrize("width", [300, 960])
def test_ribbons_are_as_wide_as_their_symbols_are_many(width):
    """All of them together are as high as the universe; labels do not meet."""
    root = parse(flow(COUNTS, PROVENANCE, width=width).svg())
    (whole,) = rects(root, "f-ink")
    nodes = [
        bar for name in ("f-good", "f-edge", "f-third", "f-first") for bar in rects(root, name)
    ]
    assert [bar[3] / whole[3] for bar in nodes] == pytest.approx(
        [0.7, 0.2, 1 / 300, 0.099], abs=4e-3
    )
    labels = sorted(float(one.get("y")) for one in classes(root, "text", "bold", "end"))
    assert len(labels) == 4
    assert min(b - a for a, b in itertools.pairwise(labels)) >= 16
    assert {"1,000 symbols", "kept", "700", "prescreen.warrant", "200"} <= set(texts(root))


def test_the_table_of_a_flow_has_every_outcome():
    """Also one without symbols, with its share."""
    rows = flow(COUNTS, PROVENANCE).table.rows
    assert rows[0] == ("kept", "700", "70.00")
    assert rows[-1] == ("fetch.x", "0", "0.00")


@pytest.mark.parametrize("counts", [{}, {"kept": 0}, {"kept": 3, "gate.stale": -1}])
def test_a_flow_of_nothing_is_refused(counts):
    """There is no universe to draw."""
    with pytest.raises(ParameterError, match="at least one in all"):
        flow(counts, PROVENANCE)


@pytest.mark.parametrize("sizes", [[1.0], [3.0, 1.0], [6.0, 6, 4, 3, 2, 2, 1], [1e12, 1.0, 5e9]])
def test_tiles_are_as_large_as_their_sizes_and_fill_the_map(sizes):
    """Areas by plain proportion; no tile lies on another or beyond the edge."""
    tiles = [Tile(f"T{i}", size, None) for i, size in enumerate(sizes)]
    drawing = treemap(tiles, PROVENANCE, title="Sectors", width=824, height=400)
    found = [(x - 1, y - 1, w + 2, h + 2) for x, y, w, h in rects(parse(drawing.svg()), "f-panel")]
    areas = [wide * high for _, _, wide, high in found]
    wanted = [size / math.fsum(sizes) * 800 * 400 for size in sorted(sizes, reverse=True)]
    assert areas == pytest.approx(wanted, abs=1200)  # positions have one decimal, edges 2 pixels
    for one, other in itertools.combinations(found, 2):
        apart = (
            one[0] + one[2] <= other[0] + 2.2
            or other[0] + other[2] <= one[0] + 2.2
            or one[1] + one[3] <= other[1] + 2.2
            or other[1] + other[3] <= one[1] + 2.2
        )
        assert apart


def test_the_squarified_example_of_its_paper():
    """Sizes 6, 6, 4, 3, 2, 2, 1 on 6 x 4: the first column is the two sixes, 3 wide, 2 high."""
    tiles = [Tile(f"T{i}", size, None) for i, size in enumerate([6.0, 6, 4, 3, 2, 2, 1])]
    drawing = treemap(tiles, PROVENANCE, title="x", width=624, height=400)
    found = rects(parse(drawing.svg()), "f-panel")
    sizes = [((wide + 2) / 100, (high + 2) / 100) for _, _, wide, high in found]
    assert sizes[:2] == [(3.0, 2.0)] * 2
    assert sizes[2] == pytest.approx((12 / 7, 7 / 3), abs=0.01)  # 4 and 3 side by side, 7 / 3 high
    assert sizes[3] == pytest.approx((9 / 7, 7 / 3), abs=0.01)


def test_a_tile_says_its_value_and_its_direction():
    """In figures, and by the colour of its edge; one without a value has neither."""
    tiles = [Tile("Up", 3.0, 2.0), Tile("Down", 3.0, -1.0), Tile("Unknown", 3.0, None)]
    drawing = treemap(tiles, PROVENANCE, title="Sectors")
    root = parse(drawing.svg())
    assert {"+2.00 %", "-1.00 %", "n/a"} <= set(texts(root))
    assert len(rects(root, "f-up", "w4")) == len(rects(root, "f-down", "w2")) == 1
    assert [row[0] for row in drawing.table.rows] == ["Down", "Unknown", "Up"]


@pytest.mark.parametrize("sizes", [[], [0.0], [1.0, -1.0], [math.nan]])
def test_a_tile_without_a_size_is_refused(sizes):
    """An area of nothing cannot be drawn."""
    with pytest.raises(ParameterError, match="sizes above 0"):
        treemap([Tile("x", size, None) for size in sizes], PROVENANCE, title="x")


def test_a_sparkline_goes_from_edge_to_edge():
    """Highest at the top, lowest at the bottom; broken where a value is missing."""
    values = np.array([1.0, 3.0, np.nan, 2.0, 5.0])
    root = parse(sparkline(values, title="ABC close"))
    stretches = points(classes(root, "path", "line")[0])
    assert stretches == [[(3, 25), (31.5, 14)], [(88.5, 19.5), (117, 3)]]
    assert root.get("aria-label") == "ABC close: 1.00 to 5.00"
    assert classes(root, "circle", "f-up")


def test_a_sparkline_of_nothing_says_so():
    """No line, and words for who does not see that."""
    for values in (np.array([]), np.full(3, np.nan)):
        root = parse(sparkline(values, title="ABC"))
        assert root.get("aria-label") == "ABC: no values"
        assert not classes(root, "path")
    one = parse(sparkline(np.array([2.0]), title="ABC"))
    assert one.get("aria-label") == "ABC: 2.00 to 2.00"
