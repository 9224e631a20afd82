"""What the columns of price files mean: symbols and numbers, however they are written."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.tables.day_column import encoded
from technic.tables.table_file import MISSING, TableFile
from technic.typing import FloatArray
from technic.universe import canonical

__all__ = ["numbers_of", "symbols_of"]

MAX_SYMBOL_LENGTH = 24
_THOUSANDS = r"^[\s$+-]*\d{1,3}(?:,\d{3})+(?:\.\d*)?\s*$"
"""A number whose commas stand between thousands, and nowhere else."""


def symbols_of(
    file: TableFile, column: str, values: pa.ChunkedArray
) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return the distinct symbols of a column, canonical, and which of them each row has."""
    texts, code = encoded(file, column, values)
    place: dict[str, int] = {}
    new_code = np.empty(len(texts), dtype=np.int32)
    for old, text in enumerate(texts):
        if not text.strip() or len(text.strip()) > MAX_SYMBOL_LENGTH or not text.isprintable():
            row = int(np.flatnonzero(code == old)[0])
            what = f"{text[:MAX_SYMBOL_LENGTH]!r} is no symbol" if text.strip() else "has no symbol"
            raise file.error(what, row, column)
        new_code[old] = place.setdefault(canonical(text), len(place))
    return tuple(place), new_code[code]


def numbers_of(file: TableFile, column: str, values: pa.ChunkedArray, start: int = 0) -> FloatArray:
    """Return float64, NaN where a value is missing; ``start``: place of the first row."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _parsed(file, column, values.cast(pa.string()), start)
    number = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    if not (number or pa.types.is_null(kind)):
        raise file.error(f"holds {kind}, not numbers", column=column)
    if kind != pa.float64():
        values = values.cast(pa.float64(), safe=False)
    return np.asarray(values.to_numpy(), dtype=np.float64)


def _parsed(file: TableFile, column: str, values: pa.ChunkedArray, start: int) -> FloatArray:
    """Read text as numbers: ``$1,234.5`` is one; in ``20,5`` the comma would be taken away."""
    misplaced = pc.and_(
        pc.match_substring(values, ","),
        pc.invert(pc.match_substring_regex(values, _THOUSANDS)),
    )
    if pc.any(misplaced).as_py():
        row = pc.index(misplaced, True).as_py()
        reason = f"{values[row].as_py()!r} is no number"
        raise file.error(reason, start + row, column, "write decimals with a point: 1234.5")
    bare = pc.replace_substring_regex(values, r"^\s*\$|,|\s", "")
    bare = pc.if_else(pc.is_in(bare, pa.array(MISSING)), pa.scalar(None, pa.string()), bare)
    try:
        numbers = bare.cast(pa.float64())
    except pa.ArrowInvalid:
        for row, text in enumerate(bare.to_pylist()):
            if text is not None and not _is_number(text):
                raise file.error(f"{text!r} is no number", start + row, column) from None
        raise
    return np.asarray(numbers.to_numpy(), dtype=np.float64)


def _is_number(text: str) -> bool:
    try:
        pa.scalar(text).cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
