"""What a pattern says of the candidate that comes nearest: every rule, its number, its limit."""

import math

import numpy as np
import pytest

from support.patterns import NAMES, NUMBERS, ask, defaults
from support.shaped_bars import changed, golden, side_by_side, straight
from technic.setups.patterns import PATTERNS
from technic.setups.patterns.candidates import ABOVE_ZERO, Check, Corner, nearest


def judge(name, legs, **parameters):
    """The verdict on one symbol's bars along the legs."""
    bars = straight(legs)
    values = defaults(name) | golden(name)["parameters"] | parameters
    pattern = PATTERNS[name].together
    return pattern.judge([bars[field] for field in pattern.fields], *values.values())


@pytest.mark.parametrize("name", NAMES)
def test_where_the_pattern_is_there_every_rule_holds(name):
    """And its numbers are those that the search gives."""
    verdict = judge(name, golden(name)["legs"])
    assert verdict.held
    assert verdict.misses == ()
    found = ask(name, side_by_side([straight(golden(name)["legs"])]), **golden(name)["parameters"])
    assert verdict.numbers == tuple(found[each][0] for each in NUMBERS[name])


@pytest.mark.parametrize(
    ("name", "leg", "to", "said"),
    [
        ("cup_with_handle", "drift", 84.28, "handle 14 % deep, at most 12"),
        ("high_tight_flag", "flag_1", 15.4, "flag 30 % deep, at least 10 and at most 25"),
        ("flat_base", "today", 110.0, "close -10 % under the pivot, at least -5 and at most 5"),
        ("vcp", "fall_1", 60.0, "first contraction 40 % deep, at least 10 and at most 35"),
    ],
)
def test_a_miss_is_said_with_its_number_and_its_limit(name, leg, to, said):
    """As a reader would put it: by the rule that is broken."""
    verdict = judge(name, changed(golden(name)["legs"], {leg: {"to": to}}))
    assert not verdict.held
    assert verdict.numbers is None
    assert said in [str(check) for check in verdict.misses]


@pytest.mark.parametrize("name", NAMES)
def test_too_few_bars_are_no_candidate(name):
    """Ten bars cannot hold a base."""
    bars = {field: array[-10:] for field, array in straight(golden(name)["legs"]).items()}
    pattern = PATTERNS[name].together
    fields = [bars[field] for field in pattern.fields]
    verdict = pattern.judge(fields, *defaults(name).values())
    assert verdict is None or not verdict.held


@pytest.mark.parametrize("name", NAMES)
def test_a_verdict_and_the_search_agree(name):
    """On every day of a golden base's last two months."""
    bars = straight(golden(name)["legs"])
    pattern = PATTERNS[name].together
    values = defaults(name) | golden(name)["parameters"]
    length = len(bars["close"])
    rows = np.arange(length - 40, length)
    wide = {field: np.repeat(array[:, None], len(rows), axis=1) for field, array in bars.items()}
    found = ask(name, wide, rows, **values)[name]
    for row, one in zip(rows.tolist(), found.tolist(), strict=True):
        fields = [bars[field][: row + 1] for field in pattern.fields]
        verdict = pattern.judge(fields, *values.values())
        assert (verdict is not None and verdict.held) == (one == 1.0)


class Asked:
    """A candidate that is made of checks alone."""

    def __init__(self, start, *checks):
        self.start, self._checks = start, checks

    def checks(self):
        """The checks as they were given."""
        return iter(self._checks)

    def numbers(self):
        """One number."""
        return (1.0,)

    def corners(self):
        """Its first bar."""
        return (Corner(self.start, 1.0, ""),)


def test_the_nearest_candidate_breaks_the_fewest_rules():
    """Of equals the one that misses by less, of those the first."""
    good = Check("a", "{}", 1.0, most=1.0)
    far, near = Check("b", "{}", 4.0, most=2.0), Check("b", "{}", 3.0, most=2.0)
    verdict = nearest(
        [Asked(0, near, near), Asked(1, far, good), Asked(2, near), Asked(3, near)], 9
    )
    assert (verdict.start, verdict.misses) == (7, (near,))
    assert nearest([], 9) is None
    assert nearest([Asked(4, good)], 9).numbers == (1.0,)
    assert nearest([Asked(4, good)], 9).corners == (Corner(5, 1.0, ""),)
    assert nearest([Asked(4, far)], 9).corners == ()


@pytest.mark.parametrize(
    ("check", "held", "miss", "said"),
    [
        (Check("a", "{} %", 14.0, most=12.0), False, 2 / 12, "14 %, at most 12"),
        (Check("a", "{} %", 12.0, most=12.0), True, 0.0, "12 %, at most 12"),
        (Check("a", "{} %", 3.0, 5.0, 9.0), False, 2 / 5, "3 %, at least 5 and at most 9"),
        (Check("a", "{} %", math.nan, least=5.0), False, math.inf, "unknown %, at least 5"),
        (Check("a", "{} %", 0.0, least=ABOVE_ZERO), False, 5e-324, "0 %, more than 0"),
    ],
)
def test_a_check_says_what_it_measured(check, held, miss, said):
    """A limit that is met is kept; an unknown number keeps none."""
    assert (check.held, check.miss, str(check)) == (held, miss, said)
