"""Bodies as they grow: unpacked by our own hand, so that a few packed bytes cannot fill memory.

A library that unpacks for us hands out all that came out of one packet, a thousand times its size.
Here every piece is bounded, and all answers on their way share one account.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from technic.data_engine.interfaces.ceilings import (
    MAX_ANSWER_BYTES,
    MAX_BYTES_IN_FLIGHT,
    shown_bytes,
)
from technic.data_engine.interfaces.requests import BadAnswerError

__all__ = ["Body", "InFlight"]

PIECE = 256 * 1024
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
"""Both forms, told apart by their first bytes."""
PLAIN = ("", "identity")
PACKED = ("gzip", "x-gzip", "deflate")


@dataclass(slots=True)
class InFlight:
    """The account of all answers on their way.

    Together they may hold ``most`` bytes; beyond that an answer may still grow to its equal part,
    so that a few huge ones cannot starve those of the usual size. No more than twice ``most`` is
    ever held.
    """

    parts: int
    most: int = MAX_BYTES_IN_FLIGHT
    held: int = 0

    def admit(self, own: int, more: int) -> bool:
        """Count ``more`` bytes of an answer that holds ``own``; False where they are too many."""
        if self.held + more > self.most and own + more > self.most // self.parts:
            return False
        self.held += more
        return True


@dataclass(slots=True)
class Body:
    """One body while it comes; ``close`` gives its bytes back to the account.

    ``feed`` raises BadAnswerError for what is too long, and for what cannot be unpacked.
    """

    encoding: str
    account: InFlight
    label: str
    most: int = MAX_ANSWER_BYTES
    _parts: bytearray = field(default_factory=bytearray)
    _unpack: zlib._Decompress | None = None
    _began: bool = False

    def __post_init__(self) -> None:
        self.encoding = self.encoding.strip().lower()
        if self.encoding in PACKED:
            self._unpack = zlib.decompressobj(GZIP_OR_ZLIB)
        elif self.encoding not in PLAIN:
            raise BadAnswerError(f"{self.label}: packed as {self.encoding!r}, which was not asked")

    def feed(self, chunk: bytes) -> None:
        """Take a piece as it came from the network."""
        if self._unpack is None:
            self._add(chunk)
            return
        for piece in self._unpacked(self._unpack, chunk):
            self._add(piece)

    def finish(self) -> bytes:
        """Return the whole body; BadAnswerError where it ends within what was packed."""
        if self._unpack is not None and self._began and not self._unpack.eof:
            raise BadAnswerError(f"{self.label}: the answer broke off")
        return bytes(self._parts)

    def close(self) -> None:
        """Give back what the account holds for this body."""
        self.account.held -= len(self._parts)
        self._parts = bytearray()

    def _unpacked(self, unpack: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
        try:
            while chunk:
                if not self._began and self.encoding == "deflate" and _is_raw(chunk):
                    unpack = self._unpack = zlib.decompressobj(-zlib.MAX_WBITS)
                self._began = True
                yield unpack.decompress(chunk, PIECE)
                if unpack.eof:  # a packed body may have several parts, one after the other
                    chunk = unpack.unused_data
                    if chunk:
                        unpack = self._unpack = zlib.decompressobj(GZIP_OR_ZLIB)
                else:
                    chunk = unpack.unconsumed_tail
        except zlib.error as error:
            raise BadAnswerError(f"{self.label}: the answer cannot be unpacked") from error

    def _add(self, piece: bytes) -> None:
        own = len(self._parts)
        if own + len(piece) > self.most:
            raise BadAnswerError(f"{self.label}: more than {shown_bytes(self.most)}")
        if not self.account.admit(own, len(piece)):
            most = shown_bytes(self.account.most)
            raise BadAnswerError(f"{self.label}: more than {most} in all answers on their way")
        self._parts += piece


def _is_raw(first: bytes) -> bool:
    """Tell whether a ``deflate`` body lacks the two bytes that it should begin with."""
    return first[0] & 0x0F != zlib.DEFLATED
