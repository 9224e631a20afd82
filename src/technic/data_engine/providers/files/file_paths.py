"""Which files of a folder hold prices, sub-folders included, as archives unpack them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from technic.errors import InputFileError

__all__ = ["ENDINGS", "bar_paths", "unread_entries"]

ENDINGS = (".csv", ".csv.gz", ".txt", ".txt.gz", ".tsv", ".csv.zip", ".parquet", ".pq")
PACKED = (".zip", ".xlsx")
"""Read only where a folder holds nothing else: beside other files they are the same once more."""
MAX_DEPTH = 10
MAX_FILES = 250_000
SHOWN = 3
_HIDDEN = (".", "_", "~$")


def bar_paths(path: Path) -> list[Path]:
    """Return the files that hold the bars, in order; ``path`` itself where it is no folder.

    Of a folder those in it; where there are none, those in its sub-folders.
    """
    if not path.is_dir():
        return [path]
    for endings in (ENDINGS, PACKED):
        here = sorted(each for each in _entries(path) if _is_one(each, endings))
        if here:
            return here
    deep = sorted(_below(path, path))
    for endings in (ENDINGS, PACKED):
        found = [each for each in deep if _is_one(each, endings)]
        if found:
            return found
    return []


def unread_entries(path: Path, read: list[Path]) -> tuple[str, ...]:
    """Say which sub-folders and packed files are not read, since the folder holds files itself."""
    if not path.is_dir() or not read or read[0].parent != path:
        return ()
    folders = [
        each.name for each in sorted(_entries(path))
        if each.is_dir() and not each.is_symlink()
        and any(_is_one(one, ENDINGS) for one in _entries(each))
    ]  # fmt: skip
    there = {each.name.partition(".")[0].lower() for each in read}
    packed = [
        each.name for each in sorted(_entries(path))
        if _is_one(each, PACKED) and each not in read
        and each.name.partition(".")[0].lower() not in there
    ]  # fmt: skip
    unread = {"sub-folders": folders, "packed files": packed}
    return tuple(
        f"{path.name}: {what} are not read, since it holds files itself: "
        f"{', '.join(map(repr, names[:SHOWN]))}{' ...' if len(names) > SHOWN else ''}"
        for what, names in unread.items() if names
    )  # fmt: skip


def _entries(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder and not hidden, nor a mark that a program has a file open."""
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise InputFileError(str(folder), f"cannot be read: {error.strerror}") from error
    return (folder / name for name in names if not name.startswith(_HIDDEN))


def _is_one(path: Path, endings: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(endings) and not path.is_dir()


def _below(root: Path, folder: Path) -> Iterator[Path]:
    """Yield the files below a folder; links to folders are not followed, since they may circle."""
    count = 0
    for at, folders, files in os.walk(folder):
        depth = len(Path(at).relative_to(root).parts)
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        if depth >= MAX_DEPTH:
            folders.clear()
        for name in files:
            if not name.startswith(_HIDDEN):
                count += 1
                if count > MAX_FILES:
                    reason = f"holds more than {MAX_FILES:,} files"
                    raise InputFileError(str(root), reason, hint="name one of its folders")
                yield Path(at) / name
