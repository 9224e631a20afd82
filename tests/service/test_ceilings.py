"""What could grow or go on without end has a ceiling: readers, expressions, packed files."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from service.conftest import PATIENCE_S, small_market
from support.serving import serving
from technic.scan.config_json import config_to_json
from technic.scan.flat_config import flat_config
from technic.service.answers import job_events
from technic.service.app import create_app
from technic.service.jobs.worker import Worker
from technic.service.routes.metrics import STATES
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings
from technic.tables import packed_file

READERS = 100
MOST_OF_ONE = 64 * 1024
"""Bytes of the service for each reader that follows a job."""


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[tuple[str, Any, str]]:
    """A service on a socket, and a job that waits for good."""
    settings = ServiceSettings(settings=Settings(home=tmp_path), open=True)
    with serving(settings) as (base, service):
        service.dispatcher.stop()
        service.dispatcher._ending.clear()  # else a stream of a job that waits would end
        yield base, service, service.jobs.submit("scan", {}, "me", 10).id


def test_a_reader_who_follows_a_job_costs_little(followed: tuple[str, Any, str]) -> None:
    """A page that is open is a stream of events: a hundred of them are a few megabytes."""
    base, service, job = followed
    streams = [urlopen(f"{base}/v1/jobs/{job}/events", timeout=60)]
    assert b"event: queued" in streams[0].readline()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(READERS):
            streams.append(urlopen(f"{base}/v1/jobs/{job}/events", timeout=60))
            assert b"event: queued" in streams[-1].readline()
        assert service.streams == READERS + 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        for stream in streams:
            stream.close()
    assert (peak - before) / READERS < MOST_OF_ONE
    until = time.monotonic() + PATIENCE_S
    while service.streams and time.monotonic() < until:
        threading.Event().wait(0.05)
    assert service.streams == 0


def test_readers_beyond_the_ceiling_are_told_what_to_do(
    followed: tuple[str, Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One goes, the next one is let in; the job itself is answered all the while."""
    base, service, job = followed
    monkeypatch.setattr(job_events, "MOST_STREAMS", 2)
    streams = [urlopen(f"{base}/v1/jobs/{job}/events", timeout=60) for _ in range(2)]
    for stream in streams:
        stream.readline()
    for path in (f"/v1/jobs/{job}/events", f"/v1/scans/{job}/events"):
        with pytest.raises(HTTPError) as refused:
            urlopen(base + path, timeout=60)
        with refused.value as answer:
            assert answer.code == 503
            assert answer.headers["Retry-After"] == "10"
            assert "2 readers follow jobs already" in json.load(answer)["detail"]
    with urlopen(f"{base}/v1/jobs/{job}", timeout=60) as answer:
        assert json.load(answer)["state"] == "queued"
    streams.pop().close()
    until = time.monotonic() + PATIENCE_S
    while service.streams > 1 and time.monotonic() < until:
        threading.Event().wait(0.05)
    with urlopen(f"{base}/v1/jobs/{job}/events", timeout=60) as stream:
        assert b"event: queued" in stream.readline()
    streams.pop().close()


def costly(longest: int = 9_500) -> str:
    """An expression of many functions in each other, each of which looks at the whole history."""
    parts, text = [], ""
    while len(text) < longest:
        n = 20 + len(parts)
        parts.append(f"highest(ema(stddev(close, {n}), {n}), 50) > sma(rsi(close, {n}), {n})")
        text = " or ".join(parts)
    return " or ".join(parts[:-1])


def test_an_expression_that_takes_too_long_is_ended(
    tmp_path: Path, finished: Callable[..., dict[str, Any]]
) -> None:
    """With its process; the job says so, the next one is begun, and why stays true after it."""
    settings = ServiceSettings(settings=Settings(home=tmp_path), open=True, scan_seconds=0.01)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        assert client.put("/v1/uploads/small.csv", content=small_market()).status_code == 201
        dispatcher = client.app.state.service.dispatcher
        ended: list[int] = []
        for _ in range(2):
            asked = client.post("/v1/scans", json={"data": "small.csv", "where": costly()})
            assert asked.status_code == 202, asked.text
            until = time.monotonic() + PATIENCE_S
            job = asked.json()
            while job["state"] in ("queued", "running") and time.monotonic() < until:
                ended += [pid for pid in dispatcher.worker_pids if pid not in ended]
                job = client.get(f"/v1/jobs/{job['id']}").json()
            assert job["state"] == "failed"
            assert (
                job["message"] == "it took longer than 0.01 s, the most that a scan may take here"
            )
        assert len(ended) == 2
        for pid in ended:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


def test_an_upload_that_unpacks_without_end_fails_its_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a sentence: a file of some kilobytes fills neither memory nor disk."""
    monkeypatch.setattr(packed_file, "MAX_UNPACKED", 100_000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(small_market() * 20))
    config = flat_config({"data": str(path)}, Settings(home=tmp_path))
    told, home = io.StringIO(), os.environ.get("TECHNIC_HOME")
    monkeypatch.setenv("TECHNIC_HOME", str(home or tmp_path))
    folder = str(tmp_path / "result")
    Worker(told).carry_out(
        {"kind": "scan", "config": config_to_json(config), "result": "x", "folder": folder}
    )
    last = json.loads(told.getvalue().splitlines()[-1])
    assert last["state"] == "failed"
    assert "unpacks to more than" in last["message"]
    assert not Path(folder).exists()


def test_a_job_is_changed_by_its_own_key_and_an_admins(tmp_path: Path) -> None:
    """Another key is told whose it is; it may look."""
    settings = ServiceSettings(settings=Settings(home=tmp_path))
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        service = client.app.state.service
        service.dispatcher.stop()
        keys = {}
        for name, scope in (("own", "run"), ("other", "run"), ("admin", "admin")):
            keys[name] = {"Authorization": f"Bearer {service.keys.add(name, scope)[1]}"}
        job = client.post("/v1/scans", json={}, headers=keys["own"]).json()["id"]
        for kind in ("scans", "jobs"):
            for method, path in (("DELETE", job), ("POST", f"{job}/resume")):
                answer = client.request(method, f"/v1/{kind}/{path}", headers=keys["other"])
                assert answer.status_code == 403
                assert answer.json()["detail"] == (
                    "this scan is another key's; an admin's key may change it"
                )
            assert (
                client.get(f"/v1/{kind}/{job}", headers=keys["other"]).json()["state"] == "queued"
            )
        assert client.delete(f"/v1/scans/{job}", headers=keys["own"]).json()["state"] == "cancelled"
        resumed = client.post(f"/v1/jobs/{job}/resume", headers=keys["admin"])
        assert resumed.json()["state"] == "queued"


@pytest.mark.usefixtures("scan")
def test_figures_are_named_as_prometheus_names_them(client: TestClient) -> None:
    """Base units, ``_total`` for what only grows, no label that holds what anybody typed."""
    text = client.get("/metrics").text
    families = {one.name: one for one in text_string_to_metric_families(text)}
    own = {name for name in families if name.startswith("technic_")}
    assert own == {
        "technic_jobs",
        "technic_last_scan_finish_timestamp_seconds",
        "technic_last_scan_duration_seconds",
        "technic_results_kept",
        "technic_studies_kept",
        "technic_event_streams",
    }
    for name, family in families.items():
        assert re.fullmatch(r"(technic|process)_[a-z0-9_]*[a-z0-9]", name)
        assert not re.search(r"_(ms|milliseconds|minutes|hours|kb|mb|percent|count|sum)$", name)
        assert family.documentation
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter")
            assert set(sample.labels) <= {"state"}
            assert set(sample.labels.values()) <= set(STATES)
    assert families["process_resident_memory_bytes"].samples[0].value > 0
