from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from technic.service.jobs.job import JobKind
from technic.service.jobs.job_kinds import Retention, kind_rules
from technic.service.jobs.job_table import JobTable
from technic.service.jobs.retention import drop_old
from technic.service.service_settings import ServiceSettings, service_settings
from technic.settings import Settings

DAY_S = 86_400.0


class Kept:
    """Six jobs of a kind that were done on six days, a folder of a hundred bytes for each."""

    def __init__(self, engine: Engine, folder: Path, kind: JobKind) -> None:
        self.now = 0.0
        self.table = JobTable(engine, "here", lambda: self.now)
        self.folder, self.kind, self.made = folder, kind, [""] * 6
        for day in range(6):
            self.now = day * DAY_S
            job = self.table.submit(kind, {}, "me", 10)
            self.table.claim(kind)
            self.table.finish(job.id, "done")
            (folder / job.id).mkdir(parents=True)
            (folder / job.id / "file").write_bytes(b"x" * 100)
            self.made[day] = job.id

    def drop(self, most: int, days: float, **given: float) -> int:
        """Drop what is too old."""
        return drop_old(self.table, self.kind, Retention(self.folder, most, days, **given))

    @property
    def left(self) -> set[str]:
        """Folders that are there."""
        return {path.name for path in self.folder.iterdir()}


@pytest.mark.parametrize("kind", ["scan", "study"])
def test_the_latest_results_stay_and_strangers_go(
    tmp_path: Path, opened: Callable[[], Engine], kind: JobKind
) -> None:
    """Beyond the number or the age a result goes; a folder that no job has goes too."""
    kept = Kept(opened(), tmp_path / "results", kind)
    (kept.folder / "left.part").mkdir()
    assert kept.drop(3, 30) == 4
    assert kept.left == set(kept.made[-3:])
    kept.now += 100 * DAY_S
    assert kept.drop(3, 30) == 2
    assert kept.left == {kept.made[-1]}, "the latest stays"


def test_no_more_is_kept_than_there_is_room_for(
    tmp_path: Path, opened: Callable[[], Engine]
) -> None:
    """The latest that fit stay; the last one does however large it is."""
    kept = Kept(opened(), tmp_path / "studies", "study")
    assert kept.drop(50, 30, most_bytes=250) == 4
    assert kept.left == set(kept.made[-2:])
    assert kept.drop(50, 30, most_bytes=99) == 1
    assert kept.left == {kept.made[-1]}


def test_studies_and_results_of_scans_know_nothing_of_each_other(
    tmp_path: Path, opened: Callable[[], Engine]
) -> None:
    """Each kind looks into its own folder, with its own number and age."""
    engine = opened()
    scans = Kept(engine, tmp_path / "results", "scan")
    studies = Kept(engine, tmp_path / "studies", "study")
    scans.now = studies.now
    assert scans.drop(1, 30) == 5
    assert (len(scans.left), len(studies.left)) == (1, 6)


def test_what_is_kept_of_each_kind_is_as_the_settings_say(tmp_path: Path) -> None:
    """Documented numbers, and other ones where the environment names them."""
    rules = kind_rules(ServiceSettings(settings=Settings(home=tmp_path)))
    folder = tmp_path / "service"
    assert rules["scan"].kept == Retention(folder / "results", 200, 30.0)
    assert rules["study"].kept == Retention(folder / "studies", 50, 365.0, 4 * 2**30)
    assert rules["sync"].kept is None
    assert (rules["study"].slots, rules["study"].seconds) == (1, 3_600.0)
    environ = {
        "TECHNIC_SERVICE_STUDY_SECONDS": "60",
        "TECHNIC_SERVICE_KEEP_STUDIES": "5",
        "TECHNIC_SERVICE_KEEP_STUDY_DAYS": "7",
        "TECHNIC_SERVICE_KEEP_STUDY_BYTES": "1000000",
    }
    own = kind_rules(service_settings(Settings(home=tmp_path), environ))["study"]
    assert own.seconds == 60.0
    assert own.kept == Retention(folder / "studies", 5, 7.0, 1_000_000)
