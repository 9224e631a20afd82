"""Whole columns of text from outside; apart from single texts, for it needs numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.text.outside import LABEL, clean

__all__ = ["clean_column"]


def clean_column(texts: NDArray[np.object_], most: int = LABEL) -> NDArray[np.object_]:
    """Return a column whose texts are clean; what is no text stays, a text of nothing is None.

    A column in which nothing is to be done is returned itself: one look at all of it tells.
    """
    distinct = [text for text in set(texts.tolist()) if isinstance(text, str)]
    joined = "".join(distinct)
    if joined.isascii() and joined.isprintable() and max(map(len, distinct), default=0) <= most:
        return texts
    cleaned = {text: clean(text, most) or None for text in distinct}
    out = np.empty(len(texts), dtype=object)
    out[:] = [cleaned[text] if isinstance(text, str) else text for text in texts]
    return out
