"""A hash of each symbol's bars, the same wherever and however they are stored."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from technic.panel import FIELDS, LongBars

__all__ = ["content_hashes"]


def content_hashes(bars: LongBars) -> dict[str, str]:
    """Hash the days and values of each symbol; ``bars`` are sorted by (symbol, session)."""
    bounds = np.searchsorted(bars.column, np.arange(len(bars.symbols) + 1))
    days = bars.session.astype("datetime64[D]").astype("<i8")
    columns = [days, *(getattr(bars, name).astype("<f8") for name in FIELDS)]
    hashes = {}
    for at, symbol in enumerate(bars.symbols):
        digest = blake2b(digest_size=16)
        for column in columns:
            digest.update(column[bounds[at] : bounds[at + 1]].data)
        hashes[symbol] = digest.hexdigest()
    return hashes
