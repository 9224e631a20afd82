"""What callers may not pass, and what they are told."""

import inspect

import numpy as np
import pytest
import talib
from talib import abstract

from technic import indicators as ours
from technic.errors import ParameterError

BARS = np.full((30, 2), 5.0)
PERIODS = [
    (name, parameter)
    for name in ours.__all__
    for parameter in inspect.signature(getattr(ours, name)).parameters
    if "period" in parameter
]


def call(name, **changed):
    """Call an indicator with good bars and some other parameters."""
    function = getattr(ours, name)
    needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    return function(*[BARS] * len(needed), **changed)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "14", None, 100_001], ids=repr)
@pytest.mark.parametrize(("name", "parameter"), PERIODS)
def test_a_period_is_a_whole_number_of_bars(name, parameter, wrong):
    """The message names the parameter, the value and what is allowed."""
    with pytest.raises(ParameterError) as caught:
        call(name, **{parameter: wrong})
    assert caught.value.parameter == parameter
    assert repr(wrong) in str(caught.value)
    assert "whole number of bars" in str(caught.value)


@pytest.mark.parametrize("name", ours.__all__)
def test_a_numpy_integer_is_a_period(name):
    """What a vectorised caller has at hand is good enough."""
    function = getattr(ours, name)
    given = {
        p.name: np.int64(p.default)
        for p in inspect.signature(function).parameters.values()
        if "period" in p.name
    }
    plain = call(name)
    for a, b in zip(np.atleast_3d(plain), np.atleast_3d(call(name, **given)), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "name",
    ["rsi", "cci", "adx", "dx", "plus_di", "minus_di", "willr", "mfi", "stddev", "bbands", "kc",
     "linearreg", "linearreg_slope", "realised_volatility"],
)  # fmt: skip
def test_a_period_of_one_is_refused_where_it_means_nothing(name):
    """TA-Lib's lower limits, and 2 for the directional indicators."""
    with pytest.raises(ParameterError, match="from 2"):
        call(name, timeperiod=1)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [("bbands", "nbdevup"), ("bbands", "nbdevdn"), ("stddev", "nbdev"), ("kc", "nbdev")],
)
@pytest.mark.parametrize("wrong", [np.nan, np.inf, "2", True], ids=repr)
def test_a_factor_is_a_finite_number(name, parameter, wrong):
    """NaN would silently empty the column."""
    with pytest.raises(ParameterError, match=parameter):
        call(name, **{parameter: wrong})


@pytest.mark.parametrize("wrong", [3, -1, True, "SMA"], ids=repr)
def test_a_moving_average_is_one_of_three(wrong):
    """The message lists them."""
    with pytest.raises(ParameterError, match=r"0 \(SMA\), 1 \(EMA\) or 2 \(WMA\)"):
        call("bbands", matype=wrong)


@pytest.mark.parametrize("name", ours.__all__)
def test_arrays_have_two_axes(name):
    """One symbol is a block of width one, not a flat array."""
    function = getattr(ours, name)
    needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    with pytest.raises(ParameterError, match=r"n_bars, n_symbols"):
        function(*[np.ones(30)] * len(needed))


@pytest.mark.parametrize("name", ours.__all__)
def test_arrays_have_one_shape(name):
    """Both shapes stand in the message."""
    function = getattr(ours, name)
    needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    if len(needed) > 1:
        with pytest.raises(ParameterError, match=r"\(30, 3\)"):
            function(*[BARS] * (len(needed) - 1), np.ones((30, 3)))


def test_the_public_list_is_what_there_is():
    """Every name in __all__ is a function with a docstring."""
    for name in ours.__all__:
        assert inspect.getdoc(getattr(ours, name))


@pytest.mark.parametrize("name", [name for name in ours.__all__ if hasattr(talib, name.upper())])
def test_what_is_left_out_is_what_talib_takes(name):
    """Parameters of one name have one default."""
    theirs = abstract.Function(name.upper()).parameters
    mine = {p.name: p.default for p in inspect.signature(getattr(ours, name)).parameters.values()}
    shared = mine.keys() & theirs.keys()
    assert {key: mine[key] for key in shared} == {key: theirs[key] for key in shared}
