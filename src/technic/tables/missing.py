"""What stands for "no value" in text files."""

from __future__ import annotations

__all__ = ["MISSING"]

MISSING = (
    "", "NaN", "nan", "-nan", "-NaN", "NULL", "null", "Null", "None", "none", "NA", "N/A", "n/a",
    "na", "<NA>", "NaT", "N/D", "n/d", "ND", "n.d.", "n.a.", "N.A.", "#N/A", "#N/A N/A", "#N/AN/A",
    "#NA", "#n/a", "#N/V", "#NV", "#VALUE!", "#REF!", "#DIV/0!", "#NULL!", "-", "--", "---",
    ".", "..", "\u2013", "\u2014", "\\N", "nil", "?",
)  # fmt: skip
"""Never applied to symbols (NA and TRUE are tickers)."""
