"""Files that were uploaded: named by plain names, in one folder, within a ceiling."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

from technic.errors import ParameterError

__all__ = ["NAME", "save_upload", "upload_path", "uploads"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,80}\.(csv|txt|parquet|csv\.gz)")
MOST_FILES = 50
_MOST_BYTES = 2 * 1024**3
"""Of all uploads together."""


def upload_path(folder: Path, name: str) -> Path | None:
    """Return where an upload is; None for a name that none has."""
    if not NAME.fullmatch(name):
        return None
    path = folder / name
    return path if path.is_file() and not path.is_symlink() else None


def uploads(folder: Path) -> list[Path]:
    """Return all uploads by name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if upload_path(folder, path.name))


async def save_upload(folder: Path, name: str, body: AsyncIterator[bytes]) -> Path:
    """Write an upload, whole or not at all; ParameterError for a name or a size not allowed."""
    if not NAME.fullmatch(name):
        allowed = (
            "letters, digits, blanks, _ and -, with the ending .csv, .txt, .parquet or .csv.gz"
        )
        raise ParameterError("name", name, allowed)
    there = [path for path in uploads(folder) if path.name != name]
    if len(there) >= MOST_FILES:
        raise ParameterError("name", name, f"at most {MOST_FILES} uploads", "delete one first")
    left = _MOST_BYTES - sum(path.stat().st_size for path in there)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.part"
    try:
        with part.open("wb") as stream:
            async for chunk in body:
                left -= len(chunk)
                if left < 0:
                    raise ParameterError("upload", name, "uploads of 2 GiB together", "delete one")
                stream.write(chunk)
        os.replace(part, folder / name)
    finally:
        part.unlink(missing_ok=True)
    return folder / name
