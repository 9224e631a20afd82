"""The first row with values of all arrays, against a plain loop."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn

from technic.panel.ragged import first_rows

SHAPES = st.tuples(st.integers(0, 6), st.integers(0, 4))
ARRAYS = SHAPES.flatmap(
    lambda shape: st.lists(
        drawn.arrays(np.float64, shape, elements=st.sampled_from([1.0, np.nan])),
        min_size=1,
        max_size=3,
    )
)


@given(ARRAYS)
def test_a_column_begins_where_all_arrays_have_a_value(arrays):
    """Of one array or several; a column that never has all of them begins nowhere."""
    n_bars, n_symbols = arrays[0].shape
    expected = [
        next(
            (row for row in range(n_bars) if not any(np.isnan(a[row, column]) for a in arrays)), -1
        )
        for column in range(n_symbols)
    ]
    assert first_rows(arrays).tolist() == expected
