"""A service in a folder of its own, asked in this process; its workers are real processes."""

from __future__ import annotations

import csv
import io
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from technic.service.app import create_app
from technic.service.database.connect import open_database
from technic.service.service_settings import ServiceSettings
from technic.sessions import build_calendar
from technic.settings import Settings

PATIENCE_S = 300.0
DATABASES = ("sqlite", "postgresql")


def small_market(symbols: int = 12, days: int = 320) -> bytes:
    """A made-up market as CSV: weekdays that are sessions, prices that wander."""
    sessions = build_calendar(2026).last(days, np.datetime64("2024-03-08"))
    chosen = [str(day)[:10] for day in sessions]
    rng, out = random.Random(7), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["symbol", "date", "open", "high", "low", "close", "volume"])
    for number in range(symbols):
        price = 20.0 + 5 * number
        for day in chosen:
            close = price * (1 + rng.uniform(-0.02, 0.021))
            high, low = max(price, close) * 1.005, min(price, close) * 0.995
            volume = 900_000 + rng.randrange(200_000)
            writer.writerow(
                [
                    f"S{number:02d}",
                    day,
                    f"{price:.2f}",
                    f"{high:.2f}",
                    f"{low:.2f}",
                    f"{close:.2f}",
                    volume,
                ]
            )
            price = close
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, service_database: str) -> Path:
    """The TECHNIC_HOME of the service."""
    return tmp_path_factory.mktemp("service-home")


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the test's own, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'service.db'}"
        return
    with request.getfixturevalue("cluster").database() as url:
        yield url


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], Engine]]:
    """Opens the database as one more service would."""
    engines: list[Engine] = []

    def open_once_more() -> Engine:
        engines.append(open_database(url))
        return engines[-1]

    yield open_once_more
    for engine in engines:
        engine.dispose()


@pytest.fixture(scope="module", params=DATABASES)
def service_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the tables of a service are: by default SQLite in its home; and on PostgreSQL."""
    if request.param == "sqlite":
        yield ""
        return
    with request.getfixturevalue("cluster").database() as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def unlimited() -> Iterator[None]:
    """Tests ask again and again while they wait; the limit is tested where it is set."""
    with pytest.MonkeyPatch.context() as patch:
        defaults = ServiceSettings.__init__.__kwdefaults__
        patch.setitem(defaults, "requests_per_minute", 1_000_000)
        yield


@pytest.fixture(scope="module")
def client(home: Path, service_database: str) -> Iterator[TestClient]:
    """An open service with a small market uploaded."""
    settings = ServiceSettings(settings=Settings(home=home), open=True, database=service_database)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        answer = client.put("/v1/uploads/small.csv", content=small_market())
        assert answer.status_code == 201, answer.text
        yield client


@pytest.fixture(scope="module")
def finished() -> Callable[..., dict[str, Any]]:
    """Waits for a job."""

    def wait(
        client: TestClient, identity: str, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Wait for a job to be settled; the test fails where it never is."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            job = client.get(f"/v1/jobs/{identity}", headers=headers).json()
            if job["state"] not in ("queued", "running"):
                return job
            time.sleep(0.05)
        raise AssertionError(job)

    return wait


@pytest.fixture(scope="module")
def scan(client: TestClient, finished: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A finished scan of the small market, with a condition that some fail."""
    asked = {"data": "small.csv", "where": "close > sma(close, 50)"}
    answer = client.post("/v1/scans", json=asked)
    assert answer.status_code == 202, answer.text
    job = finished(client, answer.json()["id"])
    assert job["state"] == "done", job
    return job
