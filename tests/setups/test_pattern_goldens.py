"""Hand-made bases: what each pattern finds in them, and the nearest miss of every condition."""

import numpy as np
import pytest

from support.patterns import NAMES, ask, defaults
from support.shaped_bars import changed, golden, side_by_side, straight

CASES = [
    pytest.param(name, variation, id=f"{name}-{variation['condition'].split(':')[0]}")
    for name in NAMES
    for variation in golden(name)["variations"]
]


def limits(name):
    """The limits that a golden file is judged by, where they are not the defaults."""
    return golden(name)["parameters"]


def told(name, variation, which):
    """The pattern's answer for one side of a variation."""
    side = variation[which]
    legs = changed(golden(name)["legs"], variation.get("also", {}), side.get("legs", {}))
    parameters = {**limits(name), **variation.get("parameters", {}), **side.get("parameters", {})}
    return ask(name, side_by_side([straight(legs)]), **parameters)[name][0]


@pytest.mark.parametrize("name", NAMES)
def test_the_golden_base_is_found_and_measured(name):
    """Every number is the one worked out by hand."""
    case = golden(name)
    found = ask(name, side_by_side([straight(case["legs"])]), **limits(name))
    assert found.pop(name)[0] == 1.0
    numbers = {each: array[0] for each, array in found.items()}
    assert numbers == pytest.approx(case["expected"], rel=1e-12)


@pytest.mark.parametrize(("name", "variation"), CASES)
def test_each_condition_decides(name, variation):
    """The last value that keeps a condition has the pattern, the next one has it no more."""
    assert told(name, variation, "kept") == 1.0
    assert told(name, variation, "missed") == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_has_its_nearest_miss(name):
    """A threshold that nothing decides on would be a threshold that is not there."""
    decided = {v["condition"].split(":")[0] for v in golden(name)["variations"]}
    assert set(defaults(name)) <= decided


@pytest.mark.parametrize("name", ["vcp", "cup_with_handle", "flat_base"])
def test_an_advance_that_is_not_all_there_is_unknown(name):
    """With one bar less before the base than the advance takes, nothing can be said."""
    first = {"flat_base": "start"}.get(name, "climb")
    changes = {"start": {"to": 97.0}} if name == "flat_base" else {}  # no later bar could begin it
    legs = changed(golden(name)["legs"], changes)
    at = [leg["name"] for leg in legs].index(first)
    base = 1 + sum(leg["bars"] for leg in legs[at + 1 :])
    bars = straight(legs)
    for before, wanted in ((120, 1.0), (119, np.nan)):
        cut = {field: array[-before - base :] for field, array in bars.items()}
        np.testing.assert_equal(ask(name, side_by_side([cut]), **limits(name))[name][0], wanted)


def test_of_two_equal_peaks_the_earlier_is_the_pivot():
    """The shallow dip between them belongs to the last contraction, and so does its volume."""
    legs = golden("vcp")["legs"]
    legs[-2:-2] = [
        {"name": "dip", "bars": 4, "to": 96.0, "volume": 1_000_000},
        {"name": "again", "bars": 4, "to": 97.0, "volume": 1_000_000},
    ]
    found = ask("vcp", side_by_side([straight(legs)]), **limits("vcp"))
    assert found["vcp_pivot"][0] == 97.0
    assert found["vcp_volume_ratio"][0] == pytest.approx((8 * 1.0 + 10 * 0.7) / 18)


def test_a_pivot_may_be_long_ago():
    """A last contraction of eighty bars without a swing high in it is one all the same."""
    legs = changed(golden("vcp")["legs"], {"fall_3": {"bars": 40}, "rise_3": {"bars": 40}})
    found = ask("vcp", side_by_side([straight(legs)]), **limits("vcp"))
    assert found["vcp"][0] == 1.0
    assert found["vcp_pivot"][0] == 97.0


def test_the_low_of_the_right_rim_belongs_to_the_cup():
    """A shake-out on the day of the right rim makes the cup deeper, not the handle."""
    legs = golden("cup_with_handle")["legs"]
    bars = side_by_side([straight(legs)])
    rim = sum(leg["bars"] for leg in legs[: [leg["name"] for leg in legs].index("rim") + 1]) - 1
    bars["low"][rim] = 75.0
    found = ask("cup_with_handle", bars, **limits("cup_with_handle") | {"min_roundness": 0})
    assert found["cup_depth"][0] == 25.0
    assert found["handle_depth"][0] == pytest.approx(4.0)
