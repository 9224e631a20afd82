"""The text of a cell: without what programs put around it, and what stands for "no value".

Spreadsheets guard text with quotes, ``="…"`` or a leading apostrophe, so that it is not read as a
number or a day.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["MISSING", "bare_cell"]

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

_GUARDED = re.compile(r"=?\s*([\"'])(.*)\1", re.DOTALL)


@lru_cache(maxsize=1 << 12)
def bare_cell(text: str) -> str:
    """Return ``2024-03-08`` of ``="2024-03-08"``, ``'2024-03-08`` and blanks around it."""
    text = text.strip()
    if guarded := _GUARDED.fullmatch(text):
        return guarded[2].strip()
    return text.removeprefix("'")
