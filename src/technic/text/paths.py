"""Paths in what is sent to others: files by their names, and nothing of where they lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath

__all__ = ["plain_path", "with_names"]


def plain_path(text: str) -> str:
    """Return the last part of a path, a text without a slash as it is."""
    if "\\" in text and "/" not in text:
        return PureWindowsPath(text).name
    return PurePosixPath(text).name if "/" in text else text


def with_names(text: str, paths: Iterable[str]) -> str:
    """Return ``text`` with the name of a file wherever one of ``paths`` stands, longest first."""
    for path in sorted({path.rstrip("/\\") for path in paths}, key=len, reverse=True):
        name = plain_path(path)
        if name and name != path:
            text = text.replace(path, name)
    return text
