"""The folder of a site: only what the site itself wrote is replaced or deleted there.

``site.json`` lists the site's files with their hashes. It is written first, with what is there and
what is to come, and once more at the end, so that a site whose writing was cut short knows its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from technic.errors import ParameterError
from technic.export.targets import replacing

__all__ = ["MANIFEST", "Written", "check_folder", "write_site"]

MANIFEST = "site.json"
_MOST_BYTES = 8 << 20
_FOLDERS = ("assets", "symbols")


@dataclass(frozen=True, slots=True)
class Written:
    """How many files were written, were as they are already, and were the site's and are gone."""

    written: int
    same: int
    deleted: int


def check_folder(folder: Path) -> None:
    """Refuse a folder that is somebody else's, before a day is scanned for it."""
    _require_room(folder, {"index.html": b""}, _own_files(folder))


def write_site(folder: Path, files: Mapping[str, bytes], about: Mapping[str, object]) -> Written:
    """Write ``files``, by their names in the folder, and delete those of an earlier day.

    ``about``: what the manifest says beside the files. Raises ParameterError, before anything is
    written, where a file is in the way that the site did not write.
    """
    hashes = {name: _hash(content) for name, content in files.items()}
    own = _own_files(folder)
    _require_room(folder, files, own)
    try:
        for name in ("", *_FOLDERS):
            (folder / name).mkdir(parents=True, exist_ok=True)
        known = {name: [*own.get(name, ()), new] for name, new in hashes.items()}
        _write(folder / MANIFEST, _manifest(about, {**own, **known}))
        written = sum(_replaced(folder / name, content) for name, content in files.items())
        gone = [name for name in own if name not in files]
        deleted = sum(_deleted(folder / name, own[name]) for name in gone)
        _write(folder / MANIFEST, _manifest(about, {n: [h] for n, h in hashes.items()}))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParameterError("dir", str(folder), "a folder that can be written", reason) from error
    return Written(written, len(files) - written, deleted)


def _manifest(about: Mapping[str, object], files: Mapping[str, list[str]]) -> bytes:
    content = {**about, "files": {name: files[name] for name in sorted(files)}}
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _own_files(folder: Path) -> dict[str, list[str]]:
    """Return the files that an earlier site wrote here, by name, with their hashes."""
    path = folder / MANIFEST
    try:
        if path.is_symlink() or path.stat().st_size > _MOST_BYTES:
            return {}
        content = json.loads(path.read_text(encoding="utf-8"))
        files = content["files"]
        return {
            str(name): [str(one) for one in hashes]
            for name, hashes in files.items()
            if _is_ours(folder, str(name)) and isinstance(hashes, list)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _is_ours(folder: Path, name: str) -> bool:
    """Tell whether a name is one that a site gives, and no way out of its folder."""
    parts = PurePosixPath(name).parts
    within = len(parts) == 1 or (len(parts) == 2 and parts[0] in _FOLDERS)
    plain = "/".join(parts) == name and "\\" not in name and "\0" not in name
    return within and plain and ".." not in parts and not (folder / parts[0]).is_symlink()


def _require_room(folder: Path, files: Mapping[str, bytes], own: Mapping[str, list[str]]) -> None:
    """Refuse to write over what is not the site's."""
    if folder.exists() and not folder.is_dir():
        raise ParameterError("dir", str(folder), "a folder", "a file of that name is there")
    names = [*files] if own else [*files, MANIFEST]
    for name in names:
        path = folder / name
        foreign = name not in own and (path.exists() or path.is_symlink())
        if foreign or path.is_symlink() or (folder / name).parent.is_symlink():
            hint = f"{name} there is not of technic site; name an empty folder"
            raise ParameterError(
                "dir", str(folder), "an empty folder, or one of technic site", hint
            )


def _replaced(path: Path, content: bytes) -> bool:
    """Write a file unless it is there as it is to be; tell whether it was written."""
    if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
        return False
    _write(path, content)
    return True


def _write(path: Path, content: bytes) -> None:
    with replacing("dir", path) as part:
        part.write_bytes(content)


def _deleted(path: Path, hashes: list[str]) -> bool:
    """Delete a file of an earlier day, unless somebody has changed it since: then it is theirs."""
    if path.is_symlink() or not path.is_file() or _hash(path.read_bytes()) not in hashes:
        return False
    path.unlink()
    return True


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
