"""The schedule, one look at a time: what is due, what has ended, what comes next.

A run goes through these steps; each is one transaction, so that a service that is killed between
two of them goes on where it was.

1. The last session that is due and has no run gets one; earlier ones without count as missed.
2. A vendor is synced. A sync that failed, or that left the session incomplete, is tried again
   after a pause that doubles, a bounded number of times; files are looked at instead.
3. Once the session is complete the scans are queued, as of that session; else they do not run,
   and the run says why.
4. Each result is compared with the one of the same name before it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from technic.errors import TechnicError, UsageError
from technic.scan.config_json import config_to_json
from technic.scan.flat_config import flat_config
from technic.service.jobs.job import Job
from technic.service.jobs.job_table import JobTable
from technic.service.schedule.bar_source import BarSource
from technic.service.schedule.changes import changes_between
from technic.service.schedule.run import Run, ScanOfRun
from technic.service.schedule.run_table import QueuedScan, RunTable
from technic.service.schedule.scheduled_scans import ScheduledScan, scan_config
from technic.service.schedule.timetable import Due
from technic.settings import Settings
from technic.wording.counts import count_of

__all__ = ["FIRST_PAUSE_S", "LONGEST_PAUSE_S", "NotYetKnownError", "Scheduler", "pause_after"]

logger = logging.getLogger(__name__)

FIRST_PAUSE_S = 300.0
LONGEST_PAUSE_S = 4 * 3600.0
SCAN_ATTEMPTS = 3
"""A scan that was interrupted is queued again until it was begun so often."""
_GONE = "it is no longer among the jobs"


class NotYetKnownError(Exception):
    """Nobody could say now up to which session files are complete; ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduler:
    """Carries the schedule on whenever it is asked to look; it reads no clock but ``clock``.

    ``bar_source``: whose sessions are followed, and what time it is there; raises TechnicError.
    ``scans``: those that are configured; raises UsageError. ``complete_until``: the last complete
    session of files; raises TechnicError or NotYetKnownError. ``results``: the folder of results.
    ``attempts``: syncs, or looks at files, of one session. ``wake``: called when jobs are queued.
    """

    runs: RunTable
    jobs: JobTable
    settings: Settings
    results: Path
    clock: Callable[[], float]
    bar_source: Callable[[], BarSource]
    scans: Callable[[], Sequence[ScheduledScan]]
    complete_until: Callable[[], str]
    attempts: int
    wake: Callable[[], None]

    def tick(self) -> None:
        """Look what is due and what has ended, and do what comes next."""
        source = self.bar_source()
        due = source.timetable.last(source.now)
        run = self.runs.latest(source.provider)
        if run is not None and not run.settled:
            self._advance(run, source, due)
            run = self.runs.latest(source.provider)
        if due is None or (run is not None and not (run.settled and run.session < due.session)):
            return
        missed = 0 if run is None else source.timetable.sessions_between(run.session, due.session)
        if self.runs.begin(source.provider, due, missed, self._sync() if source.syncs else None):
            logger.info("the run of %s has begun", due.session)
            self.wake()

    def _advance(self, run: Run, source: BarSource, due: Due | None) -> None:
        """Do what comes next in a run that has begun."""
        if source.now.timestamp() < run.due_at:
            return  # a clock was set back: before its time nothing of it happens
        if run.state == "syncing":
            self._after_sync(run)
        elif run.state == "scanning":
            self._after_scans(run)
        elif due is not None and due.session > run.session:
            instead = f"the run of {due.session} takes its place"
            said = (run.message, "the scans did not run", instead)
            self.runs.settle(run, "failed", "; ".join(part for part in said if part))
        elif run.retry_at is None or not 0 < run.retry_at - self.clock() <= LONGEST_PAUSE_S:
            self._try_again(run, source)

    def _try_again(self, run: Run, source: BarSource) -> None:
        if source.syncs:
            if self.runs.sync_again(run, self._sync()):
                self.wake()
            return
        looked = replace(run, attempt=run.attempt + 1)
        try:
            complete = self.complete_until()
        except NotYetKnownError:
            return
        except TechnicError as error:
            self._later(looked, str(error))
        else:
            self._judge(looked, complete, "the files")

    def _after_sync(self, run: Run) -> None:
        job = self._job(run.sync_job)
        if job is None:
            self._later(run, f"the sync cannot be followed: {_GONE}")
        elif job.state == "done":
            outcome = job.outcome or {}
            complete = str(outcome.get("complete_until") or "")
            self._judge(run, complete, run.provider, str(outcome.get("trouble") or ""))
        elif job.state == "cancelled":
            self.runs.settle(run, "failed", "the sync was cancelled, so the scans did not run")
        elif job.state == "failed":
            self._later(run, f"the sync failed: {job.message}")
        elif job.state == "interrupted":
            self._later(run, f"the sync was interrupted: {job.message}", pause=0.0)

    def _judge(self, run: Run, complete: str, whose: str, trouble: str = "") -> None:
        """Queue the scans where the session is complete; ``trouble``: why it may not be."""
        if complete >= run.session:
            self._queue_scans(run)
            return
        has = f"has bars for nearly all up to {complete} only" if complete else "has no bars"
        has = has.replace("has", "have", 1) if whose == "the files" else has
        why = f": {trouble}" if trouble else ""
        self._later(run, f"{whose} {has}, {run.session} is not complete{why}")

    def _later(self, run: Run, why: str, pause: float | None = None) -> None:
        """Try again after a pause, or give up after the last attempt."""
        if run.attempt >= self.attempts:
            tried = count_of(run.attempt, "attempt")
            self.runs.settle(run, "failed", f"{why}; after {tried} the scans did not run")
            logger.warning("the run of %s failed: %s", run.session, why)
            return
        pause = pause_after(run.attempt) if pause is None else pause
        self.runs.wait(run, self.clock() + pause, why)

    def _queue_scans(self, run: Run) -> None:
        try:
            scans = self.scans()
        except UsageError as error:
            self.runs.settle(run, "failed", f"the scans did not run: {error}")
            return
        if self.runs.scan(run, [self._queued(scan, run.session) for scan in scans]):
            self.wake()

    def _queued(self, scan: ScheduledScan, session: str) -> QueuedScan:
        try:
            config = scan_config(scan, session, self.settings)
        except TechnicError as error:
            return QueuedScan(scan.name, None, str(error))
        body = {"asked": dict(scan.keys), "config": config_to_json(config)}
        return QueuedScan(scan.name, body)

    def _sync(self) -> dict[str, Any]:
        return {"asked": {}, "config": config_to_json(flat_config({}, self.settings))}

    def _after_scans(self, run: Run) -> None:
        """Settle the scans that have ended, then the run."""
        for scan in self.runs.scans(run):
            if scan.state == "queued":
                settled = self._settled(run, scan)
                if settled is not None:
                    self.runs.settle_scan(run, settled)
        scans = self.runs.scans(run)
        if any(scan.state == "queued" for scan in scans):
            return
        failed = [scan.name for scan in scans if scan.state == "failed"]
        if not failed:
            self.runs.settle(run, "done", None)
            return
        text = f"{len(failed)} of {count_of(len(scans), 'scan')} did not end: {', '.join(failed)}"
        self.runs.settle(run, "failed", text)

    def _settled(self, run: Run, scan: ScanOfRun) -> ScanOfRun | None:
        """Return what became of a queued scan; None while it waits or runs."""
        job = self._job(scan.job)
        if job is None:
            return replace(scan, state="failed", message=_GONE)
        if job.state == "interrupted" and job.attempt < SCAN_ATTEMPTS:
            if self.jobs.resume(job.id):
                self.wake()
            return None
        if job.state in ("queued", "running"):
            return None
        if job.state != "done":
            return replace(scan, state="failed", message=job.message or job.state)
        kept = (job.outcome or {}).get("kept")
        before = self.runs.before(run, scan.name)
        done = replace(scan, state="done", kept=kept)
        if before is None:
            return done
        found = changes_between(self.results / before[0], self.results / job.id)
        return replace(done, before_job=before[0], before_session=before[1], changes=found)

    def _job(self, identity: str | None) -> Job | None:
        try:
            return None if identity is None else self.jobs.get(identity)
        except KeyError:
            return None


def pause_after(attempt: int) -> float:
    """Return the seconds between an attempt (from 1) and the next one."""
    return float(min(FIRST_PAUSE_S * 2.0 ** (attempt - 1), LONGEST_PAUSE_S))
