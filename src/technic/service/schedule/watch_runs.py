"""When the schedule has the watches run: after each sync, and to send what waits.

A run that finds nothing new scans nothing, and one too many tells nobody anything twice, so nothing
is kept here but what the jobs say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from technic.service.jobs.job import ACTIVE, Job
from technic.service.jobs.job_table import JobTable
from technic.service.schedule.run_table import ASKED_BY, RunTable
from technic.settings import Settings
from technic.watches.database import FILE_NAME, open_watches
from technic.watches.outbox import Outbox
from technic.watches.watch_table import WatchTable

__all__ = ["EVERY_S", "HELD_S", "SENDING_S", "WatchRuns"]

EVERY_S = 3600.0
"""At the latest: bars that are late, or a vendor that is down, are told without a sync too."""
SENDING_S = 60.0
"""A message that is due waits so long at most."""
HELD_S = 600.0
"""What quiet hours hold is looked at this often."""
MOST_QUEUED = 5
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRuns:
    """Queues a run of the watches whenever one is due; it reads no clock but ``clock``.

    ``settings``: the user's, whose home has the watches. ``wake``: called when a job is queued.
    """

    runs: RunTable
    jobs: JobTable
    settings: Settings
    clock: Callable[[], float]
    wake: Callable[[], None]

    def tick(self) -> None:
        """Queue a run where one is due and none waits or runs."""
        if not (self.settings.home / FILE_NAME).is_file():
            return
        latest = self.jobs.latest(_LOOKED_AT, "watch")
        if any(job.state in ACTIVE for job in latest):
            return
        step = self._step()
        if self._is_due(latest, step):
            body: dict[str, Any] = {"asked": {}, "after": step}
            self.jobs.submit("watch", body, ASKED_BY, MOST_QUEUED)
            self.wake()

    def _step(self) -> str | None:
        """Name the last sync that ended; None before the first one, and while one runs."""
        provider, _ = self.settings.source()
        run = self.runs.latest(provider)
        if run is None or run.state == "syncing" or run.attempt < 1:
            return None
        return f"{run.session} {run.attempt}"

    def _is_due(self, latest: Sequence[Job], step: str | None) -> bool:
        last = next((job for job in latest if job.asked_by == ASKED_BY), None)
        if last is None or (step is not None and step != last.request.get("after")):
            return self._there_are_any()
        age = self.clock() - last.created_at
        if not 0.0 <= age < EVERY_S:  # also where a clock was set back
            return self._there_are_any()
        return age >= SENDING_S and self._anything_waits(age)

    def _there_are_any(self) -> bool:
        with open_watches(self.settings.home) as database:
            return WatchTable(database).active() > 0

    def _anything_waits(self, age: float) -> bool:
        with open_watches(self.settings.home) as database:
            due = Outbox(database).due(self.clock())
        return bool(due) and (age >= HELD_S or not all(one.held for one in due))
