"""Explanations: the parts of a rating, and how they are shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import scoring_loops as loops
from technic.errors import ParameterError
from technic.scoring import (
    REQUIRED_COLUMNS,
    SUBSCORES,
    ScoreWeights,
    explain,
    signals,
    subscores,
    tech_rating,
)


def universe(n_symbols, seed, missing):
    """Columns with relative strength, as a scan has them after its last step."""
    return loops.scan_columns((*REQUIRED_COLUMNS, "rs_rating"), n_symbols, seed, missing)


@settings(deadline=None)
@given(
    seed=st.integers(0, 10_000),
    missing=st.sampled_from([0.0, 0.2, 0.7, 1.0]),
    trend=st.sampled_from([0.0, 25.0, 300.0]),
)
def test_an_explanation_adds_up_to_the_rating_of_the_scan(seed, missing, trend):
    """Components, and sub-scores, sum to the very rating that the whole universe gave."""
    columns = universe(4, seed, missing)
    weights = ScoreWeights(trend=trend)
    scores = subscores(columns)
    rating = tech_rating(scores, columns["rs_rating"], weights)
    signal = signals(rating.tech_rating, scores["score_trend"], rating.rating_coverage)
    for i in range(4):
        found = explain(columns, i, weights)
        if np.isnan(rating.tech_rating[i]):
            assert found.tech_rating is None
            assert found.signal == "unrated"
            continue
        assert found.tech_rating == rating.tech_rating[i]
        assert found.rating_coverage == rating.rating_coverage[i]
        assert found.signal == signal[i]
        for parts in (found.contributions, found.subscores):
            assert sum(part.contribution for part in parts) == pytest.approx(
                found.tech_rating, abs=1e-9
            )
            assert sum(part.weight for part in parts) == pytest.approx(100)


def test_every_component_is_listed_once_in_order():
    """Missing ones too, with no value, no points and nothing contributed."""
    columns = universe(1, 1, 0.0)
    columns["rsi_14"][0] = np.nan
    found = explain(columns, 0)
    listed = [(part.subscore, part.component) for part in found.contributions]
    assert listed == [(name, part.name) for name in SUBSCORES for part in SUBSCORES[name]]
    (rsi,) = [part for part in found.contributions if part.component == "rsi_14"]
    assert (rsi.value, rsi.points, rsi.weight, rsi.contribution) == (None, None, 0.0, 0.0)
    assert rsi.value_text == "n/a"


@pytest.mark.parametrize(
    ("component", "value", "text"),
    [
        ("return_63_pct", 12.345, "+12.35 %"),
        ("avg_dollar_volume_20", 1_234_567.8, "$1,234,568"),
        ("rsi_14", 61.26, "61.3"),
        ("obv_change_20", -1.5, "-1.50 average volumes"),
        ("rs_rating", 88.0, "88.0"),
    ],
)
def test_values_are_shown_with_their_unit(component, value, text):
    """What a person reads next to a component."""
    columns = universe(1, 2, 0.0)
    columns[component][0] = value
    (part,) = [p for p in explain(columns, 0).contributions if p.component == component]
    assert part.value_text == text


def test_columns_that_are_no_numbers_do_not_disturb():
    """A scan table has text columns as well."""
    columns = universe(2, 3, 0.0) | {"company": np.array(["A", "B"], dtype=object)}
    assert explain(columns, 1).tech_rating is not None


def test_relative_strength_must_have_been_ranked():
    """Explaining columns that were never compared with the universe is an error."""
    columns = universe(1, 4, 0.0)
    del columns["rs_rating"]
    with pytest.raises(ParameterError, match="rs_rating"):
        explain(columns, 0)
