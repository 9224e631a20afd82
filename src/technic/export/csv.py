"""A scan as CSV: the table with all its columns."""

from __future__ import annotations

import csv
import io

from technic.export.cells import guarded
from technic.export.rendered import Rendered
from technic.result.scan_result import ScanResult
from technic.view.column_table import Column

__all__ = ["render"]


def render(result: ScanResult, limit: int | None = None) -> Rendered:
    """Return the rows; the scan's day and the data's are columns, and simulated data says so.

    A comment line would break whoever parses the file; a column is read by name or ignored. Texts
    that a spreadsheet would compute have an apostrophe before them.
    """
    rows = result.shown(limit)
    columns = {name: _cells(values) for name, values in rows.columns.items()}
    listed = {"symbol": columns.pop("symbol")}
    if result.data.simulated:
        # beside the symbol, where the first screen of a spreadsheet shows it
        listed["data_simulated"] = ["SIMULATED"] * len(rows)
    listed |= columns
    listed["as_of"] = [result.as_of] * len(rows)
    listed["data_to"] = [result.data.last_session] * len(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(listed)
    writer.writerows(zip(*listed.values(), strict=True))
    return Rendered.of_text(text.getvalue())


def _cells(values: Column) -> list[object]:
    """Return what is written of a column: nothing where a value is missing."""
    found = ["" if value is None or value != value else value for value in values.tolist()]
    return found if values.dtype.kind in "biuf" else [guarded(value) for value in found]
