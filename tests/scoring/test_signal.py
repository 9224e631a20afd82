"""Signals and the reasons given for them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.errors import ParameterError
from technic.scoring import SIGNALS, SignalThresholds, signal_reasons, signals

LIMITS = SignalThresholds(
    strong_long=75,
    strong_long_trend=65,
    long=65,
    long_trend=55,
    watch=55,
    avoid=40,
    short=25,
    short_trend=30,
    min_coverage=0.5,
)


def signal_of(rating, trend=100.0, coverage=1.0, **options):
    """Signal of one symbol."""
    arrays = (np.array([x], float) for x in (rating, trend, coverage))
    return str(signals(*arrays, LIMITS, **options)[0])


@pytest.mark.parametrize(
    ("rating", "trend", "coverage", "expected"),
    [
        (75, 65, 0.5, "strong_long"),
        (74.99, 65, 1, "long"),
        (90, 64.9, 1, "long"),
        (65, 55, 1, "long"),
        (90, 54.9, 1, "watch"),
        (90, 90, 0.49, "watch"),
        (64.99, 90, 1, "watch"),
        (54.99, 90, 1, "neutral"),
        (40, 0, 0, "neutral"),
        (39.99, 90, 1, "avoid"),
        (10, 10, 1, "avoid"),
        (90, math.nan, 1, "watch"),
        (math.nan, math.nan, 0, "unrated"),
    ],
)
def test_each_threshold_decides_at_its_value(rating, trend, coverage, expected):
    """The signal on both sides of every limit."""
    assert signal_of(rating, trend, coverage) == expected


def test_short_is_a_signal_only_where_shorts_are_allowed():
    """Low rating and low trend are a short, or simply to be avoided."""
    assert signal_of(25, 30) == "avoid"
    assert signal_of(25, 30, allow_shorts=True) == "short"
    assert signal_of(25, 30.1, allow_shorts=True) == "avoid"
    assert signal_of(25, 30, 0.4, allow_shorts=True) == "avoid"


number = st.one_of(st.just(math.nan), st.floats(0, 100))


@settings(deadline=None)
@given(number, number, st.floats(0, 1), st.booleans())
def test_the_last_reason_is_the_signal(rating, trend, coverage, allow):
    """Reasons and signals come from one rule table: the rule that held names the signal."""
    found = signal_of(rating, trend, coverage, allow_shorts=allow)
    reasons = signal_reasons(rating, trend, coverage, LIMITS, allow_shorts=allow)
    assert found in SIGNALS
    assert all(line.startswith("not ") for line in reasons[:-1])
    assert reasons[-1].startswith("not avoid" if found == "unrated" else f"{found}:")


def test_a_reason_names_what_failed():
    """The condition that failed, its limit and the value."""
    assert signal_reasons(70, 60, 1.0, LIMITS) == (
        "not strong_long: needs rating >= 75 (is 70), trend >= 65 (is 60)",
        "long: rating >= 65 (is 70), trend >= 55 (is 60), coverage >= 0.5 (is 1)",
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"long": 81}, "thresholds.long"),
        ({"short": 41}, "thresholds.short"),
        ({"watch": -1}, "thresholds.watch"),
        ({"min_coverage": 1.5}, "thresholds.min_coverage"),
        ({"strong_long": math.nan}, "thresholds.strong_long"),
    ],
)
def test_thresholds_out_of_range_or_order_are_refused(change, named):
    """A threshold above the next better one would make a signal that cannot be reached."""
    with pytest.raises(ParameterError, match=named):
        SignalThresholds(**change)
