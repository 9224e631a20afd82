"""The data files of one version of a table: which there are, and their rows.

Files are read straight with pyarrow, by name. ``DeltaTable.to_pyarrow_dataset`` is not used: its
background threads can abort Python at exit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from technic.data_engine.store._blobs import local_path, sha256
from technic.data_engine.store._data_writer import hash_in_name
from technic.data_engine.store._delta import DeltaFolder
from technic.errors import StoreError

if TYPE_CHECKING:
    from deltalake import DeltaTable

__all__ = [
    "DataFile",
    "check_presence",
    "checked_bytes",
    "data_files",
    "describe",
    "live_paths",
    "read_batches",
    "read_each",
    "read_table",
]

Wanted = Sequence[str] | Sequence[int]
REMOTE_READS = 8
WHOLE_BYTES = 4 << 20
"""Smaller files come from an object store in one piece, whatever is wanted of them."""
BEYOND_ANY_DAY = 1 << 30


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file: its partition, its days (day numbers), rows and bytes."""

    path: str
    month: str
    first: int
    last: int
    rows: int
    size: int


def data_files(table: DeltaTable) -> list[DataFile]:
    """Return the files of a table's version, by month and first day."""
    actions = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    files = [
        DataFile(
            unquote(action["path"]),
            action.get("partition.month") or "",
            _day_number(action.get("min.session"), -BEYOND_ANY_DAY),
            _day_number(action.get("max.session"), BEYOND_ANY_DAY),
            int(action["num_records"] or 0),
            int(action["size_bytes"]),
        )
        for action in actions
    ]
    return sorted(files, key=lambda file: (file.month, file.first, file.path))


def read_batches(
    folder: DeltaFolder,
    name: str,
    files: Sequence[DataFile],
    columns: Sequence[str],
    wanted: Wanted | None = None,
    *,
    checked: bool = False,
    coded: Sequence[str] = (),
    by: str = "symbol",
) -> Iterator[Any]:
    """Yield record batches; row groups that hold none of ``wanted`` may be left out.

    ``wanted``: values of the column ``by``, by which files are sorted. ``checked``: compare each
    file with the hash in its name first. ``coded``: columns of texts that stay numbers into a
    dictionary, where files are not checked.
    """
    if not checked:
        for batches in read_each(folder, name, files, columns, wanted, coded, by):
            yield from batches
        return
    for file in files:
        yield from _batches(pa.BufferReader(checked_bytes(folder, name, file)), list(columns), None)


def checked_bytes(folder: DeltaFolder, name: str, file: DataFile) -> bytes:
    """Return a file's content; raises StoreError when it is not what was written."""
    with folder.translated(f"{name}, file {file.path}"):
        content = folder.blobs.read(f"{name}/{file.path}")
    if hash_in_name(file.path) not in (None, sha256(content)):
        raise StoreError(folder.url, f"table {name}, file {file.path}: is damaged", folder.mend)
    return content


def read_each(
    folder: DeltaFolder,
    name: str,
    files: Sequence[DataFile],
    columns: Sequence[str],
    wanted: Wanted | None = None,
    coded: Sequence[str] = (),
    by: str = "symbol",
) -> Iterator[list[Any]]:
    """Yield the record batches of one file after the other, as ``read_batches`` does.

    Raises StoreError, which names the file, when one is gone or cannot be read.
    """
    chosen = None if wanted is None else (by, sorted(wanted))
    local = local_path(folder.uri(name))

    def read(file: DataFile, opened: Callable[[DataFile], Any]) -> list[Any]:
        with folder.translated(f"{name}, file {file.path}"):
            return _batches(opened(file), list(columns), chosen, coded)

    if local is not None:
        for file in files:
            yield read(file, lambda one: pa.memory_map(str(local / one.path)))
        return
    with folder.translated(name):
        remote = _remote(folder, name, files, in_parts=chosen is not None)
    with ThreadPoolExecutor(REMOTE_READS) as pool:
        yield from pool.map(read, files, repeat(remote))


def read_table(folder: DeltaFolder, name: str, table: DeltaTable, schema: pa.Schema) -> pa.Table:
    """Return all rows of a small table with the columns of ``schema``, hashes checked."""
    files = data_files(table)
    batches = list(read_batches(folder, name, files, schema.names, checked=True))
    if not batches:
        return schema.empty_table()
    rows = pa.Table.from_batches(batches)
    # Files of an older schema lack columns: nothing is known there.
    columns = [
        rows[field.name].cast(field.type)
        if field.name in rows.column_names
        else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def describe(path: str, content: bytes) -> DataFile:
    """Describe a data file by what is in it; its month is in its path."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    rows = pq.read_table(pa.BufferReader(content))
    ends = {"min": None, "max": None}
    if "session" in rows.column_names and rows.num_rows:
        ends = pc.min_max(rows["session"]).as_py()
    month = path.partition("/")[0].removeprefix("month=") if "/" in path else ""
    return DataFile(
        path,
        month,
        _day_number(ends["min"], -BEYOND_ANY_DAY),
        _day_number(ends["max"], BEYOND_ANY_DAY),
        rows.num_rows,
        len(content),
    )


def check_presence(folder: DeltaFolder, name: str, files: Sequence[DataFile]) -> None:
    """Raise StoreError, which names it, for a file that is gone or has another size.

    That costs no reading; files of an object store do not vanish or shrink by themselves.
    """
    local = local_path(folder.uri(name))
    if local is None:
        return
    for file in files:
        try:
            size = (local / file.path).stat().st_size
        except OSError:
            size = -1
        if size != file.size:
            what = "is not there" if size < 0 else f"has {size} bytes instead of {file.size}"
            raise StoreError(folder.url, f"table {name}, file {file.path}: {what}", folder.mend)


def live_paths(table: DeltaTable) -> tuple[str, ...]:
    """Return the paths of a table's data files, sorted."""
    return tuple(sorted(file.path for file in data_files(table)))


def _remote(
    folder: DeltaFolder, name: str, files: Sequence[DataFile], *, in_parts: bool
) -> Callable[[DataFile], Any]:
    """Return what opens a file of an object store: whole, or ``in_parts`` as they are asked for."""
    from deltalake.fs import DeltaStorageHandler

    # With its size known a file is opened without asking, and other threads run meanwhile.
    sizes = {file.path: file.size for file in files}
    handler = DeltaStorageHandler(folder.uri(name), dict(folder.options), sizes)

    def opened(file: DataFile) -> Any:
        if in_parts and file.size > WHOLE_BYTES:
            return handler.open_input_file(file.path)
        return pa.BufferReader(handler._handler.open_input_file(file.path).read(file.size))

    return opened


def _batches(
    source: Any,
    columns: list[str],
    chosen: tuple[str, list[Any]] | None,
    coded: Sequence[str] = (),
) -> list[Any]:
    import pyarrow.parquet as pq

    # Neighbouring columns of a remote file come in one request.
    remote = isinstance(source, pa.PythonFile)
    # Bars come with few symbols and many rows; their symbols stay numbers into a dictionary.
    codes = ["symbol"] if "close" in columns else [name for name in coded if name in columns]
    with pq.ParquetFile(source, pre_buffer=remote, read_dictionary=codes or None) as file:
        if chosen is None:
            table = file.read(columns)
        else:
            groups = _groups_with(file.metadata, *chosen)
            table = file.read_row_groups(groups, columns)
    batches: list[Any] = table.to_batches()
    return batches


def _groups_with(metadata: Any, by: str, wanted: list[Any]) -> list[int]:
    """Return the row groups that may hold one of ``wanted`` (files are sorted by that column)."""
    at = metadata.schema.names.index(by)
    kept = []
    for group in range(metadata.num_row_groups):
        statistics = metadata.row_group(group).column(at).statistics
        known = statistics is not None and statistics.has_min_max
        if not known or bisect_left(wanted, statistics.min) < bisect_right(wanted, statistics.max):
            kept.append(group)
    return kept


def _day_number(day: Any, missing: int) -> int:
    return missing if day is None else int(np.datetime64(day, "D").astype(np.int64))
