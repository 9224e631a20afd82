"""Chart patterns asked for by text, as a scan file does."""

import numpy as np
import pytest

from setups.test_pattern_twins import near
from support.patterns import NAMES, NUMBERS, ask, last_rows
from support.shaped_bars import side_by_side
from technic.errors import ExpressionError, ParameterError
from technic.language.analysis.compile import check
from technic.language.analysis.requirements import requirements
from technic.language.base import BASE
from technic.language.evaluation.evaluate import evaluate_day
from technic.language.syntax.parse import parse
from technic.panel import FIELDS, BarPanel
from technic.setups.patterns import PATTERNS

VOCABULARY = BASE.extended(functions=PATTERNS)
every_pattern = pytest.mark.parametrize("name", NAMES)


def panel_of(bars):
    """The same bars as a panel, over consecutive weekdays."""
    n_bars, n_symbols = bars["close"].shape
    there = ~np.isnan(bars["close"])
    return BarPanel(
        symbols=tuple(f"S{j:02d}" for j in range(n_symbols)),
        sessions=np.busday_offset("2020-01-01", np.arange(n_bars), roll="forward"),
        session=np.where(there, np.arange(n_bars)[:, None], -1).astype(np.int32),
        length=np.count_nonzero(there, axis=0),
        left_out=np.zeros(n_symbols, dtype=np.int64),
        **{field: bars[field] for field in FIELDS},
    )


def node(text, wants="condition"):
    """A checked expression."""
    return check(parse(text), VOCABULARY, wants=wants).node


@every_pattern
def test_an_expression_gives_what_the_search_gives(name):
    """With a parameter by its name, alone and within a condition that rules most symbols out."""
    rng = np.random.default_rng(3)
    bars = side_by_side([near(name, rng) for _ in range(30)])
    panel, rows = panel_of(bars), last_rows(bars)
    wanted = ask(name, bars, below_pivot=8)
    condition = node(f"{name}(below_pivot=8)")
    numbers = {each: node(f"{each}(below_pivot=8)", "number") for each in NUMBERS[name]}
    found = evaluate_day([condition, *numbers.values()], panel, rows, VOCABULARY)
    np.testing.assert_array_equal(found[condition], wanted[name])
    for each, number in numbers.items():
        np.testing.assert_array_equal(found[number], wanted[each])
    pivot = next(each for each in numbers if each.endswith("pivot"))
    above = node(f"close > {pivot}(below_pivot=8) and {name}(below_pivot=8)")
    close = bars["close"][rows, np.arange(30)]
    np.testing.assert_array_equal(
        evaluate_day([above], panel, rows, VOCABULARY)[above] == 1.0,
        (wanted[name] == 1.0) & (close > wanted[pivot]),
    )


@every_pattern
def test_a_scan_asks_for_the_bars_a_pattern_needs(name):
    """No more and no fewer, and nothing fades."""
    asked = requirements([node(f"{name}()")], VOCABULARY)
    parameters = [parameter.default for parameter in PATTERNS[name].parameters]
    assert asked.lookback == asked.stable_after == PATTERNS[name].lookback(*parameters)


def test_a_pattern_is_refused_before_anything_is_scanned():
    """Where a limit is out of bounds, or two of them the wrong way round."""
    with pytest.raises(ExpressionError, match="max_ratio of vcp is 3, allowed"):
        node("vcp(max_ratio=3)")
    with pytest.raises(ParameterError, match="min_base is 400, allowed: at most max_base"):
        requirements([node("vcp(min_base=400)")], VOCABULARY)
    with pytest.raises(ExpressionError, match="a value of the scan's day"):
        node("count(vcp(), 5) > 2")


FIRST_RELEASE = {
    "vcp": "min_contractions max_contractions max_ratio min_depth max_depth max_last_depth "
    "max_below_top max_volume_ratio min_base max_base prior_gain prior_bars below_pivot "
    "above_pivot swing",
    "flat_base": "min_base max_base min_depth max_depth max_start_below_top prior_gain prior_bars "
    "below_pivot above_pivot",
    "high_tight_flag": "min_gain min_pole max_pole min_flag max_flag min_depth max_depth "
    "max_volume_ratio below_pivot above_pivot",
    "cup_with_handle": "min_depth max_depth min_cup max_base max_rim_below max_rim_above "
    "min_roundness min_handle max_handle max_handle_depth max_handle_rise max_volume_ratio "
    "prior_gain prior_bars below_pivot above_pivot swing",
}
"""The parameters of 0.1.0, in its order."""


@every_pattern
def test_parameters_stand_where_they_stood_and_new_ones_come_last(name: str):
    """So a number that a scan file has by position means what it meant, for each function."""
    first = FIRST_RELEASE[name].split()
    for function in (name, *NUMBERS[name]):
        names = [parameter.name for parameter in PATTERNS[function].parameters]
        assert names[: len(first)] == first, function
    pattern = PATTERNS[name].together
    rule = pattern.constants(*(parameter.default for parameter in pattern.parameters))
    assert list(rule._fields) == names
