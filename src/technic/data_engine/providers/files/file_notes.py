"""What is to be said of files that were read, once for all that it is true of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from technic.data_engine.providers.files.file_paths import unread_folders

__all__ = ["file_notes"]


def file_notes(
    path: Path, paths: list[Path], said: Sequence[tuple[str, str, str]]
) -> tuple[str, ...]:
    """Return a sentence for each thing that is said of files: how many, and the first of them.

    ``said``: of which file what, with an example.
    """
    names: dict[str, list[str]] = {}
    examples: dict[str, str] = {}
    for name, what, example in said:
        names.setdefault(what, []).append(name)
        examples.setdefault(what, example)
    notes = [
        f"{own[0]}{f' and {len(own) - 1:,} more files' if len(own) > 1 else ''}: {what}"
        f"{' ' + examples[what] if examples[what] else ''}"
        for what, own in names.items()
    ]
    unread = unread_folders(path, paths)
    return (*notes, unread) if unread else tuple(notes)
