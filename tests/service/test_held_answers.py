"""What is held in memory is sent as the routes would: to the same callers, and while it is true."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from technic.service.answers.job_list import job_list
from technic.service.app import create_app
from technic.service.held.finished_scans import FRESH_S, FinishedScans
from technic.service.held.once import Once
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

PATHS = (
    "/v1/scans/latest/rows?columns=symbol,close",
    "/v1/scans/latest/closes?bars=10",
    "/v1/scans/latest/ledger",
    "/v1/scans/latest/market",
    "/v1/scans/latest/result?limit=2",
    "/v1/columns",
    "/v1/functions",
    "/openapi.json",
)


@pytest.mark.usefixtures("scan")
@pytest.mark.parametrize("path", PATHS)
def test_the_second_answer_is_the_first_one_without_a_table(client: TestClient, path: str) -> None:
    """Body, type and security headers are the same; no statement is run for it."""
    first = client.get(path)
    assert first.status_code == 200
    client.get(path)  # by now the last scan is known
    seen: list[str] = []
    engine = client.app.state.service.engine

    def ran(*given: Any) -> None:
        seen.append(given[2])

    event.listen(engine, "before_cursor_execute", ran)
    second = client.get(path)
    event.remove(engine, "before_cursor_execute", ran)
    own = [one for one in seen if "technic_jobs" in one and "state IN" in one]
    assert own == []  # slots that look for jobs run theirs
    assert second.content == first.content
    assert dict(second.headers) == dict(first.headers)


def test_routes_are_described_before_the_first_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a service that is to be ready, not of one that a test asks a thing or two."""
    monkeypatch.setattr("technic.service.jobs.worker_process.WorkerProcess.warm_up", lambda _: None)
    for warm in (True, False):
        app = create_app(ServiceSettings(settings=Settings(home=tmp_path)), warm=warm)
        with TestClient(app):
            assert (app.openapi_schema is not None) == warm


def test_the_last_scan_is_another_one_as_soon_as_it_is_done(
    client: TestClient, scan: dict[str, Any], finished: Callable[..., dict[str, Any]]
) -> None:
    """Nobody who was told that a scan is done gets the one before."""
    path = "/v1/scans/latest/rows?columns=symbol"
    held = [client.get(path).json()["id"] for _ in range(2)]
    assert held[0] == held[1]
    job = client.post("/v1/scans", json={"data": "small.csv"}).json()
    assert finished(client, job["id"])["state"] == "done"
    assert client.get(path).json()["id"] == job["id"]
    assert client.get(f"/v1/scans/{scan['id']}/rows?columns=symbol").json()["id"] == scan["id"]


def test_a_result_that_is_gone_is_gone(
    client: TestClient, finished: Callable[..., dict[str, Any]]
) -> None:
    """Though its answers are still in memory."""
    job = client.post("/v1/scans", json={"data": "small.csv"}).json()
    assert finished(client, job["id"])["state"] == "done"
    path = f"/v1/scans/{job['id']}/ledger"
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]
    folder: Path = client.app.state.service.settings.results / job["id"]
    kept = folder.parents[1] / "kept-elsewhere"  # what no job names in the folder is cleared away
    shutil.move(folder, kept)
    assert client.get(path).status_code == 404
    assert "no longer kept" in client.get(path).json()["detail"]
    shutil.move(kept, folder)
    assert client.get(path).status_code == 200


def test_an_answer_from_memory_is_counted_and_needs_a_key(tmp_path: Path) -> None:
    """As any other: who asks too often waits, who has no key is refused."""
    settings = ServiceSettings(settings=Settings(home=tmp_path), requests_per_minute=3)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        keys = client.app.state.service.keys
        mine, other = (
            {"Authorization": f"Bearer {keys.add(name, 'read')[1]}"} for name in ("me", "other")
        )
        codes = [client.get("/v1/columns", headers=mine).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        assert "Retry-After" in client.get("/v1/columns", headers=mine).headers
        assert client.get("/v1/columns", headers=other).status_code == 200
        assert client.get("/v1/columns").status_code == 401
        assert client.get("/v1/columns", headers={"Host": "evil.example"}).status_code == 400
        assert client.head("/v1/columns", headers=other).status_code == 405


class Jobs:
    """A table in which a test says which scan was done last."""

    def __init__(self) -> None:
        self.changes, self.asked, self.last = 0, 0, "a"

    def latest(self, *_: object) -> list[Any]:
        """The last scan."""
        self.asked += 1
        return [type("Job", (), {"id": self.last})] if self.last else []


def test_what_this_service_settles_is_known_at_once_what_others_do_soon() -> None:
    """The table is asked when something was settled here, and after a second."""
    jobs, now = Jobs(), [50.0]
    found = FinishedScans(jobs, lambda: now[0])  # type: ignore[arg-type]
    assert found.held_latest() is None
    assert [found.latest(), found.latest(), found.held_latest()] == ["a", "a", "a"]
    assert jobs.asked == 1
    jobs.last, jobs.changes = "b", 1
    assert found.held_latest() is None
    assert [found.latest(), found.holds("a"), found.holds("b")] == ["b", True, True]
    jobs.last = "c"  # by another service
    assert found.latest() == "b"
    now[0] += FRESH_S
    assert found.latest() == "c"
    jobs.last, jobs.changes = "", 2
    assert found.latest() is None


def test_of_many_who_ask_for_the_jobs_one_reads_the_table(
    client: TestClient, scan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks after a change was told gets a list that has it, also while an older one is read."""
    service = client.app.state.service
    read, going_on = service.jobs.latest, threading.Event()
    asked: list[tuple[Any, ...]] = []

    def slow(*given: Any) -> Any:
        asked.append(given)
        assert going_on.wait(30)
        return read(*given)

    monkeypatch.setattr(service.jobs, "latest", slow)

    async def ask() -> list[bytes]:
        first = [asyncio.ensure_future(job_list(service, 5, "scan")) for _ in range(20)]
        await asyncio.sleep(0)
        service.jobs.changes += 1
        later = asyncio.ensure_future(job_list(service, 5, "scan"))
        await asyncio.sleep(0)
        going_on.set()
        return [(await one).body for one in (*first, later)]

    service.once = Once()
    bodies = asyncio.run(ask())
    service.once = Once()
    assert len(asked) == 2
    monkeypatch.undo()
    assert set(bodies) == {client.get("/v1/scans?limit=5").content}
    listed = json.loads(bodies[0])
    assert scan["id"] in [one["id"] for one in listed]
    assert all(one["progress"] is None for one in listed if one["state"] == "done")
