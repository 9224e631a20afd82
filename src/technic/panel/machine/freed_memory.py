"""What large arrays give back stays with the process for the next ones, up to a ceiling.

glibc hands the memory of a large array back to the system as soon as the array is gone, and the
next array of that size is given new pages, each of which the system has to find, clear and map.
Blocks of a market's history make and drop such arrays by the thousand: of ten years of columns a
third of the processor's time was spent on that, and threads wait for each other meanwhile, since
all of a process shares one map of its pages. Other allocators are left as they are.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from functools import cache

__all__ = ["keep_freed_memory"]

KEPT_BYTES = 256 << 20
"""What stays with the process at most when nothing is in use."""
LARGEST_KEPT = 32 << 20
"""Arrays over this size are always given back: the most that glibc can be told on 64 bits."""

# of mallopt(3), from <malloc.h>
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_OWN_WISHES = ("MALLOC_", "GLIBC_TUNABLES")


@cache
def keep_freed_memory() -> bool:
    """Tell glibc to keep freed memory for the next arrays; True where it now does.

    One for all threads: what one has given back serves the others too. Whoever has set
    glibc's own variables, ``MALLOC_...`` or ``GLIBC_TUNABLES``, keeps what they say. No value
    depends on it.
    """
    libc = _loaded()
    if libc is None or not hasattr(libc, "gnu_get_libc_version") or has_wishes(os.environ):
        return False
    wanted = {
        _M_MMAP_THRESHOLD: LARGEST_KEPT,
        _M_TRIM_THRESHOLD: KEPT_BYTES,
        _M_ARENA_MAX: 1,
    }
    return all(libc.mallopt(name, value) == 1 for name, value in wanted.items())


def has_wishes(environ: Mapping[str, str]) -> bool:
    """Tell whether the environment says how memory is to be given out."""
    return any(name.startswith(_OWN_WISHES) for name in environ)


def _loaded() -> ctypes.CDLL | None:
    """Return the C library that this process runs on; None where it cannot be reached."""
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):  # Windows has none that bears no name
        return None
