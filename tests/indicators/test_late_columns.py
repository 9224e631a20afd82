"""Columns that begin late, as young listings do beside old ones: computed from their first bar."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
import talib

from reference.bars import cut, random_bars
from reference.calls import CALLS, IDS, ORACLE_CALLS, ORACLE_IDS, outputs
from reference.talib_parity import differences
from technic import indicators as ours
from technic.errors import ParameterError
from technic.panel import FIELDS

N_BARS, BEGINS = 330, (0, 1, 40, 329, 330, 0)
"""First rows of six columns: old ones, young ones, one with a single bar, one without any."""
every_call = pytest.mark.parametrize("call", CALLS, ids=IDS)


@pytest.fixture(scope="module")
def packed():
    """Bars of six columns, all from the first row on; column 1 ends early."""
    return random_bars(N_BARS, len(BEGINS), seed=23)


@pytest.fixture(scope="module")
def late(packed):
    """The same bars, NaN above the rows in which the columns begin."""
    bars = {name: array.copy() for name, array in packed.items()}
    for array in bars.values():
        for column, begin in enumerate(BEGINS):
            array[:begin, column] = np.nan
    return bars


@pytest.mark.parametrize("call", ORACLE_CALLS, ids=ORACLE_IDS)
def test_a_late_column_is_what_talib_makes_of_its_series(call, late):
    """Its wrapper is given the series with NaN at the head: the same cells, the same values."""
    assert list(differences(call, late)) == []


@every_call
def test_a_late_column_is_the_column_of_its_own_bars(call, packed, late):
    """Bit for bit what the bars below the first one give alone; nothing above them."""
    found = call(late)
    for column, begin in enumerate(BEGINS):
        own = call(cut(packed, slice(begin, None), slice(column, column + 1)))
        for mine, alone in zip(found, own, strict=True):
            assert np.isnan(mine[:begin, column]).all()
            np.testing.assert_array_equal(mine[begin:, column], alone[:, 0])


@pytest.mark.parametrize(
    "name", sorted(set(ours.__all__) - {one.function.__name__ for one in CALLS})
)
def test_so_is_that_of_every_other_function(name, packed, late):
    """Those that the list of calls does not have: with what they take where nothing is said."""
    function = getattr(ours, name)
    taken = inspect.signature(function).parameters.values()
    fields = [one.name.rstrip("_") for one in taken if one.default is one.empty]
    other = {"values": "high", "base": "open", "part": "volume", "whole": "close"}
    fields = [other.get(field, field) for field in fields]
    found = outputs(function(*(late[field] for field in fields)))
    for column, begin in enumerate(BEGINS):
        bars = cut(packed, slice(begin, None), slice(column, column + 1))
        own = outputs(function(*(bars[field] for field in fields)))
        for mine, alone in zip(found, own, strict=True):
            assert np.isnan(mine[:begin, column]).all()
            np.testing.assert_array_equal(mine[begin:, column], alone[:, 0])


def test_a_column_begins_where_all_its_inputs_do(packed):
    """Volume that is known only later: on-balance volume counts from there, as TA-Lib's does."""
    close, volume = packed["close"].copy(), packed["volume"].copy()
    volume[:25, 3] = np.nan
    mine = ours.obv(close, volume=volume)[:, 3]
    np.testing.assert_array_equal(mine, talib.OBV(close[:, 3].copy(), volume[:, 3].copy()))


def test_a_frame_of_prices_is_as_good_as_an_array(late):
    """One column a symbol, as pandas has it; the answer is an array."""
    frame = pd.DataFrame(late["close"], columns=list("abcdef"))
    np.testing.assert_array_equal(ours.rsi(frame, 10), ours.rsi(late["close"], 10))
    np.testing.assert_array_equal(
        ours.sma(frame[["a", "f"]], timeperiod=5), ours.sma(late["close"][:, [0, 5]], 5)
    )


@every_call
def test_a_hole_makes_its_windows_unknown_and_a_recursion_from_there_on(call, packed):
    """NaN between two bars is not left out: a window that holds it has no value."""
    at = 200
    full = cut(packed, slice(None), slice(3, 6))
    holed = {name: array.copy() for name, array in full.items()}
    for name in FIELDS:
        holed[name][at] = np.nan
    for mine, whole in zip(call(holed), call(full), strict=True):
        np.testing.assert_array_equal(mine[:at], whole[:at])
        assert np.isnan(mine[at]).all()
        if call.remembers:
            assert np.isnan(mine[at:]).all()
        else:
            np.testing.assert_array_equal(mine[at + call.bars :], whole[at + call.bars :])


@pytest.mark.parametrize("shape", [(9,), (3, 2, 2)], ids=str)
def test_shapes_are_refused_as_ever(shape):
    """Whatever the first row holds, what is no table of bars is named."""
    with pytest.raises(ParameterError, match="close"):
        ours.rsi(np.full(shape, np.nan), 3)
