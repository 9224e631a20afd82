"""The bytes of a text file: is it there, is it text, is it UTF-8, and if not, in which line."""

from __future__ import annotations

from pathlib import Path

from technic.errors import InputFileError
from technic.tables.messages import sentence
from technic.tables.packed_file import unpacked

__all__ = [
    "FOREIGN",
    "HEAD_BYTES",
    "is_utf8",
    "not_utf8",
    "raw_head",
    "read_lines",
]

HEAD_BYTES = 1 << 16
FOREIGN = {
    b"PK\x03\x04": "is a zip or Excel file",
    b"\xd0\xcf\x11\xe0": "is an old Excel file",
    b"\xff\xfe": "is UTF-16 text",
    b"\xfe\xff": "is UTF-16 text",
}
"""How files begin that people give for CSV by mistake."""


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file; InputFileError when it is empty or no UTF-8 text."""
    head = raw_head(path)
    data = unpacked(path, head)
    if data is None:
        data = path.read_bytes()
    head = data[:HEAD_BYTES]
    if not head.strip():
        raise InputFileError(str(path), "is empty")
    if b"\0" in head or any(head.startswith(magic) for magic in (b"PAR1", *FOREIGN)):
        raise InputFileError(str(path), "is not a text file", hint="one symbol a line")
    for number, line in enumerate(data.split(b"\n"), 1):
        if not is_utf8(line):
            raise not_utf8(path, number)
    return str(data.decode("utf-8-sig")).splitlines()


def raw_head(path: Path) -> bytes:
    """Return the first bytes of a file that is there, is a file, and is not empty."""
    if path.is_dir():
        raise InputFileError(str(path), "is a folder", hint="name a file in it")
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except FileNotFoundError:
        raise InputFileError(str(path), "there is no such file") from None
    except (OSError, ValueError) as error:
        raise InputFileError(str(path), f"cannot be read: {sentence(error)}") from error
    if not head.strip():
        raise InputFileError(str(path), "is empty")
    return head


def is_utf8(line: bytes) -> bool:
    """Tell whether bytes are UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def not_utf8(path: Path, row: int) -> InputFileError:
    """Return the error about a line that is not UTF-8."""
    return InputFileError(str(path), "is not UTF-8 text", row, hint="save it as CSV UTF-8")
