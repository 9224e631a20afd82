"""Backups of docs/deploy.md are made by its own commands, and what comes back is all there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from support.postgresql import Cluster, programs
from technic.service.access.keys import KeyTable
from technic.service.app import create_app
from technic.service.database.connect import open_database
from technic.service.jobs.job_table import JobTable
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "deploy.md"


def commands() -> list[str]:
    """The page's shell scripts: the backup, the way back."""
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def run_there(script: str, home: Path, scratch: Path) -> None:
    """Run a script of the page with other folders in the place of /data and /tmp."""
    here = script.replace("/data", str(home)).replace("/tmp/technic", f"{scratch}/technic")
    here = here.replace("python -c", f"{sys.executable} -c")
    subprocess.run(["sh", "-euc", here], check=True, timeout=120)


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A home, an empty one, and a place for the archive."""
    folders = (tmp_path / "home", tmp_path / "restored", tmp_path / "scratch")
    for folder in folders:
        folder.mkdir()
    return folders


def test_a_home_that_was_backed_up_while_it_ran_comes_back(
    homes: tuple[Path, Path, Path],
) -> None:
    """Keys, jobs, results, uploads and the store; what came after the backup is not there."""
    home, restored, scratch = homes
    backup, back = commands()
    own = ServiceSettings(settings=Settings(home=home))
    jobs = JobTable(open_database(own.database_url), "here", lambda: 1_000_000.0)
    job = jobs.submit("scan", {"where": "close > 1"}, "me", 10)
    jobs.cancel_queued(job.id)  # before a worker could take it
    with TestClient(create_app(own)) as client:
        service = client.app.state.service
        _, text = service.keys.add("me", "admin")
        (home / "service/results" / job.id).mkdir()
        (home / "service/results" / job.id / "rows.parquet").write_bytes(b"rows")
        (home / "store/polygon").mkdir(parents=True)
        (home / "store/polygon/part-0.parquet").write_bytes(b"bars")
        run_there(backup, home, scratch)
        service.keys.add("late", "admin")
    run_there(back, restored, scratch)
    settings = ServiceSettings(settings=Settings(home=restored))
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        found = client.get(f"/v1/jobs/{job.id}", headers={"Authorization": f"Bearer {text}"})
        assert found.json()["state"] == "cancelled"
        assert [key.name for key in client.app.state.service.keys.all()] == ["me"]
    assert (restored / "service/results" / job.id / "rows.parquet").read_bytes() == b"rows"
    assert (restored / "store/polygon/part-0.parquet").read_bytes() == b"bars"
    assert not list((restored / "service").glob("backup*"))


def test_tables_on_postgresql_come_back(cluster: Cluster, tmp_path: Path) -> None:
    """By the two commands that the page names."""
    found = programs()
    assert found is not None
    page = PAGE.read_text(encoding="utf-8")
    dump, back = (re.search(rf"`({name} .*?)`", page) for name in ("pg_dump", "pg_restore"))
    assert dump is not None
    assert back is not None
    with cluster.database() as url, cluster.database() as other:
        engine = open_database(url)
        _, text = KeyTable(engine, lambda: 1.0).add("me", "run")
        for command, database in ((dump.group(1), url), (back.group(1), other)):
            environ = {"DATABASE_URL": database, "PATH": f"{found}:/usr/bin:/bin"}
            subprocess.run(["sh", "-euc", command], cwd=tmp_path, env=environ, check=True)
        engine.dispose()
        engine = open_database(other)
        assert KeyTable(engine, lambda: 2.0).find(text) is not None
        engine.dispose()
