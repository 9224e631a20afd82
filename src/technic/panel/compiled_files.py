"""Compiled loops on the disk: numba's files, of which a damaged one counts as none.

Imported where numba is, by ``compiled`` alone. numba runs whatever a file has; here a file begins
with the digest of the rest, and a file of another digest is compiled anew and written over. What
cannot be written is used and not kept.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

from numba.core import caching

__all__ = ["kept_files"]

DIGEST_BYTES = 16

logger = logging.getLogger(__name__)


class _DamagedError(OSError):
    """A file is not what was written to it; to numba as one that cannot be read."""


class _Place(caching.CompileResultCacheImpl):  # type: ignore[misc]  # numba has no types
    """In the folder that NUMBA_CACHE_DIR names, else in the user's cache folder."""

    _locator_classes = (caching.UserProvidedCacheLocator, caching.UserWideCacheLocator)


class _Files(caching.IndexDataCacheFile):  # type: ignore[misc]
    """Index and code, each with its digest."""

    def _dump(self, content: object) -> bytes:
        data: bytes = super()._dump(content)
        return _digest(data) + data

    def _save_index(self, overloads: dict[Any, str]) -> None:
        index = super()._dump((self._source_stamp, overloads))
        with self._open_for_write(self._index_path) as file:
            file.write(self._dump((self._version, index)))

    def _load_index(self) -> dict[Any, str]:
        try:
            version, index = _checked(Path(self._index_path))
        except FileNotFoundError:
            return {}
        except OSError as error:
            logger.info("compiled anew: %s", error)
            return {}
        if version != self._version:
            return {}  # and nothing else is read: it may have what this numba does not know
        stamp, overloads = pickle.loads(index)
        found: dict[Any, str] = overloads if stamp == self._source_stamp else {}
        return found

    def _load_data(self, name: str) -> Any:
        return _checked(Path(self._data_path(name)))


class _Kept(caching.FunctionCache):  # type: ignore[misc]
    """numba's own, with these files in that place."""

    _impl_class = _Place

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _Files(
            self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp()
        )

    def save_overload(self, signature: object, made: object) -> None:
        """Keep what was compiled; where that fails, go on without."""
        try:
            super().save_overload(signature, made)
        except OSError as error:
            logger.info("%s is not kept: %s", self._cache_path, error)


def kept_files(function: Callable[..., Any]) -> _Kept:
    """Return where the compiled code of a function is kept; RuntimeError: nowhere."""
    return _Kept(function)


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


def _checked(path: Path) -> Any:
    """Read what was written to a file; OSError where that is not what is there."""
    content = path.read_bytes()
    data = content[DIGEST_BYTES:]
    if _digest(data) != content[:DIGEST_BYTES]:
        raise _DamagedError(f"{path} does not have the digest that it begins with")
    return pickle.loads(data)
