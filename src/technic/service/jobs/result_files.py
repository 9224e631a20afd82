"""Names of the files in the folder of a result."""

from __future__ import annotations

__all__ = ["ABOUT", "CLOSES", "MARKET", "SUMMARY", "TABLE", "export_name"]

SUMMARY = "summary.json"
"""The object that ``technic scan --format json`` prints, with all rows."""
ABOUT = "about.json"
"""The same without the rows: ``row_count`` says how many, ``view`` what the grid begins with."""
MARKET = "market.json"
"""Breadth, sectors and the first rows."""
CLOSES = "closes.parquet"
"""The last closes of each row."""
TABLE = "export.parquet"
"""The table as an export; ``table.parquet`` is the saved result's own, and stays as it was."""


def export_name(name: str) -> str:
    """Return the name of the table's file in a format."""
    return f"export.{name}"
