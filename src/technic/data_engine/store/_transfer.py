"""Daily bars out of a store into one file, and back: columns symbol, date, open … volume.

A Parquet file also carries what the store knows to be coverage, so that a store filled from it
asks for nothing again. A CSV file has no place for that: each of its symbols is taken as coverage
from its first to its last bar.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from technic.errors import InputFileError, ParameterError
from technic.panel import FIELDS, LongBars

__all__ = ["read_file", "write_file"]

COVERAGE_KEY = b"technic.coverage"
SCHEMA = pa.schema(
    [
        ("symbol", pa.string()),
        ("date", pa.date32()),
        *((name, pa.float64()) for name in FIELDS),
    ]
)


def write_file(path: Path, bars: LongBars, coverage: list[dict[str, Any]]) -> None:
    """Write ``bars`` as ``.parquet`` or ``.csv``; ``coverage`` are rows of the coverage log."""
    import pyarrow.csv
    import pyarrow.parquet

    _check_ending("path", path)
    names = pa.array(bars.symbols, pa.string())
    symbol = pa.DictionaryArray.from_arrays(pa.array(bars.column, pa.int32()), names)
    table = pa.table(
        [
            symbol.dictionary_decode(),
            pa.array(bars.session),
            *(pa.array(getattr(bars, name)) for name in FIELDS),
        ],
        schema=SCHEMA,
    )
    if path.suffix.lower() == ".csv":
        pyarrow.csv.write_csv(table, path)
        return
    text = json.dumps(coverage, default=str).encode()
    table = table.replace_schema_metadata({COVERAGE_KEY: text})
    pyarrow.parquet.write_table(table, path, compression="zstd")


def read_file(path: Path) -> tuple[LongBars, list[dict[str, Any]]]:
    """Read what ``write_file`` wrote, or a file with the same columns, in any order of rows.

    Raises InputFileError for a file that is not that.
    """
    _check_ending("path", path)
    try:
        table = _open(path)
    except FileNotFoundError:
        raise InputFileError(str(path), "is not there") from None
    except (OSError, pa.ArrowException) as error:
        raise InputFileError(str(path), str(error).splitlines()[0]) from error
    for name in SCHEMA.names:
        if name not in table.column_names:
            raise InputFileError(
                str(path), "the column is missing", column=name, hint=f"has {table.column_names}"
            )
    coverage = json.loads((table.schema.metadata or {}).get(COVERAGE_KEY, b"[]"))
    try:
        table = table.select(SCHEMA.names).cast(SCHEMA)
    except pa.ArrowException as error:
        raise InputFileError(str(path), str(error).splitlines()[0]) from error
    for name in ("symbol", "date"):
        if table[name].null_count:
            row = table[name].to_pylist().index(None) + 2
            raise InputFileError(str(path), "the value is missing", row, name)
    return _bars(table), coverage


def _open(path: Path) -> Any:
    import pyarrow.csv
    import pyarrow.parquet

    if path.suffix.lower() == ".parquet":
        return pyarrow.parquet.read_table(path)
    # A symbol may look like a number, a date or null (NA, TRUE): the types are given, not guessed.
    convert = pyarrow.csv.ConvertOptions(
        column_types={field.name: field.type for field in SCHEMA}, strings_can_be_null=False
    )
    return pyarrow.csv.read_csv(path, convert_options=convert)


def _bars(table: Any) -> LongBars:
    symbol = table["symbol"].combine_chunks().dictionary_encode()
    if isinstance(symbol, pa.ChunkedArray):
        symbol = symbol.combine_chunks()
    return LongBars(
        tuple(symbol.dictionary.to_pylist()),
        symbol.indices.to_numpy().astype(np.int32),
        table["date"].to_numpy().astype("datetime64[D]"),
        *(table[name].to_numpy().astype(np.float64) for name in FIELDS),
    )


def _check_ending(parameter: str, path: Path) -> None:
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise ParameterError(parameter, str(path), "a name that ends in .parquet or .csv")
