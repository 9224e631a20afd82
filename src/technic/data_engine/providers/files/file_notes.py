"""What is to be said of files that were read, once for all that it is true of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from technic.data_engine.providers.files.file_paths import unread_entries
from technic.wording.counts import count_of

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
        f"{own[0]}{_others(len(own) - 1)}: {what}{' ' + examples[what] if examples[what] else ''}"
        for what, own in names.items()
    ]
    return (*notes, *unread_entries(path, paths))


def _others(count: int) -> str:
    return f" and {count_of(count, 'more file')}" if count else ""
