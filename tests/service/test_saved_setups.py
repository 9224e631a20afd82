"""Setups that are saved in a service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from technic.errors import ParameterError
from technic.service.app import create_app
from technic.service.jobs.write_new import write_new
from technic.service.routes import setup_files, vocabulary
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings
from technic.setups import load_setups

CONTENT = {"meaning": "Above its mean", "keys": {"where": "close > sma(close, 50)", "min_rs": 80}}


@pytest.fixture
def keyed(tmp_path: Path) -> Any:
    """A service with keys, and the headers of one key for each scope."""
    client = TestClient(
        create_app(ServiceSettings(settings=Settings(home=tmp_path))), base_url="http://127.0.0.1"
    )
    with client:
        keys = client.app.state.service.keys  # type: ignore[attr-defined]
        headers = {
            scope: {"Authorization": f"Bearer {keys.add(scope, scope)[1]}"}
            for scope in ("read", "run", "admin")
        }
        yield client, headers


def test_a_saved_setup_is_there_for_scans_and_for_the_command_line(
    keyed: Any, tmp_path: Path
) -> None:
    """It is listed, can be scanned by, and is a file that the command line reads."""
    client, headers = keyed
    answer = client.put("/v1/setups/mine", json=CONTENT, headers=headers["run"])
    assert answer.status_code == 201, answer.text
    names = [
        one["name"] for one in client.get("/v1/setups", headers=headers["read"]).json()["setups"]
    ]
    assert "mine" in names
    (setup,) = load_setups("mine", folders=[tmp_path / "setups"])
    assert [one.where for one in setup.conditions] == ["close > sma(close, 50)", "rs_rating >= 80"]
    assert [path.name for path in (tmp_path / "setups").iterdir()] == ["mine.toml"]
    asked = {"setup": ["mine"]}
    assert client.post("/v1/scans", json=asked, headers=headers["run"]).status_code == 202


@pytest.mark.parametrize("name", ["mine", "vcp"])
def test_nothing_is_replaced(keyed: Any, tmp_path: Path, name: str) -> None:
    """A name that is taken is refused, be it one's own or one that comes with Technic."""
    client, headers = keyed
    client.put("/v1/setups/mine", json=CONTENT, headers=headers["run"])
    before = (tmp_path / "setups" / "mine.toml").read_bytes()
    other = {**CONTENT, "keys": {"where": "close > 1"}}
    answer = client.put(f"/v1/setups/{name}", json=other, headers=headers["run"])
    assert answer.status_code == 409
    assert name in answer.json()["detail"]
    assert (tmp_path / "setups" / "mine.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("Mine", CONTENT, 422),
        ("..%2Fmine", CONTENT, 404),
        ("mine.toml", CONTENT, 422),
        ("a" * 61, CONTENT, 422),
        ("mine", {**CONTENT, "keys": {}}, 422),
        ("mine", {**CONTENT, "keys": {"where": "close >"}}, 422),
    ],
)
def test_what_is_no_setup_is_not_saved(
    keyed: Any, tmp_path: Path, name: str, content: dict[str, Any], code: int
) -> None:
    """Names that are none and questions that ask nothing leave no file."""
    client, headers = keyed
    answer = client.put(f"/v1/setups/{name}", json=content, headers=headers["run"])
    assert answer.status_code == code
    assert not [*tmp_path.rglob("*mine*")]


def test_saving_and_deleting_need_their_scope(keyed: Any, tmp_path: Path) -> None:
    """Reading keys save nothing, running keys delete nothing."""
    client, headers = keyed
    assert client.put("/v1/setups/mine", json=CONTENT, headers=headers["read"]).status_code == 403
    assert client.put("/v1/setups/mine", json=CONTENT, headers=headers["run"]).status_code == 201
    assert client.delete("/v1/setups/mine", headers=headers["run"]).status_code == 403
    assert (tmp_path / "setups" / "mine.toml").is_file()
    assert client.delete("/v1/setups/mine", headers=headers["admin"]).status_code == 204
    assert client.delete("/v1/setups/mine", headers=headers["admin"]).status_code == 404
    assert client.delete("/v1/setups/vcp", headers=headers["admin"]).status_code == 404


def test_the_number_of_saved_setups_has_a_ceiling(
    keyed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the ceiling nothing is saved, and the answer says what to do."""
    client, headers = keyed
    monkeypatch.setattr(setup_files, "MOST_SETUPS", 1)
    assert client.put("/v1/setups/one", json=CONTENT, headers=headers["run"]).status_code == 201
    answer = client.put("/v1/setups/two", json=CONTENT, headers=headers["run"])
    assert answer.status_code == 409
    assert "delete one" in answer.json()["detail"]


def test_a_file_that_came_in_the_meantime_stays(tmp_path: Path) -> None:
    """Of two who save one name at once, one is refused; no part of a file is left."""
    write_new(tmp_path / "a.toml", "first")
    with pytest.raises(ParameterError, match="a name that no setup has"):
        write_new(tmp_path / "a.toml", "second")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.toml": "first"}


def test_setups_are_read_once_until_a_file_changes(
    keyed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page asks for them; whatever way a file comes, changes or goes, the next list has it."""
    client, headers = keyed
    times: list[int] = []
    check = vocabulary.checked_setups
    monkeypatch.setattr(vocabulary, "checked_setups", lambda it: times.append(1) or check(it))

    def asked() -> dict[str, Any]:
        answer = client.get("/v1/setups", headers=headers["read"]).json()
        return {one["name"]: one["meaning"] for one in answer["setups"]}

    before = asked()
    assert asked() == before
    assert len(times) == 1
    client.put("/v1/setups/mine", json=CONTENT, headers=headers["run"])
    assert asked() == {**before, "mine": "Above its mean"}
    file = tmp_path / "setups" / "mine.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("Above", "Below"), encoding="utf-8")
    assert asked()["mine"] == "Below its mean"
    file.write_text("no setup", encoding="utf-8")
    assert asked() == before
    assert "mine" in str(client.get("/v1/setups", headers=headers["read"]).json()["mistakes"])
    file.unlink()
    assert asked() == before
    assert asked() == before
    assert len(times) == 4
