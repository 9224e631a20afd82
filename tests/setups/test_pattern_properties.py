"""What holds for every chart pattern, whatever it looks for."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.bars import cut, packed
from reference.chart_patterns import NEEDS
from setups.test_pattern_twins import LOOSE, near
from support.patterns import NAMES, NUMBERS, ask, defaults, last_rows
from support.shaped_bars import golden, side_by_side
from technic.errors import ParameterError
from technic.setups.patterns import PATTERNS

every_pattern = pytest.mark.parametrize("name", NAMES)
WIDTH = 60


@pytest.fixture(scope="module")
def markets():
    """For each pattern columns of different lengths, about half of which have it at the end."""
    rng = np.random.default_rng(19)
    return {name: side_by_side([near(name, rng) for _ in range(WIDTH)]) for name in NAMES}


def assert_same(found, wanted):
    """Bit for bit, NaN where NaN."""
    assert found.keys() == wanted.keys()
    for each, array in found.items():
        np.testing.assert_array_equal(array, wanted[each], strict=True, err_msg=each)


@every_pattern
def test_later_bars_change_nothing(name, markets):
    """Asked for an earlier day, a pattern answers as it did on that day."""
    bars = markets[name]
    seen = 0
    for days_ago in (1, 2, 3, 5, 8, 13, 40):
        rows = last_rows(bars) - days_ago
        then = packed(bars, dict(enumerate((rows + 1).tolist())))
        found = ask(name, bars, rows, below_pivot=12)
        wanted = ask(name, cut(then, slice(int(rows.max()) + 1)), below_pivot=12)
        assert_same(found, wanted)
        seen += np.count_nonzero(found[name] == 1.0)
    assert seen


@every_pattern
def test_all_days_at_once_are_each_day(name, markets, monkeypatch):
    """Whatever the places are that are asked together, and however few are looked at together."""
    bars, last = markets[name], last_rows(markets[name])
    values = defaults(name) | {"below_pivot": 12}
    fields = [bars[field] for field in PATTERNS[name].fields]
    days = [np.maximum(last - days_ago, -1) for days_ago in (0, 1, 5, 12, 120, 300, 900)]
    asked = np.random.default_rng(5).random((len(days), WIDTH)) < 0.8
    day, column = np.nonzero(asked)
    rows = np.array(days)[day, column]
    whole = PATTERNS[name].at_places(*fields, rows, column, *values.values())
    assert np.count_nonzero(whole[name] == 1.0) > 20
    for at, upto in enumerate(days):
        then = packed(bars, dict(enumerate((upto + 1).tolist())))
        found = ask(name, cut(then, slice(int(upto.max()) + 1)), upto, **values)
        own = {each: array[column[day == at]] for each, array in found.items()}
        assert_same({each: array[day == at] for each, array in whole.items()}, own)
    monkeypatch.setattr("technic.setups.patterns.pattern.PLACES", 7)
    few = PATTERNS[name].at_places(*fields, rows[:40], column[:40], *values.values())
    assert_same(few, {each: array[:40] for each, array in whole.items()})


@every_pattern
@pytest.mark.parametrize("width", [1, 2, 7])
def test_neighbours_change_nothing(name, width, markets):
    """A symbol alone or in a block of any width is what it is in the market."""
    bars = markets[name]
    whole = ask(name, bars)
    for start in range(0, WIDTH, width):
        part = ask(name, cut(bars, slice(None), slice(start, start + width)))
        assert_same(part, {each: array[start : start + width] for each, array in whole.items()})


@every_pattern
def test_order_changes_nothing(name, markets):
    """Nor does the order of the symbols."""
    bars = markets[name]
    order = np.random.default_rng(1).permutation(WIDTH)
    shuffled = {field: array[:, order] for field, array in bars.items()}
    whole = ask(name, bars)
    assert_same(ask(name, shuffled), {each: array[order] for each, array in whole.items()})


@every_pattern
@settings(max_examples=settings.default.max_examples)
@given(data=st.data())
def test_more_history_never_takes_a_pattern_away(name, data, markets):
    """A short history says true or unknown: true stays true, and false comes only from enough."""
    bars = markets[name]
    needed = NEEDS[name](defaults(name))
    column = data.draw(st.integers(0, WIDTH - 1))
    length = int(last_rows(bars)[column]) + 1
    kept = data.draw(st.integers(1, length))
    short = {field: array[length - kept : length, [column]] for field, array in bars.items()}
    full = {field: array[:length, [column]] for field, array in bars.items()}
    answer, wanted = ask(name, short)[name][0], ask(name, full)[name][0]
    if kept >= needed:
        assert_same(ask(name, short), ask(name, full))
    elif answer == 1.0:
        assert wanted == 1.0
    else:
        assert np.isnan(answer)


@every_pattern
def test_numbers_are_missing_where_there_is_no_pattern(name, markets):
    """And only there."""
    found = ask(name, markets[name], **golden(name)["parameters"])
    there = found.pop(name) == 1.0
    assert 0 < np.count_nonzero(there) < WIDTH
    for array in found.values():
        np.testing.assert_array_equal(np.isfinite(array), there)


@every_pattern
def test_prices_in_another_unit_give_the_same_answer(name, markets):
    """Nothing depends on the size of a price."""
    bars = markets[name]
    prices = ("open", "high", "low", "close")
    scaled = {n: array * (2.0**-7 if n in prices else 1.0) for n, array in bars.items()}
    np.testing.assert_array_equal(ask(name, scaled)[name], ask(name, bars)[name])


@every_pattern
def test_symbols_without_a_bar_are_unknown(name, markets):
    """A row of -1 means no bar yet; nothing is found in an empty panel."""
    bars = markets[name]
    found, whole = (
        ask(name, bars, np.where(np.arange(WIDTH) % 2, last_rows(bars), -1)),
        ask(name, bars),
    )
    for each, array in found.items():
        assert np.isnan(array[::2]).all()
        np.testing.assert_array_equal(array[1::2], whole[each][1::2])
    for shape in ((0, 0), (0, 3), (5, 0)):
        empty = {field: np.full(shape, 5.0) for field in bars}
        for array in ask(name, empty, np.full(shape[1], -1)).values():
            assert array.shape == (shape[1],)
            assert np.isnan(array).all()


@every_pattern
def test_arguments_are_not_written_to(name, markets):
    """Read-only arrays are good enough."""
    given = {field: array.copy() for field, array in markets[name].items()}
    rows = last_rows(given)
    for array in (*given.values(), rows):
        array.flags.writeable = False
    assert_same(ask(name, given, rows), ask(name, markets[name]))


@every_pattern
def test_prices_that_are_not_above_zero_do_no_harm(name, markets):
    """They are bad data, found elsewhere; here they only must not break a search."""
    bars = {field: array.copy() for field, array in markets[name].items()}
    for field in ("open", "high", "low", "close"):
        bars[field][40:44] = [[0.0], [-1.0], [0.0], [-2.0]]
    ask(name, bars)
    ask(name, {field: np.where(np.isnan(array), array, 0.0) for field, array in bars.items()})
    ask(name, {field: np.where(np.isnan(a), a, -1.0) for field, a in bars.items()}, **LOOSE[name])


PAIRS = [
    ("vcp", "min_contractions", "max_contractions"),
    ("vcp", "min_depth", "max_depth"),
    ("vcp", "min_base", "max_base"),
    ("cup_with_handle", "min_depth", "max_depth"),
    ("cup_with_handle", "min_handle", "max_handle"),
    ("cup_with_handle", "min_cup", "max_base"),
    ("flat_base", "min_base", "max_base"),
    ("flat_base", "min_depth", "max_depth"),
    ("high_tight_flag", "min_pole", "max_pole"),
    ("high_tight_flag", "min_flag", "max_flag"),
    ("high_tight_flag", "min_depth", "max_depth"),
]


@pytest.mark.parametrize(("name", "least", "most"), PAIRS)
def test_limits_the_wrong_way_round_are_refused(name, least, most, markets):
    """By the search and already by the question how many bars it needs, naming both."""
    values = defaults(name)
    wrong = values | {least: values[most] + 1}
    message = f"{least} is {wrong[least]}, allowed: at most {most}, which is {values[most]}"
    for function in (name, *NUMBERS[name]):
        with pytest.raises(ParameterError, match=message):
            PATTERNS[function].lookback(*wrong.values())
    with pytest.raises(ParameterError, match=message):
        ask(name, markets[name], **wrong)
    ask(name, markets[name], **(values | {least: values[most]}))


@every_pattern
def test_a_pattern_says_how_many_bars_it_needs(name):
    """With the defaults and with others; all its functions need the same."""
    wide = {k: v for k, v in {"prior_bars": 3, "swing": 7}.items() if k in defaults(name)}
    for values in (defaults(name), defaults(name) | LOOSE[name], defaults(name) | wide):
        needed = {PATTERNS[each].lookback(*values.values()) for each in (name, *NUMBERS[name])}
        assert needed == {NEEDS[name](values)}


@every_pattern
def test_functions_of_a_pattern_belong_together(name):
    """One condition, its numbers, the same parameters in the same order; all can be pickled."""
    condition = PATTERNS[name]
    assert (condition.returns, condition.memory, condition.costly) == ("condition", "day", True)
    for each in NUMBERS[name]:
        number = PATTERNS[each]
        assert (number.returns, number.memory, number.costly) == ("number", "day", True)
        assert (number.parameters, number.fields) == (condition.parameters, condition.fields)
    assert pickle.loads(pickle.dumps(condition)) == condition
    assert condition.together.rule._fields == tuple(defaults(name))


def test_every_function_belongs_to_one_pattern():
    """And is listed under its own name."""
    assert sorted(PATTERNS) == sorted([*NAMES, *(each for own in NUMBERS.values() for each in own)])
    assert all(name == function.name for name, function in PATTERNS.items())
