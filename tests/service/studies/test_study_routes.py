"""A study from the request to the files: killed once on its way, then carried out."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from service.conftest import PATIENCE_S, small_market
from technic import ScanConfig
from technic.service.app import create_app
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings
from technic.study.all_setups import for_a_page
from technic.study.config import StudyConfig
from technic.study.document import study_document
from technic.study.outcomes import GradeRules
from technic.study.run import run_study
from technic.study.table import study_table

ASKED = {
    "data": "small.csv",
    "where": "close > sma(close, 20)",
    "from": "2023-12-04",
    "to": "2024-02-01",
    "horizon": 5,
    "hold": 5,
}
SYMBOL = "S03"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the service."""
    return tmp_path_factory.mktemp("study-home")


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    """An open service with a small market uploaded; its workers are real processes."""
    settings = ServiceSettings(settings=Settings(home=home), open=True)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        assert client.put("/v1/uploads/small.csv", content=small_market()).status_code == 201
        yield client


def killed(client: TestClient, study: str) -> dict[str, Any]:
    """Kill the process that carries a study out, as soon as there is one."""
    dispatcher = client.app.state.service.dispatcher
    until = time.monotonic() + PATIENCE_S
    while not dispatcher.worker_pids and time.monotonic() < until:
        threading.Event().wait(0.005)
    (pid,) = dispatcher.worker_pids
    os.kill(pid, signal.SIGKILL)
    while time.monotonic() < until:
        job: dict[str, Any] = client.get(f"/v1/studies/{study}").json()
        if job["state"] not in ("queued", "running"):
            return job
        threading.Event().wait(0.02)
    raise AssertionError(job)


@pytest.fixture(scope="module")
def interrupted(client: TestClient) -> dict[str, Any]:
    """A study whose process was killed before it had come to the ledger."""
    answer = client.post("/v1/studies", json=ASKED)
    assert answer.status_code == 202, answer.text
    return killed(client, answer.json()["id"])


@pytest.fixture(scope="module")
def study(
    client: TestClient, interrupted: dict[str, Any], finished: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """The same study, resumed and done."""
    assert client.get("/v1/trials").json() == {"ledgers": []}
    assert client.post(f"/v1/studies/{interrupted['id']}/resume").status_code == 202
    job = finished(client, interrupted["id"])
    assert job["state"] == "done", job
    return job


@pytest.fixture(scope="module")
def table(client: TestClient, study: dict[str, Any]) -> pd.DataFrame:
    """Its hits as anybody reads them."""
    answer = client.get(f"/v1/studies/{study['id']}/hits?format=parquet")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    name = 'filename="technic-study-2023-12-04-2024-02-01.parquet"'
    assert name in answer.headers["content-disposition"]
    return pd.read_parquet(io.BytesIO(answer.content))


def test_a_study_whose_process_was_killed_is_interrupted(interrupted: dict[str, Any]) -> None:
    """It says so, and what to do."""
    assert interrupted["state"] == "interrupted"
    assert "resume it" in interrupted["message"]


def test_a_study_of_the_service_is_the_study_of_the_library(
    client: TestClient, study: dict[str, Any], table: pd.DataFrame, home: Path, tmp_path: Path
) -> None:
    """As for a page: document and hits, but for the ledger, of another home, and the path."""
    data = str(home / "service/uploads/small.csv")
    scan = ScanConfig(provider="files", data=data, where=ASKED["where"])
    rules = GradeRules(hold=5)
    config = StudyConfig(scan=scan, first=ASKED["from"], last=ASKED["to"], horizon=5, rules=rules)
    expected = run_study(for_a_page(config), settings=Settings(home=tmp_path))
    assert len(table) > 150
    pd.testing.assert_frame_equal(table, study_table(expected).to_pandas())
    answer = client.get(f"/v1/studies/{study['id']}/result").json()
    assert len(answer["check"]["days"]) == 1
    assert "nr7" in answer["overlap_names"]
    own = json.loads(json.dumps(study_document(expected)))
    for document in (answer, own):
        for name in ("trials", "command", "warnings"):
            del document[name]
    assert answer == own


def test_a_study_says_what_it_came_to(client: TestClient, study: dict[str, Any]) -> None:
    """The list has verdict, days, universe and whether the market is simulated."""
    (listed,) = client.get("/v1/studies").json()
    assert (listed["id"], listed["attempt"], listed["kept"]) == (study["id"], 2, True)
    assert listed["request"] == ASKED
    outcome = listed["outcome"]
    assert outcome["verdicts"] == {"too_few": 1}
    assert outcome["headline"] == "1 too few to say; 2023-12-04 to 2024-02-01, 12 symbols"
    assert (outcome["simulated"], outcome["data"]) == (False, "files small.csv")
    (verdict,) = outcome["studies"]
    assert client.get("/v1/studies/latest").json() == listed
    assert study["id"] in client.get("/v1/studies/latest/events").text
    result = client.get("/v1/studies/latest/result").json()
    (whole,) = result["studies"]
    assert verdict["says"] == whole["says"]
    assert verdict["mean"] == whole["excess"]["5"]["mean"]
    assert verdict["r"] == whole["plans"]["every"]["r"]["mean"]


def test_examples_of_the_description_are_what_a_study_answers(
    client: TestClient, study: dict[str, Any]
) -> None:
    """The same keys."""
    paths = client.app.openapi()["paths"]
    for part in ("result", "hits"):
        good = paths[f"/v1/studies/{{identity}}/{part}"]["get"]["responses"]["200"]
        example = good["content"]["application/json"]["example"]
        answer = client.get(f"/v1/studies/{study['id']}/{part}").json()
        assert set(example) <= set(answer)
        assert len(example) > 3
    assert set(example["rows"][0]) <= set(answer["rows"][0])


def test_hits_come_in_pages(client: TestClient, study: dict[str, Any], table: pd.DataFrame) -> None:
    """Each row has what the Parquet has; what is not known is null, and the last page is short."""
    path = f"/v1/studies/{study['id']}/hits"
    first = client.get(path, params={"limit": 100}).json()
    assert (first["total"], len(first["rows"])) == (len(table), 100)
    rest = client.get(path, params={"limit": 5_000, "offset": 100}).json()["rows"]
    rows = [*first["rows"], *rest]
    assert len(rows) == len(table)
    for row, known in zip(rows, table.to_dict("records"), strict=True):
        assert row["session"] == str(known["session"])[:10]
        assert row["symbol"] == known["symbol"]
        for name in ("return_5", "r", "entry"):
            assert row[name] == (None if pd.isna(known[name]) else known[name])
    assert client.get(path, params={"offset": len(table)}).json()["rows"] == []
    assert client.get(path, params={"limit": 5_001}).status_code == 422


def test_past_hits_of_a_symbol_are_those_of_the_parquet(
    client: TestClient, study: dict[str, Any], table: pd.DataFrame
) -> None:
    """The latest first, with outcome, R and the return less the universe's mean."""
    own = table[table["symbol"] == SYMBOL].sort_values("session", ascending=False)
    answer = client.get(f"/v1/symbols/{SYMBOL.lower()}/hits").json()
    assert (answer["symbol"], answer["searched"], answer["total"]) == (SYMBOL, 1, len(own))
    (about,) = answer["studies"]
    assert (about["id"], about["hits"], about["horizon"]) == (study["id"], len(own), 5)
    assert about["where"] == ASKED["where"]
    assert (about["first"], about["last"], about["universe"]) == ("2023-12-04", "2024-02-01", 12)
    assert len(answer["hits"]) == len(own) > 5
    for hit, known in zip(answer["hits"], own.to_dict("records"), strict=True):
        assert (hit["study"], hit["setup"]) == (study["id"], "where")
        assert hit["session"] == str(known["session"])[:10]
        for name in ("outcome", "r"):
            assert hit[name] == (None if pd.isna(known[name]) else known[name])
        assert hit["excess"] == known["return_5"] - known["universe_5"]
    part = client.get(f"/v1/symbols/{SYMBOL}/hits", params={"limit": 2}).json()
    assert (part["total"], part["hits"]) == (len(own), answer["hits"][:2])
    nobody = client.get("/v1/symbols/NOPE/hits").json()
    assert (nobody["searched"], nobody["total"], nobody["hits"]) == (1, 0, [])


def test_the_report_may_do_nothing_but_show_itself(
    client: TestClient, study: dict[str, Any]
) -> None:
    """Its policy is narrower than the pages': no origin, no request, no script of anybody else."""
    answer = client.get(f"/v1/studies/{study['id']}/report")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-scripts" in policy
    for wider in ("allow-same-origin", "'self'", "http", "*", "unsafe-eval", "connect-src"):
        assert wider not in policy
    assert "Too few to say" in answer.text
    (script,) = re.findall("<script>(.*?)</script>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy


def test_no_answer_says_where_files_lie(
    client: TestClient, study: dict[str, Any], home: Path
) -> None:
    """Neither list, document, report, ledger nor past hits name a folder of this machine."""
    paths = [f"/v1/studies/{study['id']}{rest}" for rest in ("", "/result", "/report", "/hits")]
    for path in [*paths, "/v1/studies", "/v1/trials", f"/v1/symbols/{SYMBOL}/hits", "/v1/jobs"]:
        text = client.get(path).text
        assert str(home) not in text, path
        assert "/uploads/" not in text.replace("/v1/uploads/", ""), path
    assert client.get(paths[1]).json()["trials"]["provider"] == "files small.csv"


def test_the_ledger_of_trials_is_listed_and_checked(
    client: TestClient, study: dict[str, Any], home: Path
) -> None:
    """The kill came before the ledger: one trial; a byte that is changed breaks the chain."""
    (ledger,) = client.get("/v1/trials").json()["ledgers"]
    (file,) = (home / "trials").glob("*.jsonl")
    (line,) = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
    assert (ledger["provider"], ledger["sound"], ledger["studies"]) == ("files small.csv", True, 1)
    assert ledger["trials"] == line["total"] == 5
    (record,) = ledger["records"]
    assert (record["hash"], record["number"]) == (line["hash"], 1)
    assert record["command"] == f"POST /v1/studies {json.dumps(ASKED)}"
    kept = file.read_bytes()
    try:
        file.write_bytes(kept.replace(b'"trials":5', b'"trials":4'))
        (broken,) = client.get("/v1/trials").json()["ledgers"]
        assert (broken["sound"], broken["broken"]) == (False, 1)
        assert "changed" in broken["reason"]
    finally:
        file.write_bytes(kept)


def test_a_study_whose_files_went_says_so(client: TestClient, study: dict[str, Any]) -> None:
    """Its verdict stays in the list; a symbol's past hits do without it."""
    folder = client.app.state.service.settings.studies
    (folder / study["id"]).rename(folder / "away")
    try:
        for rest in ("result", "hits", "report"):
            answer = client.get(f"/v1/studies/{study['id']}/{rest}")
            assert answer.status_code == 404
            assert answer.json()["detail"] == "this study is no longer kept; run it again"
        assert client.get(f"/v1/studies/{study['id']}").json()["kept"] is False
        assert client.get(f"/v1/symbols/{SYMBOL}/hits").json()["searched"] == 0
    finally:
        (folder / "away").rename(folder / study["id"])
