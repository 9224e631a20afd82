"""The bytes of a text file: is it there, is it text, in which encoding; else what it is."""

from __future__ import annotations

import re
from pathlib import Path

from technic.errors import InputFileError
from technic.tables.messages import sentence
from technic.tables.packed_file import unpacked

__all__ = ["HEAD_BYTES", "as_utf8", "foreign", "is_utf8", "not_utf8", "raw_head", "read_lines"]

HEAD_BYTES = 1 << 16
_MAGIC = {
    b"PK\x03\x04": "is a zip or Excel file",
    b"\xd0\xcf\x11\xe0": "is an old Excel file",
    b"ARROW1": "is a Feather (Arrow) file",
    b"\x89HDF": "is an HDF5 file",
    b"SQLite format 3": "is a SQLite database",
    b"\xfd7zXZ": "is packed as xz",
    b"(\xb5/\xfd": "is packed as Zstandard",
    b"7z\xbc\xaf": "is packed as 7-Zip",
    b"Rar!": "is packed as RAR",
    b"%PDF": "is a PDF",
    b"version https://git-lfs": "is a pointer of Git LFS, not the file itself",
}
"""How files begin that people give for CSV by mistake."""
_SHAPES = (
    (re.compile(rb"BZh\d1AY&SY"), "is packed as bzip2"),
    (re.compile(rb"(?s).{257}ustar"), "is a tar archive"),
    (re.compile(rb"(?s)\x80[\x02-\x05].*\.$|\x80[\x04\x05]\x95"), "is a pickle of Python"),
    (re.compile(rb"\s*<(?:!doctype|html|head|body|table|\?xml)\b", re.IGNORECASE),
     "is a page of HTML or XML, not a table"),
    (re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{])"), "is JSON, not a table"),
)  # fmt: skip
_ADDRESS = re.compile(r"(?i)(?:https?|ftp|s3|gs|az):/")
_BOM = b"\xef\xbb\xbf"
_WIDE = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def foreign(head: bytes) -> str | None:
    """Say what a file is that begins like no table; None where it may be one."""
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            return what
    text = head.removeprefix(_BOM)
    return next((what for shape, what in _SHAPES if shape.match(text)), None)


def as_utf8(path: Path, head: bytes, content: bytes | None) -> bytes | None:
    """Return the whole text where it is UTF-16 or has line ends of old, as UTF-8; else content.

    ``content``: what a packed file holds; None: the file is read itself.
    """
    codec = next((name for mark, name in _WIDE.items() if head.startswith(mark)), None)
    old = codec is None and b"\r" in head and b"\n" not in head and b"\0" not in head
    if codec is None and not old:
        return content
    data = path.read_bytes() if content is None else content
    if codec is None:
        return data.replace(b"\r", b"\n")
    try:
        return data.decode(codec).encode()
    except UnicodeError as error:
        reason = f"is {codec.upper()} text that breaks off or is damaged"
        hint = "save it as CSV (UTF-8) or Parquet"
        raise InputFileError(str(path), reason, hint=hint) from error


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file; InputFileError when it is empty or no text."""
    head = raw_head(path)
    data = as_utf8(path, head, unpacked(path, head))
    if data is None:
        data = path.read_bytes()
    head = data[:HEAD_BYTES]
    if not head.strip():
        raise InputFileError(str(path), "is empty")
    what = "is not a text file" if b"\0" in head or head.startswith(b"PAR1") else foreign(head)
    if what is not None:
        raise InputFileError(str(path), what, hint="one symbol a line")
    for number, line in enumerate(data.split(b"\n"), 1):
        if not is_utf8(line):
            raise not_utf8(path, number)
    return str(data.decode("utf-8-sig")).splitlines()


def raw_head(path: Path) -> bytes:
    """Return the first bytes of a file that is there, is a file, and is not empty."""
    if path.is_dir():
        raise InputFileError(str(path), "is a folder", hint="name a file in it")
    if path.exists() and not path.is_file():
        raise InputFileError(str(path), "is a pipe or device, not a file", hint="save it first")
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except FileNotFoundError:
        if _ADDRESS.match(str(path)):
            hint = "download it, and name the file"
            raise InputFileError(str(path), "is an address, not a file", hint=hint) from None
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
