"""Lists of JSON of which one entry may be broken: the others are read all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from technic.data_engine.interfaces.ceilings import MAX_ROWS_A_PAGE, MIB
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.wording.counts import count_of

__all__ = ["read_list", "require_few"]

T = TypeVar("T")
COUNTED_BYTES = 8 * MIB
"""What has more is counted before it is decoded: a value takes far more memory than its bytes."""
MOST_VALUES = 8_000_000
"""Of one body; the largest company's has 1.5 million."""
_read_raw = msgspec.json.Decoder(list[msgspec.Raw]).decode


def read_list(
    body: bytes | msgspec.Raw, whole: Callable[[bytes | msgspec.Raw], list[T]], kind: type[T]
) -> list[T | None]:
    """Read a list whose entries are of ``kind``, None for an entry that is none.

    ``whole``: reads all of it at once, which is faster and does where nothing is broken. Raises
    msgspec.DecodeError for what is no list, BadAnswerError for one of too many entries.
    """
    require_few(body)
    try:
        return list(whole(body))
    except msgspec.ValidationError:
        return [_one(raw, kind) for raw in _read_raw(body)]


def _one(raw: msgspec.Raw, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        return None


def require_few(body: bytes | msgspec.Raw) -> None:
    """Raise BadAnswerError for JSON of more rows or values than memory has room for.

    Rows are counted by their brackets, values by their commas, of large bodies alone.
    """
    if memoryview(body).nbytes <= COUNTED_BYTES:
        return
    text = bytes(body)
    if max(text.count(b"{"), text.count(b"[")) > MAX_ROWS_A_PAGE:
        raise BadAnswerError(f"more than {count_of(MAX_ROWS_A_PAGE, 'row')} in one answer")
    if text.count(b",") > MOST_VALUES:
        raise BadAnswerError(f"more than {count_of(MOST_VALUES, 'value')} in one answer")
