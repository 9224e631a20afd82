"""A scan as CSV: the table with all its columns."""

from __future__ import annotations

import io

from technic.export.rendered import Rendered
from technic.result.scan_result import ScanResult

__all__ = ["render"]


def render(result: ScanResult, limit: int | None = None) -> Rendered:
    """Return the rows; those of simulated data say so in a column of their own."""
    rows = result.rows(limit)
    if result.data.simulated:
        # a comment line would break whoever parses the file; a column is read by name or ignored,
        # stands in the first screen of a spreadsheet, and only simulated data has it
        rows = rows.copy()
        rows.insert(1, "data_simulated", "SIMULATED")
    text = io.StringIO()
    rows.to_csv(text, index=False, lineterminator="\n")
    return Rendered.of_text(text.getvalue())
