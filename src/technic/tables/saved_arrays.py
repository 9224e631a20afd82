"""Files of numpy's arrays (``.npz``) that may be cut off or damaged."""

from __future__ import annotations

import zipfile
import zlib

__all__ = ["UNREADABLE_ARRAYS"]

UNREADABLE_ARRAYS = (
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What numpy raises where it reads one of them that is not whole."""
