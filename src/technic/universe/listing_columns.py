"""The columns of a file of listings, as a universe holds them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from technic.errors import InputFileError
from technic.tables.cell_text import bare_cell
from technic.tables.column_names import UNIVERSE
from technic.tables.table_file import MISSING, TableFile, plain_name
from technic.typing import BoolArray
from technic.universe.exchanges import exchange_name
from technic.universe.listing_spans import SPAN_COLUMNS
from technic.universe.listings import TEXT_COLUMNS, Column, checked_listings
from technic.universe.market_cap_column import market_caps
from technic.universe.symbols import Convention, canonical, parse_symbols, without_exchange

__all__ = ["MAX_SYMBOL_LENGTH", "listing_columns", "listing_rows"]

MAX_SYMBOL_LENGTH = 24
_MISSING = frozenset(MISSING)
_DASHES = ("-", "--", "\u2013", "\u2014")
"""What funds' holdings have for cash and other rows without one."""
_FLAGS = ("is_test", "is_etf")
_YES = ("y", "yes", "true", "t", "1")
_NOT_TEXT = ("market_cap", "as_of", *_FLAGS, *SPAN_COLUMNS)


def listing_columns(file: TableFile) -> dict[str, str]:
    """Match the file's columns; a list without a header is named as what it is."""
    try:
        found = file.match(UNIVERSE, required=("symbol",))
    except InputFileError:
        if not _is_list(file):
            raise
        what = f"has no line of column names, its first is {file.header[0]!r}"
        hint = "--watchlist reads a list of symbols; --universe a table with a column Symbol"
        raise InputFileError(str(file.path), what, hint=hint) from None
    if found.get("nasdaq_symbol") == found["symbol"]:
        del found["nasdaq_symbol"]
    return found


def _is_list(file: TableFile) -> bool:
    """Tell symbols in lines, or all on one, from a table."""
    symbols = parse_symbols(name.removeprefix("$") for name in file.header)
    if file.format != "csv" or not symbols or not all(text.isupper() for text in symbols):
        return False
    return len(file.header) == 1 or not len(file.read({"symbol": file.header[0]}))


def listing_rows(
    file: TableFile, found: Mapping[str, str], table: pa.Table
) -> tuple[dict[str, Column], BoolArray]:
    """Return the columns of a universe, and which rows have no symbol."""
    texts = {
        name: _texts(file, found[name], table[name], frozenset() if "symbol" in name else _MISSING)
        for name in found
        if name not in _NOT_TEXT
    }
    symbols, nameless = _symbols(file, found["symbol"], texts["symbol"], texts.get("nasdaq_symbol"))
    columns: dict[str, Column] = {"symbol": symbols}
    columns |= {name: texts[name] for name in TEXT_COLUMNS if name in texts}
    if "exchange" in columns:
        columns["exchange"] = np.array(
            [exchange_name(text) for text in columns["exchange"]], object
        )
    elif "market_category" in texts:
        columns["exchange"] = np.full(len(table), "NASDAQ", dtype=object)
    flags = {name: _flags(table[name]) for name in found if name in _FLAGS}
    if "type" not in columns and flags:
        columns["type"] = _directory_types(len(table), flags)
    if "market_cap" in found:
        columns["market_cap"] = market_caps(
            file, found["market_cap"], table["market_cap"], file.options.market_cap_unit
        )
    return checked_listings(columns), nameless


def _texts(
    file: TableFile, column: str, values: pa.ChunkedArray, missing: Collection[str] = frozenset()
) -> NDArray[np.object_]:
    """Return stripped text, "" where there is none; a column that is not text is an error.

    ``missing``: words that mean none; not for symbols, for NA is a ticker.
    """
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
            or pa.types.is_string_view(kind)):  # fmt: skip
        raise file.error(f"holds {kind}, not text", column=column)
    return _stripped(values, missing)


def _stripped(
    values: pa.ChunkedArray, missing: Collection[str] = frozenset()
) -> NDArray[np.object_]:
    texts = np.empty(len(values), dtype=object)
    stripped = (bare_cell(text or "") for text in values.to_pylist())
    texts[:] = ["" if text in missing else text for text in stripped]
    return texts


def _symbols(
    file: TableFile,
    column: str,
    texts: NDArray[np.object_],
    nasdaq: NDArray[np.object_] | None = None,
) -> tuple[NDArray[np.object_], BoolArray]:
    """Return canonical symbols, and which rows have none: cash, totals, footers.

    ``nasdaq``: a directory's other spelling, which is unambiguous. InputFileError where half of the
    rows or more hold what is no symbol, a dash apart.
    """
    convention: Convention | None = "nasdaq" if plain_name(column) == "nasdaqsymbol" else None
    none = _nameless(texts)
    strange = none & np.array([text not in _DASHES for text in texts], np.bool_)
    if 2 * strange.sum() >= len(none):
        index = int(np.flatnonzero(strange)[0])
        text = texts[index]
        what = f"{text[:MAX_SYMBOL_LENGTH]!r} is no symbol" if text else "has no symbol"
        raise file.error(what, index, column)
    symbols = np.empty(len(texts), dtype=object)
    for index, text in enumerate(texts):
        better = nasdaq[index] if nasdaq is not None else ""
        if none[index]:
            symbols[index] = _DASHES[0]
        elif better:
            symbols[index] = canonical(better, "nasdaq")
        else:
            symbols[index] = canonical(without_exchange(text), convention)
    return symbols, none


def _nameless(texts: NDArray[np.object_]) -> BoolArray:
    """Return which texts can be no symbols."""
    return np.array([not _may_be_symbol(text) for text in texts], np.bool_)


def _may_be_symbol(text: str) -> bool:
    known = text and text not in _DASHES
    return bool(known) and len(text) <= MAX_SYMBOL_LENGTH and text.isprintable()


def _flags(values: pa.ChunkedArray) -> BoolArray:
    """Return where a flag is set: Y, true, 1."""
    texts = _stripped(values.cast(pa.string()))
    return np.array([text.lower() in _YES for text in texts], np.bool_)


def _directory_types(size: int, flags: Mapping[str, BoolArray]) -> NDArray[np.object_]:
    """Return what the flags of a symbol directory say; None where they say nothing."""
    types = np.full(size, None, dtype=object)
    for name, what in (("is_etf", "etf"), ("is_test", "test_issue")):
        if name in flags:
            types[flags[name]] = what
    return types
