"""The part about ratings: in words, by decile, day by day."""

from __future__ import annotations

import numpy as np
import pytest

from support.pages import Element, number, read_page
from technic.study.report.ratings import rating_parts
from technic.study.statistics import Interval
from technic.study.summary.rating_summary import RatingSummary

nan = float("nan")
SESSIONS = np.arange("2023-01-02", "2023-12-30", dtype="datetime64[D]")


def interval(mean: float, half: float) -> Interval:
    """An interval of some width around a mean."""
    return Interval(mean, mean - half, mean + half, 0.95, half / 2, half, 42, 9, 240, 240)


def told(ic: Interval) -> Element:
    """The part of a rating with this IC."""
    daily = np.full(len(SESSIONS), nan)
    daily[10:] = np.linspace(-0.1, 0.2, len(SESSIONS) - 10)
    deciles = tuple(interval(0.001 * (place - 5), 0.002) for place in range(10))
    rating = RatingSummary(
        "tech <rating>", ic, daily, deciles, interval(0.009, 0.004), "none", "As <told>."
    )
    return read_page("".join(rating_parts([rating], SESSIONS, 21)))


def test_a_rating_is_judged_in_words_first():
    """The verdict's sentence, which has every number, and none of them a second time."""
    part = told(interval(0.03, 0.01))
    assert part.one("h3").text == "tech <rating>"
    assert part.all("p")[0].text == "As <told>."


def test_deciles_and_days():
    """Ten bars with whiskers, and the IC in bundles of days that add up to its mean."""
    part = told(interval(0.03, 0.01))
    deciles = part.figure("By decile").one("table").rows()[1:]
    assert [row[:2] for row in deciles[:2]] == [["1", "\u22120.50"], ["2", "\u22120.40"]]
    assert len(deciles) == 10
    (days,) = (one for one in part.all("figure") if one.one("b").text.startswith("IC"))
    rows = days.one("table").rows()[1:]
    assert rows[0][0] == "2023-01-02"
    assert len(rows) == -(-len(SESSIONS) // 4)
    daily = np.linspace(-0.1, 0.2, len(SESSIONS) - 10)
    assert rows[1][1] == "\u2013"
    assert number(rows[2][1]) == pytest.approx(daily[:2].mean(), abs=0.0006)
    assert number(rows[5][1]) == pytest.approx(daily[10:14].mean(), abs=0.0006)


def test_nothing_is_told_of_no_rating():
    """Not even a heading."""
    assert list(rating_parts([], SESSIONS, 21)) == []
