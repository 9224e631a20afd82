"""Writing the data files of a table: Parquet, named by their content.

A file is called ``<eight random digits>-<SHA-256 of its bytes>.parquet``, so the log of a table,
which names its files, records the hash of each file that a commit adds.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from technic.data_engine.store._blobs import Blobs, sha256

if TYPE_CHECKING:
    from deltalake.transaction import AddAction

__all__ = ["WRITERS", "add_action", "hash_in_name", "write_files"]

ROW_GROUP_ROWS = 16_384
WRITERS = 4
NAMED = re.compile(r"[0-9a-f]{8}-([0-9a-f]{64})\.parquet$")
CODED = ("symbol", "session", "unit", "form", "accn", "source", "tag")
"""Columns that repeat: written as a dictionary, with their least and greatest value."""
BOUNDED = ("cik",)
"""Other columns by which row groups are chosen: with their least and greatest value."""


def hash_in_name(path: str) -> str | None:
    """Return the SHA-256 that a data file's name promises, None for a name without one."""
    found = NAMED.search(path)
    return found.group(1) if found else None


def write_files(
    blobs: Blobs, name: str, parts: Mapping[str, pa.Table], partition_by: tuple[str, ...]
) -> list[AddAction]:
    """Write one file for each part, under its partition value; return what the log says of each.

    An unpartitioned table has one part, whose value is an empty text.
    """

    def write(part: tuple[str, pa.Table]) -> AddAction:
        value, table = part
        content = _parquet(table)
        folder = f"{partition_by[0]}={value}/" if partition_by else ""
        path = f"{folder}{uuid.uuid4().hex[:8]}-{sha256(content)}.parquet"
        blobs.write(f"{name}/{path}", content)
        values = {partition_by[0]: value} if partition_by else {}
        return add_action(path, len(content), values, table.num_rows, _ends(table))

    if len(parts) == 1:
        return [write(part) for part in parts.items()]
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(write, parts.items()))


def add_action(
    path: str,
    size: int,
    values: Mapping[str, str],
    rows: int,
    ends: tuple[dt.date, dt.date] | None,
) -> AddAction:
    """Describe a file for the log; ``ends``: its first and last session."""
    from deltalake.transaction import AddAction

    stats: dict[str, Any] = {"numRecords": rows, "minValues": {}, "maxValues": {}}
    if ends is not None:
        stats["minValues"]["session"], stats["maxValues"]["session"] = map(str, ends)
    now = int(time.time() * 1000)
    return AddAction(path, size, dict(values), now, True, json.dumps(stats))


def _ends(table: pa.Table) -> tuple[dt.date, dt.date] | None:
    import pyarrow.compute as pc

    if "session" not in table.column_names or not table.num_rows:
        return None
    ends = pc.min_max(table["session"]).as_py()
    return ends["min"], ends["max"]


def _parquet(table: pa.Table) -> memoryview:
    """Plain numbers and light compression: prices hardly repeat, and reading is what counts."""
    import pyarrow.parquet as pq

    coded = [name for name in CODED if name in table.column_names]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="lz4",
        row_group_size=ROW_GROUP_ROWS,
        use_dictionary=coded,
        write_statistics=[*coded, *(name for name in BOUNDED if name in table.column_names)],
    )
    return memoryview(sink.getvalue())
