"""What is in a store, and whether it is sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from technic.data_engine.store._bar_table import BarTable
from technic.data_engine.store._coverage_log import CoverageLog
from technic.data_engine.store._files import DataFile, data_files, read_batches
from technic.data_engine.store._rows import sort_key
from technic.errors import StoreError
from technic.panel import LongBars
from technic.wording.counts import count_of

__all__ = ["StoreStats", "bar_problems", "count_files"]

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


def bar_problems(table: BarTable, month: Sequence[DataFile]) -> list[tuple[str, tuple[str, ...]]]:
    """Return what is wrong with the bars of one month's files, and the files that have it."""
    found = [(text, (file.path,)) for file in month for text in _file_problems(table, file)]
    bad = {path for _, paths in found for path in paths}
    sound = [file for file in month if file.path not in bad]
    paths = tuple(file.path for file in sound)
    bars = table.read_files(sound)
    return found + [(f"{table.name} {sound[0].month}: {text}", paths) for text in _doubles(bars)]


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
        problems.append(f"{name}: {count_of(len(session), 'row')}, the log says {file.rows}")
    if np.any(np.diff(sort_key(code, stamps)) < 0):
        problems.append(f"{name}: not sorted by symbol and {clock}")
    outside = np.count_nonzero(session.astype("datetime64[M]") != np.datetime64(file.month, "M"))
    if outside:
        problems.append(f"{name}: {count_of(int(outside), 'row')} of another month")
    return problems


def _doubles(bars: LongBars) -> list[str]:
    """Name cells that hold two bars."""
    at = np.flatnonzero(np.diff(sort_key(bars.column, bars.session)) == 0)
    named = [f"{bars.symbols[bars.column[i]]} {bars.session[i]} twice" for i in at[:MOST_NAMED]]
    if len(at) > MOST_NAMED:
        named.append(f"and {count_of(len(at) - MOST_NAMED, 'more cell')} twice")
    return named
