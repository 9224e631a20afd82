"""Names of the files in the folder of a study."""

from __future__ import annotations

__all__ = ["BY_SYMBOL", "DOCUMENT", "HITS", "REPORT"]

DOCUMENT = "study.json"
"""The object that ``technic study --format json`` prints."""
HITS = "hits.parquet"
"""A row a hit, as ``technic study --out`` writes it."""
BY_SYMBOL = "by_symbol.parquet"
"""Short rows of the hits, by symbol."""
REPORT = "report.html"
