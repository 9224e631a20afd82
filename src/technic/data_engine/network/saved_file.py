"""An answer that is a file: it goes to the disk as it comes, and goes on where it was cut off.

Beside the part that has come stands which file it is of (``.tag``): the rest of another edition
would make a file that never was. Without such a tag a file that was cut off begins anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from technic.data_engine.interfaces.ceilings import header_number, shown_bytes
from technic.data_engine.interfaces.requests import BadAnswerError, UnavailableError
from technic.errors import StoreError

__all__ = ["SavedFile"]

_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SavedFile:
    """Where a file goes; ``path`` is there once all of it is.

    ``most``: bytes, more is a bad answer. ``on_bytes(done, total)``: as it grows; ``total`` is 0
    where nobody says how much it will be.
    """

    path: Path
    most: int
    on_bytes: Callable[[int, int], None] | None = None

    @property
    def part(self) -> Path:
        """Where it grows."""
        return self.path.with_name(f"{self.path.name}.part")

    @property
    def headers(self) -> dict[str, str]:
        """What a request has to say to go on where this is."""
        try:
            size, tag = self.part.stat().st_size, self._tag.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return {}
        return {"Range": f"bytes={size}-", "If-Range": tag} if size and tag else {}

    @contextmanager
    def receive(self, status: int, headers: Mapping[str, str]) -> Iterator[Callable[[bytes], None]]:
        """Hand out what takes the pieces of an answer of status 200 or 206.

        At the end ``path`` is there, whole. UnavailableError where it broke off: what has come
        stays for the next try. BadAnswerError for one that is too large, or for another piece than
        was asked for. StoreError where it cannot be written: that is no fault of the connection.
        """
        with self._writing():
            size = self._start(status, headers)
        length = header_number(headers.get("content-length"))
        total = size + int(length) if length is not None else 0
        if total > self.most:
            raise BadAnswerError(f"{self.path.name} has more than {shown_bytes(self.most)}")
        with self._writing():
            file = self.part.open("ab", buffering=0)  # what is left over would fail once more
        with file:

            def take(piece: bytes) -> None:
                nonlocal size
                size += len(piece)
                if size > self.most:
                    raise BadAnswerError(f"{self.path.name} has more than {shown_bytes(self.most)}")
                with self._writing():
                    while piece:
                        piece = piece[file.write(piece) :]
                if self.on_bytes is not None:
                    self.on_bytes(size, total)

            yield take
            with self._writing():
                os.fsync(file.fileno())
        if total and size != total:
            raise UnavailableError(f"{self.path.name} broke off after {shown_bytes(size)}")
        with self._writing():
            self.part.replace(self.path)
            self._tag.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget all that has come."""
        for path in (self.path, self.part, self._tag):
            path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                str(self.part),
                f"cannot be written: {error.strerror or error}",
                "make room or name another TECHNIC_HOME; what has come is kept",
            ) from error

    @property
    def _tag(self) -> Path:
        return self.path.with_name(f"{self.path.name}.tag")

    def _start(self, status: int, headers: Mapping[str, str]) -> int:
        """Prepare the part; returns how much of the file it holds."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if status == 206:
            found = _RANGE.fullmatch(headers.get("content-range", ""))
            size = self.part.stat().st_size if self.part.exists() else 0
            if found is None or int(found[1]) != size:
                self.discard()
                raise BadAnswerError(f"{self.path.name}: another piece came than was asked for")
            return size
        self.part.write_bytes(b"")
        tag = headers.get("etag", "")
        strong = tag if tag.startswith('"') else headers.get("last-modified", "")
        self._tag.write_text(strong, encoding="utf-8")
        return 0
