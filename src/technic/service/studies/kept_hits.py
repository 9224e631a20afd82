"""The hits of kept studies, read again: a page of all, or those of one symbol."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from technic.result.json_values import plain
from technic.service.studies.study_files import BY_SYMBOL, HITS

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["hits_of_symbol", "hits_page"]


def hits_page(folder: Path, limit: int, offset: int) -> tuple[int, list[dict[str, Any]]]:
    """Return how many hits a study has, and some of them in the order of days, with all columns.

    Only the packed rows that they lie in are read.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(folder / HITS) as file:
        groups = []
        skipped = start = 0
        for number in range(file.metadata.num_row_groups):
            rows = file.metadata.row_group(number).num_rows
            if start + rows <= offset:
                skipped += rows
            elif start < offset + limit:
                groups.append(number)
            start += rows
        if not groups:
            return start, []
        return start, _rows(file.read_row_groups(groups).slice(offset - skipped, limit))


def hits_of_symbol(folder: Path, symbol: str, limit: int) -> tuple[int, list[dict[str, Any]]]:
    """Return how many hits of a symbol a study has, and the latest of them.

    Each with ``session``, ``setup``, ``outcome`` of its plan, ``r`` and ``excess``, the return over
    the study's horizon less the universe's mean; None where it is not known.
    """
    import pyarrow.parquet as pq

    names = ["session", "setup", "outcome", "r", "excess"]
    found = pq.read_table(folder / BY_SYMBOL, columns=names, filters=[("symbol", "=", symbol)])
    return found.num_rows, _rows(found.slice(0, limit))


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    return [{name: _value(value) for name, value in row.items()} for row in table.to_pylist()]


def _value(value: object) -> object:
    return str(value) if isinstance(value, dt.date) else plain(value)
