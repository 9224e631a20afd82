"""What is kept of jobs: the latest, up to a number, a size and an age; files go first."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from technic.service.jobs.job import FINAL, Job, JobKind
from technic.service.jobs.job_kinds import Retention
from technic.service.jobs.job_table import JobTable

__all__ = ["drop_old"]

DAY_S = 86_400.0
_MOST_JOBS = 10_000
"""Jobs that are looked through: what is older than these went long ago."""


def drop_old(
    table: JobTable, kind: JobKind, retention: Retention, pinned: Collection[str] = ()
) -> int:
    """Delete what is beyond the ``retention``, and folders that no job of the kind has.

    The latest stays, however old and large, and so do those ``pinned``. Returns how many went.
    """
    jobs = table.latest(_MOST_JOBS, kind)
    done = [job for job in jobs if job.state == "done"]
    oldest = table.clock() - retention.days * DAY_S
    kept = set(_within(done[: retention.most], oldest, retention))
    kept |= {job.id for job in done[:1]}
    kept |= {job.id for job in jobs if job.state not in FINAL}
    kept |= set(pinned)
    gone = 0
    for folder in retention.folder.iterdir():
        if folder.name.removesuffix(".part") not in kept:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    for job in jobs:
        if job.state in FINAL and job.id not in kept and job.created_at < oldest:
            table.forget(job.id)
    return gone


def _within(done: Sequence[Job], oldest: float, retention: Retention) -> Iterator[str]:
    """Yield the jobs, the latest first, that are young enough, while there is room for them."""
    total = 0
    for job in done:
        total += _bytes(retention.folder / job.id)
        if total > retention.most_bytes:
            return
        if (job.finished_at or job.created_at) >= oldest:
            yield job.id


def _bytes(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
