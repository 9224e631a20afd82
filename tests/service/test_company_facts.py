"""Facts of companies in the service: columns of a grid, and the page of a symbol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from service.conftest import small_market
from support.facts import filing, table_of
from technic.facts.store import FactStore
from technic.scan.facts.company_facts import company_facts
from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings
from technic.sessions import build_calendar
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
    """A home with three quarters of S02, and results on the morning of each filing."""
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
        event = ("earnings_event", "sec:item 2.02", None, known[:10], 1.0)
        rows += filing((320193, "S02"), "8-K", f"{known[:10]}T11:30:00", event)
    shares = ("shares_outstanding", "dei:EntityCommonStockSharesOutstanding", None, "2023-10-20")
    worth = ("public_float", "dei:EntityPublicFloat", None, "2023-06-30", 6e9)
    known = "2023-11-20T12:00"
    rows += filing((320193, "S02"), "10-K", known, (*shares, 9e8), worth)
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


def test_the_float_of_a_page_is_that_of_the_scan(
    client: TestClient, finished: Callable[..., dict[str, Any]]
) -> None:
    """$6B over the close of 30 June where prices are as traded; missing where they are adjusted."""
    lines = small_market().decode().splitlines()
    (close,) = (line.split(",")[5] for line in lines if line.startswith("S02,2023-06-30"))
    for basis, wanted in (("raw", 6e9 / float(close)), ("split_adjusted", None)):
        asked = {"data": "small.csv", "price_basis": basis, "columns": ["float_shares"]}
        job = finished(client, client.post("/v1/scans", json=asked).json()["id"])
        rows = client.get(f"/v1/scans/{job['id']}/rows?columns=symbol,float_shares").json()
        symbols, floats = rows["values"]
        page = client.get(f"/v1/symbols/S02/facts?scan={job['id']}").json()
        found = {one["field"]: one["value"] for one in page["values"]}.get("float_shares")
        assert found == floats[symbols.index("S02")]
        assert found == (None if wanted is None else pytest.approx(wanted))


@pytest.fixture(scope="module")
def scan(client: TestClient, finished: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A scan of all symbols that names no fact."""
    job = finished(client, client.post("/v1/scans", json={"data": "small.csv"}).json()["id"])
    assert job["state"] == "done", job
    return job


def test_a_symbol_has_its_quarters_with_their_filings(
    client: TestClient, scan: dict[str, Any]
) -> None:
    """Three quarters, oldest first; the missing one is no bar, and makes twelve months missing."""
    found = client.get(f"/v1/symbols/S02/facts?scan={scan['id']}").json()
    assert (found["as_of"], found["stored"], found["simulated"]) == ("2024-03-08", True, False)
    assert found["sentence"] == ""
    assert [one["end"] for one in found["quarters"]] == [end for _, end, _ in QUARTERS]
    assert [one["eps"]["value"] for one in found["quarters"]] == list(EPS)
    assert [one["revenue"]["value"] for one in found["quarters"]] == list(REVENUE)
    last = found["quarters"][-1]["eps"]
    assert (last["known_at"], last["age"], last["form"]) == ("2024-02-01T12:00:00Z", 25, "10-Q")
    digits = last["accession_number"].replace("-", "")
    assert last["link"].startswith(f"https://www.sec.gov/Archives/edgar/data/320193/{digits}/")
    assert "revenue_ttm" not in [one["field"] for one in found["values"]]
    assert found["attribution"] == ["Filings: U.S. Securities and Exchange Commission, EDGAR."]
    assert found["data"]["provider"] == "files"
    whole = client.get(f"/v1/symbols/S02?scan={scan['id']}&company=true&columns=close").json()
    assert whole["company"] == found
    assert whole["bars"]
    assert "company" not in client.get(f"/v1/symbols/S02?scan={scan['id']}").json()


def test_days_of_results_are_said_with_what_they_are(
    client: TestClient, scan: dict[str, Any]
) -> None:
    """Last: the first session that knew them. Next: 364 days after 2 May 2023, an estimate."""
    found = client.get(f"/v1/symbols/S02/facts?scan={scan['id']}").json()
    assert found["last_results"]["session"] == "2024-02-01"
    assert found["last_results"]["estimate"] is False
    assert found["next_results"]["session"] == "2024-04-30"
    assert found["next_results"]["estimate"] is True
    assert "364 days later" in found["next_results"]["route"]


def test_as_of_an_earlier_day_less_is_known(
    client: TestClient, finished: Callable[..., dict[str, Any]]
) -> None:
    """The last quarter is filed on 1 February: the evening before nobody knows it."""
    asked = {"data": "small.csv", "as_of": "2024-01-31"}
    job = finished(client, client.post("/v1/scans", json=asked).json()["id"])
    found = client.get(f"/v1/symbols/S02/facts?scan={job['id']}").json()
    assert [one["end"] for one in found["quarters"]] == ["2023-03-31", "2023-09-30"]
    assert found["last_results"]["session"] == "2023-11-01"


def test_why_there_is_nothing_is_one_sentence(
    client: TestClient, scan: dict[str, Any], home: Path
) -> None:
    """Of a company that nobody has filed for; where nothing is stored; of nobody's symbol."""
    nobody = client.get(f"/v1/symbols/S03/facts?scan={scan['id']}").json()
    assert nobody["sentence"] == "Nothing was known of S03 on 2024-03-08."
    assert nobody["quarters"] == nobody["values"] == []
    assert client.get(f"/v1/symbols/NOPE/facts?scan={scan['id']}").status_code == 404
    store = home / "facts"
    store.rename(home / "elsewhere")
    try:
        none = client.get(f"/v1/symbols/S02/facts?scan={scan['id']}").json()
    finally:
        (home / "elsewhere").rename(store)
    assert none["stored"] is False
    assert none["sentence"] == ("No facts of companies are stored: technic facts sync brings them.")
    assert none.keys() == nobody.keys()


def test_simulated_companies_have_no_address_at_sec(home: Path) -> None:
    """Their filings are named, and nothing is said to be SEC's."""
    day, calendar = np.datetime64("2024-03-08"), build_calendar(2026)
    made_up = company_facts(home, "S02", day, calendar, {}, simulated=True)
    document = made_up.document()
    assert document["quarters"][0]["eps"]["link"] is None
    assert document["quarters"][0]["eps"]["accession_number"]
    assert made_up.attribution == ("These companies are simulated: no filing of theirs is at SEC.",)
