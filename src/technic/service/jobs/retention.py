"""What is kept of results: the latest, up to a number and an age; the rest goes, files first."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from technic.service.jobs.job import FINAL
from technic.service.jobs.job_table import JobTable

__all__ = ["drop_old_results"]

DAY_S = 86_400.0
_MOST_JOBS = 10_000
"""Jobs that are looked through: what is older than these went long ago."""


def drop_old_results(
    table: JobTable,
    results: Path,
    most: int,
    days: float,
    clock: Callable[[], float],
    pinned: Collection[str] = (),
) -> int:
    """Delete results beyond ``most`` or older than ``days``, and folders that no job has.

    The latest result stays, however old, and so do those ``pinned``. Returns how many went.
    """
    jobs = table.latest(_MOST_JOBS, "scan")
    done = [job for job in jobs if job.state == "done"]
    oldest = clock() - days * DAY_S
    kept = {job.id for job in done[:most] if (job.finished_at or job.created_at) >= oldest}
    kept |= {job.id for job in done[:1]}
    kept |= {job.id for job in jobs if job.state not in FINAL}
    kept |= set(pinned)
    gone = 0
    for folder in results.iterdir():
        if folder.name.removesuffix(".part") not in kept:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    for job in jobs:
        if job.state in FINAL and job.id not in kept and job.created_at < oldest:
            table.forget(job.id)
    return gone
