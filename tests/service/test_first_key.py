"""The administrator's first key, where nobody can run a command beside the service."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from technic.cli.entry import run
from technic.errors import ParameterError
from technic.service.access.keys import KeyTable, first_key
from technic.service.app import create_app
from technic.service.service_settings import service_settings
from technic.settings import Settings


def table(opened: Callable[[], Engine]) -> KeyTable:
    """The keys of the database."""
    return KeyTable(opened(), lambda: 1_000.0)


def test_a_service_that_is_told_the_hash_knows_the_key(tmp_path: Path, url: str) -> None:
    """The key itself is in no setting, no table and no log."""
    key, told = first_key()
    environ = {"TECHNIC_SERVICE_FIRST_KEY": told, "DATABASE_URL": url}
    settings = service_settings(Settings(home=tmp_path), environ)
    for _ in range(2):  # the second start finds it there
        with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
            headers = {"Authorization": f"Bearer {key}"}
            assert client.put("/v1/uploads/a.csv", content=b"x", headers=headers).status_code == 201
            assert [one.scope for one in client.app.state.service.keys.all()] == ["admin"]
    secret = key.rpartition("_")[2]
    assert secret not in told
    assert secret not in repr(settings)
    assert told.partition(":")[2] not in repr(settings)


def test_a_revoked_first_key_stays_revoked(opened: Callable[[], Engine]) -> None:
    """The setting is still there at the next start; another hash in it makes another key."""
    keys = table(opened)
    key, told = first_key()
    made = keys.admit(told)
    assert made is not None
    keys.revoke(made.name)
    assert keys.admit(told) is None
    assert keys.find(key) is None
    other, told = first_key()
    assert keys.admit(f" {told}\n") is not None
    assert keys.find(other) is not None


@pytest.mark.parametrize("change", ["", "key", "short", "upper", "name"])
def test_what_is_no_hash_is_refused_and_not_repeated(
    opened: Callable[[], Engine], change: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Above all the key itself: whoever reads the settings would have it."""
    key, told = first_key()
    given = {
        "": "x",
        "key": key,
        "short": told[:-1],
        "upper": told.upper() + "A",
        "name": f"me:{told}",
    }[change]
    with caplog.at_level(logging.DEBUG), pytest.raises(ParameterError) as refused:
        table(opened).admit(given)
    assert "technic keys first" in str(refused.value)
    assert given not in str(refused.value) + caplog.text


def test_the_command_prints_a_key_and_its_hash_and_keeps_nothing(
    tmp_path: Path,
    opened: Callable[[], Engine],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is run on another machine than the service's, so it opens no database."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    assert run(["keys", "first"]) == 0
    key, setting = capsys.readouterr().out.splitlines()
    name, _, told = setting.partition("=")
    assert name == "TECHNIC_SERVICE_FIRST_KEY"
    assert not (tmp_path / "home").exists()
    keys = table(opened)
    assert keys.admit(told) is not None
    assert keys.find(key) is not None
    with opened().begin() as connection:
        row = connection.execute(text("SELECT * FROM technic_keys")).mappings().one()
    assert not any(key.rpartition("_")[2] in str(value) for value in row.values())
