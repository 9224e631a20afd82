"""Tables with a column for each field and symbol, as yfinance makes them, turned into long ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from technic.tables.arrow_arrays import from_mask, from_numbers, from_texts, to_mask
from technic.tables.cell_text import MISSING
from technic.tables.column_names import DATE, TWO_LEVEL, plain_name
from technic.text.python_tree import python_tree
from technic.typing import BoolArray

__all__ = ["Pairs", "long_table", "pairs_of_flat_names", "pairs_of_names", "rows_with_a_price"]

Pairs = tuple[tuple[str, str] | None, ...]
"""Of each column its field and symbol; None for the column of days."""
PRICES = ("open", "high", "low", "close")
_FIELDS = {**TWO_LEVEL, "adjusted": "adj_close"}
_SYMBOL = re.compile(r"[A-Za-z0-9^][A-Za-z0-9.^=-]{0,11}")
_NO_SYMBOLS = frozenset((
    "adj", "adjusted", "ask", "avg", "bid", "change", "day", "first", "last", "mid", "net", "prev",
    "previous", "price", "px", "raw", "regular", "session", "split", "total", "trade", "unadj",
    "unadjusted",
))  # fmt: skip
"""Words that stand before a field and say which it is, not whose."""


def pairs_of_names(names: Sequence[str]) -> Pairs:
    """Read names such as ``('Close', 'AAA')``, as pandas writes them into Parquet; else ()."""
    if not any(name.startswith("(") for name in names):
        return ()
    parts = [_parts(name) for name in names]
    found = [pair for pair in parts if pair is not None]
    for place in (0, 1):
        fields = [TWO_LEVEL.get(plain_name(pair[place]), "") for pair in found]
        if {"open", "high", "low", "close"} <= set(fields):
            symbols = iter([pair[1 - place] for pair in found])
            named = iter(fields)
            return tuple(
                (next(named), next(symbols)) if pair is not None else None for pair in parts
            )
    return ()


def pairs_of_flat_names(names: Sequence[str]) -> Pairs:
    """Read names such as ``AAA.Open``, ``AAA_open`` or ``Open AAA``; () where these are none.

    Each column but that of days has to have such a name, and a symbol all four prices.
    """
    pairs: list[tuple[str, str] | None] = []
    for name in names:
        pair = _flat_parts(name)
        if pair is None and (None in pairs or plain_name(name) not in DATE):
            return ()
        pairs.append(pair)
    fields = _places(tuple(pairs)).values()
    if None not in pairs or not all(set(PRICES) <= own.keys() for own in fields):
        return ()
    return tuple(pairs)


def _flat_parts(name: str) -> tuple[str, str] | None:
    for separator in re.finditer(r"[._ ]+", name):
        left, right = name[: separator.start()], name[separator.end() :]
        for field, symbol in ((right, left), (left, right)):
            ours = _FIELDS.get(plain_name(field))
            if ours and _SYMBOL.fullmatch(symbol) and symbol.lower() not in _NO_SYMBOLS:
                return ours, symbol
    return None


def _parts(name: str) -> tuple[str, str] | None:
    """Return the two names of a column; None for one that has one."""
    try:
        parts = ast.literal_eval(python_tree(name)) if name.startswith("(") else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if (
        isinstance(parts, tuple)
        and len(parts) == 2
        and all(isinstance(part, str) for part in parts)
    ):
        return parts if all(parts) else None
    return None


def long_table(wide: pa.Table, pairs: Pairs, wanted: Sequence[str]) -> pa.Table:
    """Return symbol, date and fields, a row for each symbol and day that has a price.

    ``wide``: its columns are in the order of ``pairs``, which has one None.
    """
    date = wide.column(pairs.index(None))
    parts = []
    for symbol, places in _places(pairs).items():
        if not places.keys() - {"volume"}:
            continue  # no price of it is there
        columns: dict[str, object] = {
            "symbol": pa.DictionaryArray.from_arrays(
                from_numbers(np.zeros(len(wide), dtype=np.int32)), from_texts([symbol])
            ),
            "date": date,
        }
        for field in wanted:
            if field in ("symbol", "date"):
                continue
            columns[field] = (
                wide.column(places[field]) if field in places
                else pa.nulls(len(wide), pa.float64())
            )  # fmt: skip
        part = pa.table({name: columns[name] for name in wanted if name in columns})
        prices = [wide.column(at) for field, at in places.items() if field != "volume"]
        parts.append(part.filter(from_mask(rows_with_a_price(prices))))
    return pa.concat_tables(parts, promote_options="permissive").unify_dictionaries()


def rows_with_a_price(columns: Sequence[pa.ChunkedArray]) -> BoolArray:
    """Tell for each row whether one of some columns has a value."""
    import pyarrow.compute as pc

    there = np.zeros(len(columns[0]), dtype=np.bool_)
    for values in columns:
        empty = pc.is_null(values, nan_is_null=True)
        if pa.types.is_string(values.type):
            empty = pc.or_(empty, pc.is_in(pc.utf8_trim_whitespace(values), from_texts(MISSING)))
        there |= ~to_mask(empty)
    return there


def _places(pairs: Pairs) -> dict[str, dict[str, int]]:
    """Return the place of each field of each symbol, in the order of the file."""
    places: dict[str, dict[str, int]] = {}
    for at, pair in enumerate(pairs):
        if pair is not None and pair[0]:
            places.setdefault(pair[1], {})[pair[0]] = at
    return places
