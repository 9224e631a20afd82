"""What the chart of a symbol is drawn from, and the history of its rating."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from support.shaped_bars import golden, straight
from support.svg import classes, parse, points
from technic import ScanConfig, ScanResult, run_scan
from technic.panel import BarPanel
from technic.result.symbol_report import symbol_report
from technic.service.jobs.chart_data import chart_data
from technic.sessions import build_calendar
from technic.testing import make_bars

DAY = np.datetime64("2024-03-08")


def frame_of(fields: dict[str, Any]) -> pd.DataFrame:
    """A price frame on the last sessions up to the day."""
    sessions = build_calendar(2024).last(len(fields["close"]), DAY)
    columns = {name.title(): fields[name] for name in ("open", "high", "low", "close", "volume")}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(sessions, name="Date"))


def shaped(name: str) -> ScanResult:
    """The scan of a symbol whose bars were made to show a pattern."""
    file = golden(name)
    given = ", ".join(f"{key}={value}" for key, value in file["parameters"].items())
    config = ScanConfig(symbols=("ABC",), where=f"{name}({given}) or close > 0", bars=60)
    return run_scan(config, price_cache={"ABC": frame_of(straight(file["legs"]))})


def wandering(symbols: int = 5, days: int = 300) -> dict[str, pd.DataFrame]:
    """Price frames of made-up symbols up to the day."""
    sessions = build_calendar(2024).last(days, DAY)
    panel = BarPanel.from_long(make_bars([f"S{i:02d}" for i in range(symbols)], sessions), sessions)
    return {symbol: panel.frame(symbol) for symbol in panel.symbols}


@pytest.mark.parametrize("name", ["vcp", "cup_with_handle", "flat_base", "high_tight_flag"])
def test_a_found_pattern_has_its_corners_where_its_bars_are(name: str) -> None:
    """The corners lie on highs and lows of their days; page and picture draw the same."""
    result = shaped(name)
    report = symbol_report(result, "ABC")
    data = chart_data(report)
    (pattern,) = data["patterns"]
    assert pattern["name"] == name
    bars = data["bars"]
    at = [bars["date"].index(point["date"]) for point in pattern["points"]]
    assert at == sorted(at)
    for i, point in zip(at, pattern["points"], strict=True):
        assert point["price"] in (bars["high"][i], bars["low"][i])
    root = parse(report.plot(sessions=len(bars["date"])).svg)
    (line,) = points(classes(root, "path", "thick", "s-shape")[0])
    assert len(line) == len(at)
    pitch = {
        round((right[0] - left[0]) / (j - i), 1)
        for (left, i), (right, j) in zip(
            zip(line[:-1], at[:-1], strict=True), zip(line[1:], at[1:], strict=True), strict=True
        )
        if j > i
    }
    assert max(pitch) - min(pitch) <= 0.2  # the same sessions lie between them
    pivot = next(one["price"] for one in pattern["points"] if "pivot" in one["label"])
    assert pattern["numbers"][0]["value"] == pivot
    assert {"name": "pivot", "price": pivot, "kind": "pivot"} in data["levels"]
    assert data["missed_patterns"] == []
    assert len(pattern["rules"]) >= 5


def test_a_pattern_that_is_not_there_is_said_to_be_missed() -> None:
    """A pattern that is asked for and not there has no corners, and says how far it is off."""
    frames = wandering(1)
    result = run_scan(ScanConfig(where="flat_base() or close > 0"), price_cache=frames)
    data = chart_data(symbol_report(result, "S00"))
    assert data["patterns"] == []
    (missed,) = data["missed_patterns"]
    assert missed["name"] == "flat_base"
    assert 0 < missed["broken"] <= missed["rules"]


def test_the_rs_line_is_drawn_against_the_market_where_there_is_no_benchmark() -> None:
    """Without a benchmark the RS line is the close over an index of mean returns: a plain loop."""
    frames = wandering()
    result = run_scan(ScanConfig(), price_cache=frames)
    data = chart_data(symbol_report(result, "S02"))
    assert data["relative"]["benchmark"] == "the equal-weighted market"
    closes = {name: frame["Close"].tolist() for name, frame in frames.items()}
    start = list(frames["S02"].index.strftime("%Y-%m-%d")).index(data["bars"]["date"][0])
    level, index = 100.0, [100.0]
    for i in range(start + 1, len(frames["S02"])):
        returns = [max(-0.25, min(0.25, one[i] / one[i - 1] - 1)) for one in closes.values()]
        level *= 1 + sum(returns) / len(returns)
        index.append(level)
    values = data["relative"]["values"]
    known = [i for i, value in enumerate(values) if value is not None]
    assert len(known) > 250
    first = known[0]
    for i in known:
        wanted = (closes["S02"][start + i] / closes["S02"][start + first]) / (
            index[i] / index[first]
        )
        assert values[i] / values[first] == pytest.approx(wanted, rel=1e-6)


def test_the_rs_line_is_drawn_against_a_benchmark_where_one_is_asked_for(tmp_path: Path) -> None:
    """With a benchmark the line is the close over the benchmark's of the same day."""
    frames = wandering()
    days, closes = frames["S01"].index, np.linspace(90.0, 120.0, len(frames["S01"]))
    pd.DataFrame({"date": days, "close": closes}).to_csv(tmp_path / "index.csv", index=False)
    config = ScanConfig(benchmark=str(tmp_path / "index.csv"))
    line = chart_data(symbol_report(run_scan(config, price_cache=frames), "S01"))["relative"]
    assert line["benchmark"] == "index"
    wanted = (frames["S01"]["Close"] / closes).tolist()[-len(line["values"]) :]
    assert line["values"] == pytest.approx(wanted, rel=1e-12)


def test_a_symbol_without_bars_has_nothing_to_draw() -> None:
    """A symbol without bars has no bars, no lines and no pattern, not empty ones."""
    frames = wandering(2)
    result = run_scan(ScanConfig(symbols=("S00", "GONE")), price_cache=frames)
    data = chart_data(symbol_report(result, "GONE"))
    assert (data["bars"], data["relative"]) == (None, None)
    assert (data["averages"], data["levels"], data["patterns"]) == ({}, [], [])


def test_the_history_holds_what_scans_of_those_days_say(
    client: TestClient, scan: dict[str, Any], finished: Callable[..., dict[str, Any]]
) -> None:
    """Sessions are scanned again one by one, and say bit by bit what scans of those days say."""
    path = f"/v1/symbols/S03/history?scan={scan['id']}&sessions=3"
    before = client.get(path).json()
    assert [one["as_of"] for one in before["days"] if one["compared"]] == ["2024-03-08"]
    assert before["missing"] == ["2024-03-07", "2024-03-06"]
    steps = [
        client.post(path.replace("history?", "history/replay?")).json()["missing"] for _ in range(3)
    ]
    assert steps == [["2024-03-06"], [], []]
    asked = {"data": "small.csv", "where": "close > sma(close, 50)", "as_of": "2024-03-06"}
    job = finished(client, client.post("/v1/scans", json=asked).json()["id"])
    said = client.get(f"/v1/scans/{job['id']}/result").json()["rows"]
    rows = {row["symbol"]: (place, row) for place, row in enumerate(said, 1)}
    assert rows
    for number in range(12):
        symbol = f"S{number:02d}"
        days = client.get(f"/v1/symbols/{symbol}/history?scan={scan['id']}&sessions=3").json()
        (day,) = [one for one in days["days"] if one["as_of"] == "2024-03-06" and one["replayed"]]
        assert day["compared"]
        if symbol in rows:
            place, row = rows[symbol]
            assert day["place"] == place
            assert day["outcome"] == "kept"
            for name in ("tech_rating", "rs_rating", "signal", "close"):
                assert day[name] == row[name], (symbol, name)
        else:
            assert day["place"] is None
            assert day["outcome"] == "filter.where"
            assert day["tech_rating"] is not None
    assert [one["id"] for one in days["days"] if not one["compared"]] == [job["id"]]
    names = [one["id"] for one in client.get("/v1/scans?limit=50").json()]
    assert len(names) == len({*names})  # no result is kept of a replay


def test_a_scan_that_keeps_nothing_has_ratings_all_the_same(
    client: TestClient, scan: dict[str, Any], finished: Callable[..., dict[str, Any]]
) -> None:
    """Where no row passes, the symbols have their ratings and no place."""
    asked = {"data": "small.csv", "where": "close > 1000000"}
    job = finished(client, client.post("/v1/scans", json=asked).json()["id"])
    assert job["state"] == "done", job
    (day,) = [
        one
        for one in client.get(f"/v1/symbols/S03/history?scan={job['id']}").json()["days"]
        if one["id"] == job["id"]
    ]
    assert (day["place"], day["rows"], day["outcome"]) == (None, 0, "filter.where")
    assert day["tech_rating"] is not None
    assert day["signal"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/symbols/NOPE/history", 404),
        ("/v1/symbols/S03/history?sessions=0", 422),
        ("/v1/symbols/S03/history?sessions=61", 422),
        (f"/v1/symbols/S03/history?scan={'0' * 32}", 404),
    ],
)
def test_a_history_that_cannot_be_had_is_refused(
    client: TestClient, scan: dict[str, Any], path: str, code: int
) -> None:
    """Unknown symbols and results are not found; the number of sessions has a ceiling."""
    answer = client.get(path)
    assert answer.status_code == code
    assert answer.json()["detail"]
