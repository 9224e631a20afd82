"""Where two tables and two ledgers differ: symbol by symbol, cell by cell, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from technic.result.json_values import plain
from technic.result.ledger import Ledger
from technic.typing import BoolArray

__all__ = [
    "CellDifference",
    "LedgerDifference",
    "PlaceChange",
    "TableDifferences",
    "ledger_differences",
    "table_differences",
]


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A value that was saved and is another one now; None where there is no value."""

    symbol: str
    column: str
    saved: object
    now: object


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """A symbol whose place among those that both tables hold is another; from 1."""

    symbol: str
    saved: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDifferences:
    """Rows, columns, places and cells that are not the same in two tables.

    ``missing``: symbols only the saved table has; ``added``: those only the table of now has.
    """

    rows_saved: int
    rows_now: int
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    columns_missing: tuple[str, ...] = ()
    columns_added: tuple[str, ...] = ()
    moved: tuple[PlaceChange, ...] = ()
    cells: tuple[CellDifference, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether the tables are the same, bit for bit."""
        return not (
            self.missing
            or self.added
            or self.columns_missing
            or self.columns_added
            or self.moved
            or self.cells
        )


@dataclass(frozen=True, slots=True)
class LedgerDifference:
    """A symbol with another outcome or detail; None where the universe has no such symbol."""

    symbol: str
    saved: tuple[str, str] | None
    now: tuple[str, str] | None


def table_differences(saved: pd.DataFrame, now: pd.DataFrame) -> TableDifferences:
    """Compare two tables with a column ``symbol`` that names each row once.

    ``saved`` comes from a Parquet file; ``now`` is compared as it would come from one. Numbers are
    equal when their bits are, and NaN equals NaN.
    """
    now = pa.Table.from_pandas(now, preserve_index=False).to_pandas()
    names = [list(map(str, frame["symbol"])) for frame in (saved, now)]
    at = [{symbol: i for i, symbol in enumerate(own)} for own in names]
    shared = [symbol for symbol in names[0] if symbol in at[1]]
    rows = [np.array([own[symbol] for symbol in shared], dtype=np.intp) for own in at]
    columns = [str(name) for name in saved.columns if name in now.columns]
    return TableDifferences(
        rows_saved=len(saved),
        rows_now=len(now),
        missing=tuple(symbol for symbol in names[0] if symbol not in at[1]),
        added=tuple(symbol for symbol in names[1] if symbol not in at[0]),
        columns_missing=tuple(str(name) for name in saved.columns if name not in now.columns),
        columns_added=tuple(str(name) for name in now.columns if name not in saved.columns),
        moved=_moved(shared, rows[1]),
        cells=_cells(saved.iloc[rows[0]], now.iloc[rows[1]], shared, columns),
    )


def ledger_differences(saved: Ledger, now: Ledger) -> tuple[LedgerDifference, ...]:
    """Compare two ledgers; symbols in the order of ``saved``, new ones after them."""
    entries = [_entries(ledger) for ledger in (saved, now)]
    symbols = dict.fromkeys((*saved.symbols, *now.symbols))
    return tuple(
        LedgerDifference(symbol, entries[0].get(symbol), entries[1].get(symbol))
        for symbol in symbols
        if entries[0].get(symbol) != entries[1].get(symbol)
    )


def _entries(ledger: Ledger) -> dict[str, tuple[str, str]]:
    pairs = zip(ledger.outcome.tolist(), ledger.detail.tolist(), strict=True)
    entries = ((str(outcome), str(detail or "")) for outcome, detail in pairs)
    return dict(zip(ledger.symbols, entries, strict=True))


def _moved(
    shared: Sequence[str], now: np.ndarray[Any, np.dtype[np.intp]]
) -> tuple[PlaceChange, ...]:
    """Places among the shared symbols: what left or entered moves nobody."""
    place = np.empty(len(now), dtype=np.intp)
    place[np.argsort(now)] = np.arange(len(now))
    return tuple(
        PlaceChange(shared[i], i + 1, int(place[i]) + 1)
        for i in range(len(shared))
        if place[i] != i
    )


def _cells(
    saved: pd.DataFrame, now: pd.DataFrame, symbols: Sequence[str], columns: Sequence[str]
) -> tuple[CellDifference, ...]:
    differ = np.zeros((len(symbols), len(columns)), dtype=np.bool_)
    for j, name in enumerate(columns):
        differ[:, j] = _differ(saved[name], now[name])
    values = {
        j: [frame[columns[j]].tolist() for frame in (saved, now)]
        for j in np.flatnonzero(differ.any(axis=0)).tolist()
    }
    return tuple(
        CellDifference(symbols[i], columns[j], *(plain(column[i]) for column in values[j]))
        for i, j in np.argwhere(differ).tolist()
    )


def _differ(saved: pd.Series[Any], now: pd.Series[Any]) -> BoolArray:
    """Mask of the rows whose values are not the same."""
    kinds = {column.dtype.kind for column in (saved, now)}
    if kinds <= {"f", "i", "u", "b"}:
        left, right = (column.to_numpy(np.float64) for column in (saved, now))
        same: BoolArray = left.view(np.int64) == right.view(np.int64)
        same |= np.isnan(left) & np.isnan(right)
        return ~same
    pairs = zip(map(plain, saved.tolist()), map(plain, now.tolist()), strict=True)
    return np.array([left != right for left, right in pairs], dtype=np.bool_)
