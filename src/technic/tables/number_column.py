"""A column of numbers in a table file, however they are written: $1,234.5, 1.234,5, 1.2M.

Whether a comma stands before decimals or between thousands is told by all columns of numbers of a
file together; where both are possible, nothing is guessed. Text is read in ``number_text``, which
is imported for text alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pyarrow as pa

from technic.tables.arrow_arrays import to_numpy
from technic.tables.bad_cells import BadCells
from technic.tables.table_file import TableFile
from technic.typing import FloatArray

__all__ = ["UNITS", "DecimalMark", "decimal_mark", "numbers_of"]

DecimalMark = Literal[".", ",", "?"]
UNITS = {
    **dict.fromkeys(("k", "tsd", "thousand"), 1e3),
    **dict.fromkeys(("m", "mm", "mn", "mln", "mio", "mil", "mill", "million"), 1e6),
    **dict.fromkeys(("b", "bn", "bln", "mrd", "bil", "billion"), 1e9),
    **dict.fromkeys(("t", "tn", "trn", "trillion"), 1e12),
}
"""What stands behind an amount for so many times of it."""


def decimal_mark(columns: Iterable[pa.ChunkedArray]) -> DecimalMark:
    """Tell which mark stands before decimals in columns of text; ``?``: both are possible.

    A point, where nothing says that it is a comma and no value has a comma alone.
    """
    texts = [column for column in columns if pa.types.is_string(column.type)]
    if not texts:
        return "."
    from technic.tables.number_text import mark_of

    return mark_of(texts)


def numbers_of(
    file: TableFile,
    column: str,
    values: pa.ChunkedArray,
    start: int = 0,
    mark: DecimalMark | None = None,
    bad: BadCells | None = None,
) -> FloatArray:
    """Return float64, NaN where a value is missing.

    ``start``: place of the first row; ``mark``: what `decimal_mark` says of all columns of the
    file, None to ask it of this one. What is no number is an error, or noted in ``bad`` and NaN.
    """
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        from technic.tables.number_text import parsed

        texts = values.cast(pa.string())
        noted = BadCells(file) if bad is None else bad
        numbers = parsed(noted, column, texts, start, mark or decimal_mark([texts]))
        if bad is None and noted.rows:
            raise noted.error(min(noted.rows))
        return numbers
    number = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    if not (number or pa.types.is_null(kind)):
        raise file.error(f"holds {kind}, not numbers", column=column)
    if pa.types.is_primitive(values.type) and not pa.types.is_decimal(kind):
        return to_numpy(values).astype(np.float64, copy=False)
    return to_numpy(values.cast(pa.float64(), safe=False))
