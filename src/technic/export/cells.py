"""Cells of CSV that a spreadsheet would take for a formula, made text again.

Excel, LibreOffice and Google Sheets compute what begins with ``= + - @``, also after a tab or a
quote, and a formula can fetch an address or start a program. An apostrophe before it makes it text;
numbers stay numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["guarded", "guarded_frame"]

T = TypeVar("T")

_FORMULA = re.compile(r"""[\s"'\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]""")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?")


def guarded(value: T) -> T | str:
    """Return a text that would be a formula with an apostrophe before it, all else as it is."""
    if not isinstance(value, str) or not _FORMULA.match(value) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def guarded_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts are guarded; what is no text stays as it is."""
    texts = [name for name in frame.columns if not _is_number(frame[name])]
    return frame.assign(**{name: frame[name].map(guarded) for name in texts})


def _is_number(column: pd.Series[Any]) -> bool:
    return column.dtype.kind in "biufMm"
