"""The largest gain of a window: the plain loop's answer, whichever way it is found."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from reference.bars import random_bars
from technic.indicators.price_range import highest, max_return_pct, returns_pct


@pytest.mark.parametrize("n_bars", [1, 12, 13, 14, 60], ids=lambda n: f"{n}-bars")
def test_the_largest_return_is_the_plain_loops(n_bars):
    """Also where the bars are one window and no more, and where a price is 0 or missing."""
    close = random_bars(60, 9, seed=3)["close"][:n_bars].copy()
    close[n_bars // 2, 3], close[n_bars // 3 :, 5] = 0.0, np.nan
    expected = np.full(close.shape, np.nan)
    for column in range(close.shape[1]):
        for row in range(12, n_bars):
            window = [float(value) for value in close[row - 12 : row + 1, column]]
            if not np.isnan(window).any() and 0.0 not in window[:-1]:
                gains = [(later / earlier - 1.0) * 100.0 for earlier, later in pairwise(window)]
                expected[row, column] = max(gains)
    found = max_return_pct(close, 12)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(found, highest(returns_pct(close), 12))
