"""``technic bench``: counts against what the loopback provider counted, figures that add up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from technic.bench.config import BenchConfig
from technic.bench.run import BenchReport, run_bench
from technic.cli.app import app
from technic.data_engine.providers.loopback import LoopbackProvider
from technic.data_engine.requests import Capabilities
from technic.errors import ParameterError, TechnicError

SMALL = BenchConfig(symbols=150, sessions=160, latency_ms=1.0, sample=6)


@pytest.fixture(scope="module")
def report() -> BenchReport:
    """One run for the tests that only read it."""
    return run_bench(SMALL)


def test_each_way_asks_what_it_is_named_for(report: BenchReport) -> None:
    """Requests are counted where they are sent."""
    assert report.baseline.requests == report.baseline.symbols == 6
    assert report.batch.requests == report.batch.symbols == report.universe
    assert report.prescreen.requests == report.prescreen.symbols < report.universe
    # 160 whole-market days would do as well; so few symbols are cheaper one by one
    assert report.planned.lower_bound == min(160, report.prescreen.symbols)
    assert report.planned.requests == report.planned.lower_bound + 1  # and one for the splits


def test_the_planned_way_scans_what_the_pre_screen_leaves(report: BenchReport) -> None:
    """Symbols that the pre-screen took out are in no scan."""
    assert len(report.planned.result.ledger) == report.prescreen.symbols
    assert report.planned.success_rate == report.batch.success_rate == 1.0
    assert report.difference < 1e-9


def test_speed_ups_are_ratios_of_the_times_shown(report: BenchReport) -> None:
    """No figure is rounded or made up between the clock and the report."""
    document = report.document()
    whole = document["baseline"]
    assert isinstance(whole, dict)
    each = whole["sample_seconds"] / whole["sample"]
    assert whole["seconds_per_symbol"] == pytest.approx(each)
    assert whole["seconds"] == pytest.approx(each * report.universe)
    assert whole["extrapolated"]
    for name in ("batch", "prescreen", "planned"):
        way = document[name]
        assert isinstance(way, dict)
        assert way["speedup"] == pytest.approx(whole["seconds"] / way["seconds"])
        rest = way["seconds"] - way["fetch_seconds"]
        if name != "planned":
            scored = {"batch": report.batch, "prescreen": report.prescreen}[name]
            rest -= scored.answered * way["score_ms_per_symbol"] / 1000
        else:
            rest -= way["scan_seconds"]
        assert rest == pytest.approx(0.0, abs=1e-9)


def test_faults_are_survived_and_counted() -> None:
    """Refused requests are asked again by every way alike."""
    report = run_bench(BenchConfig(symbols=150, sessions=160, latency_ms=0, sample=2, faults_pct=5))
    assert report.batch.retries > 0
    assert report.batch.requests == report.universe + report.batch.retries
    assert report.batch.success_rate > 0.99
    assert report.planned.success_rate > 0.99


def test_scores_that_differ_stop_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ratio of unequal answers is not shown."""
    from technic.bench import run

    def off(frame: object) -> dict[str, float]:
        return {"close": -1.0}

    monkeypatch.setattr(run, "reference_columns", off)
    with pytest.raises(TechnicError, match="disagree on .* close"):
        run_bench(SMALL)


def test_the_command_prints_one_object(tmp_path: Path) -> None:
    """JSON for programs, a table for people."""
    options = ["--symbols", "150", "--sessions", "160", "--latency-ms", "0", "--sample", "2"]
    answer = CliRunner().invoke(app, ["bench", *options, "--format", "json"])
    assert answer.exit_code == 0, answer.output
    document = json.loads(answer.stdout)
    assert {"baseline", "batch", "prescreen", "planned"} <= set(document)
    for name in ("baseline", "batch", "prescreen", "planned"):
        assert {"seconds", "requests", "speedup"} <= set(document[name])
    assert {"sample", "seconds_per_symbol"} <= set(document["baseline"])
    assert document["success_rate"] == 1.0
    assert document["simulated"] is True
    assert document["machine"]["cores"] >= 1
    out = tmp_path / "bench.txt"
    answer = CliRunner().invoke(app, ["bench", *options, "--out", str(out)])
    assert answer.exit_code == 0, answer.output
    text = out.read_text()
    assert "SIMULATED" in text
    assert "measured on 2 symbols" in text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"provider": "demo"}, "provider is 'demo'"),
        ({"symbols": 1}, "symbols is 1"),
        ({"sessions": 0}, "sessions is 0"),
        ({"sample": True}, "sample is True"),
        ({"faults_pct": float("nan")}, "faults_pct is nan"),
        ({"latency_ms": -1.0}, "latency_ms is -1.0"),
        ({"requests_per_minute": 0.5}, "requests_per_minute is 0.5"),
        ({"provider": "polygon", "faults_pct": 5.0}, "faults_pct is 5.0"),
    ],
)
def test_bad_values_are_refused(given: dict[str, object], message: str) -> None:
    """One sentence that names the parameter."""
    with pytest.raises(ParameterError, match=message):
        BenchConfig(**given)  # type: ignore[arg-type]


def test_a_vendor_of_whole_days_alone_cannot_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said before anything is asked of it."""
    from technic.bench import market

    whole_days = LoopbackProvider(plan=Capabilities(kinds=frozenset({"market_day"})))
    monkeypatch.setattr(market, "open_remote", lambda *_: whole_days)
    with pytest.raises(ParameterError, match="asked for a single symbol"):
        run_bench(BenchConfig(provider="polygon"))
