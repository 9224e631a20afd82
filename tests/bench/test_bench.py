"""``technic bench``: counts against what the loopback provider counted, figures that add up."""

from __future__ import annotations

import datetime as dt
import json
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from typer.testing import CliRunner

from technic.bench.config import BenchConfig
from technic.bench.market import open_market
from technic.bench.reference import reference_columns
from technic.bench.run import BenchReport, run_bench
from technic.bench.ways import baseline
from technic.cli.app import command_line
from technic.columns import DEFAULT_COLUMNS, evaluate
from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.providers.vendors.loopback import LoopbackProvider
from technic.data_engine.store import BarStore
from technic.errors import NothingToScanError, ParameterError, TechnicError
from technic.sessions import load_calendar
from technic.settings import load_settings
from technic.testing import make_panel

SMALL = BenchConfig(symbols=150, sessions=160, latency_ms=1.0, sample=6)
FEWER = BenchConfig(symbols=60, sessions=80, latency_ms=0, sample=2)


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


def test_every_key_of_the_document_is_documented(report: BenchReport) -> None:
    """Programs rely on them."""
    page = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text()
    document = report.document()
    ways = [document[name] for name in ("baseline", "batch", "prescreen", "planned")]
    for keys in (document, *ways):
        assert isinstance(keys, dict)
        for key in keys:
            assert f"`{key}`" in page, key


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


def test_the_baselines_requests_are_as_many_as_it_took() -> None:
    """With faults, requests that were repeated count, as they do in the other ways."""
    report = run_bench(BenchConfig(symbols=60, sessions=60, latency_ms=0, sample=20, faults_pct=30))
    whole = report.document()["baseline"]
    assert isinstance(whole, dict)
    assert report.baseline.retries > 0
    assert whole["sample_requests"] == 20 + report.baseline.retries == 20 + whole["sample_retries"]
    assert whole["requests"] == round(whole["sample_requests"] / 20 * report.universe)


def test_each_way_meets_the_vendor_as_the_first_one_did() -> None:
    """Paced by the limit, and nothing of it used by the way before."""
    config = BenchConfig(symbols=30, sessions=20, latency_ms=0, requests_per_minute=9_000)
    settings = load_settings({}, Path.cwd())
    calendar = load_calendar(dt.date(2026, 6, 30), settings.home)
    with TemporaryDirectory() as folder:
        store = BarStore.open(folder)
        with open_market(config, settings, calendar, store) as market:
            assert market.remote.capabilities.requests_per_minute == 9_000
            url = market.remote.base_url
            baseline(market, config)
            assert counted(url) >= 30
            market.begin()
            assert counted(url) == 0


def counted(url: str) -> int:
    """Requests since the last reset."""
    with urllib.request.urlopen(f"{url}/loopback/stats", timeout=10) as answer:
        return int(json.load(answer)["requests"])


def test_a_market_too_small_for_whole_days_is_said_to_have_no_bars() -> None:
    """Ten whole days are fewer requests than twenty symbols; so few rows are no trading day."""
    with pytest.raises(NothingToScanError, match="loopback gave no bars of .* symbols"):
        run_bench(BenchConfig(symbols=20, sessions=10, latency_ms=0, sample=2))


def test_the_reference_scorer_has_the_columns_of_every_scan() -> None:
    """Those that are computed only when asked for would be work that the scan does not do."""
    panel = make_panel(1, 300)
    assert set(reference_columns(panel.frame(panel.symbols[0]))) == set(DEFAULT_COLUMNS)


@pytest.mark.parametrize("n_bars", range(1, 61))
def test_the_reference_scorer_takes_young_listings(n_bars: int) -> None:
    """None raises, and where the scan has a value it is the same; some begin a few bars earlier."""
    panel = make_panel(3, n_bars)
    ours = evaluate(panel, np.full(3, n_bars - 1))
    with np.errstate(all="ignore"):
        theirs = reference_columns(panel.frame(panel.symbols[1]))
    for name, value in theirs.items():
        if not np.isnan(ours[name][1]):
            assert value == pytest.approx(ours[name][1], rel=1e-6, abs=1e-9), name


def test_scores_that_differ_stop_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ratio of unequal answers is not shown."""
    from technic.bench import same_answer

    def off(frame: object) -> dict[str, float]:
        return {"close": -1.0}

    monkeypatch.setattr(same_answer, "reference_columns", off)
    with pytest.raises(TechnicError, match="disagree on .* close"):
        run_bench(FEWER)


def test_the_command_prints_one_object(tmp_path: Path) -> None:
    """JSON for programs, a table for people."""
    options = ["--symbols", "60", "--sessions", "80", "--latency-ms", "0", "--sample", "2"]
    answer = CliRunner().invoke(command_line(), ["bench", *options, "--format", "json"])
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
    answer = CliRunner().invoke(command_line(), ["bench", *options, "--out", str(out)])
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
