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

from technic.tables.file_options import MARKET_CAP_UNITS
from technic.tables.table_file import MISSING, TableFile, plain_name
from technic.typing import BoolArray, FloatArray

__all__ = ["market_caps"]

logger = logging.getLogger(__name__)

MOST_IN_MILLIONS = 1e7
"""No company is worth 10 trillion dollars; a market whose largest is worth 10 million is none."""
LEAST_DOLLARS = 10_000.0
"""Nothing that is listed is worth less."""
_AMOUNT = re.compile(
    r"\$?([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*([KMBT]?)"
)
_SUFFIX = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_NAMED_UNITS = (
    ("thousands", re.compile(r"(?:thousands?|000s?|k)(?:usd)?$")),
    ("millions", re.compile(r"(?:millions?|mil|mill|mln|mio|mm|mn|m)(?:usd)?$|musd$")),
    ("billions", re.compile(r"(?:billions?|bil|bln|bn|b)(?:usd)?$|busd$")),
)
_BASE = re.compile(r"^(?:marketcapitali[sz]ation|marketcap|mktcap)(?:in)?(?:usd?)?(?:in)?")


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
    unit = unit or _unit_of_name(column)
    if unit is None and not own_unit.any():
        unit = _unit_of_amounts(file, column, amounts, decimals)
    return np.where(own_unit, amounts, amounts * MARKET_CAP_UNITS[unit or "dollars"])


def _read(values: pa.ChunkedArray) -> tuple[FloatArray, BoolArray, bool]:
    """Return amounts, where a letter says their unit, and whether any is written with decimals."""
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        amounts = np.asarray(values.to_numpy(), dtype=np.float64)
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
        return float(match[1].replace(",", "")) * _SUFFIX[match[2]], bool(match[2])
    except ValueError:
        return math.inf, False


def _unit_of_name(column: str) -> str | None:
    said = _BASE.sub("", plain_name(column), count=1)
    return next((unit for unit, pattern in _NAMED_UNITS if pattern.match(said)), None)


def _unit_of_amounts(
    file: TableFile, column: str, amounts: FloatArray, decimals: bool
) -> str | None:
    """Return the unit that a column is taken to be in, and say so where it is not dollars."""
    known = amounts[np.isfinite(amounts) & (amounts > 0)]
    if not len(known) or known.max() > MOST_IN_MILLIONS:
        return None
    largest = f"{known.max():,.2f}".removesuffix(".00")
    if decimals or known.min() < LEAST_DOLLARS:
        logger.warning(
            "%s: %s is taken to be in millions of dollars, its largest is %s; "
            "--market-cap-unit dollars if it is not",
            file.path, column, largest,
        )  # fmt: skip
        return "millions"
    logger.warning(
        "%s: no %s is above %s dollars; --market-cap-unit millions if it is in millions",
        file.path, column, largest,
    )  # fmt: skip
    return None
