"""One entry for all formats: ``write(result, format, limit, out)``."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

from technic.export.markdown import markdown
from technic.export.targets import check_target, replacing
from technic.export.tradingview import watchlist
from technic.result.scan_result import ScanResult

__all__ = ["write"]


def write(
    result: ScanResult, format_: str, limit: int | None = None, out: Path | None = None
) -> tuple[str, ...]:
    """Write ``result`` to ``out``, or text formats to standard output where it is None.

    ``limit``: at most so many rows, None for all. ``json`` is exactly ``result.summary(limit)``,
    ``md`` the main columns with the headline, ``tradingview`` the symbols, every other format the
    table with all its columns. Returns sentences on what could not be written as it should be.
    Raises UsageError when the format needs a file or a package that is not there.
    """
    check_target(format_, out)
    notes = watchlist(result, limit).notes if format_ == "tradingview" else ()
    if out is None:
        sys.stdout.write(_TEXTS[format_](result, limit))
        return notes
    with replacing("out", out) as path:
        if format_ == "xlsx":
            from technic.export.xlsx import write_xlsx

            write_xlsx(result, limit, path)
        elif format_ == "parquet":
            _write_parquet(result, limit, path)
        else:
            path.write_text(_TEXTS[format_](result, limit), encoding="utf-8", newline="")
    return notes


def _json(result: ScanResult, limit: int | None) -> str:
    return json.dumps(result.summary(limit), allow_nan=False, ensure_ascii=False) + "\n"


def _csv(result: ScanResult, limit: int | None) -> str:
    rows = result.rows(limit)
    if result.data.simulated:
        # a comment line would break whoever parses the file; a column is read by name or ignored,
        # stands in the first screen of a spreadsheet, and only simulated data has it
        rows = rows.copy()
        rows.insert(1, "data_simulated", "SIMULATED")
    text = io.StringIO()
    rows.to_csv(text, index=False, lineterminator="\n")
    return text.getvalue()


def _write_parquet(result: ScanResult, limit: int | None, path: Path) -> None:
    """Write the table; the schema's metadata has what it is and as of when."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(result.rows(limit), preserve_index=False)
    said = {"headline": result.headline(), "as_of": result.as_of}
    note = json.dumps({**said, "simulated": result.data.simulated})
    metadata = {**(table.schema.metadata or {}), b"technic": note.encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


_TEXTS: dict[str, Callable[[ScanResult, int | None], str]] = {
    "json": _json,
    "csv": _csv,
    "md": markdown,
    "tradingview": lambda result, limit: watchlist(result, limit).text,
}
