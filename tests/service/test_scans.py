from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from service.conftest import small_market
from technic import ScanConfig, run_scan
from technic.errors import ParameterError
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.scan.flat_config import flat_config
from technic.service.routes import results
from technic.service.routes.scans import EXAMPLES
from technic.settings import Settings


def test_a_scan_of_the_service_is_the_scan_of_the_library(client, scan, home) -> None:
    """A scan of the service is the scan of the library."""
    answer = client.get(f"/v1/scans/{scan['id']}/result").json()
    config = ScanConfig(
        provider="files",
        data=str(home / "service/uploads/small.csv"),
        where="close > sma(close, 50)",
    )
    expected = json.loads(json.dumps(run_scan(config).summary()))
    assert answer["rows"] == expected["rows"]
    assert answer["ledger"] == expected["ledger"]
    assert answer["rs_universe"] == 12


def test_rows_can_be_had_in_parts(client: TestClient, scan: dict[str, Any]) -> None:
    """Rows can be had in parts."""
    all_rows = client.get("/v1/scans/latest/result").json()["rows"]
    part = client.get("/v1/scans/latest/result", params={"offset": 1, "limit": 2}).json()["rows"]
    assert part == all_rows[1:3]


def test_latest_stands_for_a_scan_wherever_one_is_read(
    client: TestClient, scan: dict[str, Any]
) -> None:
    """Its state and its events too; to change one, its id has to be named."""
    assert client.get("/v1/scans/latest").json() == client.get(f"/v1/scans/{scan['id']}").json()
    told = client.get("/v1/scans/latest/events").text
    assert scan["id"] in told
    assert client.delete("/v1/scans/latest").status_code == 404
    assert client.post("/v1/scans/latest/resume").status_code == 404
    nothing = client.get("/v1/studies/latest")
    assert nothing.status_code == 404
    assert "POST /v1/studies starts one" in nothing.json()["detail"]


@pytest.mark.parametrize("name", ["csv", "parquet", "xlsx", "md", "tradingview"])
def test_every_format_is_served(client: TestClient, scan: dict[str, Any], name: str) -> None:
    """Every format is served."""
    answer = client.get("/v1/scans/latest/result", params={"format": name})
    assert answer.status_code == 200
    assert answer.content
    assert "2024-03-08" in answer.headers["content-disposition"]


def test_the_ledger_adds_up_and_lists_each_outcome(
    client: TestClient, scan: dict[str, Any]
) -> None:
    """The ledger adds up and lists each outcome."""
    counts = client.get("/v1/scans/latest/ledger").json()
    assert sum(counts["ledger"].values()) == counts["universe"]["size"] == 12
    failed = client.get("/v1/scans/latest/ledger", params={"outcome": "filter"}).json()
    assert failed["total"] == counts["ledger"]["filter.where"] > 0
    assert all("is false" in row["detail"] for row in failed["symbols"])


def test_a_symbol_has_bars_votes_and_the_reason_it_is_not_there(
    client: TestClient, scan: dict[str, Any]
) -> None:
    """A symbol has bars votes and the reason it is not there."""
    failed = client.get("/v1/scans/latest/ledger", params={"outcome": "filter"}).json()
    symbol = failed["symbols"][0]["symbol"]
    detail = client.get(f"/v1/symbols/{symbol}").json()
    assert detail["bars"]["date"][-1] == "2024-03-08"
    assert len(detail["bars"]["close"]) == len(detail["bars"]["date"])
    assert len(detail["votes"]["votes"]) == 26
    parts = sum(one["contribution"] for one in detail["explanation"]["subscores"])
    assert parts == pytest.approx(detail["explanation"]["tech_rating"], abs=1e-9)
    why = client.get(f"/v1/symbols/{symbol}/why-not").json()
    assert why["kept"] is False
    assert why["stage"] == "filter"
    assert why["parts"][0]["numbers"]["close"]


def test_a_kept_symbol_is_in_the_table(client: TestClient, scan: dict[str, Any]) -> None:
    """A kept symbol is in the table."""
    row = client.get("/v1/scans/latest/result").json()["rows"][0]
    why = client.get(f"/v1/symbols/{row['symbol']}/why-not").json()
    assert why["kept"] is True
    assert why["parts"] == []


def test_figures_of_a_symbol_are_chosen(client: TestClient, scan: dict[str, Any]) -> None:
    """Those that are asked for, in that order; what is none is named."""
    symbol = client.get(f"/v1/scans/{scan['id']}/rows?columns=symbol").json()["values"][0][0]
    whole = client.get(f"/v1/symbols/{symbol}").json()
    chosen = client.get(f"/v1/symbols/{symbol}?columns=rsi_14,close").json()
    assert list(chosen["row"]) == ["rsi_14", "close"]
    assert chosen == {**whole, "row": {name: whole["row"][name] for name in chosen["row"]}}
    refused = client.get(f"/v1/symbols/{symbol}?columns=close,nope")
    assert refused.status_code == 422
    assert "columns is 'nope'" in refused.json()["detail"]


def test_an_unknown_symbol_is_not_found(client: TestClient, scan: dict[str, Any]) -> None:
    """An unknown symbol is not found."""
    answer = client.get("/v1/symbols/NOPE")
    assert answer.status_code == 404
    assert "12 symbols" in answer.json()["detail"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_of_the_description_is_a_scan(tmp_path: Path, name: str) -> None:
    """Whoever copies one is not refused."""
    config = flat_config(EXAMPLES[name]["value"], Settings(home=tmp_path))
    scan_expressions(config)


def test_settings_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    """As on the command line."""
    with pytest.raises(ParameterError, match="setting risk_pct is 'much', allowed: a number"):
        flat_config({}, Settings(home=tmp_path, risk_pct="much"))


@pytest.mark.parametrize("key", ["universe", "watchlist", "benchmark"])
def test_a_sync_names_no_file_of_the_machine(client: TestClient, key: str) -> None:
    """What stands in one would come back in the message."""
    answer = client.post("/v1/syncs", json={"provider": "loopback", key: "/etc/passwd"})
    assert answer.status_code == 422
    assert "uploaded" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"wher": "1"}, "did you mean 'where'"),
        ({"where": "close >"}, "at column 8"),
        ({"min_price": "cheap"}, "min_price"),
        ({"setup": ["no_such"]}, "setup"),
        ({"setup": ["../../etc/passwd"]}, "the name of a setup"),
        ({"data": "/etc/passwd"}, "uploaded"),
        ({"data": "../service.db"}, "uploaded"),
        ({"universe": "nobody.csv"}, "uploaded"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"sort": "no_such_column"}, "no_such_column"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(
    client: TestClient, asked: dict[str, Any], part: str
) -> None:
    """What cannot be asked is refused at once."""
    answer = client.post("/v1/scans", json=asked)
    assert answer.status_code == 422
    assert part in answer.json()["detail"]


def test_events_end_with_the_job(
    client: TestClient, finished: Callable[..., dict[str, Any]]
) -> None:
    """Events end with the job."""
    identity = client.post("/v1/scans", json={"data": "small.csv"}).json()["id"]
    with client.stream("GET", f"/v1/scans/{identity}/events") as stream:
        lines = [line for line in stream.iter_lines() if line]
    assert lines[-2] == "event: done"
    assert json.loads(lines[-1].removeprefix("data: "))["outcome"]["kept"] > 0


def test_a_scan_of_nothing_says_why(
    client: TestClient, finished: Callable[..., dict[str, Any]]
) -> None:
    """A scan of nothing says why."""
    asked = {"data": "small.csv", "symbols": ["ZZZ"]}
    job = finished(client, client.post("/v1/scans", json=asked).json()["id"])
    assert job["state"] == "failed"
    assert "nothing to scan" in job["message"]
    assert client.get(f"/v1/scans/{job['id']}/result").status_code == 409


def test_a_failure_names_an_upload_and_no_folder(
    client: TestClient, finished: Callable[..., dict[str, Any]]
) -> None:
    """Where the service keeps its files is nobody's business."""
    folder: Path = client.app.state.service.settings.uploads
    assert client.put("/v1/uploads/empty.csv", content=b"").status_code == 201
    job = finished(client, client.post("/v1/scans", json={"data": "empty.csv"}).json()["id"])
    assert (job["state"], job["message"]) == ("failed", "empty.csv: is empty")
    assert str(folder.parent) not in client.get("/v1/jobs").text


def test_a_finished_scan_cannot_be_cancelled_or_resumed(
    client: TestClient, scan: dict[str, Any]
) -> None:
    """A finished scan cannot be cancelled or resumed."""
    assert client.delete(f"/v1/scans/{scan['id']}").status_code == 409
    assert client.post(f"/v1/scans/{scan['id']}/resume").status_code == 409


def test_two_results_are_compared(
    client: TestClient, scan: dict[str, Any], finished: Callable[..., dict[str, Any]]
) -> None:
    """Two results are compared."""
    other = finished(client, client.post("/v1/scans", json={"data": "small.csv"}).json()["id"])
    answer = client.get("/v1/diff", params={"before": scan["id"], "after": other["id"]})
    assert answer.status_code == 200
    assert len(answer.json()["entered"]) == 12 - scan["outcome"]["kept"]
    whole = answer.json()["moved"] + answer.json()["entered"]
    parts = []
    for kind in ("moved", "entered"):
        for offset in range(0, len(answer.json()[kind]) + 1, 2):
            asked = {"before": scan["id"], "after": other["id"], "limit": 2, "offset": offset}
            parts += client.get("/v1/diff", params=asked).json()[kind]
    assert parts == whole
    asked = {"before": scan["id"], "after": other["id"], "limit": 501}
    assert client.get("/v1/diff", params=asked).status_code == 422


def test_a_comparison_is_made_once(
    client: TestClient, scan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every reader of the page Market asks for the same one."""
    made: list[int] = []
    compare = results.result_diff
    monkeypatch.setattr(results, "result_diff", lambda *two: made.append(1) or compare(*two))
    asked = {"before": scan["id"], "after": scan["id"], "limit": 7}
    answers = [client.get("/v1/diff", params=asked).text for _ in range(3)]
    assert len(made) == 1
    assert len(set(answers)) == 1


def test_a_comparison_names_scans_and_no_folders(
    client: TestClient, scan: dict[str, Any], finished: Callable[..., dict[str, Any]]
) -> None:
    """Each side by its scan's id, files by their names: also where a result was altered."""
    service = client.app.state.service
    assert client.put("/v1/uploads/other.csv", content=small_market()).status_code == 201
    other = finished(client, client.post("/v1/scans", json={"data": "other.csv"}).json()["id"])
    altered = service.settings.results / other["id"] / "universe.parquet"
    pd.read_parquet(altered).to_parquet(altered, index=False, compression="gzip")
    answer = client.get("/v1/diff", params={"before": scan["id"], "after": other["id"]})
    content = answer.json()
    assert [content[side]["scan"] for side in ("before", "after")] == [scan["id"], other["id"]]
    assert any("'other.csv'" in text for text in content["warnings"])
    assert any(f"of {other['id']} changed" in text for text in content["warnings"])
    assert str(service.settings.results.parent) not in answer.text
    altered.write_bytes(b"")
    broken = client.get("/v1/diff", params={"before": scan["id"], "after": other["id"]})
    assert broken.status_code == 422
    assert str(service.settings.results.parent) not in broken.text
