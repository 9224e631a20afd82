"""Arrow's arrays to numpy's and back: what pyarrow's own conversions give."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from technic.tables.arrow_arrays import from_mask, from_numbers, from_texts, to_mask, to_numpy

DAY = dt.date(2024, 3, 8)
VALUES = [
    *((kind, [1.5, None, -0.0, 3.0]) for kind in (pa.float64(), pa.float32())),
    *((kind, [1, 200, 3]) for kind in (pa.int64(), pa.uint8(), pa.int16())),
    *((kind, [1, None, 3]) for kind in (pa.int64(), pa.uint32())),
    *((kind, [DAY, None, dt.date(1969, 12, 30)]) for kind in (pa.date32(), pa.date64())),
    *((pa.timestamp(unit), [0, None, 1_700_000_000]) for unit in ("s", "ms", "us", "ns")),
    (pa.float64(), []),
    (pa.timestamp("ns"), []),
    (pa.string(), ["a", None]),
]


def same(found, expected):
    """Assert that two arrays are the same, type and bits."""
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    if found.dtype.kind == "f":
        np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


@pytest.mark.parametrize(("kind", "values"), VALUES, ids=str)
def test_numbers_and_days_are_those_that_pyarrow_gives(kind, values):
    """Whole, in parts, in slices that begin amid a byte, and none of them a view of Arrow's."""
    array = pa.array(values, kind)
    parts = pa.chunked_array([array, array[1:], array[:0]], kind)
    for one in (parts, parts.slice(1), pa.chunked_array([], kind)):
        same(to_numpy(one), one.to_numpy())
    for one in (array, array[1:], array[len(array) :]):
        same(to_numpy(one), one.to_numpy(zero_copy_only=False))
    if kind != pa.string():
        assert to_numpy(array).flags.writeable


def test_masks_and_texts_go_there_and_back():
    """What is missing in a mask is False; slices begin amid a byte; texts keep every letter."""
    mask = pa.array([True, None, False, True, True, False, None, True, True, True])
    assert to_mask(mask[3:]).tolist() == [True, True, False, False, True, True, True]
    assert to_mask(pa.chunked_array([mask[:2], mask[9:]])).tolist() == [True, False, True]
    assert to_mask(pa.chunked_array([], pa.bool_())).tolist() == []
    held = np.array([True, False, False] * 5)
    assert from_mask(held).equals(pa.array(held))
    for texts in (["a", None, "", "Zürich 株"], ["only"], [None, None], []):
        assert from_texts(texts).equals(pa.array(texts, pa.string()))
    for numbers in (np.array([1.5, np.nan]), np.arange(6)[::2], np.arange(3, dtype=np.int32)):
        assert from_numbers(numbers).to_numpy(zero_copy_only=False).tolist() == pytest.approx(
            numbers.tolist(), nan_ok=True
        )
        assert from_numbers(numbers).type == pa.array(numbers).type


def test_none_of_it_imports_pandas():
    """That is what it is for."""
    code = (
        "import sys; import numpy as np; from technic.tables.arrow_arrays import *\n"
        "to_numpy(from_numbers(np.arange(3.0))); to_mask(from_mask(np.ones(3, bool)))\n"
        "from_texts(['a', None]); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
