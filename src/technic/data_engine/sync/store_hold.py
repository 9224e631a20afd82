"""Holding a store for the length of a sync: who comes second waits, then asks only for the rest."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Self

from technic.data_engine.network.clock import Clock
from technic.data_engine.store import BarStore
from technic.errors import StoreError

__all__ = ["StoreHold"]

logger = logging.getLogger(__name__)

PAUSE_S = 0.5
PATIENCE_S = 300.0


class StoreHold:
    """The store's lock where it is free; use it with ``with``.

    A sync that asks for nothing needs no lock: it may read beside a writer, and from a disk that
    cannot be written.
    """

    def __init__(self, store: BarStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._held = False
        self._refused: StoreError | None = None

    def __enter__(self) -> Self:
        try:
            self._held = self._take()
        except StoreError as error:
            self._refused = error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._held and self._store.lock is not None:
            self._store.lock.release()

    async def wait(self) -> bool:
        """Wait for the lock; True when the store may have changed meanwhile.

        Raises StoreError, which says who holds it, when that takes too long, and the reason where
        the store cannot be written at all.
        """
        if self._refused is not None:
            raise self._refused
        if self._held:
            return False
        logger.info("%s", self._store.busy())
        waited = 0.0
        while not self._take():
            if waited >= PATIENCE_S:
                raise self._store.busy()
            await self._clock.sleep(PAUSE_S)
            waited += PAUSE_S
        self._held = True
        return True

    def _take(self) -> bool:
        lock = self._store.lock
        return lock is not None and lock.try_acquire()
