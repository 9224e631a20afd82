from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from technic.errors import ParameterError
from technic.service.access.keys import KeyTable
from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings, is_loopback
from technic.settings import Settings

OPEN_ROUTES = {"/health"}


@pytest.fixture(scope="module")
def closed(home: Path, service_database: str) -> Iterator[TestClient]:
    """A service as it is by default: without a key nothing is served."""
    settings = ServiceSettings(
        settings=Settings(home=home), requests_per_minute=10_000, database=service_database
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def key_of(client: TestClient, name: str, scope: str) -> dict[str, str]:
    """Headers with a new key."""
    _, text_ = client.app.state.service.keys.add(name, scope)
    return {"Authorization": f"Bearer {text_}"}


def routes(client: TestClient) -> list[tuple[str, str]]:
    """Method and path of every documented route that needs a key."""
    paths = client.app.openapi()["paths"]
    return [
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if path not in OPEN_ROUTES
    ]


def test_no_route_but_health_answers_without_a_key(closed: TestClient) -> None:
    """No route but health answers without a key."""
    found = routes(closed)
    assert len(found) > 20
    for method, path in found:
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Cookie": "technic_session=x"}):
            answer = closed.request(method, path.replace("{", "").replace("}", ""), headers=headers)
            assert answer.status_code == 401, (method, path, answer.text)
    assert closed.get("/health").status_code == 200


def test_a_key_may_what_its_scope_says(closed: TestClient) -> None:
    """A key may what its scope says."""
    read, run, admin = (key_of(closed, f"scope-{s}", s) for s in ("read", "run", "admin"))
    assert closed.get("/v1/setups", headers=read).status_code == 200
    assert closed.post("/v1/scans", json={}, headers=read).status_code == 403
    assert closed.post("/v1/scans", json={"wher": 1}, headers=run).status_code == 422
    assert closed.put("/v1/uploads/a.csv", content=b"x", headers=run).status_code == 403
    assert closed.put("/v1/uploads/a.csv", content=b"x", headers=admin).status_code == 201


def test_a_revoked_key_is_refused(closed: TestClient) -> None:
    """A revoked key is refused."""
    headers = key_of(closed, "leaver", "read")
    assert closed.get("/v1/setups", headers=headers).status_code == 200
    closed.app.state.service.keys.revoke("leaver")
    assert closed.get("/v1/setups", headers=headers).status_code == 401


def test_keys_are_kept_as_hashes(opened: Callable[[], Engine]) -> None:
    """Keys are kept as hashes."""
    engine = opened()
    table = KeyTable(engine, lambda: 1_000.0)
    key, shown = table.add("me", "run")
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM technic_keys")).mappings().one()
    secret = shown.split("_", 2)[2]  # which may hold a _ of its own
    assert len(secret) > 32
    assert not any(secret in str(value) for value in row.values())
    assert table.find(shown).name == key.name
    assert table.find(shown[:-1]) is None
    with pytest.raises(ParameterError, match="name is 'me'"):
        table.add("me", "read")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "169.254.169.254"])
def test_another_host_is_refused(closed: TestClient, host: str) -> None:
    """Another host is refused, but for the health, which platforms ask for by their own names."""
    assert closed.get("/login", headers={"Host": host}).status_code == 400
    assert closed.get("/v1/setups", headers={"Host": host}).status_code == 400
    assert closed.get("/health", headers={"Host": host}).json() == {"status": "ok"}


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000"])
def test_this_machine_is_served(closed: TestClient, host: str) -> None:
    """The machine itself is served, under each of its names."""
    assert closed.get("/v1/setups", headers={"Host": host}).status_code == 401


def test_a_large_body_is_refused(closed: TestClient) -> None:
    """A large body is refused."""
    headers = key_of(closed, "large", "run")
    answer = closed.post("/v1/scans", content=b"x" * 300_000, headers=headers)
    assert answer.status_code == 413


def test_a_body_that_says_no_length_is_counted(closed: TestClient) -> None:
    """A body that says no length is counted."""
    headers = {**key_of(closed, "endless", "run"), "Content-Type": "application/json"}
    answer = closed.post("/v1/scans", content=(b"[" * 10_000 for _ in range(100)), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["²", "-1", "1e9", "9" * 5_000, "0x10"])
def test_a_length_that_is_no_number_is_refused(closed: TestClient, length: str) -> None:
    """A length that is no number is refused."""
    headers = {"Content-Length": length.encode("utf-8"), "Host": "127.0.0.1"}
    assert closed.get("/health", headers=headers).status_code == 413


def test_another_site_cannot_have_a_browser_post(closed: TestClient) -> None:
    """Another site cannot have a browser post."""
    headers = key_of(closed, "browser", "run")
    for more in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = closed.post("/v1/scans", json={}, headers={**headers, **more})
        assert answer.status_code == 403


def test_every_answer_has_the_security_headers(closed: TestClient) -> None:
    """Every answer has the security headers."""
    for path in ("/health", "/v1/setups", "/nothing"):
        headers = closed.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_too_many_requests_are_told_to_wait(tmp_path: Path) -> None:
    """Too many requests are told to wait."""
    settings = ServiceSettings(settings=Settings(home=tmp_path), open=True, requests_per_minute=3)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        codes = [client.get("/v1/columns").status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        assert 1 <= int(client.get("/v1/columns").headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("x.example", False),
    ],
)
def test_which_addresses_are_this_machine_alone(host: str, own: bool) -> None:
    """Which addresses are this machine alone."""
    assert is_loopback(host) is own


@pytest.mark.parametrize("name", ["../a.csv", "a/b.csv", ".hidden.csv", "a.exe", "%2e%2e.csv"])
def test_no_upload_leaves_its_folder(closed: TestClient, name: str) -> None:
    """No upload leaves its folder."""
    headers = key_of(closed, f"upload-{len(name)}-{ord(name[0])}", "admin")
    answer = closed.put(f"/v1/uploads/{name}", content=b"x", headers=headers)
    assert answer.status_code in (404, 405, 422)
