"""Every indicator that TA-Lib has equals TA-Lib on every bar, warm-up included."""

import pytest

from reference.bars import edge_bars, fields, load_panel, random_bars
from reference.calls import ORACLE_CALLS, ORACLE_IDS
from reference.talib_parity import differences

EDGES = ("flat", "flat_after_moves", "rising", "falling", "no_volume", "crossed", "huge", "tiny")


@pytest.fixture(scope="module")
def real_bars(real_data):
    """411 symbols with their defects, halts and short histories."""
    return fields(load_panel(real_data / "us_daily_sample.parquet"))


@pytest.mark.parametrize("call", ORACLE_CALLS, ids=ORACLE_IDS)
def test_real_bars_give_what_talib_gives(call, real_bars):
    """No bar of the real sample differs."""
    assert list(differences(call, real_bars)) == []


@pytest.mark.parametrize("decimals", [2, 4, 12], ids=lambda n: f"{n}-decimals")
@pytest.mark.parametrize("call", ORACLE_CALLS, ids=ORACLE_IDS)
def test_random_walks_give_what_talib_gives(call, decimals):
    """No bar of rounded and unrounded random walks with flat stretches differs."""
    assert list(differences(call, random_bars(310, 5, seed=decimals, decimals=decimals))) == []


@pytest.mark.parametrize("kind", EDGES)
@pytest.mark.parametrize("call", ORACLE_CALLS, ids=ORACLE_IDS)
def test_edge_bars_give_what_talib_gives(call, kind):
    """Flat, one-way, untraded, crossed, huge and tiny bars are what TA-Lib makes of them."""
    assert list(differences(call, edge_bars(kind))) == []


@pytest.mark.parametrize("n_bars", [1, 2, 3, 14, 15])
@pytest.mark.parametrize("call", ORACLE_CALLS, ids=ORACLE_IDS)
def test_short_histories_give_what_talib_gives(call, n_bars):
    """A history of one bar or one shorter than the window is no special case."""
    assert list(differences(call, random_bars(n_bars, 2, seed=n_bars))) == []
