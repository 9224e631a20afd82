"""Scripts of other sites: refused, but for the origins that somebody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from technic.errors import ParameterError
from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings, service_settings
from technic.settings import Settings

OURS = "https://app.example.com"
CHECK = {"expression": "close > 5"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service whose owner asked for one origin."""
    settings = ServiceSettings(
        settings=Settings(home=tmp_path_factory.mktemp("origins")), origins=(OURS,)
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="module")
def key(client: TestClient) -> str:
    """A key that may run."""
    return str(client.app.state.service.keys.add("script", "run")[1])


def preflight(client: TestClient, origin: str) -> dict[str, str]:
    """What a browser is told before it lets a script ask."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return dict(client.options("/v1/expressions/check", headers=asked).headers)


def test_a_browser_lets_scripts_of_that_origin_ask(client: TestClient, key: str) -> None:
    """With a key, of which no cookie is part; the answer may be read."""
    told = preflight(client, OURS)
    assert told["access-control-allow-origin"] == OURS
    assert "authorization" in told["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in told
    headers = {"Authorization": f"Bearer {key}", "Origin": OURS, "Sec-Fetch-Site": "cross-site"}
    for _ in range(2):  # from memory, too
        answer = client.get("/v1/columns", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == OURS
    assert client.post("/v1/expressions/check", json=CHECK, headers=headers).status_code == 200
    nobody = client.post("/v1/expressions/check", json=CHECK, headers={"Origin": OURS})
    assert nobody.status_code == 401


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://app.example.com", f"{OURS}:8443", f"{OURS}.evil.example"],
)
def test_any_other_origin_is_told_nothing(client: TestClient, key: str, origin: str) -> None:
    """Nor may it change anything with a key."""
    assert "access-control-allow-origin" not in preflight(client, origin)
    headers = {"Authorization": f"Bearer {key}", "Origin": origin}
    assert client.post("/v1/expressions/check", json=CHECK, headers=headers).status_code == 403


def test_a_session_of_the_pages_is_never_that_of_an_origin(client: TestClient) -> None:
    """A cookie changes nothing from another site, whoever asked for it, token or not."""
    service = client.app.state.service
    key, _ = service.keys.add("browser", "admin")
    cookie, token = service.sessions.begin(key)
    headers = {"Cookie": f"technic_session={cookie}", "X-CSRF-Token": token, "Origin": OURS}
    assert client.post("/v1/expressions/check", json=CHECK, headers=headers).status_code == 403
    own = {**headers, "Origin": "http://127.0.0.1"}
    assert client.post("/v1/expressions/check", json=CHECK, headers=own).status_code == 200
    assert client.post("/login", data={"key": "x"}, headers={"Origin": OURS}).status_code == 403


def test_without_the_setting_no_site_may_ask(tmp_path: Path) -> None:
    """As it is by default."""
    with TestClient(
        create_app(ServiceSettings(settings=Settings(home=tmp_path))), base_url="http://127.0.0.1"
    ) as client:
        assert not [name for name in preflight(client, OURS) if name.startswith("access-control")]


@pytest.mark.parametrize(
    "text",
    ["*", "https://*.example.com", "app.example.com", f"{OURS}/", "https://me@a.example", "null"],
)
def test_what_is_no_origin_is_refused(tmp_path: Path, text: str) -> None:
    """A star would be every site there is."""
    with pytest.raises(ParameterError, match="TECHNIC_SERVICE_ORIGINS"):
        service_settings(Settings(home=tmp_path), {"TECHNIC_SERVICE_ORIGINS": f"{OURS},{text}"})


def test_origins_are_read_from_the_environment(tmp_path: Path) -> None:
    """With commas between them."""
    told = {"TECHNIC_SERVICE_ORIGINS": f"{OURS}, http://localhost:3000"}
    found = service_settings(Settings(home=tmp_path), told).origins
    assert found == (OURS, "http://localhost:3000")
