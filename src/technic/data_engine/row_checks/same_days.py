"""Judge the days of each symbol; those of the same days once."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Generic, TypeVar

from technic.typing import DateArray

__all__ = ["SameDays"]

R = TypeVar("R")


class SameDays(Generic[R]):
    """Remembers what ``judge`` says of days, which may ask whether closes on them are repeated.

    Where it asks depends on the days alone; what it says then on the answer too.
    """

    def __init__(self, judge: Callable[[DateArray, Callable[[], bool]], R]) -> None:
        self._judge = judge
        self._found: dict[bytes, R] = {}
        self._asking: set[bytes] = set()

    def judged(self, days: DateArray, repeated: Callable[[], bool]) -> R:
        """Return what is said of ``days``, ascending; ``repeated`` is asked where it matters."""
        same = blake2b(days.tobytes(), digest_size=16).digest()
        key = same + bytes([repeated()]) if same in self._asking else same
        if key in self._found:
            return self._found[key]
        told: list[bool] = []

        def asked() -> bool:
            told.append(repeated())
            return told[-1]

        found = self._judge(days, asked)
        if told:
            self._asking.add(same)
            key = same + bytes([told[-1]])
        self._found[key] = found
        return found
