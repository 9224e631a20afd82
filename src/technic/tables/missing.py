"""What stands for "no value" in text files."""

from __future__ import annotations

__all__ = ["MISSING"]

MISSING = (
    "", "NaN", "nan", "-nan", "-NaN", "NULL", "null", "Null", "None", "none", "NONE", "NA", "N/A",
    "n/a", "na", "<NA>", "NaT", "N/D", "n/d", "ND", "n.d.", "n.a.", "N.A.", "N/M", "n/m", "n.m.",
    "NM", "#N/A", "#N/A N/A", "#N/AN/A", "#NA", "#n/a", "#N/V", "#NV", "#VALUE!", "#REF!",
    "#DIV/0!", "#NULL!", "#NUM!", "#NAME?", "#CALC!", "#FIELD!", "#SPILL!", "#BUSY!",
    "#GETTING_DATA", "#N/A Requesting Data...", "#N/A Field Not Applicable",
    "#N/A Invalid Security", "#N/A Invalid Field", "#N/A Review", "#N/A Time", "-1.#IND",
    "1.#IND", "1.#QNAN", "-1.#QNAN",
    "1.#INF", "-1.#INF", "-nan(ind)", "nan(ind)", "(null)", "(none)", "NIL", "missing",
    "Missing", "void", "no data", "No data", "k.A.", "k. A.", "n.v.", "b.d.", "s.d.", "N.D.", "nd",
    "-", "--", "---", ".", "..", "*", "\u2013", "\u2014", "\\N", "nil", "?",
)  # fmt: skip
"""Never applied to symbols (NA and TRUE are tickers)."""
