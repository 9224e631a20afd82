"""What is in a store, and whether it is sound."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pyarrow as pa

from technic.data_engine.store._bar_table import BarTable
from technic.data_engine.store._coverage_log import CoverageLog
from technic.data_engine.store._files import DataFile, data_files, read_batches
from technic.data_engine.store._rows import sort_key
from technic.errors import StoreError
from technic.panel import LongBars
from technic.typing import DateArray

__all__ = ["StoreStats", "count_files", "verify_bars", "verify_coverage"]

MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStats:
    """What a store holds; days are None while there are no bars.

    ``market_days``, ``ranges``: what coverage says. ``quarantined``: symbols with failures.
    """

    bars: int
    symbols: int
    first: np.datetime64 | None
    last: np.datetime64 | None
    market_days: int
    ranges: int
    splits: int
    dividends: int
    quarantined: int
    bar_files: int
    bar_bytes: int
    coverage_files: int
    versions: dict[str, int]


def count_files(table: BarTable | CoverageLog) -> list[DataFile]:
    """Return the files of the table's current version."""
    loaded = table.folder.load(table.spec.name)
    return [] if loaded is None else data_files(loaded)


def verify_bars(table: BarTable) -> tuple[list[str], DateArray]:
    """Return what is wrong with the bars, and the days that have some."""
    problems: list[str] = []
    days: list[DateArray] = [np.empty(0, "datetime64[D]")]
    for month, files in groupby(count_files(table), key=lambda file: file.month):
        own = list(files)
        for file in own:
            problems += _file_problems(table, file)
        try:
            bars = table.read_files(own)
        except StoreError:
            continue  # named above, file by file
        days.append(np.unique(bars.session.astype("datetime64[D]")))
        problems += [f"{table.name} {month}: {text}" for text in _doubles(bars)]
    return problems, np.unique(np.concatenate(days))


def verify_coverage(log: CoverageLog, days: DateArray) -> list[str]:
    """Return the whole-market days that are covered and have no bar at all."""
    empty = log.coverage("bars")[0].sessions
    empty = empty[~np.isin(empty, days)]
    return [f"coverage: {day} is covered and has no bars" for day in empty]


def _file_problems(table: BarTable, file: DataFile) -> list[str]:
    name = f"{table.name}/{file.path}"
    try:
        batches = list(read_batches(table.folder, table.name, [file], table.columns))
    except StoreError as error:
        return [f"{name}: cannot be read ({error.reason})"]
    if not batches:
        return []
    clock = "time" if table.timed else "session"
    rows = pa.Table.from_batches(batches)
    stamps, session = (rows[name].to_numpy() for name in (clock, "session"))
    symbol = rows["symbol"].cast(pa.string()).combine_chunks().dictionary_encode()
    rank = np.argsort(np.argsort(np.array(symbol.dictionary.to_pylist(), dtype=object)))
    code = rank[symbol.indices.to_numpy()].astype(np.int32)
    problems = []
    if len(session) != file.rows:
        problems.append(f"{name}: {len(session)} rows, the log says {file.rows}")
    if np.any(np.diff(sort_key(code, stamps)) < 0):
        problems.append(f"{name}: not sorted by symbol and {clock}")
    outside = np.count_nonzero(session.astype("datetime64[M]") != np.datetime64(file.month, "M"))
    if outside:
        problems.append(f"{name}: {outside} rows of another month")
    return problems


def _doubles(bars: LongBars) -> list[str]:
    """Name cells that hold two bars."""
    at = np.flatnonzero(np.diff(sort_key(bars.column, bars.session)) == 0)
    named = [f"{bars.symbols[bars.column[i]]} {bars.session[i]} twice" for i in at[:MOST_NAMED]]
    if len(at) > MOST_NAMED:
        named.append(f"and {len(at) - MOST_NAMED} more cells twice")
    return named
