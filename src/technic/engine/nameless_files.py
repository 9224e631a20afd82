"""Values in files without a name, whose arrays another process reads where they lie.

Such a file is gone when the last process that has it open has ended, however that came about.
"""

from __future__ import annotations

import mmap
import os
import pickle
import struct
import tempfile
from contextlib import ExitStack
from itertools import accumulate
from typing import IO, Any

__all__ = ["read_value", "written"]

_ALIGNED = 64
"""Arrays begin at multiples of this many bytes, as the processor's vectors want them."""


def written(value: object) -> IO[bytes]:
    """Write a value to a new file, its arrays behind each other as they are.

    It lies in memory where the system has such files, else on the disk. Raises what pickle raises
    for what cannot travel, and OSError where there is no room.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    pieces = [memoryview(body), *(one.raw() for one in buffers)]
    head = struct.pack(f"<{1 + len(pieces)}q", len(pieces), *(piece.nbytes for piece in pieces))
    with ExitStack() as failed:
        file = failed.enter_context(_opened())
        for piece in (memoryview(head), *pieces):
            file.write(piece)
            file.write(bytes(-piece.nbytes % _ALIGNED))
        file.flush()
        failed.pop_all()
    return file


def read_value(descriptor: int, *, copied: bool) -> Any:
    """Return the value of an open file.

    ``copied``: each array is memory of its own, and may be written to; else all are read-only views
    that keep the whole file as long as one of them is there.
    """
    whole = memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))
    (count,) = struct.unpack_from("<q", whole)
    sizes = struct.unpack_from(f"<{count}q", whole, 8)
    taken = [one + -one % _ALIGNED for one in (8 * (1 + count), *sizes)]
    body, *views = (
        whole[first : first + size]
        for first, size in zip(accumulate(taken[:-1]), sizes, strict=True)
    )
    return pickle.loads(body, buffers=[bytearray(one) for one in views] if copied else views)


def _opened() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("technic"), "w+b")
    return tempfile.TemporaryFile()
