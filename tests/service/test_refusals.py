"""Requests that no client of ours sends: each is refused in one sentence, none ends the service."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from technic.errors import StoreError
from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

JSON = {"Content-Type": "application/json"}
BODIES: dict[str, bytes] = {
    "half a character": b'{"where": "\\ud800 > 1"}',
    "half a character as a key": b'{"\\udfff": 1}',
    "NUL": b'{"where": "close\\u0000 > 1"}',
    "NaN": b'{"min_price": NaN}',
    "infinity": b'{"min_price": Infinity}',
    "a number without end": b'{"min_price": ' + b"9" * 4_000 + b"}",
    "a number beyond arrays": b'{"limit": 99999999999999999999}',
    "a float beyond floats": b'{"min_price": 1e999}',
    "deep lists": b'{"symbols": ' + b"[" * 900 + b"]" * 900 + b"}",
    "deeper than any parser": b'{"symbols": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"symbols": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}",
    "a list": b"[]",
    "text": b'"scan"',
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"where": "\xff\xfe"}',
    "a key twice, one wrong": b'{"where": "close > 1", "where": 7}',
    "a file of the machine": b'{"data": "/etc/passwd"}',
    "a file beside the uploads": b'{"universe": "../service.db"}',
    "an address": b'{"data": "http://169.254.169.254/latest"}',
    "no number": b'{"min_price": NaN}',
    "text for a number": b'{"min_price": "much"}',
    "true for a number": b'{"limit": true}',
    "a day that is none": b'{"as_of": "2024-13-45"}',
    "a deep expression": json.dumps({"where": "(" * 4_000 + "close" + ")" * 4_000}).encode(),
    "an expression without end": json.dumps({"where": "close + " * 20_000 + "close"}).encode(),
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An open service that runs no job: what is queued stays queued."""
    home = tmp_path_factory.mktemp("refusals")
    settings = ServiceSettings(
        settings=Settings(home=home), open=True, requests_per_minute=100_000, most_queued=5
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        client.app.state.service.dispatcher.stop()
        yield client


def sentence(answer: Any) -> str:
    """The reason, which has to be one."""
    detail = answer.json()["detail"]
    assert isinstance(detail, str)
    assert detail
    assert len(detail) < 1_000
    return detail


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", ["/v1/scans", "/v1/studies", "/v1/syncs", "/v1/setups/file"])
def test_a_body_that_says_nothing_is_refused_in_a_sentence(
    client: TestClient, path: str, name: str
) -> None:
    """A body that says nothing is refused in a sentence."""
    body = BODIES[name]
    if path == "/v1/setups/file" and body[:1] == b"{":
        body = b'{"name": "x", "meaning": "y", "keys": ' + body + b"}"
    answer = client.post(path, content=body, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    sentence(answer)


def test_a_reason_names_the_part_and_not_what_was_sent(client: TestClient) -> None:
    """A reason names the part of the request that is wrong, without repeating megabytes of it."""
    answer = client.get("/v1/jobs?limit=0&kind=" + "x" * 5_000)
    assert answer.status_code == 422
    assert "kind:" in sentence(answer)
    assert "limit:" in sentence(answer)
    assert "xxx" not in sentence(answer)
    answer = client.post("/v1/scans", content=b'{"a": }', headers=JSON)
    assert "no JSON" in sentence(answer)
    assert "character 6" in sentence(answer)


def test_a_reason_keeps_words_that_are_no_words_of_a_sentence(client: TestClient) -> None:
    """A sentence goes on in small letters, but NaN stays what it is."""
    asked = {"content": b'{"min_price": NaN}', "headers": {"Content-Type": "application/json"}}
    answer = client.post("/v1/scans", **asked)
    assert sentence(answer) == "the body: NaN and infinity are no numbers of JSON"
    assert sentence(client.post("/v1/expressions/check", json={})) == "expression: field required"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/v1/scans", "GET, POST"),
        ("OPTIONS", "/v1/uploads/a.csv", "DELETE, PUT"),
        ("TRACE", "/v1/jobs/x", "DELETE, GET"),
        ("HEAD", "/health", "GET"),
    ],
)
def test_a_method_that_is_not_there_names_all_that_are(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    """A method that is not there is refused with all that are."""
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    "path",
    [
        "/v1/scans/%00/result",
        "/v1/scans/..%2f..%2fservice.db/result",
        "/v1/scans/%2e%2e/result",
        "/v1/studies/..%2f..%2ftrials/report",
        "/v1/jobs/" + "a" * 10_000,
        "/v1/symbols/%F0%9F%92%A9",
        "/v1/symbols/%ff%fe",
        "/v1/setups/..%2f..%2fkeys",
        "/v1/uploads/%00.csv",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/x/..\\..\\app.py",
        "/static/%00",
        "//v1/scans",
        "/v1//scans",
    ],
)
def test_no_path_leads_anywhere_else(client: TestClient, path: str) -> None:
    """No path leads to anything but what it names."""
    answer = client.get(path)
    assert answer.status_code in (404, 405, 422), answer.text
    assert "root:" not in answer.text
    assert "import" not in answer.text


@pytest.mark.parametrize("path", ["/v1/scans", "/v1/syncs"])
def test_an_unknown_provider_is_refused_at_once(client: TestClient, path: str) -> None:
    """Not by a job that fails later."""
    answer = client.post(path, json={"provider": "../x"})
    assert answer.status_code == 422
    assert sentence(answer).startswith("provider is '../x', allowed: demo, files, polygon")


def test_a_disk_that_fails_is_said(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk refuses an upload in a sentence; nothing of it is left."""
    folder: Path = client.app.state.service.settings.uploads

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("technic.service.jobs.uploads.os.replace", full)
    answer = client.put("/v1/uploads/full.csv", content=b"x" * 1_000)
    assert answer.status_code == 503
    assert "No space left on device" in sentence(answer)
    assert list(folder.iterdir()) == []


def test_a_database_that_is_locked_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process has locked for long is said, and works again afterwards."""
    import sqlite3

    monkeypatch.setattr("technic.service.database.connect._BUSY_MS", 1)
    settings = ServiceSettings(settings=Settings(home=tmp_path), open=True)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        client.app.state.service.dispatcher.stop()
        other = sqlite3.connect(tmp_path / "service/service.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        answer = client.post("/v1/scans", json={})
        assert answer.status_code == 503
        assert "database" in sentence(answer)
        other.execute("ROLLBACK")
        other.close()
        assert client.post("/v1/scans", json={}).status_code == 202


def test_the_service_starts_without_what_only_scans_need() -> None:
    """The service starts without what only scans need: it has to be ready soon."""
    code = "import sys, technic.service.run; "
    code += "print(*{'pandas', 'deltalake', 'scipy', 'exchange_calendars', 'aiohttp', 'ray'} "
    code += "& set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("key", ["nobody", "reader"])
def test_a_browser_gets_a_page_where_there_is_none(tmp_path: Path, key: str) -> None:
    """An unknown address is a page for a browser, JSON for a program; a stranger learns nothing."""
    settings = ServiceSettings(settings=Settings(home=tmp_path))
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        headers = {"Accept": "text/html,application/xhtml+xml"}
        if key == "reader":
            _, text = client.app.state.service.keys.add("reader", "read")
            headers["Authorization"] = f"Bearer {text}"
        answer = client.get("/nowhere/<b>at</b>", headers=headers)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "There is no page at this address" in answer.text
        assert "<b>" not in answer.text
        links = {"reader": ("/market", "/watches", "/data"), "nobody": ("/login",)}
        assert all(f'href="{link}"' in answer.text for link in links[key])
        assert ("strip" in answer.text) is (key == "reader")
        for path in ("/v1/nowhere", "/static/nowhere", "/v1", "/mcp/nowhere"):
            assert client.get(path, headers=headers).json()["detail"]
        for asked in (client.get("/nowhere"), client.post("/nowhere", headers=headers)):
            assert asked.status_code == 404
            assert asked.json()["detail"]


def test_a_store_that_is_damaged_is_no_empty_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing stored yet, and nothing that can be read: the answer tells them apart, pathless."""
    settings = Settings(home=tmp_path, provider="loopback")
    with TestClient(
        create_app(ServiceSettings(settings=settings, open=True)), "http://127.0.0.1"
    ) as client:
        assert client.get("/v1/data").json()["trouble"] is None

        def damaged(*_: object) -> None:
            raise StoreError(str(tmp_path / "store"), "its manifest is damaged", "repair it")

        monkeypatch.setattr("technic.data_engine.provider_store.open_store", damaged)
        answer = client.get("/v1/data")
    said = "the store cannot be read: its manifest is damaged; repair it"
    assert answer.json()["trouble"] == said
    assert str(tmp_path) not in answer.text
