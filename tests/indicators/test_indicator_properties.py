"""What holds for every indicator, whatever it computes."""

import numpy as np
import pytest

from reference.bars import cut, edge_bars, packed, random_bars
from reference.calls import CALLS, IDS
from technic.panel import FIELDS

N_BARS, N_SYMBOLS = 330, 259
TICK = 100
every_call = pytest.mark.parametrize("call", CALLS, ids=IDS)
window_calls = [call for call in CALLS if not call.remembers]
every_window = pytest.mark.parametrize("call", window_calls, ids=[c.name for c in window_calls])


@pytest.fixture(scope="module")
def bars():
    """Many columns, rounded to cents, a short one and flat stretches among them."""
    return random_bars(N_BARS, N_SYMBOLS, seed=11)


def assert_same(found, wanted):
    """Bit for bit, NaN where NaN."""
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


@every_call
def test_later_bars_change_nothing(call, bars):
    """A value on a day is the same, bit for bit, when later days arrive."""
    few = cut(bars, slice(None), slice(8))
    full = call(few)
    for day in (0, 1, 13, 27, 60, 128, 299):
        prefix = call(cut(few, slice(day + 1)))
        assert_same([array[: day + 1] for array in full], prefix)


@every_call
@pytest.mark.parametrize("width", [1, 2, 7, 256])
def test_neighbours_change_nothing(call, width, bars):
    """A column alone or in a block of any width is the same, bit for bit, as in the market."""
    full = call(bars)
    starts = range(0, N_SYMBOLS, width) if width > 2 else (0, 1, 4, 130, N_SYMBOLS - width)
    for start in starts:
        columns = slice(start, start + width)
        assert_same([array[:, columns] for array in full], call(cut(bars, slice(None), columns)))
        own = {name: array[:, columns].copy() for name, array in bars.items()}
        assert_same([array[:, columns] for array in full], call(own))


@every_window
@pytest.mark.parametrize("factor", [1e6, 1e-6, 100.0])
def test_a_bad_tick_leaves_with_its_window(call, factor, bars):
    """Windows without the tick are what they are without it, and what a fresh history gives."""
    clean = cut(bars, slice(None), slice(6))
    ticked = {name: array.copy() for name, array in clean.items()}
    for name in FIELDS:
        ticked[name][TICK] *= factor
    after = slice(TICK + call.bars, None)
    fresh = call(cut(clean, slice(TICK + 1, None)))
    found = call(ticked)
    assert_same([array[after] for array in found], [array[after] for array in call(clean)])
    assert_same([array[after] for array in found], [array[call.bars - 1 :] for array in fresh])
    assert_same([array[:TICK] for array in found], [array[:TICK] for array in call(clean)])


@every_call
def test_arguments_are_not_written_to(call, bars):
    """Read-only arrays are good enough, and hold the same values afterwards."""
    given = {name: array[:, :5].copy() for name, array in bars.items()}
    for array in given.values():
        array.flags.writeable = False
    call(given)
    assert_same(given.values(), cut(bars, slice(None), slice(5)).values())


@every_call
def test_results_are_new_arrays(call, bars):
    """Writing into a result never reaches an argument."""
    given = {name: array[:, :5].copy() for name, array in bars.items()}
    for array in call(given):
        assert not any(np.shares_memory(array, one) for one in given.values())


@every_call
def test_values_begin_after_the_bars_they_need_and_end_with_the_column(call, bars):
    """Warm-up rows are NaN, the next row is not, and there is nothing after the last bar."""
    short = packed(bars, {3: call.bars, 5: call.bars + 10, 6: call.bars - 1})
    results = call(cut(short, slice(None), slice(8)))
    for array in results:
        assert np.isfinite(array[call.bars - 1, [2, 3, 5]]).all()
        assert np.isnan(array[call.bars :, 3]).all()
        assert np.isnan(array[call.bars + 10 :, 5]).all()
    assert np.isnan(results[-1][: call.bars - 1]).all()
    assert np.isnan(results[-1][:, 6]).all()


@every_call
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (5, 0), (1, 1), (1, 3)], ids=str)
def test_panels_without_bars_or_symbols_work(call, shape):
    """An empty panel gives empty results of its shape, one bar gives one row."""
    given = {name: np.full(shape, 5.0) for name in FIELDS}
    for array in call(given):
        assert array.shape == shape
        assert array.dtype == np.float64


@every_call
def test_a_power_of_two_changes_no_digit(call):
    """Prices in another unit give the same numbers: no threshold depends on the size of a price."""
    bars = edge_bars("flat_after_moves")
    scaled = bars | {name: bars[name] * 2.0**-30 for name in FIELDS[:4]}
    for a, b in zip(call(bars), call(scaled), strict=True):
        ratios = {1.0, 2.0**30}
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.unique((a / b)[np.isfinite(a) & (a != 0.0)])
        assert set(ratio) <= ratios
        np.testing.assert_array_equal(a == 0.0, b == 0.0)
