"""What changed between two kept results: files by their names, results by their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from technic.errors import TechnicError
from technic.text.paths import plain_path, with_names

if TYPE_CHECKING:
    from technic.result.diff import Diff
    from technic.result.saved import SavedScan

__all__ = ["FILES", "diff_document", "result_diff"]

FILES = ("data", "universe", "watchlist", "benchmark")
"""Keys of a config that name files."""


def result_diff(before: Path, after: Path) -> Diff:
    """Compare two folders of results; TechnicError says why they cannot be read."""
    from technic.result.diff import diff

    return diff(_loaded(before), _loaded(after))


def diff_document(found: Diff, limit: int | None, offset: int = 0) -> dict[str, Any]:
    """Return the object of ``technic diff --format json`` with ``scan``, an id, for each folder."""
    document: dict[str, Any] = dict(found.summary(limit, offset))
    for side in ("before", "after"):
        head: Mapping[str, Any] = document[side]
        rest = {name: value for name, value in head.items() if name != "folder"}
        document[side] = {"scan": str(head["folder"]), **rest}
    return document


def _loaded(folder: Path) -> SavedScan:
    from technic.result.saved import load_saved

    try:
        saved = load_saved(folder)
    except TechnicError as error:
        raise type(error)(*_named(error.args, folder)) from error
    config = saved.config
    given = {name: getattr(config, name) for name in FILES}
    names: dict[str, Any] = {name: plain_path(path) for name, path in given.items() if path}
    return replace(saved, folder=Path(folder.name), config=replace(config, **names))


def _named(fields: tuple[Any, ...], folder: Path) -> tuple[Any, ...]:
    """Return the fields of an error with the result's id where its folder stands."""
    return tuple(with_names(one, [str(folder)]) if isinstance(one, str) else one for one in fields)
