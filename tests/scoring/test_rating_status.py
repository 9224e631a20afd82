"""The arithmetic of the Technical Rating: means of votes, and the edges of its five labels."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from technic.scoring.technical_rating import (
    mean_of_groups,
    mean_of_votes,
    rating_status,
    tally_of,
)


def group(there: int, total: int, of: int) -> tuple[np.ndarray, np.ndarray]:
    """The tally of votes of a group of ``of``: ``there`` not missing, adding up to ``total``."""
    signs = [math.copysign(1.0, total)] * abs(total) + [0.0] * (there - abs(total))
    return tally_of([np.array([vote]) for vote in signs + [math.nan] * (of - there)])


def test_the_golden_case():
    """NYSE:IBM, as a port of the rating has it: oscillators -3/11, averages -14/15, -0.6030.

    Its bars are not published with it, so this holds the arithmetic from the votes on.
    """
    averages, oscillators = group(15, -14, 15), group(11, -3, 11)
    assert mean_of_votes(averages)[0] == -14 / 15
    assert mean_of_votes(oscillators)[0] == -3 / 11
    rating = mean_of_groups(averages, oscillators)
    assert round(float(rating[0]), 4) == -0.6030
    assert rating_status(rating)[0] == "strong sell"


def test_a_missing_vote_is_not_a_neutral_one():
    """One up vote of one is 1, not 1/15; a group without votes leaves the other alone."""
    assert mean_of_votes(group(1, 1, 15))[0] == 1.0
    assert mean_of_groups(group(1, 1, 15), group(0, 0, 11))[0] == 1.0
    assert mean_of_groups(group(0, 0, 15), group(4, -1, 11))[0] == -0.25
    nothing = mean_of_groups(group(0, 0, 15), group(0, 0, 11))
    assert math.isnan(nothing[0])
    assert rating_status(nothing)[0] == "unrated"


def label(value: Fraction) -> str:
    """The five labels in exact arithmetic, strict at the edges."""
    if value < Fraction(-1, 2):
        return "strong sell"
    if value < Fraction(-1, 10):
        return "sell"
    if value > Fraction(1, 2):
        return "strong buy"
    return "buy" if value > Fraction(1, 10) else "neutral"


def test_every_rating_that_can_be_is_exact():
    """All sums of all group sizes: the nearest float to the fraction, and its label."""
    totals: list[tuple[int, int, int, int]] = []
    for n, m in itertools.product(range(16), range(12)):
        for a, b in itertools.product(range(-n, n + 1), range(-m, m + 1)):
            totals.append((n, a, m, b))
    n, a, m, b = (np.array(column) for column in zip(*totals, strict=True))

    def cast(count, total, of):
        place = np.arange(of)[:, None]
        votes = np.where(place < np.abs(total), np.sign(total), 0.0)
        return tally_of(list(np.where(place < count, votes, np.nan)))

    rating = mean_of_groups(cast(n, a, 15), cast(m, b, 11))
    status = rating_status(rating)
    edges = 0
    for i, (n_, a_, m_, b_) in enumerate(totals):
        means = [Fraction(t, c) for c, t in ((n_, a_), (m_, b_)) if c]
        if not means:
            assert math.isnan(rating[i])
            continue
        exact = sum(means, Fraction(0)) / len(means)
        assert rating[i] == float(exact)
        assert status[i] == label(exact)
        edges += abs(exact) in (Fraction(1, 2), Fraction(1, 10))
    assert edges > 500


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-1.0, "strong sell"),
        (np.nextafter(-0.5, -1), "strong sell"),
        (-0.5, "sell"),
        (np.nextafter(-0.1, -1), "sell"),
        (-0.1, "neutral"),
        (0.0, "neutral"),
        (0.1, "neutral"),
        (np.nextafter(0.1, 1), "buy"),
        (0.5, "buy"),
        (np.nextafter(0.5, 1), "strong buy"),
        (1.0, "strong buy"),
        (math.nan, "unrated"),
    ],
)
def test_an_edge_belongs_to_the_weaker_label(value: float, expected: str):
    """0.5 is not a strong buy, 0.1 is not a buy; a hair more is."""
    assert rating_status(np.array([value])).tolist() == [expected]
