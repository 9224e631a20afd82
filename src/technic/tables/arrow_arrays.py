"""Arrow's arrays to numpy's and back, without pyarrow's own conversions.

Those import pandas wherever it is installed, to know its marks of what is missing, and that takes
longer than reading and scanning a file. What they give is given here, bit for bit.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.typing import BoolArray

__all__ = ["from_mask", "from_numbers", "from_texts", "to_mask", "to_numpy"]


def to_numpy(values: pa.ChunkedArray | pa.Array) -> NDArray[Any]:
    """Return numbers, days or times as a new array; what is missing is NaN or NaT.

    Whole numbers of which one is missing are float64, as pyarrow has them; values of other types
    are converted by pyarrow.
    """
    dtype = _dtype_of(values.type)
    if dtype is None:
        return np.asarray(values.to_numpy(zero_copy_only=False) if isinstance(values, pa.Array)
                          else values.to_numpy())  # fmt: skip
    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    whole = np.concatenate([np.empty(0, dtype), *(_data(chunk, dtype) for chunk in chunks)])
    if pa.types.is_date32(values.type):
        whole = whole.astype("datetime64[D]")
    if values.null_count:
        if dtype.kind in "iu" and whole.dtype.kind != "M":
            whole = whole.astype(np.float64)
        missing = np.concatenate([~_known(chunk) for chunk in chunks])
        whole[missing] = np.datetime64("NaT") if whole.dtype.kind == "M" else np.nan
    return whole


def to_mask(values: pa.ChunkedArray | pa.Array) -> BoolArray:
    """Return booleans; what is missing is False."""
    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    parts = [_bits(chunk.buffers()[1], chunk) & _known(chunk) for chunk in chunks]
    return np.concatenate([np.empty(0, np.bool_), *parts])


def from_numbers(values: NDArray[Any]) -> pa.Array:
    """Return numbers as Arrow has them; a NaN stays one."""
    kind, data = pa.from_numpy_dtype(values.dtype), np.ascontiguousarray(values)
    return pa.Array.from_buffers(kind, len(data), [None, pa.py_buffer(data)])


def from_mask(mask: BoolArray) -> pa.Array:
    """Return booleans as Arrow has them."""
    bits = np.packbits(mask, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(mask), [None, pa.py_buffer(bits)])


def from_texts(texts: Iterable[str | None]) -> pa.Array:
    """Return texts as Arrow has them, null for None."""
    encoded = [None if text is None else text.encode() for text in texts]
    known = np.array([text is not None for text in encoded], np.bool_)
    ends = [0, *itertools.accumulate(len(text or b"") for text in encoded)]
    buffers = [
        None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little")),
        pa.py_buffer(np.array(ends, np.int64)),
        pa.py_buffer(b"".join(text or b"" for text in encoded)),
    ]
    large = pa.Array.from_buffers(pa.large_string(), len(encoded), buffers)
    return large.cast(pa.string())


def _dtype_of(kind: pa.DataType) -> np.dtype[Any] | None:
    """Return as what the values lie in memory; None for what is left to pyarrow."""
    types = pa.types
    if types.is_floating(kind):
        return np.dtype(f"f{kind.bit_width // 8}")
    if types.is_integer(kind):
        return np.dtype(f"{'i' if types.is_signed_integer(kind) else 'u'}{kind.bit_width // 8}")
    if types.is_date32(kind):
        return np.dtype(np.int32)
    if types.is_date64(kind):
        return np.dtype("datetime64[ms]")
    return np.dtype(f"datetime64[{kind.unit}]") if types.is_timestamp(kind) else None


def _data(chunk: pa.Array, dtype: np.dtype[Any]) -> NDArray[Any]:
    if not len(chunk):
        return np.empty(0, dtype)
    start = chunk.offset * dtype.itemsize
    return np.frombuffer(chunk.buffers()[1], dtype, len(chunk), start)


def _known(chunk: pa.Array) -> BoolArray:
    """Return which values are there."""
    buffer = chunk.buffers()[0]
    return np.ones(len(chunk), np.bool_) if buffer is None else _bits(buffer, chunk)


def _bits(buffer: pa.Buffer, chunk: pa.Array) -> BoolArray:
    if not len(chunk):
        return np.empty(0, np.bool_)
    count = chunk.offset + len(chunk)
    bits = np.unpackbits(np.frombuffer(buffer, np.uint8), count=count, bitorder="little")
    return bits[chunk.offset :].astype(np.bool_)
