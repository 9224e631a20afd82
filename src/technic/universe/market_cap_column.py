"""A column of market caps in a file: amounts as people write them, and the unit they are in.

Screeners export market caps in millions without saying so. A column in which no company would be
worth more than a few million dollars, and that has cents or companies worth less than a used car,
is one of those: it is scaled, and said.
"""

from __future__ import annotations

import logging
import math
import re

import numpy as np
import pyarrow as pa

from technic.tables.arrow_arrays import to_numpy
from technic.tables.column_units import unit_of_name
from technic.tables.file_options import UNITS
from technic.tables.number_column import UNITS as UNIT_WORDS
from technic.tables.table_file import MISSING, TableFile
from technic.typing import BoolArray, FloatArray

__all__ = ["market_caps"]

logger = logging.getLogger(__name__)

MOST_IN_MILLIONS = 1e7
"""No company is worth 10 trillion dollars; a market whose largest is worth 10 million is none."""
MOST_IN_BILLIONS = 1e4
LEAST_MEDIAN = 5e6
"""Most companies of a market are worth more."""
ENOUGH = 3
LEAST_DOLLARS = 10_000.0
"""Nothing that is listed is worth less."""
_AMOUNT = re.compile(
    r"(?:US\$|USD|\$)?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*"
    rf"({'|'.join(UNIT_WORDS)}|)s?\.?",
    re.IGNORECASE,
)


def market_caps(
    file: TableFile, column: str, values: pa.ChunkedArray, unit: str | None = None
) -> FloatArray:
    """Return a column's market caps in dollars, NaN where nothing is said.

    ``unit``: what the user says; else the column's name (``Market Cap (mil)``), else the amounts.
    An amount with a letter of its own (``1.2B``) is what it says. InputFileError names the first
    row that holds no amount.
    """
    amounts, own_unit, decimals = _read(values)
    bad = np.flatnonzero(np.isinf(amounts) | (amounts < 0))
    if len(bad):
        index = int(bad[0])
        got = values[index].as_py()
        raise file.error(
            f"{got!r} is no market cap", index, column, "dollars like 1234567 or 1.2B, or nothing"
        )
    unit = unit or unit_of_name(column)
    if unit is None and not own_unit.any():
        unit = _unit_of_amounts(file, column, amounts, decimals)
    return np.where(own_unit, amounts, amounts * UNITS[unit or "dollars"])


def _read(values: pa.ChunkedArray) -> tuple[FloatArray, BoolArray, bool]:
    """Return amounts, where a letter says their unit, and whether any is written with decimals."""
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        amounts = to_numpy(values).astype(np.float64)
        known = amounts[np.isfinite(amounts)]
        return amounts, np.zeros(len(amounts), np.bool_), bool((known != np.floor(known)).any())
    texts = [(text or "").strip() for text in values.cast(pa.string()).to_pylist()]
    read = [_amount(text) for text in texts]
    amounts = np.array([amount for amount, _ in read], dtype=np.float64)
    lettered = np.array([letter for _, letter in read], dtype=np.bool_)
    return amounts, lettered, any("." in text for text in texts)


def _amount(text: str) -> tuple[float, bool]:
    """Read ``1,234``, ``$1.2B``; NaN where nothing is said, infinity where it is no amount."""
    if text in MISSING:
        return math.nan, False
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return math.inf, False
    try:
        times = UNIT_WORDS[match[2].lower()] if match[2] else 1.0
        return float(match[1].replace(",", "")) * times, bool(match[2])
    except ValueError:
        return math.inf, False


def _unit_of_amounts(
    file: TableFile, column: str, amounts: FloatArray, decimals: bool
) -> str | None:
    """Return the unit that a column is taken to be in, and say so where it is not dollars."""
    known = amounts[np.isfinite(amounts) & (amounts > 0)]
    if not len(known):
        return None
    if known.max() > MOST_IN_MILLIONS:
        if len(known) >= ENOUGH and np.median(known) < LEAST_MEDIAN:
            logger.warning(
                "%s: half of %s is below %s dollars; --market-cap-unit thousands if it is in "
                "thousands",
                file.path, column, f"{LEAST_MEDIAN:,.0f}",
            )  # fmt: skip
        return None
    largest = f"{known.max():,.2f}".removesuffix(".00")
    if decimals or known.min() < LEAST_DOLLARS:
        others = "dollars or billions" if known.max() <= MOST_IN_BILLIONS else "dollars"
        logger.warning(
            "%s: %s is taken to be in millions of dollars, its largest is %s; "
            "--market-cap-unit %s if it is not",
            file.path, column, largest, others,
        )  # fmt: skip
        return "millions"
    logger.warning(
        "%s: no %s is above %s dollars; --market-cap-unit millions if it is in millions",
        file.path, column, largest,
    )  # fmt: skip
    return None
