"""Facts of companies in the service: columns of a grid, and the page of a symbol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.conftest import small_market
from support.facts import filing, table_of
from technic.facts.store import FactStore
from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

QUARTERS = (
    ("2023-01-01", "2023-03-31", "2023-05-02T12:00"),
    ("2023-07-01", "2023-09-30", "2023-11-01T12:00"),
    ("2023-10-01", "2023-12-31", "2024-02-01T12:00"),
)
EPS = (0.5, -0.25, 0.75)
REVENUE = (1e9, 1.1e9, 1.2e9)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three quarters of S02, and results on the evening before each filing."""
    home = tmp_path_factory.mktemp("home")
    rows = []
    for (start, end, known), eps, revenue in zip(QUARTERS, EPS, REVENUE, strict=True):
        rows += filing(
            (320193, "S02"),
            "10-Q",
            known,
            ("eps", "EarningsPerShareDiluted", start, end, eps),
            ("revenue", "Revenues", start, end, revenue),
        )
    FactStore(home).append(table_of(rows))
    return home


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    """An open service whose workers have that home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TECHNIC_HOME", str(home))
        settings = ServiceSettings(settings=Settings(home=home), open=True)
        with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
            answer = client.put("/v1/uploads/small.csv", content=small_market())
            assert answer.status_code == 201, answer.text
            yield client


def test_facts_are_columns_of_a_grid(
    client: TestClient, finished: Callable[..., dict[str, Any]]
) -> None:
    """Named with unit and meaning, as the words that may be added are; null where unknown."""
    asked = {"data": "small.csv", "columns": ["eps", "age(eps)", "pe_ttm"], "sort": "symbol"}
    job = finished(client, client.post("/v1/scans", json=asked).json()["id"])
    assert job["state"] == "done", job
    rows = client.get(f"/v1/scans/{job['id']}/rows?columns=symbol,eps,age%28eps%29,pe_ttm").json()
    symbols, eps, age, pe = rows["values"]
    at = symbols.index("S02")
    assert (eps[at], age[at], pe[at]) == (EPS[-1], 25.0, None)  # 25 sessions after 1 February
    assert [value for place, value in enumerate(eps) if place != at] == [None] * 11
    available = {one["name"]: one for one in rows["available"]}
    assert available["eps"]["unit"] == "price"
    assert available["eps"]["description"].startswith("Earnings per share")
    assert available["age(eps)"]["unit"] == "sessions"
    words = {one["name"]: one for one in client.get("/v1/columns").json()["columns"]}
    kinds = [words[name]["fact"] for name in ("eps", "short_interest", "pe_ttm", "rsi_14")]
    assert kinds == ["reported", "known", "priced", None]
