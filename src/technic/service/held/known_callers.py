"""Who was let in is known for some seconds, so that not every request reads a table."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["HELD_S", "Held"]

HELD_S = 5.0
"""A key that another process revokes is let in so long; one that this process revokes is not."""
MOST = 1_000

T = TypeVar("T")


class Held(Generic[T]):
    """Values under hashes of secrets, each for ``HELD_S``; ``clock``: seconds.

    What is read before ``clear`` and told after it is not kept: ``era`` says before which.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._values: dict[Hashable, tuple[float, T]] = {}
        self._lock = threading.Lock()
        self.era = 0

    def get(self, name: Hashable) -> T | None:
        """Return a value that is held and not too old."""
        found = self._values.get(name)
        if found is None or not 0.0 <= self._clock() - found[0] < HELD_S:
            return None
        return found[1]

    def put(self, name: Hashable, value: T, era: int) -> None:
        """Hold a value that was read in ``era``."""
        with self._lock:
            if era != self.era:
                return
            if len(self._values) >= MOST:
                self._values.clear()
            self._values[name] = self._clock(), value

    def clear(self) -> None:
        """Forget all: somebody is no longer let in."""
        with self._lock:
            self.era += 1
            self._values.clear()
