"""Colours can be told from their ground, on light and dark screens (WCAG 2.2, level AA)."""

from __future__ import annotations

import re

import pytest

from technic.charts.html_page import PAGE_STYLE
from technic.charts.style import AVERAGE_COLOURS, DARK, LIGHT, STYLE


def luminance(colour):
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """The ratio of the lighter to the darker."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(colour, ground, part):
    """A colour that covers its ground in part."""
    pairs = ((int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * part + b * (1 - part)):02x}" for a, b in pairs)


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def palette(request):
    """The colours of a screen."""
    return request.param


def test_the_measure_is_that_of_the_standard():
    """Black on white is 21, #777777 on white the well-known 4.48."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_texts_are_read(palette):
    """4.5 : 1 at least on every ground that a text stands on."""
    coloured = ("ink", "muted", "good", "bad", "shape", *AVERAGE_COLOURS)
    for name in coloured:
        assert contrast(palette[name], palette["ground"]) >= 4.5, name
    for name in ("ink", "muted"):
        assert contrast(palette[name], palette["panel"]) >= 4.5, name
    for tag in ("good", "bad", "ink", "muted", "shape"):
        assert contrast(palette["ground"], palette[tag]) >= 4.5, tag
    assert contrast(palette["flagged"], palette["flag"]) >= 4.5


def test_lines_are_seen(palette):
    """3 : 1 for what means something; the grid means nothing."""
    for name in ("up", "down", "good", "bad", "edge", "shape", *AVERAGE_COLOURS):
        assert contrast(palette[name], palette["ground"]) >= 3.0, name


def test_texts_on_tiles_are_read(palette):
    """Ink on a tile of the strongest colour."""
    for name in ("up", "down"):
        tile = mixed(palette[name], palette["panel"], 0.32)
        assert contrast(palette["ink"], tile) >= 4.5, name


def test_every_class_that_a_drawing_can_name_has_a_colour():
    """In both palettes the same names; light colours again where the page is printed."""
    assert LIGHT.keys() == DARK.keys()
    for name in LIGHT:
        assert STYLE.count(f".f-{name}{{") == 3
    assert "prefers-color-scheme:dark" in PAGE_STYLE
    assert not re.search(r"url\(|@import|expression", STYLE + PAGE_STYLE)
