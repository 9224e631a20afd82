from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from service.conftest import small_market
from technic.data_engine.interfaces.coverage import Coverage
from technic.service.routes.coverage import answered_share
from technic.setups.scan_file import parse_setup


@pytest.fixture(scope="module")
def service_database() -> str:
    """SQLite alone: what is asked here is read from files of results."""
    return ""


def closes_by_symbol() -> dict[str, list[float]]:
    """The closes of the market that was uploaded, read by pandas alone."""
    frame = pd.read_csv(io.BytesIO(small_market()))
    return {str(name): rows["close"].tolist() for name, rows in frame.groupby("symbol")}


def result_of(client: TestClient, scan: dict[str, Any], path: str) -> Any:
    """What a route answers about the scan."""
    answer = client.get(f"/v1/scans/{scan['id']}/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_rows_are_the_columns_of_the_result(client: TestClient, scan: dict[str, Any]) -> None:
    """Rows are the columns of the result, in its order, absent numbers as null."""
    rows = result_of(client, scan, "rows?columns=symbol,close,rs_rating")
    whole = result_of(client, scan, "result")["rows"]
    assert rows["rows"] == len(whole) > 0
    for name, values in zip(rows["columns"], rows["values"], strict=True):
        assert values == [row[name] for row in whole]
    assert {one["name"] for one in rows["available"]} == set(whole[0])


def test_an_unknown_column_is_named(client: TestClient, scan: dict[str, Any]) -> None:
    """An unknown column is named, with where to find the known ones."""
    answer = client.get(f"/v1/scans/{scan['id']}/rows?columns=symbol,nothing")
    assert answer.status_code == 422
    assert "nothing" in answer.json()["detail"]
    assert "available" in answer.json()["detail"]


def test_unknown_columns_can_be_left_out(client: TestClient, scan: dict[str, Any]) -> None:
    """Who asks for it gets the columns that there are, in the order asked for."""
    path = f"/v1/scans/{scan['id']}/rows?columns=close,nope,symbol,company"
    assert client.get(path).status_code == 422
    answer = client.get(f"{path}&skip_unknown=true").json()
    assert answer["columns"] == ["close", "symbol"]
    assert len(answer["values"]) == 2


@pytest.mark.parametrize("bars", [2, 30, 60])
def test_closes_are_those_of_the_file(client: TestClient, scan: dict[str, Any], bars: int) -> None:
    """Closes of small charts are the last ones of the file, oldest first."""
    found = result_of(client, scan, f"closes?bars={bars}")["closes"]
    expected = closes_by_symbol()
    assert found
    for symbol, closes in found.items():
        assert closes == pytest.approx(expected[symbol][-bars:], rel=1e-4)


def test_breadth_counts_what_a_plain_loop_counts(client: TestClient, scan: dict[str, Any]) -> None:
    """Breadth of the last session is what a plain loop over the file counts."""
    breadth = result_of(client, scan, "market")["breadth"]
    frame = pd.read_csv(io.BytesIO(small_market()))
    above = {50: 0, 200: 0}
    highs = lows = 0
    for _, bars in frame.groupby("symbol"):
        close = bars["close"].tolist()
        for sessions in above:
            above[sessions] += close[-1] > sum(close[-sessions:]) / sessions
        highs += bars["high"].tolist()[-1] >= max(bars["high"].tolist()[-252:])
        lows += bars["low"].tolist()[-1] <= min(bars["low"].tolist()[-252:])
    last = {name: values[-1] for name, values in breadth.items()}
    assert last["session"] == frame["date"].max()
    assert (last["above_50"], last["above_200"]) == (above[50], above[200])
    assert (last["new_highs"], last["new_lows"]) == (highs, lows)
    assert (last["of_50"], last["of_year"]) == (12, 12)
    assert len({len(values) for values in breadth.values()}) == 1


def test_averages_of_a_symbol_are_means_of_its_closes(
    client: TestClient, scan: dict[str, Any]
) -> None:
    """Averages of a symbol have a value for each bar: the mean of the closes up to it."""
    detail = client.get(f"/v1/symbols/S03?scan={scan['id']}").json()
    line, close = detail["averages"]["sma_50"], detail["bars"]["close"]
    assert len(line) == len(close)
    assert line[:49] == [None] * 49
    assert line[-1] == pytest.approx(sum(close[-50:]) / 50)
    assert line[100] == pytest.approx(sum(close[51:101]) / 50)


@pytest.mark.parametrize("format", ["csv", "parquet", "md", "tradingview", "xlsx"])
def test_an_export_is_written_when_it_is_asked_for(
    client: TestClient, scan: dict[str, Any], format: str
) -> None:
    """An export is written when it is asked for, and served again from its file."""
    if format == "xlsx":
        pytest.importorskip("xlsxwriter")
    path = f"/v1/scans/{scan['id']}/result?format={format}"
    first, second = client.get(path), client.get(path)
    assert first.status_code == 200, first.text
    assert first.content == second.content != b""
    if format == "csv":
        assert first.text.count("\nS") >= result_of(client, scan, "rows")["rows"] - 1


def test_the_ledger_is_drawn(client: TestClient, scan: dict[str, Any]) -> None:
    """The ledger is drawn as SVG with every outcome and its count."""
    answer = client.get(f"/v1/scans/{scan['id']}/drawings/ledger?width=640&style=false")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "<style" not in answer.text
    root = ElementTree.fromstring(answer.text)
    assert root.get("width") == "640"
    texts = {"".join(one.itertext()) for one in root.iter() if one.tag.endswith("text")}
    for outcome, count in result_of(client, scan, "ledger")["ledger"].items():
        assert outcome.replace("_", " ") in texts
        assert f"{count:,}" in texts


def test_a_universe_without_sectors_has_no_map(client: TestClient, scan: dict[str, Any]) -> None:
    """A universe whose listings name no sectors has no map of them."""
    answer = client.get(f"/v1/scans/{scan['id']}/drawings/sectors")
    assert answer.status_code == 404
    assert "sectors" in answer.json()["detail"]


def test_a_setup_file_can_be_read_back(client: TestClient) -> None:
    """A setup file holds expression, filters, setups and universe of what was asked."""
    asked = {
        "name": "mine",
        "meaning": 'Quiet "ones" \\ strong',
        "rank_by": "rs_rating:desc",
        "keys": {
            "where": "close > sma(close, 50)",
            "min_price": 5,
            "min_rs": 80,
            "setup": ["nr7"],
            "exchange": ["NYSE", "NASDAQ"],
            "as_of": "2024-03-08",
        },
    }
    answer = client.post("/v1/setups/file", json=asked)
    assert answer.status_code == 200, answer.text
    setup = parse_setup("mine", answer.json()["content"])
    wheres = [one.where for one in setup.conditions]
    assert wheres[0] == "close > sma(close, 50)"
    assert {"close >= 5", "rs_rating >= 80"} <= set(wheres)
    assert len(wheres) > 3
    assert setup.meaning == asked["meaning"]
    assert [(one.name, one.values) for one in setup.prescreen] == [
        ("exchanges", ("NYSE", "NASDAQ"))
    ]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "something to look for"),
        ({"signal": ["long"]}, "min_rating"),
        ({"where": "close >"}, "expected"),
        ({"wher": "close > 1"}, "where"),
    ],
    ids=["nothing", "signal", "no expression", "no key"],
)
def test_what_is_no_setup_is_refused(client: TestClient, keys: dict[str, Any], said: str) -> None:
    """What is no setup is refused, with what to do instead."""
    answer = client.post("/v1/setups/file", json={"name": "x", "meaning": "y", "keys": keys})
    assert answer.status_code == 422
    assert said in json.dumps(answer.json())


def test_coverage_counts_days_and_ranges() -> None:
    """Coverage counts whole days as all, ranges as one symbol each, overlapping days once."""
    sessions = np.array(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07"], "datetime64[D]")
    first = np.array(["2024-03-04", "2024-03-06"], "datetime64[D]")
    last = np.array(["2024-03-06", "2024-03-12"], "datetime64[D]")
    known = Coverage.of(sessions[3:4], ["A", "B"], first, last)
    assert answered_share(known, sessions, 4).tolist() == [0.25, 0.25, 0.5, 1.0]


def test_without_a_store_there_is_no_coverage(client: TestClient) -> None:
    """Without a store there is no coverage, and that is no error."""
    answer = client.get("/v1/data/coverage")
    assert answer.status_code == 200
    assert answer.json()["sessions"] == []


def test_the_events_of_any_job_end_with_its_state(client: TestClient, scan: dict[str, Any]) -> None:
    """The events of a job end with its state, whatever its kind."""
    text = client.get(f"/v1/jobs/{scan['id']}/events").text
    assert text.startswith("event: done\n")
    assert json.loads(text.partition("data: ")[2])["id"] == scan["id"]


def test_rows_know_short_words_and_what_a_page_shows_first(client, scan):
    """Aliases are columns; the view cuts nothing here."""
    rows = result_of(client, scan, "rows?columns=symbol,rs,price,change")
    assert rows["columns"] == ["symbol", "rs_rating", "close", "return_1_pct"]
    assert rows["view"] == {"min_price": 5.0, "min_dollar_volume": 5e6}
    assert len(rows["values"][0]) == rows["rows"]


def test_a_saved_setup_has_the_facts_that_were_added(client: TestClient) -> None:
    """What a page's form asks for as columns stands in the file."""
    keys = {"where": "pe_ttm < 20", "columns": ["pe_ttm", "eps_growth_yoy"]}
    content = {"meaning": "cheap", "keys": keys}
    answer = client.post("/v1/setups/file", json={"name": "cheap", **content})
    assert answer.status_code == 200, answer.text
    setup = parse_setup("cheap", answer.json()["content"])
    assert setup.columns == ("pe_ttm", "eps_growth_yoy")


@pytest.mark.parametrize(
    "path",
    [
        *("rows", "closes?bars=30", "ledger", "market", "result", "drawings/ledger"),
        *(f"result?format={name}" for name in ("csv", "parquet", "xlsx", "md", "tradingview")),
    ],
)
def test_a_result_without_rows_is_answered_like_any_other(
    client: TestClient, finished: Callable[..., dict[str, Any]], path: str
) -> None:
    """Nobody closes above a billion: tables of nothing, and no error."""
    asked = {"data": "small.csv", "where": "close > 1e9"}
    job = finished(client, client.post("/v1/scans", json=asked).json()["id"])
    answer = client.get(f"/v1/scans/{job['id']}/{path}")
    assert answer.status_code == 200, answer.text
    if path == "rows":
        assert answer.json()["rows"] == 0
        assert set(map(len, answer.json()["values"])) == {0}
    if path.startswith("closes"):
        assert answer.json()["closes"] == {}
