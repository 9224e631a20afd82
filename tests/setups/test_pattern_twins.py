"""Chart patterns against plain loops over the bars, bit for bit, in markets of all kinds."""

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reference.bars import edge_bars, fields, load_panel, random_bars
from reference.chart_patterns import is_swing_high
from support.patterns import NAMES, assert_as_twin
from support.shaped_bars import changed, golden, roughened, side_by_side, straight
from technic.setups.patterns.pivots import swing_highs
from technic.testing import make_panel

every_pattern = pytest.mark.parametrize("name", NAMES)
LOOSE = {
    "vcp": {
        "min_contractions": 1,
        "max_contractions": 20,
        "max_ratio": 1.0,
        "min_depth": 0,
        "max_depth": 60,
        "max_last_depth": 30,
        "min_right_side": 0,
        "max_recent_range": 60,
        "max_volume_ratio": 3,
        "max_spike": 60,
        "min_base": 5,
        "max_base": 60,
        "prior_gain": 2,
        "prior_bars": 10,
        "swing": 2,
    },
    "cup_with_handle": {
        "min_depth": 1,
        "max_depth": 60,
        "min_cup": 5,
        "max_base": 80,
        "min_roundness": 5,
        "min_right_side": 10,
        "max_week_rise": 100,
        "min_handle": 2,
        "max_handle": 12,
        "max_handle_depth": 30,
        "max_handle_rise": 3,
        "max_volume_ratio": 3,
        "prior_gain": 2,
        "prior_bars": 10,
        "swing": 2,
    },
    "flat_base": {
        "min_base": 5,
        "max_base": 60,
        "min_depth": 1,
        "max_start_below_top": 5,
        "max_slope": 20,
        "min_bar_range": 0,
        "prior_gain": 2,
        "prior_bars": 10,
    },
    "high_tight_flag": {
        "min_gain": 10,
        "min_pole": 2,
        "max_pole": 30,
        "new_high_bars": 10,
        "min_flag": 2,
        "max_flag": 15,
        "min_depth": 1,
        "min_bar_range": 0,
        "max_volume_ratio": 3,
    },
}
"""So loose that random walks have the pattern now and then."""
LEAST_FOUND = {"vcp": 40, "cup_with_handle": 15, "flat_base": 60, "high_tight_flag": 15}


def near(name, rng):
    """The golden base, each leg a little longer or shorter, higher or lower, and noise on top."""
    legs = golden(name)["legs"]
    changes = {
        leg["name"]: {
            "to": leg["to"] * (1 + rng.normal(0, 0.01)),
            "bars": max(1, round(leg["bars"] * rng.uniform(0.9, 1.1))),
        }
        for leg in legs
    }
    return roughened(straight(changed(legs, changes)), rng, by=rng.choice([0.0, 0.002, 0.006]))


@every_pattern
def test_bases_near_the_golden_one(name):
    """With the limits of the golden file, on both sides of each."""
    rng = np.random.default_rng(7)
    bars = side_by_side([near(name, rng) for _ in range(150)])
    found = assert_as_twin(name, bars, **golden(name)["parameters"])
    assert LEAST_FOUND[name] <= found <= 145


@every_pattern
@pytest.mark.parametrize("days_ago", [0, 1, 37])
def test_random_walks(name, days_ago):
    """With loose limits, at the last bar and at earlier ones."""
    panel = make_panel(n_symbols=120, n_bars=200, seed=3)
    bars = fields(panel)
    rows = np.full(120, 199 - days_ago)
    rows[:40] = np.arange(-1, 39) * 5
    assert assert_as_twin(name, bars, rows, **LOOSE[name]) >= 3


@every_pattern
@pytest.mark.parametrize("kind", ["flat", "flat_after_moves", "rising", "falling", "no_volume"])
def test_bars_that_hardly_move(name, kind):
    """Ties everywhere, and no volume to compare with."""
    assert_as_twin(name, edge_bars(kind), **LOOSE[name])


@every_pattern
def test_ragged_columns_with_flat_stretches(name):
    """Columns that end early, stand still, or trade nothing."""
    assert_as_twin(name, random_bars(150, 40, seed=2), **LOOSE[name])


@st.composite
def coarse_market(draw):
    """A few short columns of small whole prices, where equal highs and lows are the rule."""
    n_bars, n_symbols = draw(st.integers(1, 40)), draw(st.integers(1, 3))
    shape = (n_bars, n_symbols)
    whole = arrays(np.float64, shape, elements=st.integers(20, 27).map(float))
    range_up = arrays(np.float64, shape, elements=st.integers(0, 2).map(float))
    close = draw(whole)
    bars = {
        "high": close + draw(range_up),
        "low": close - draw(range_up),
        "close": close,
        "volume": draw(arrays(np.float64, shape, elements=st.integers(0, 4).map(float))),
    }
    rows = draw(st.lists(st.integers(-1, n_bars - 1), min_size=n_symbols, max_size=n_symbols))
    return bars, np.array(rows)


TINY = {
    "vcp": st.fixed_dictionaries(
        {
            "min_contractions": st.just(1),
            "max_contractions": st.integers(1, 5),
            "max_ratio": st.sampled_from([0.5, 0.75, 1.0]),
            "min_depth": st.just(0),
            "max_depth": st.just(90),
            "max_last_depth": st.sampled_from([10, 90]),
            "min_right_side": st.sampled_from([0, 50]),
            "max_recent_range": st.sampled_from([20, 90]),
            "max_spike": st.sampled_from([5, 90]),
            "max_volume_ratio": st.sampled_from([0.5, 1, 5]),
            "min_base": st.integers(1, 5),
            "max_base": st.integers(5, 40),
            "prior_gain": st.sampled_from([0, 10]),
            "prior_bars": st.integers(1, 5),
            "below_pivot": st.sampled_from([5, 50]),
            "swing": st.integers(1, 3),
        }
    ),
    "cup_with_handle": st.fixed_dictionaries(
        {
            "min_depth": st.just(0),
            "max_depth": st.just(90),
            "min_cup": st.integers(2, 6),
            "max_base": st.integers(6, 40),
            "max_rim_above": st.sampled_from([0, 20]),
            "min_roundness": st.sampled_from([0, 25, 50]),
            "min_right_side": st.sampled_from([0, 50]),
            "max_week_rise": st.sampled_from([40, 100]),
            "max_spike": st.sampled_from([5, 90]),
            "min_handle": st.integers(2, 4),
            "max_handle": st.integers(4, 12),
            "max_handle_depth": st.sampled_from([10, 90]),
            "max_handle_rise": st.sampled_from([0, 30]),
            "max_volume_ratio": st.sampled_from([0.5, 1, 5]),
            "prior_gain": st.sampled_from([0, 10]),
            "prior_bars": st.integers(1, 5),
            "below_pivot": st.sampled_from([5, 50]),
            "swing": st.integers(1, 3),
        }
    ),
    "flat_base": st.fixed_dictionaries(
        {
            "min_base": st.integers(2, 5),
            "max_base": st.integers(5, 40),
            "min_depth": st.sampled_from([0, 5]),
            "max_depth": st.sampled_from([15, 90]),
            "max_start_below_top": st.sampled_from([0, 3, 20]),
            "max_slope": st.sampled_from([0, 5, 90]),
            "min_bar_range": st.sampled_from([0, 2]),
            "max_spike": st.sampled_from([5, 90]),
            "prior_gain": st.sampled_from([0, 10]),
            "prior_bars": st.integers(1, 5),
            "below_pivot": st.sampled_from([5, 50]),
        }
    ),
    "high_tight_flag": st.fixed_dictionaries(
        {
            "min_gain": st.sampled_from([0, 15]),
            "new_high_bars": st.integers(1, 15),
            "min_bar_range": st.sampled_from([0, 2]),
            "max_spike": st.sampled_from([5, 90]),
            "min_pole": st.integers(1, 4),
            "max_pole": st.integers(4, 12),
            "min_flag": st.integers(2, 4),
            "max_flag": st.integers(4, 12),
            "min_depth": st.sampled_from([0, 10]),
            "max_depth": st.just(90),
            "max_volume_ratio": st.sampled_from([0.5, 1, 5]),
            "below_pivot": st.sampled_from([5, 50]),
        }
    ),
}


@every_pattern
@settings(max_examples=2 * settings.default.max_examples)
@given(data=st.data())
def test_searched_markets(name, data):
    """Whatever bars and limits are tried, loop and search agree."""
    bars, rows = data.draw(coarse_market())
    found = assert_as_twin(name, bars, rows, **data.draw(TINY[name]))
    event(f"{name} found" if found else f"{name} not found")


@pytest.fixture(scope="module")
def real_bars(real_data):
    """The liquid part of the real market's sample."""
    return fields(load_panel(real_data / "us_daily_sample.parquet"))


@every_pattern
@pytest.mark.parametrize("row", [520, 460])
def test_real_bars(name, row, real_bars):
    """Real symbols, with the defaults and with loose limits; young and broken ones among them."""
    length = np.count_nonzero(~np.isnan(real_bars["close"]), axis=0)
    rows = np.minimum(length - 1, row)
    proper = {field: array[:, ::4] for field, array in real_bars.items()}
    assert_as_twin(name, proper, rows[::4])
    assert assert_as_twin(name, proper, rows[::4], **LOOSE[name]) > 0


@settings(max_examples=2 * settings.default.max_examples)
@given(
    high=arrays(
        np.float64, st.tuples(st.integers(0, 25), st.integers(1, 2)), elements=st.integers(0, 4)
    ),
    swing=st.integers(1, 4),
)
def test_swing_highs(high, swing):
    """Marked where the sentence says, with neighbours on both sides, ties and all."""
    marked = swing_highs(high, swing)
    for j in range(high.shape[1]):
        bars = {"high": high[:, j].tolist()}
        wanted = [is_swing_high(bars, i, swing) for i in range(len(high))]
        assert marked[:, j].tolist() == wanted
