"""The column of symbols of a price file."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.tables.cell_text import bare_cell
from technic.tables.day_column import encoded
from technic.tables.table_file import TableFile
from technic.universe import canonical
from technic.universe.symbols import without_exchange

__all__ = ["doubted_endings", "doubted_symbols", "symbols_of"]

MAX_SYMBOL_LENGTH = 24
ENOUGH = 3
"""Symbols of which not every one is of a class that a single letter names."""
_ONE_LETTER = re.compile(r"[A-Z0-9]+\.[A-Z]")


def symbols_of(
    file: TableFile, column: str, values: pa.ChunkedArray
) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return the distinct symbols of a column, canonical, and which of them each row has."""
    texts, code = encoded(file, column, values)
    place: dict[str, int] = {}
    new_code = np.empty(len(texts), dtype=np.int32)
    for old, text in enumerate(map(bare_cell, texts)):
        if not text or len(text) > MAX_SYMBOL_LENGTH or not text.isprintable():
            row = int(np.flatnonzero(code == old)[0])
            what = f"{text[:MAX_SYMBOL_LENGTH]!r} is no symbol" if text else "has no symbol"
            raise file.error(what, row, column)
        new_code[old] = place.setdefault(canonical(without_exchange(text)), len(place))
    return tuple(place), new_code[code]


def doubted_symbols(
    file: TableFile, column: str, symbols: tuple[str, ...]
) -> list[tuple[str, str, str]]:
    """Return what is to be said where most symbols are of several words, as companies' names."""
    odd = [symbol for symbol in symbols if " " in symbol]
    if 2 * len(odd) <= len(symbols):
        return []
    what = (
        f"column {column!r} is taken for symbols and holds names of several words; "
        "--columns-map symbol=NAME says which it is:"
    )
    return [(file.path.name, what, repr(odd[0]))]


def doubted_endings(name: str, symbols: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return what is to be said where all symbols of a file or folder end as AAPL.O and IBM.N do.

    A letter may be a class of shares as well, so nothing is taken off.
    """
    if len(symbols) < ENOUGH or not all(map(_ONE_LETTER.fullmatch, symbols)):
        return []
    what = (
        "every symbol ends with a letter after a point, which may be its exchange and is taken for "
        "its class of shares; take it off if it is no part of the symbol:"
    )
    return [(name, what, repr(symbols[0]))]
