"""Texts from outside do no harm in a picture or a page, and stay where they fit."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from support.svg import PROVENANCE, parse, price_bars, texts
from technic.charts import (
    RatingPart,
    Tile,
    VoteCast,
    candles,
    flow,
    page,
    rating_bars,
    sparkline,
    treemap,
    votes,
)
from technic.charts.text import (
    amount_text,
    clean,
    escape,
    price_text,
    shortened,
    width,
    wrapped,
)
from technic.cli.render.style import change_text

HOSTILE = [
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "' onclick='alert(1)",
    "]]><svg/onload=alert(1)>",
    "A&B &amp; <b>",
    "\u202eCNI ELPPA\u202c",
    "\u2066left\u2069\u200f\u200b\ufeff",
    "nul\x00bell\x07esc\x1b[31m\x7f\x85",
    "lone \ud800 half \udfff",
    "end\ufffe of \uffff",
    "x" * 5000,
    "\u682a\u5f0f\u4f1a\u793e \u00c4\u00d6\u00dc \U0001f680",
]
PICTURES = {
    "candles": lambda text: candles(
        price_bars(np.linspace(1, 2, 9)), PROVENANCE, symbol=text, company=text
    ),
    "rating": lambda text: rating_bars(
        [RatingPart(text, text, text, 50.0, 100.0, 50.0)], 50.0, PROVENANCE, symbol=text
    ),
    "votes": lambda text: votes(
        [VoteCast(text, text, 1, text)], PROVENANCE, symbol=text, status=text
    ),
    "flow": lambda text: flow({text: 3, "kept": 1}, PROVENANCE),
    "treemap": lambda text: treemap([Tile(text, 1.0, 2.0)], PROVENANCE, title=text),
}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("picture", PICTURES)
def test_a_hostile_name_is_text_and_nothing_else(picture, text):
    """The picture has the elements and attributes that it has with a harmless name."""
    drawing, harmless = PICTURES[picture](text), PICTURES[picture]("ABC")
    root = parse(drawing.svg())
    known = {(one.tag, name) for one in parse(harmless.svg()).iter() for name in one.attrib}
    assert {(one.tag, name) for one in root.iter() for name in one.attrib} <= known
    html = drawing.html()
    assert "<script" not in html
    ET.fromstring(html)  # its table, too, is well formed
    for bad in "\u202e\u2066\u200f\x00\x1b\x85\ufffe\uffff\ud800":
        assert bad not in html
    html.encode("utf-8")


def test_a_page_escapes_its_title():
    """In the tab and above the content."""
    found = page("<script>x</script>", ["<p>content</p>"], PROVENANCE)
    assert "<script" not in found
    assert found.count("&lt;script&gt;x&lt;/script&gt;") == 2


def test_a_sparkline_escapes_its_title():
    """It is an attribute and an element."""
    root = parse(sparkline(np.array([1.0, 2.0]), title='"<i>'))
    assert root.get("aria-label") == '"<i>: 1.00 to 2.00'


def test_cleaning_keeps_letters_of_all_scripts():
    """Joiners that some scripts need, accents, signs."""
    for text in (
        "Nestl\u00e9",
        "\u0646\u0645\u0627\u200c\u06cc\u0634",
        "L\u2019Or\u00e9al",
        "A\u0301",
    ):
        assert clean(text) == text
    assert clean("a\t b\nc") == "a b c"
    assert escape("<\"'&>") == "&lt;&quot;&#x27;&amp;&gt;"


def test_long_names_are_cut_to_what_fits():
    """A company of 5,000 letters ends within the picture."""
    for room in (0.0, 5.0, 40.0, 300.0):
        cut = shortened("An Extraordinarily Long Name of Some Holding " * 100, 12, room)
        assert width(cut, 12) <= room
    assert shortened("short", 12, 300) == "short"
    lines = wrapped("one two three " + "x" * 400, 12, 60)
    assert all(width(line, 12) <= 60 for line in lines)
    assert lines[0].startswith("one")


@pytest.mark.parametrize("narrow", [280, 380])
def test_the_day_and_the_source_are_whole_on_a_narrow_picture(narrow):
    """In several lines, each within the picture; SIMULATED among them."""
    said = " ".join(texts(parse(flow({"kept": 3}, PROVENANCE, width=narrow).svg())))
    assert "SIMULATED" in said
    for part in PROVENANCE.parts:
        assert part in said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1234567.891, "1,234,567.89"),
        (1.0, "1.00"),
        (0.5, "0.5000"),
        (0.0, "0.00"),
        (-12.5, "-12.50"),
        (0.00012345, "0.0001234"),
        (float("nan"), "n/a"),
        (float("inf"), "n/a"),
    ],
)
def test_prices_are_written_as_they_are_quoted(value, said):
    """Cents; four decimals below a dollar; as many as it takes below a cent."""
    assert price_text(value) == said


def test_labels_of_ticks_have_the_decimals_of_their_step():
    """Round steps need none, a step of a tenth has cents."""
    pairs = ((700_000, 5_000), (12.5, 2.5), (0.1, 0.1), (0.0001, 0.00005))
    assert [price_text(*pair) for pair in pairs] == ["700,000", "12.50", "0.10", "0.00010"]


def test_amounts_are_short():
    """Thousands to trillions."""
    values = (999, 1_000, 1_500_000, 2e9, 3.25e12, float("nan"))
    assert [amount_text(value) for value in values] == ["999", "1K", "1.5M", "2B", "3.2T", "n/a"]


@pytest.mark.parametrize("change", [-0.001, 0.0, 0.004])
def test_a_change_that_rounds_to_nothing_is_not_a_loss(change: float) -> None:
    """No minus before 0.00, in pictures and in tables, and no colour in these."""
    drawing = treemap([Tile("Energy", 10.0, change)], PROVENANCE, title="Sectors")
    assert "+0.00 %" in texts(parse(drawing.svg()))
    assert (str(change_text(change)), change_text(change).style) == ("+0.00", "")
    assert change_text(-0.01).style == "red"
