"""Watches in the service: kept, run in a worker, told over HTTP without their secrets."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

JSON = {"Content-Type": "application/json"}
SECRET = "a-secret-of-this-test"


@pytest.fixture(scope="module")
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook's receiver on this machine, and what it got."""
    got: list[dict[str, Any]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"webhook+http://{SECRET}@127.0.0.1:{server.server_port}/here", got
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An open service of the simulated market."""
    settings = ServiceSettings(
        settings=Settings(home=tmp_path_factory.mktemp("watches")), open=True
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def test_a_watch_is_kept_run_and_told(
    demo: TestClient,
    finished: Callable[..., dict[str, Any]],
    receiver: tuple[str, list[dict[str, Any]]],
) -> None:
    """A watch goes from a request to a signed message, and its log; its secret stays inside."""
    target, got = receiver
    asked = {"where": "close > sma(close, 50) and rsi(close, 2) < 10", "targets": [target]}
    answer = demo.put("/v1/watches/dips", json={**asked, "digest": 1})
    assert answer.status_code == 200, answer.text
    assert answer.json()["session"] is None
    tested = finished(demo, demo.post("/v1/watches/dips/test").json()["id"])
    assert (tested["state"], len(got)) == ("done", 1)
    ran = finished(demo, demo.post("/v1/watch-runs").json()["id"])
    assert ran["state"] == "done", ran
    page = demo.get("/v1/watches").json()
    log = demo.get("/v1/watches/dips/log?limit=500").json()
    entered = [one for one in log["events"] if one["kind"] == "enter"]
    assert ran["outcome"]["events"] == len(log["events"]) > 0
    assert {one["simulated"] for one in entered} == {True}
    for one in entered:  # the values are those that the condition asks about
        values = {name: float(text.replace(",", "")) for name, text in one["values"].items()}
        assert values["close"] > values["sma(close, 50)"]
        assert values["rsi(close, 2)"] < 10
    (message,) = got[1:]
    assert {one["id"] for one in message["events"]} <= {one["id"] for one in log["events"]}
    assert page["watches"][0]["session"] == log["judgings"][0]["session"]
    assert (page["simulated"], page["total"], page["waiting"]) == (True, 1, 0)
    assert page["last_run"]["id"] == ran["id"]
    again = finished(demo, demo.post("/v1/watch-runs").json()["id"])
    assert (again["outcome"]["events"], len(got)) == (0, 2)
    told = [demo.get(path).text for path in ("/v1/watches", "/v1/watch-log", "/v1/jobs")]
    assert not any(SECRET in text for text in [*told, answer.text, json.dumps(ran), str(tested)])


def test_rules_change_and_targets_stay(demo: TestClient) -> None:
    """A watch that is replaced without targets keeps those it had; paused, resumed, removed."""
    target = f"webhook+http://{SECRET}@127.0.0.1:9/"
    first = demo.put("/v1/watches/a", json={"where": "close > 1", "targets": [target]}).json()
    second = demo.put("/v1/watches/a", json={"setup": "nr7", "minimum": 3}).json()
    assert second["targets"] == first["targets"] != []
    assert (second["where"], second["setup"], second["minimum"]) == (None, "nr7", 3)
    assert demo.put("/v1/watches/a", json={"setup": "nr7", "targets": []}).json()["targets"] == []
    assert demo.put("/v1/watches/a?replace=false", json={"setup": "nr7"}).status_code == 409
    assert demo.post("/v1/watches/a/pause").json()["paused"] is True
    assert demo.post("/v1/watches/a/resume").json()["paused"] is False
    assert demo.post("/v1/watches/a/test").status_code == 409
    assert demo.delete("/v1/watches/a").status_code == 204
    gone = (("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/test"), ("GET", "/log"))
    for method, path in gone:
        assert demo.request(method, f"/v1/watches/a{path}").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"where": "close >"},
        {"where": "close > 1", "setup": "nr7"},
        {"where": "c" * 4_001},
        {"setup": "../../etc/passwd"},
        {"setup": "no_such_setup"},
        {"where": "close > 1", "quiet": "late"},
        {"where": "close > 1", "targets": [f"http://{SECRET}"] * 21},
        {"where": "close > 1", "targets": [f"nonsense {SECRET}"]},
        {"where": "close > 1", "targets": [f"webhook+http://short@{SECRET}"]},
        {"where": "close > 1", "symbols": ["A"] * 1_001},
        {"where": "close > 1", "wherever": 1},
        {"where": "close > 1", "symbols": ["\ud800"]},
    ],
    ids=range(13),
)
def test_what_cannot_be_watched_is_refused(demo: TestClient, asked: dict[str, Any]) -> None:
    """What cannot be watched is refused in a sentence without the address, and nothing is kept."""
    answer = demo.put("/v1/watches/bad", content=json.dumps(asked), headers=JSON)
    assert answer.status_code == 422, answer.text
    assert SECRET not in answer.text.replace(f"webhook+http://{SECRET}***", "")
    assert demo.get("/v1/watches/bad").status_code == 404


def test_a_file_that_cannot_be_read_is_said_without_its_folder(tmp_path: Path) -> None:
    """Who asks a service over HTTP learns what is wrong, not where its files lie."""
    (tmp_path / "watches.db").write_bytes(b"no database at all" * 100)
    settings = ServiceSettings(settings=Settings(home=tmp_path), open=True)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        for path in ("/v1/watches", "/v1/watch-log", "/v1/watches/a"):
            answer = client.get(path)
            assert answer.status_code == 500, answer.text
            assert "watches cannot be read or kept" in answer.json()["detail"]
            assert str(tmp_path) not in answer.text


def test_keys_that_read_change_nothing(tmp_path: Path) -> None:
    """A key of the scope read sees watches and log, and may neither change nor run them."""
    settings = ServiceSettings(settings=Settings(home=tmp_path))
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        _, key = client.app.state.service.keys.add("reader", "read")
        headers = {"Authorization": f"Bearer {key}"}
        for path in ("/v1/watches", "/v1/watch-log"):
            assert client.get(path, headers=headers).status_code == 200
        assert client.get("/v1/watches/a/log", headers=headers).status_code == 404
        changing = (
            ("PUT", "watches/a"),
            ("DELETE", "watches/a"),
            *(("POST", f"watches/a/{what}") for what in ("pause", "resume", "test")),
            ("POST", "watch-runs"),
        )
        for method, path in changing:
            answer = client.request(method, f"/v1/{path}", headers=headers, json={"where": "c"})
            assert answer.status_code == 403, (method, path)
