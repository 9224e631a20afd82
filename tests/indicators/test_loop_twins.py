"""Indicators that TA-Lib has not equal a plain loop over the bars."""

import numpy as np
import pytest

from reference.bars import edge_bars, fields, load_panel, random_bars
from reference.calls import CALLS
from reference.twins import TWINS, Bars

ALONE = [call for call in CALLS if call.oracle is None]


@pytest.fixture(scope="module")
def real_bars(real_data):
    """Fourteen symbols of the real sample; a zero price has no log return."""
    bars = fields(load_panel(real_data / "us_daily_sample.parquet").take(slice(0, 400, 30)))
    return {name: np.where(bars["close"] > 0, array, np.nan) for name, array in bars.items()}


def assert_equal_to_twin(call, bars):
    """Compare every column, bar by bar."""
    mine = call(bars)
    for column in range(bars["close"].shape[1]):
        length = int(np.count_nonzero(~np.isnan(bars["close"][:, column])))
        one = Bars(**{name: array[:length, column].tolist() for name, array in bars.items()})
        twin = TWINS[call.function.__name__](one, *call.parameters)
        for array, wanted in zip(mine, twin, strict=True):
            np.testing.assert_allclose(array[:length, column], wanted, rtol=1e-9, atol=1e-9)
            assert np.isnan(array[length:, column]).all()


def test_every_indicator_without_oracle_has_a_twin():
    """None is compared with nothing."""
    assert {call.function.__name__ for call in ALONE} == set(TWINS)


@pytest.mark.parametrize("call", ALONE, ids=lambda call: call.name)
@pytest.mark.parametrize("n_bars", [1, 5, 130])
def test_random_walks_give_what_the_loop_gives(call, n_bars):
    """Short histories and columns that end early included."""
    assert_equal_to_twin(call, random_bars(n_bars, 5, seed=n_bars))


@pytest.mark.parametrize("call", ALONE, ids=lambda call: call.name)
@pytest.mark.parametrize("kind", ["flat", "flat_after_moves", "falling", "no_volume"])
def test_edge_bars_give_what_the_loop_gives(call, kind):
    """Bars that do not move or do not trade."""
    assert_equal_to_twin(call, edge_bars(kind))


@pytest.mark.parametrize("call", ALONE, ids=lambda call: call.name)
def test_real_bars_give_what_the_loop_gives(call, real_bars):
    """Every bar of the symbols picked."""
    assert_equal_to_twin(call, real_bars)
