"""Where values stand among each other, counted one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from technic.panel.ties import below_and_equal

NUMBERS = st.one_of(
    st.floats(allow_nan=False), st.sampled_from([0.0, -0.0, 1.0, 2.0, np.inf, -np.inf])
)


@given(st.lists(NUMBERS, max_size=60))
def test_counted_one_by_one(values: list[float]):
    """However many are equal, zero among them with either sign; of none there is none."""
    below, equal = below_and_equal(np.array(values, dtype=np.float64))
    assert below.tolist() == [sum(other < one for other in values) for one in values]
    assert equal.tolist() == [sum(other == one for other in values) for one in values]
