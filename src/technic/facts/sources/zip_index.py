"""Where each member of a large zip file is, without holding a million entries in memory.

A list of all that SEC's bulk files hold would take most of a gigabyte; here the directory at the
file's end is read piece by piece, and only members that are wanted are remembered.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from technic.data_engine.interfaces.ceilings import MIB, shown_bytes
from technic.data_engine.interfaces.requests import BadAnswerError

__all__ = ["MAX_MEMBER_BYTES", "Member", "ZipIndex"]

MAX_MEMBER_BYTES = 128 * MIB
"""Of one company, unpacked; the largest has about 30 MiB."""
PIECE = MIB
MOST_COMMENT = 65_535
STORED, DEFLATED = 0, 8
IN_ZIP64 = 0xFFFFFFFF

_END = struct.Struct("<4s4H2LH")
_END64_AT = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")


class Member(NamedTuple):
    """Where a member begins, how it is packed, its sizes and its checksum."""

    offset: int
    method: int
    packed: int
    size: int
    crc: int


@dataclass(frozen=True, slots=True)
class ZipIndex:
    """Members of the file at ``path`` by name."""

    path: Path
    members: dict[str, Member]

    @classmethod
    def of(cls, path: Path, wanted: Callable[[str], bool] = lambda _: True) -> ZipIndex:
        """Find the members whose names are wanted; BadAnswerError for a file that was cut off."""
        with path.open("rb") as file:
            return cls(path, {name: one for name, one in _entries(file) if wanted(name)})

    def read(self, file: BinaryIO, name: str) -> bytes:
        """Return a member, unpacked; BadAnswerError where it is broken or too much.

        ``file``: the open file, so that thousands of members are read with one.
        """
        member = self.members[name]
        if member.offset >= file.seek(0, 2):
            raise BadAnswerError(f"{name} is not where the archive says")
        file.seek(member.offset)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
            raise BadAnswerError(f"{name} is not where the archive says")
        fields = _LOCAL.unpack(head)
        file.seek(fields[-2] + fields[-1], 1)
        if max(member.size, member.packed) > MAX_MEMBER_BYTES:
            raise BadAnswerError(f"{name} has more than {shown_bytes(MAX_MEMBER_BYTES)}")
        body = _unpacked(name, member, file.read(member.packed))
        if len(body) != member.size or zlib.crc32(body) != member.crc:
            raise BadAnswerError(f"{name} is damaged: its checksum is another one")
        return body


def _unpacked(name: str, member: Member, packed: bytes) -> bytes:
    if member.method == STORED:
        return packed
    if member.method != DEFLATED:
        raise BadAnswerError(f"{name} is packed by method {member.method}, which nobody uses")
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return unpack.decompress(packed, member.size + 1)
    except zlib.error as error:
        raise BadAnswerError(f"{name} cannot be unpacked") from error


def _entries(file: BinaryIO) -> Iterator[tuple[str, Member]]:
    """Yield names and members in the order of the directory."""
    count, size, offset = _directory(file)
    file.seek(offset)
    left, held, at = size, b"", 0
    for _ in range(count):
        while len(held) - at < _ENTRY.size + 3 * MOST_COMMENT and left:
            piece = file.read(min(PIECE, left))
            if not piece:
                raise BadAnswerError("the archive was cut off within its directory")
            left -= len(piece)
            held, at = held[at:] + piece, 0
        name, member, at = _entry(held, at)
        yield name, member


def _entry(held: bytes, at: int) -> tuple[str, Member, int]:
    if len(held) - at < _ENTRY.size or held[at : at + 4] != b"PK\1\2":
        raise BadAnswerError("the archive's directory is damaged")
    fields = _ENTRY.unpack_from(held, at)
    method, crc, packed, size = fields[4], fields[7], fields[8], fields[9]
    lengths, offset = fields[10:13], fields[-1]
    at += _ENTRY.size
    name = held[at : at + lengths[0]].decode("utf-8", "replace")
    extra = held[at + lengths[0] : at + lengths[0] + lengths[1]]
    if IN_ZIP64 in (size, packed, offset):
        size, packed, offset = _large(extra, size, packed, offset)
    return name, Member(offset, method, packed, size, crc), at + sum(lengths)


def _large(extra: bytes, *values: int) -> tuple[int, int, int]:
    """Sizes and offset of an entry that has them in its extra field, in this order."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if at + 4 + length > len(extra):
            break
        if kind == 1:
            there = list(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            size, packed, offset = (
                there.pop(0) if value == IN_ZIP64 and there else value for value in values
            )
            return size, packed, offset
        at += 4 + length
    raise BadAnswerError("the archive's directory is damaged")


def _directory(file: BinaryIO) -> tuple[int, int, int]:
    """Return how many entries the directory has, its size and where it begins."""
    end = file.seek(0, 2)
    file.seek(max(end - _END.size - MOST_COMMENT, 0))
    tail_at, tail = file.tell(), file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise BadAnswerError("the archive was cut off: its directory is missing")
    fields = _END.unpack_from(tail, at)
    count, size, offset = fields[4], fields[5], fields[6]
    locator = tail_at + at - _END64_AT.size
    if locator >= 0 and (offset == IN_ZIP64 or size == IN_ZIP64 or count == 0xFFFF):
        file.seek(locator)
        head = file.read(_END64_AT.size)
        if head.startswith(b"PK\6\7"):
            file.seek(min(_END64_AT.unpack(head)[2], end))
            large = file.read(_END64.size)
            if len(large) < _END64.size or not large.startswith(b"PK\6\6"):
                raise BadAnswerError("the archive's directory is damaged")
            count, size, offset = _END64.unpack(large)[-3:]
    if offset + size > end:
        raise BadAnswerError("the archive's directory is damaged")
    return count, size, offset
