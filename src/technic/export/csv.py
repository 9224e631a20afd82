"""A scan as CSV: the table with all its columns."""

from __future__ import annotations

import io

from technic.export.cells import guarded_frame
from technic.export.rendered import Rendered
from technic.result.scan_result import ScanResult

__all__ = ["render"]


def render(result: ScanResult, limit: int | None = None) -> Rendered:
    """Return the rows; the scan's day and the data's are columns, and simulated data says so.

    A comment line would break whoever parses the file; a column is read by name or ignored. Texts
    that a spreadsheet would compute have an apostrophe before them.
    """
    rows = result.rows(limit).copy()
    if result.data.simulated:
        # beside the symbol, where the first screen of a spreadsheet shows it
        rows.insert(1, "data_simulated", "SIMULATED")
    rows["as_of"], rows["data_to"] = result.as_of, result.data.last_session
    text = io.StringIO()
    guarded_frame(rows).to_csv(text, index=False, lineterminator="\n")
    return Rendered.of_text(text.getvalue())
