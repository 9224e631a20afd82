"""The text of a cell without what programs put around it: quotes, ``="…"``, a leading apostrophe.

Spreadsheets guard text with them so that it is not read as a number or a day.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["bare_cell"]

_GUARDED = re.compile(r"=?\s*([\"'])(.*)\1", re.DOTALL)


@lru_cache(maxsize=1 << 12)
def bare_cell(text: str) -> str:
    """Return ``2024-03-08`` of ``="2024-03-08"``, ``'2024-03-08`` and blanks around it."""
    text = text.strip()
    if guarded := _GUARDED.fullmatch(text):
        return guarded[2].strip()
    return text.removeprefix("'")
