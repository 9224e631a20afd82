"""Lists of JSON of which one entry may be broken: the others are read all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

__all__ = ["read_list"]

T = TypeVar("T")
_read_raw = msgspec.json.Decoder(list[msgspec.Raw]).decode


def read_list(
    body: bytes | msgspec.Raw, whole: Callable[[bytes | msgspec.Raw], list[T]], kind: type[T]
) -> list[T | None]:
    """Read a list whose entries are of ``kind``, None for an entry that is none.

    ``whole``: reads all of it at once, which is faster and does where nothing is broken. Raises
    msgspec.DecodeError for what is no list.
    """
    try:
        return list(whole(body))
    except msgspec.ValidationError:
        return [_one(raw, kind) for raw in _read_raw(body)]


def _one(raw: msgspec.Raw, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        return None
