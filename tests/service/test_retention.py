from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from technic.service.jobs.job_table import JobTable
from technic.service.jobs.retention import drop_old_results

DAY_S = 86_400.0


def test_the_latest_results_stay_and_strangers_go(
    tmp_path: Path, opened: Callable[[], Engine]
) -> None:
    """Beyond the number or the age a result goes; a folder that no job has goes too."""
    now = [0.0]
    table = JobTable(opened(), "here", lambda: now[0])
    results = tmp_path / "results"
    made = []
    for day in range(6):
        now[0] = day * DAY_S
        job = table.submit("scan", {}, "me", 10)
        table.claim("scan")
        table.finish(job.id, "done")
        (results / job.id).mkdir(parents=True)
        made.append(job.id)
    (results / "left.part").mkdir()
    assert drop_old_results(table, results, 3, 30, table.clock) == 4
    assert {path.name for path in results.iterdir()} == set(made[-3:])
    now[0] += 100 * DAY_S
    assert drop_old_results(table, results, 3, 30, table.clock) == 2
    assert [path.name for path in results.iterdir()] == made[-1:], "the latest stays"
