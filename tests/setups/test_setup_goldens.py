"""Each built-in setup: a hand-made case that meets it, and the nearest miss of each condition."""

import numpy as np
import pytest

from support.made_up_facts import reading_of
from support.setup_cases import (
    FOLDER,
    case_of,
    conditions_of,
    made,
    values_of,
    with_changes,
)
from technic.scan.expressions.vocabulary import vocabulary
from technic.setups import Library, check_setup
from technic.trade_plan import PlanRules

NAMES = Library().names()
MISSES = [
    pytest.param(name, miss, id=f"{name}-{miss['condition']}-{at}")
    for name in NAMES
    for at, miss in enumerate(case_of(name)["misses"])
]


def told(case):
    """What each condition of the case's setup says of it."""
    setup = Library().get(case["setup"]).with_parameters(case["parameters"])
    return values_of(conditions_of(setup), made(case))


def test_every_setup_has_a_case_and_every_condition_a_miss():
    """What nothing misses by a little would not be tested."""
    assert {file.stem for file in FOLDER.glob("*.json")} == set(NAMES)
    for name in NAMES:
        missed = {miss["condition"] for miss in case_of(name)["misses"]}
        assert missed == {one.name for one in Library().get(name).conditions}


@pytest.mark.parametrize("name", NAMES)
def test_the_golden_case_meets_every_condition(name):
    """All are true, and the columns that can be worked out on paper are what they should be."""
    case = with_changes(case_of(name))
    assert set(told(case).values()) == {1.0}
    setup = Library().get(name).with_parameters(case["parameters"])
    nodes = check_setup(setup, vocabulary(), PlanRules())
    columns = {column: nodes[f"columns.{column}"] for column in case.get("expected", {})}
    found = values_of(columns, made(case))
    assert found == pytest.approx(case.get("expected", {}), rel=1e-9)


@pytest.mark.parametrize(("name", "miss"), MISSES)
def test_each_condition_has_its_nearest_miss(name, miss):
    """One cent, share or bar further, exactly one condition fails; others only as they must."""
    case, also = case_of(name), miss.get("also", {})
    follow = dict.fromkeys(miss.get("also_missed", []), 0.0)
    wanted = dict.fromkeys((one.name for one in Library().get(name).conditions), 1.0) | follow
    assert told(with_changes(case, also, miss["kept"])) == wanted
    wanted[miss["condition"]] = 0.0
    assert told(with_changes(case, also, miss["missed"])) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_later_bars_change_nothing(name):
    """The case as of its last day is the same with a month of other prices behind it."""
    case = with_changes(case_of(name))
    last = len(made(case).panel.close) - 1
    month = [{"name": f"later_{i}", "bars": 7, "to": 1.0 + 90.0 * (i % 2)} for i in range(3)]
    longer = {**case, "legs": [*case["legs"], *month]}
    longer["last"] = {str(int(at) - 21): bar for at, bar in case["last"].items()}
    longer["facts"] = {
        text: [(ago + 21, value + 21 * (reading_of(text) == "since")) for ago, value in known]
        for text, known in case["facts"].items()
    }
    for other in ("others", "benchmark"):
        if other in case:
            longer[other] = [*case[other], *month]
    nodes = check_setup(Library().get(name), vocabulary())
    now, later = values_of(nodes, made(case)), values_of(nodes, made(longer), row=last)
    np.testing.assert_equal(later, now)
