from __future__ import annotations

import numpy as np
import pytest

from technic.marketsim import Market
from technic.marketsim.paths import Block, close_paths
from technic.marketsim.quarters import QUARTER, STRIDE

SIZE, COUNT = 200, 8
DAYS = np.datetime64("2024-01-01", "D") + np.arange(COUNT * QUARTER)


@pytest.fixture(scope="module")
def market() -> Market:
    """Return two hundred symbols over eight whole quarters."""
    return Market.of(DAYS, SIZE, seed=3)


def test_a_quarter_begins_at_the_close_of_the_one_before(market):
    """Column 0 of a quarter is the last close of the quarter before, restated for its split."""
    block = Block(np.arange(SIZE), 0, COUNT, slice(1, COUNT * STRIDE))
    _, closes = close_paths(market.paths, block)
    columns = closes.reshape(SIZE, COUNT, STRIDE)
    ratio = np.ones((SIZE, COUNT))
    splits = market.paths.quarters.splits
    ratio[splits.symbol, splits.quarter] = splits.value
    # A first quarter is set to the first price, whatever the path before it would have been.
    old = market.paths.quarters.first[:, None] < np.arange(1, COUNT) * QUARTER
    old &= market.paths.quarters.stop[:, None] > np.arange(2, COUNT + 1) * QUARTER
    before = (columns[:, :-1, -1] / ratio[:, :-1])[old]
    after = columns[:, 1:, 0][old]
    usual = (before > 0.011) & (before < 40_000.0)
    assert usual.sum() > SIZE * (COUNT - 1) / 2
    np.testing.assert_allclose(after[usual], before[usual], rtol=1e-9)


def test_a_quarter_ends_where_its_coarse_life_says(market):
    """The own part of the path gains step and jump of the quarter, whatever its days did."""
    block = Block(np.arange(SIZE), 0, COUNT, slice(1, COUNT * STRIDE))
    _, closes = close_paths(market.paths, block)
    paths, quarters = market.paths, market.paths.quarters
    columns = np.log2(closes).reshape(SIZE, COUNT, STRIDE)
    inside = (columns > np.log2(0.011)).all(axis=2) & (columns < 15.0).all(axis=2)
    tide = (
        paths.beta[:, None] * paths.market + paths.tilt[:, None] * paths.industries[paths.industry]
    )
    tide = tide.reshape(SIZE, COUNT, STRIDE)
    own = (columns - tide)[:, :, -1] - (columns - tide)[:, :, 0]
    expected = quarters.step + quarters.jump
    assert inside.mean() > 0.8
    np.testing.assert_allclose(own[inside], expected[inside], atol=1e-9)
