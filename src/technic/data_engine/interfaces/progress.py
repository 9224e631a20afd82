"""Progress of a batch in steady steps, whatever steps its provider takes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from technic.data_engine.interfaces.records import Progress

__all__ = ["STEP", "SteadyProgress"]

logger = logging.getLogger(__name__)

STEP = 100
"""Symbols between two calls, at most."""


class SteadyProgress:
    """Passes progress on, with a call and a line in the log at each hundred symbols at the latest.

    A provider may count by whole requests, in blocks of its own or not at all: what it skipped is
    told when it calls the next time, and by ``finish`` once all are there. Never goes back.
    """

    def __init__(
        self,
        total: int,
        report: Progress | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total, self._report, self._clock = total, report, clock
        self._began, self._told = clock(), 0

    def __call__(self, done: int, total: int) -> None:
        """Take what a provider tells."""
        before = self._told
        for step in range((before // STEP + 1) * STEP, min(done, total) + 1, STEP):
            self._tell(step, total)
        if before < done <= total and done != self._told:
            self._told = done
            if self._report is not None:
                self._report(done, total)
            if done == total:
                self._log(done, total)

    def finish(self) -> None:
        """Tell the end, where the provider has not."""
        if self._told < self._total:
            self(self._total, self._total)

    def _tell(self, done: int, total: int) -> None:
        self._told = done
        if self._report is not None:
            self._report(done, total)
        self._log(done, total)

    def _log(self, done: int, total: int) -> None:
        seconds = max(self._clock() - self._began, 1e-9)
        left = seconds * (total - done) / done
        logger.info(
            "prices of %d of %d symbols, %.0f a second, %.1f s left",
            done,
            total,
            done / seconds,
            left,
        )
