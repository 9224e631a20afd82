"""The files of a store as bytes, by their path below its URL, on a disk or an object store.

What is written is on the disk when ``write`` returns (fsync): on the file systems in use a new
file's name is as durable as its content then.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = ["Blobs", "local_path", "sha256"]

PART = ".part"
"""What the name of a file ends with until all of it is on the disk."""


def sha256(content: bytes | memoryview) -> str:
    """Hash bytes."""
    return hashlib.sha256(content).hexdigest()


def local_path(uri: str) -> Path | None:
    """Return the path of a local URI, None for an object store."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in uri else Path(uri)


@dataclass(frozen=True, slots=True)
class Blobs:
    """Reads, writes, lists and deletes; raises OSError, FileNotFoundError for what is not there."""

    url: str
    options: Mapping[str, str] = field(repr=False)

    def read(self, path: str) -> bytes:
        """Return the whole content of a file."""
        local = self._local(path)
        if local is not None:
            if _size_of(local) is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(local))
            return local.read_bytes()
        raw = self._handler()._handler.open_input_file(path)
        content: bytes = raw.read(raw.size())
        return content

    def write(self, path: str, content: bytes | memoryview) -> None:
        """Write a new file whose name nobody knows yet: a broken one is never read."""
        local = self._local(path)
        if local is None:
            # Its pyarrow side hands over buffers, which this side does not take.
            stream = self._handler()._handler.open_output_stream(path, None)
            stream.write(bytes(content))
            stream.close()
            return
        local.parent.mkdir(parents=True, exist_ok=True)
        part = local if local.name.endswith(PART) else local.with_name(local.name + PART)
        try:
            with part.open("wb") as written:
                written.write(content)
                written.flush()
                os.fsync(written.fileno())
            if part != local:
                part.replace(local)  # a process that is killed leaves no half of a file
        except BaseException:  # the disk is full, or Ctrl-C: half a file would count as damage
            part.unlink(missing_ok=True)
            raise

    def replace(self, path: str, content: bytes) -> None:
        """Put a file in the place of another at once: a reader finds the old or the new one."""
        local = self._local(path)
        if local is None:
            self.write(path, content)
            return
        self._put_aside(local)
        part = f"{path}.{uuid.uuid4().hex}{PART}"
        self.write(part, content)
        local.with_name(part.rpartition("/")[2]).replace(local)

    def sync(self, path: str) -> None:
        """Bring a file that somebody else has written to the disk."""
        local = self._local(path)
        if local is not None:
            with local.open("rb") as file:
                os.fsync(file.fileno())

    def delete(self, path: str) -> None:
        """Delete a file; one that is not there is none to delete, a folder is put aside."""
        local = self._local(path)
        if local is not None:
            self._put_aside(local)
            local.unlink(missing_ok=True)
            return
        try:
            self._handler()._handler.delete_file(path)
        except FileNotFoundError:
            return

    def clear(self, folder: str) -> None:
        """Delete all that stands in a folder, also what is no file."""
        local = self._local(folder)
        if local is None:
            paths = list(self.sizes(folder))
        else:
            paths = [f"{folder}/{each.name}" for each in local.glob("*")]
        for path in paths:
            self.delete(path)

    def sizes(self, folder: str = "") -> dict[str, int]:
        """Return the bytes of each file below a folder, by path; links to nothing are none."""
        root = self._root()
        if root is not None:
            found = {}
            for where, _, names in os.walk(os.path.join(root, folder)):
                for name in names:
                    path = os.path.join(where, name)
                    if (size := _size_of(path)) is not None:
                        found[os.path.relpath(path, root).replace(os.sep, "/")] = size
            return dict(sorted(found.items()))
        from pyarrow.fs import FileSelector, FileType, PyFileSystem

        files = PyFileSystem(self._handler())
        infos = files.get_file_info(FileSelector(folder, recursive=True, allow_not_found=True))
        return {info.path: info.size for info in infos if info.type == FileType.File}

    def _put_aside(self, path: Path) -> None:
        """Make room where a folder stands in the place of a file; it goes to the store's root."""
        if path.is_dir() and not path.is_symlink():
            path.rename(Path(self._root() or "") / f"{path.name}.{uuid.uuid4().hex}.aside")

    def _root(self) -> str | None:
        local = local_path(self.url)
        return None if local is None else str(local)

    def _local(self, path: str) -> Path | None:
        local = local_path(self.url)
        return None if local is None else local / path

    def _handler(self) -> Any:
        from deltalake.fs import DeltaStorageHandler

        return DeltaStorageHandler(self.url.rstrip("/"), dict(self.options))


def _size_of(path: str | Path) -> int | None:
    """Return the bytes of a file; None for folders, pipes, links to nothing, what is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
