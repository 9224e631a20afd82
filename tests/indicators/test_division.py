"""What a quotient is where the bottom is nothing."""

from __future__ import annotations

import numpy as np

from technic.indicators.division import quotient


def test_a_quotient_of_nothing_is_what_is_asked_for():
    """0 unless something else is named; NaN stays NaN, and no warning is given."""
    top, bottom = np.array([1.0, 0.0, 4.0, np.nan]), np.array([0.0, 0.0, 2.0, 2.0])
    np.testing.assert_array_equal(quotient(top, bottom), [0.0, 0.0, 2.0, np.nan])
    np.testing.assert_array_equal(
        quotient(top, bottom, instead=np.nan), [np.nan, np.nan, 2, np.nan]
    )
    few = bottom <= 2.0
    np.testing.assert_array_equal(quotient(top, bottom, few, 9.0), [9.0, 9.0, 9.0, 9.0])
