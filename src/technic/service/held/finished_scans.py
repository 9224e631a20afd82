"""Which scans are done, and which was done last: known in memory while nothing has changed it."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from technic.service.jobs.job_table import JobTable

__all__ = ["FinishedScans"]

FRESH_S = 1.0
"""The last scan of another service on the same database is known so late at most."""
MOST = 1_000


class FinishedScans:
    """The scans of a table that are done, which they stay; ``clock``: seconds."""

    def __init__(self, jobs: JobTable, clock: Callable[[], float] = time.monotonic) -> None:
        self._jobs, self._clock = jobs, clock
        self._done: OrderedDict[str, None] = OrderedDict()
        self._latest: tuple[int, float, str] | None = None

    def held_latest(self) -> str | None:
        """Return the scan that was done last, where that is known without asking the table."""
        if self._latest is None:
            return None
        changes, read_at, identity = self._latest
        fresh = changes == self._jobs.changes and 0.0 <= self._clock() - read_at < FRESH_S
        return identity if fresh else None

    def latest(self) -> str | None:
        """Return the scan that was done last; None where none is."""
        held = self.held_latest()
        if held is not None:
            return held
        changes, read_at = self._jobs.changes, self._clock()
        done = self._jobs.latest(1, "scan", ["done"])
        if not done:
            return None
        self.add(done[0].id)
        self._latest = changes, read_at, done[0].id
        return done[0].id

    def holds(self, identity: str) -> bool:
        """Tell whether a scan is known to be done."""
        return identity in self._done

    def add(self, identity: str) -> None:
        """Remember that a scan is done."""
        self._done[identity] = None
        while len(self._done) > MOST:
            self._done.popitem(last=False)
