"""The setups that can be named: those that come with Technic, and a user's own scan files."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from importlib import resources
from os import PathLike, fspath
from pathlib import Path

from technic.errors import InputFileError, ParameterError, UsageError
from technic.setups.scan_file import SUFFIX, load_setup, parse_setup
from technic.setups.setup import Setup
from technic.wording.nearest import near

__all__ = ["BUILT_IN", "Library", "load_setups"]

BUILT_IN = resources.files("technic.setups") / "scans"


class Library:
    """Setups by name: the built-in ones, then the files ``*.toml`` of each folder.

    A file that has the name of a setup before it must say ``overrides = true``, and only such a
    file may: nothing is replaced, or meant to be and not, in silence. A file is read when its setup
    is asked for, so a mistake in one stops no other. Raises ParameterError for a folder that is
    none.
    """

    def __init__(self, folders: Sequence[str | PathLike[str]] = ()) -> None:
        self._files: dict[str, list[Path]] = {name: [] for name in _built_in_names()}
        for folder in folders:
            path = Path(folder)
            if not path.is_dir():
                hint = "name the folder that has your scan files"
                raise ParameterError("setups_folder", fspath(folder), "a folder", hint)
            for file in sorted(path.glob(f"*{SUFFIX}")):
                self._files.setdefault(file.stem, []).append(file)
        self._built_in = frozenset(_built_in_names())

    def names(self) -> tuple[str, ...]:
        """Return the names of all setups, those that come with Technic first, each by letter."""
        return (*sorted(self._built_in), *sorted(set(self._files) - self._built_in))

    def get(self, name: str) -> Setup:
        """Return a setup.

        Raises ParameterError for a name that no setup has, InputFileError or ExpressionError for a
        file with a mistake in it.
        """
        if name not in self._files:
            meant = near(name, self._files)
            hint = "technic setups lists them"
            if meant:
                hint = f"the nearest: {', '.join(meant)}; {hint}"
            raise ParameterError("setup", name, "the name of a setup, or a file .toml", hint)
        found = [_built_in(name)] if name in self._built_in else []
        for file in self._files[name]:
            found.append(_next(found[-1] if found else None, load_setup(file)))
        return found[-1]

    def read(self) -> tuple[tuple[Setup, ...], tuple[UsageError, ...]]:
        """Return every setup, and for each file with a mistake in it the error."""
        setups: list[Setup] = []
        errors: list[UsageError] = []
        for name in self.names():
            try:
                setups.append(self.get(name))
            except UsageError as error:
                errors.append(error)
        return tuple(setups), tuple(errors)


def load_setups(*names: str, folders: Iterable[str | PathLike[str]] = ()) -> tuple[Setup, ...]:
    """Return the setups of these names, in this order; a name ending ``.toml`` is a file.

    ``folders``: where a user's own scan files are. Raises as ``Library`` does.
    """
    library = Library(tuple(folders))
    return tuple(
        load_setup(name) if name.endswith(SUFFIX) else library.get(name)
        for name in map(_checked_name, names)
    )


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise ParameterError("setup", name, "the name of a setup", "technic setups lists them")
    return name.strip()


def _next(before: Setup | None, setup: Setup) -> Setup:
    """Return a user's setup in the place of the one before it, if it may be there."""
    if before is not None and not setup.overrides:
        other = before.path or "which comes with Technic"
        reason = f"there is a setup {setup.name} already, {other}"
        hint = "give the file another name, or say overrides = true in it"
        raise InputFileError(setup.path, reason, hint=hint)
    if before is None and setup.overrides:
        reason = f"it says overrides = true, and there is no other setup {setup.name}"
        raise InputFileError(setup.path, reason, hint="leave that out, or correct its name")
    return setup


@functools.cache
def _built_in_names() -> tuple[str, ...]:
    files = (file.name for file in BUILT_IN.iterdir())
    return tuple(sorted(name[: -len(SUFFIX)] for name in files if name.endswith(SUFFIX)))


@functools.cache
def _built_in(name: str) -> Setup:
    return parse_setup(name, (BUILT_IN / f"{name}{SUFFIX}").read_text(encoding="utf-8"))
