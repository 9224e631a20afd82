"""Sub-scores: what each component measures, and how missing ones share their weight."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import scoring_loops as loops
from technic.errors import ParameterError
from technic.scoring import LOCAL_SUBSCORES, REQUIRED_COLUMNS, SUBSCORES, subscores

# component: columns by hand, the value and the points that follow from them by arithmetic
CASES = [
    ("close_vs_ema_20", {"close": 104.0, "ema_20": 100.0}, 4.0, 75.0),
    ("close_vs_sma_50", {"close": 94.0, "sma_50": 100.0}, -6.0, 25.0),
    ("close_vs_sma_200", {"close": 150.0, "sma_200": 100.0}, 50.0, 100.0),
    ("sma_50_vs_sma_200", {"sma_50": 100.0, "sma_200": 100.0}, 0.0, 50.0),
    ("sma_200_change_21_pct", {"sma_200_change_21_pct": 1.0}, 1.0, 60.0),
    ("signed_adx_14", {"adx_14": 20.0, "plus_di_14": 10.0, "minus_di_14": 30.0}, -20.0, 25.0),
    ("return_21_pct", {"return_21_pct": 10.0}, 10.0, 75.0),
    ("return_63_pct", {"return_63_pct": -7.0}, -7.0, 40.0),
    ("return_126_pct", {"return_126_pct": 25.0}, 25.0, 75.0),
    ("rsi_14", {"rsi_14": 82.5}, 82.5, 75.0),
    ("macd_hist_in_atr", {"macd_hist": 0.5, "atr_14": 2.5}, 0.2, 75.0),
    ("signed_rel_volume_20", {"rel_volume_20": 3.0, "return_1_pct": -0.1}, -3.0, 0.0),
    ("obv_change_20", {"obv_change_20": 3.0}, 3.0, 75.0),
    ("mfi_14", {"mfi_14": 35.0}, 35.0, 25.0),
    ("avg_dollar_volume_20", {"avg_dollar_volume_20": 3_000_000.0}, 3_000_000.0, 45.0),
    ("natr_14", {"natr_14": 4.5}, 4.5, 75.0),
    ("volatility_20_vs_63", {"volatility_20_pct": 15.0, "volatility_63_pct": 20.0}, 0.75, 75.0),
    (
        "squeeze",
        {"bb_upper": 103.0, "bb_lower": 97.0, "kc_upper": 104.0, "kc_lower": 96.0},
        0.75,
        80.0,
    ),
    ("to_high_55_in_atr", {"close": 97.0, "prior_high_55": 100.0, "atr_14": 2.0}, -1.5, 60.0),
    ("from_high_252_pct", {"from_high_252_pct": -10.0}, -10.0, 75.0),
    ("position_in_range_20", {"close": 13.0, "low_20": 10.0, "high_20": 20.0}, 30.0, 30.0),
    ("position_in_day", {"close": 19.0, "low": 10.0, "high": 20.0}, 90.0, 90.0),
    ("rs_rating", {"rs_rating": 50.0}, 50.0, 50.0),
]
PARTS = {part.name: part for parts in SUBSCORES.values() for part in parts}


@pytest.mark.parametrize(("name", "given_", "value", "expected"), CASES, ids=[c[0] for c in CASES])
def test_a_component_measures_what_it_says(name, given_, value, expected):
    """Value and points of one hand-made symbol, by arithmetic on paper."""
    columns = {key: np.array([number]) for key, number in given_.items()}
    assert PARTS[name].value(columns)[0] == pytest.approx(value)
    assert PARTS[name].points(columns)[0] == pytest.approx(expected)


def test_every_component_has_a_case_above():
    """A component that is added or renamed needs its own hand-made case."""
    assert [case[0] for case in CASES] == list(PARTS)


@pytest.mark.parametrize("name", SUBSCORES)
def test_weights_of_a_sub_score_add_up_to_100(name):
    """Component weights are percent of their sub-score."""
    assert sum(part.weight for part in SUBSCORES[name]) == 100


@pytest.mark.parametrize("name", LOCAL_SUBSCORES)
@settings(deadline=None)
@given(seed=st.integers(0, 10_000), missing=st.sampled_from([0.0, 0.3, 0.9]))
def test_a_sub_score_is_the_weighted_mean_of_the_points_there_are(name, seed, missing):
    """Score and coverage equal a plain loop over components, whatever is missing."""
    columns = loops.scan_columns(REQUIRED_COLUMNS, 5, seed, missing)
    found = subscores(columns)
    points = {part.name: part.points(columns) for part in SUBSCORES[name]}
    for i in range(5):
        pairs = [(float(points[part.name][i]), part.weight) for part in SUBSCORES[name]]
        score, coverage = loops.weighted(pairs)
        assert found[f"score_{name}"][i] == pytest.approx(score, nan_ok=True)
        assert found[f"coverage_{name}"][i] == pytest.approx(coverage)


def test_a_missing_component_leaves_its_weight_to_the_others():
    """Without the 252-bar high, the 35 % go to the rest: 100 points there stay 100."""
    columns = {
        "close": np.array([110.0]),
        "low": np.array([100.0]),
        "high": np.array([110.0]),
        "low_20": np.array([90.0]),
        "high_20": np.array([110.0]),
        "prior_high_55": np.array([108.0]),
        "atr_14": np.array([2.0]),
        "from_high_252_pct": np.array([np.nan]),
    }
    everything = {name: np.array([np.nan]) for name in REQUIRED_COLUMNS} | columns
    found = subscores(everything)
    assert found["score_breakout"][0] == 100
    assert found["coverage_breakout"][0] == pytest.approx(0.65)


def test_a_symbol_without_any_value_has_no_score():
    """Nothing measured is NaN with coverage 0, never 0 points."""
    found = subscores({name: np.array([np.nan]) for name in REQUIRED_COLUMNS})
    for name in LOCAL_SUBSCORES:
        assert math.isnan(found[f"score_{name}"][0])
        assert found[f"coverage_{name}"][0] == 0


def test_a_flat_price_has_no_position_and_no_ratio():
    """Zero ranges and zero ATR are undefined values, not extremes and not errors."""
    flat = dict.fromkeys(("close", "low", "high", "low_20", "high_20", "prior_high_55"), 10.0)
    columns = {key: np.array([value]) for key, value in (flat | {"atr_14": 0.0}).items()}
    for name in ("to_high_55_in_atr", "position_in_range_20", "position_in_day"):
        assert math.isnan(PARTS[name].points(columns)[0])
    columns["close"] = np.array([11.0])
    assert math.isnan(PARTS["to_high_55_in_atr"].points(columns)[0])


@pytest.mark.parametrize("width", [1, 2, 7, 256])
def test_scores_do_not_depend_on_the_block(width):
    """A block of any width gives the bits that the whole universe gives."""
    columns = loops.scan_columns(REQUIRED_COLUMNS, 260, seed=3, missing=0.1)
    whole = subscores(columns)
    for start in range(0, 260, width):
        block = subscores({k: v[start : start + width] for k, v in columns.items()})
        for name, values in block.items():
            np.testing.assert_array_equal(values, whole[name][start : start + width])


def test_columns_are_not_written_to():
    """Scoring reads its input only."""
    columns = loops.scan_columns(REQUIRED_COLUMNS, 50, missing=0.2)
    before = {name: values.copy() for name, values in columns.items()}
    subscores(columns)
    for name, values in columns.items():
        np.testing.assert_array_equal(values, before[name])


def test_a_column_that_was_not_computed_is_an_error():
    """A component whose column is missing altogether cannot skip itself."""
    columns = loops.scan_columns(REQUIRED_COLUMNS, 2)
    del columns["rsi_14"]
    with pytest.raises(ParameterError, match="rsi_14"):
        subscores(columns)
