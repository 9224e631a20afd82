"""Studies as jobs: their slot, their time, their end; no study is run for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.conftest import PATIENCE_S
from support.workers import WaitingWorker
from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

ASKED = {"where": "close > 5"}


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., TestClient]:
    """Makes a service of one home whose studies never end by themselves."""
    monkeypatch.setattr("technic.service.jobs.dispatcher.WorkerProcess", WaitingWorker)

    def start(**given: Any) -> TestClient:
        settings = ServiceSettings(settings=Settings(home=tmp_path), open=True, **given)
        return TestClient(create_app(settings), base_url="http://127.0.0.1")

    return start


@pytest.fixture
def client(started: Callable[..., TestClient]) -> Iterator[TestClient]:
    """The same with all defaults."""
    with started() as client:
        yield client


@pytest.fixture(scope="module")
def asked_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that carries nothing out."""
    settings = ServiceSettings(settings=Settings(home=tmp_path_factory.mktemp("asked")), open=True)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        client.app.state.service.dispatcher.stop()
        yield client


def until(client: TestClient, job: dict[str, Any], *states: str) -> dict[str, Any]:
    """Wait for a job to come into a state; the test fails where it never does."""
    last = time.monotonic() + PATIENCE_S
    while time.monotonic() < last:
        now: dict[str, Any] = client.get(f"/v1/jobs/{job['id']}").json()
        if now["state"] in states:
            return now
        threading.Event().wait(0.005)
    raise AssertionError(now)


def test_a_scan_waits_for_no_study(client: TestClient) -> None:
    """While one study runs and another one waits, a scan is done."""
    first, second = (client.post("/v1/studies", json=ASKED).json() for _ in range(2))
    until(client, first, "running")
    scan = client.post("/v1/scans", json={}).json()
    assert until(client, scan, "done", "failed")["state"] == "done"
    assert client.get(f"/v1/studies/{first['id']}").json()["state"] == "running"
    waiting = client.get(f"/v1/studies/{second['id']}").json()
    assert (waiting["state"], waiting["place"], waiting["kept"]) == ("queued", 1, False)


def test_a_study_that_runs_tells_how_far_it_is_and_is_cancelled(client: TestClient) -> None:
    """It ends as cancelled, can be queued again, and its kind is known to every route of jobs."""
    study = client.post("/v1/studies", json=ASKED).json()
    until(client, study, "running")
    assert client.get(f"/v1/studies/{study['id']}").json()["progress"] == {
        "stage": "replay",
        "done": 3,
        "total": 9,
    }
    assert [one["id"] for one in client.get("/v1/jobs?kind=study").json()] == [study["id"]]
    assert client.delete(f"/v1/studies/{study['id']}").status_code == 200
    until(client, study, "cancelled")
    assert client.delete(f"/v1/studies/{study['id']}").status_code == 409
    again = client.post(f"/v1/studies/{study['id']}/resume").json()
    assert again["state"] in ("queued", "running")
    assert again["attempt"] == 2
    events = client.get(f"/v1/scans/{study['id']}/events")
    assert events.json() == {"detail": "there is no scan of this id"}
    client.delete(f"/v1/jobs/{study['id']}")


def test_a_study_has_its_own_time(started: Callable[..., TestClient]) -> None:
    """What takes longer is ended, whatever a scan may take."""
    with started(study_seconds=0.01, scan_seconds=1_000.0) as client:
        study = until(client, client.post("/v1/studies", json=ASKED).json(), "failed")
    assert study["message"] == "it took longer than 0.01 s, the most that a study may take here"


def test_a_study_that_its_service_left_is_interrupted(started: Callable[..., TestClient]) -> None:
    """The next service finds it so, and queues it again when somebody says so."""
    with started() as client:
        study = client.post("/v1/studies", json=ASKED).json()
        until(client, study, "running")
    with started() as client:
        left = client.get(f"/v1/studies/{study['id']}").json()
        assert (left["state"], left["attempt"]) == ("interrupted", 1)
        assert "resume it" in left["message"]
        assert client.get(f"/v1/studies/{study['id']}/result").status_code == 409
        assert client.post(f"/v1/studies/{study['id']}/resume").status_code == 202
        until(client, study, "running")


def test_studies_that_wait_have_a_ceiling_of_their_own(started: Callable[..., TestClient]) -> None:
    """Scans are taken all the same."""
    with started(most_queued=1) as client:
        until(client, client.post("/v1/studies", json=ASKED).json(), "running")
        assert client.post("/v1/studies", json=ASKED).status_code == 202
        full = client.post("/v1/studies", json=ASKED)
        assert (full.status_code, full.headers["retry-after"]) == (503, "10")
        assert client.post("/v1/scans", json={}).status_code == 202


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"wher": "1"}, "a key of technic scan, or one of from, to, horizon"),
        ({"where": "close >"}, "at column 8"),
        ({"setup": ["no_such"]}, "setup"),
        ({"as_of": "2024-03-08"}, "from and to say which days"),
        ({"data": "/etc/passwd"}, "uploaded"),
        ({"from": "yesterday"}, "YYYY-MM-DD"),
        ({"to": 20240308}, "YYYY-MM-DD"),
        ({"from": "2024-03-09"}, "nearest: 2024-03-08 or 2024-03-11"),
        ({"from": "2024-03-08", "to": "2024-03-07"}, "at most 2024-03-07"),
        ({"horizon": 0}, "horizon"),
        ({"horizon": 5.5}, "horizon"),
        ({"life": "long"}, "life"),
        ({"hold": True}, "hold"),
        ({"delisting_return": -2}, "delisting_return"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_what_cannot_be_studied_is_refused_at_once(
    asked_alone: TestClient, asked: dict[str, Any], part: str
) -> None:
    """In one sentence, and nothing is queued."""
    answer = asked_alone.post("/v1/studies", json=asked)
    assert answer.status_code == 422, answer.text
    assert part in answer.json()["detail"]
    assert asked_alone.get("/v1/studies").json() == []
