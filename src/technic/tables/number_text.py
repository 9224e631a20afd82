"""Text as numbers, a column at a time.

Apart from ``number_column``: Arrow's functions take long to import, and files of numbers need none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.tables.arrow_arrays import from_texts, to_mask, to_numpy
from technic.tables.bad_cells import BadCells
from technic.tables.cell_text import MISSING
from technic.tables.number_column import UNITS, DecimalMark
from technic.typing import FloatArray

__all__ = ["mark_of", "parsed"]

_HINT = "write decimals with a point: 1234.5"
_NOISE = "US\\$|USD|EUR|[\\s\u00a0\u202f$€£¥'\"=\u2019]"
_UNIT = re.compile(rf"(.*[\d.,])({'|'.join(UNITS)})s?\.?", re.IGNORECASE)
_UNIT_AT_END = rf"(?i)(?:{'|'.join(sorted(UNITS, key=len, reverse=True))})s?\.?$"
_SIGN = "^[+-]?"
_COMMA_THOUSANDS = _SIGN + r"\d{1,3}(?:,\d{3})+(?:\.\d*)?(?:[eE][+-]?\d+)?$"
"""A number whose commas stand between thousands, and nowhere else."""
_POINT_THOUSANDS = _SIGN + r"\d{1,3}(?:\.\d{3})+(?:,\d*)?$"
_DECIMAL_COMMA = (
    _SIGN + r"(?:0,\d+|\d{4,},\d+|\d+,(?:\d{1,2}|\d{4,})|\d{1,3}(?:\.\d{3})+,\d+"
    r"|\d{1,3}(?:\.\d{3}){2,})$"
)
"""What only a comma before decimals can mean."""
_DECIMAL_POINT = (
    _SIGN + r"(?:0\.\d+|\d{4,}\.\d+|\d+\.(?:\d{1,2}|\d{4,})|\d{1,3}(?:,\d{3})+\.\d+"
    r"|\d{1,3}(?:,\d{3}){2,})$"
)
_PLAIN_COMMA = _SIGN + r"\d*(?:,\d*)?$"
SAMPLE = 1_000
"""Rows of which the first are asked for a decimal point, since most have one."""


def mark_of(texts: Sequence[pa.ChunkedArray]) -> DecimalMark:
    """Tell which mark stands before decimals, as `decimal_mark` does."""
    for part in ([column.slice(0, SAMPLE) for column in texts], texts):
        if any(_any(_amounts(_bare(column)), _DECIMAL_POINT) for column in part):
            return "."  # a comma before decimals beside it is refused where it stands
    if any(_any(_amounts(_bare(column)), _DECIMAL_COMMA) for column in texts):
        return ","
    return "?" if any(_any(column, ",") for column in texts) else "."


def parsed(
    bad: BadCells, column: str, values: pa.ChunkedArray, start: int, mark: DecimalMark
) -> FloatArray:
    """Read text as numbers; a comma that is neither thousands nor decimals is refused."""
    bare = _bare(values)
    words = from_texts(MISSING)  # some of several words
    missing = pc.or_(pc.is_in(bare, words), pc.is_in(pc.utf8_trim_whitespace(values), words))
    nothing = pa.nulls(len(bare), pa.string())
    bare = pc.if_else(missing, nothing, bare)
    amounts, commas = _amounts(bare), pc.match_substring(bare, ",")
    if mark == ",":
        plain = pc.match_substring_regex(amounts, _PLAIN_COMMA)
        wrong = pc.invert(pc.or_(plain, pc.match_substring_regex(amounts, _POINT_THOUSANDS)))
    else:
        wrong = pc.and_(commas, pc.invert(pc.match_substring_regex(amounts, _COMMA_THOUSANDS)))
    if pc.any(wrong).as_py():
        rows = np.flatnonzero(to_mask(wrong))
        _note(bad, rows, values, column, start, _HINT)
        bare = pc.if_else(wrong, nothing, bare)
    if mark == "?" and bad.file.delimiter != "," and pc.any(commas).as_py():
        row = pc.index(commas, True).as_py()
        text = values[row].as_py()
        reason = f"{text!r} may be {text.replace(',', '.')} or {text.replace(',', '')}"
        raise bad.file.error(reason, start + row, column, _HINT)
    bare = pc.replace_substring(bare, "." if mark == "," else ",", "")
    if mark == ",":
        bare = pc.replace_substring(bare, ",", ".")
    try:
        return to_numpy(bare.cast(pa.float64()))
    except pa.ArrowInvalid:
        numbers = [_number(text) for text in bare.to_pylist()]
    rows = np.array([row for row, number in enumerate(numbers) if number is None], np.intp)
    _note(bad, rows, values, column, start)
    return np.array([np.nan if number is None else number for number in numbers], np.float64)


def _note(
    bad: BadCells,
    rows: NDArray[np.intp],
    values: pa.ChunkedArray,
    column: str,
    start: int,
    hint: str = "",
) -> None:
    texts = (f"{values[row].as_py()!r} is no number" for row in rows.tolist())
    bad.add((start + rows).tolist(), texts, column, hint)


def _number(text: str | None) -> float | None:
    """Read one text, of which most are numbers, some with a unit; None where it is none."""
    if text is None:
        return np.nan
    unit = 1.0
    if united := _UNIT.fullmatch(text):
        text, unit = united[1], UNITS[united[2].lower()]
    try:
        pa.scalar(text).cast(pa.float64())  # float() reads more: 1_000, infinity
    except pa.ArrowInvalid:
        return None
    # as decimals, so that 1.17M is 1170000 and nothing beside it
    return float(f"{text}e{round(np.log10(unit))}") if unit != 1.0 else float(text)


def _bare(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(values, _NOISE, "")


def _amounts(bare: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(bare, _UNIT_AT_END, "")


def _any(values: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())
