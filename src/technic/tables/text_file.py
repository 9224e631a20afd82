"""The bytes of a text file: is it there, is it text, is it UTF-8, and if not, in which line."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa

from technic.errors import InputFileError

__all__ = [
    "FOREIGN",
    "first_line",
    "head_of",
    "is_utf8",
    "not_utf8",
    "open_binary",
    "read_lines",
    "sentence",
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
    head = head_of(path)
    if b"\0" in head or any(head.startswith(magic) for magic in (b"PAR1", *FOREIGN)):
        raise InputFileError(str(path), "is not a text file", hint="one symbol a line")
    with open_binary(path) as stream:
        data = stream.read()
    for number, line in enumerate(data.split(b"\n"), 1):
        if not is_utf8(line):
            raise not_utf8(path, number)
    return str(data.decode("utf-8-sig")).splitlines()


def open_binary(path: Path) -> io.BufferedReader:
    """Open a file for reading, unpacked where its name says that it is packed (``.gz``)."""
    return io.BufferedReader(pa.input_stream(str(path), compression="detect"))


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file that is there, is a file, and is not empty."""
    if path.is_dir():
        raise InputFileError(str(path), "is a folder", hint="name a file in it")
    try:
        with open_binary(path) as stream:
            head = stream.read(HEAD_BYTES)
    except FileNotFoundError:
        raise InputFileError(str(path), "there is no such file") from None
    except (OSError, pa.ArrowException) as error:
        raise InputFileError(str(path), f"cannot be read: {sentence(error)}") from error
    if not head.strip():
        raise InputFileError(str(path), "is empty")
    return head


def first_line(path: Path, head: bytes) -> tuple[str, int]:
    """Return the first line that is not blank, without byte order mark, and its number."""
    for number, line in enumerate(head.split(b"\n"), 1):
        if not is_utf8(line) and len(line) < HEAD_BYTES:
            raise not_utf8(path, number)
        text = line.decode("utf-8", "replace").removeprefix("\ufeff").strip("\r\n ")
        if text:
            return text, number
    raise InputFileError(str(path), "is empty")


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


def sentence(error: Exception) -> str:
    """Return the first line of another library's message, without the full stop."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
