"""``technic bench`` beside TA-Lib: the same columns, timed where it is, said where it is not."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
import talib
from rich.console import Console

from technic.bench import run, same_answer, scorers, talib_loop
from technic.bench.config import BenchConfig
from technic.bench.run import BenchReport, run_bench
from technic.bench.scorers import score_time
from technic.bench.talib_loop import series_of, talib_columns
from technic.cli.render.bench_report import bench_lines
from technic.columns import DEFAULT_COLUMNS, evaluate
from technic.errors import TechnicError
from technic.testing import make_panel

SMALL = BenchConfig(symbols=60, sessions=80, latency_ms=0, sample=3)


def shown(report: BenchReport) -> str:
    """What the command prints."""
    text = io.StringIO()
    console = Console(file=text, width=80)
    for line in bench_lines(report, 80):
        console.print(line)
    return text.getvalue()


@pytest.fixture
def without_talib(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which it is not installed."""
    monkeypatch.setattr(talib_loop, "find_spec", lambda _: None)


@pytest.fixture(scope="module")
def report() -> BenchReport:
    """One run for the tests that only read it."""
    return run_bench(SMALL)


@pytest.mark.parametrize("n_bars", [*range(1, 61), 252, 253, 254, 300])
def test_talib_has_the_columns_of_every_scan(n_bars: int) -> None:
    """No more and no fewer, for young listings too, and where the scan has a value the same."""
    panel = make_panel(3, n_bars)
    ours = evaluate(panel, np.full(3, n_bars - 1))
    with np.errstate(all="ignore"):
        theirs = talib_columns(talib, series_of(panel.frame(panel.symbols[1])))
    assert set(theirs) == set(DEFAULT_COLUMNS)
    for name, value in theirs.items():
        assert value == pytest.approx(ours[name][1], rel=1e-9, abs=1e-9, nan_ok=True), name


def test_a_symbol_that_nobody_trades_has_no_ratios_of_volume() -> None:
    """Missing, not an exception."""
    frame = make_panel(1, 300).frame("S000").assign(Volume=0.0)
    with np.errstate(all="ignore"):
        found = talib_columns(talib, series_of(frame))
    assert np.isnan([found[name] for name in ("vwma_20", "rel_volume_20", "obv_change_20")]).all()


def test_scoring_by_talib_is_timed_beside_pandas() -> None:
    """On the same symbols; whoever has it not gets none."""
    panel = make_panel(4, 120)
    found = score_time([panel.frame(symbol) for symbol in panel.symbols])
    assert found.symbols == 4
    assert found.talib_ms is not None
    assert 0 < found.talib_ms < found.pandas_ms


def test_the_best_loop_of_talib_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two symbols in 4, 2 and 6 seconds are one in 1."""
    seconds = iter([7.0, 9.0, 4.0, 2.0, 6.0])
    monkeypatch.setattr(scorers, "_seconds", lambda _: next(seconds))
    panel = make_panel(2, 30)
    found = score_time([panel.frame(symbol) for symbol in panel.symbols])
    assert (found.pandas_ms, found.talib_ms) == (8_000.0, 1_000.0)


def test_the_report_has_both_scorers(report: BenchReport) -> None:
    """Fetching is the same, and each speed-up is a ratio of the times shown."""
    document = report.document()
    for name, way in (("batch", report.batch), ("prescreen", report.prescreen)):
        said = document[name]
        assert isinstance(said, dict)
        assert way.talib_ms is not None
        expected = way.fetch_seconds + way.answered * way.talib_ms / 1000
        assert said["talib_ms_per_symbol"] == way.talib_ms == report.batch.talib_ms
        assert said["talib_seconds"] == pytest.approx(expected)
        assert said["talib_seconds"] < said["seconds"]
    screened = document["prescreen"]
    assert isinstance(screened, dict)
    over = screened["talib_seconds"] / report.planned.seconds
    assert document["planned_over_talib"] == pytest.approx(over)
    fetched = screened["fetch_seconds"] / report.planned.fetch_seconds
    assert document["fetch_over_prescreen"] == pytest.approx(fetched)
    text = shown(report)
    assert text.count("  by TA-Lib ") == 2
    assert f"{fetched:,.1f} times as fast as prescreen, a request a symbol" in text
    assert "scan, pandas and TA-Lib agree" in text
    assert "by TA-Lib's loop" in text


@pytest.mark.usefixtures("without_talib")
def test_whoever_has_no_talib_is_told_how_to_get_it() -> None:
    """In one sentence; nothing else changes, and nothing is made up."""
    report = run_bench(dataclasses.replace(SMALL, sample=2))
    document = report.document()
    assert document["planned_over_talib"] is None
    assert report.batch.talib_ms is report.prescreen.talib_seconds is None
    assert run.machine()["talib"] is None
    text = shown(report)
    assert "by TA-Lib" not in text
    assert "TA-Lib's loop is timed after" in text
    assert "pip install ta-lib" in text
    assert "scan and pandas agree" in text


def test_a_talib_of_other_values_stops_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ratio of unequal answers is not shown."""
    monkeypatch.setattr(same_answer, "talib_columns", lambda *_: {"close": -1.0})
    with pytest.raises(TechnicError, match="the scan and TA-Lib disagree on .* close"):
        run_bench(SMALL)


@pytest.mark.parametrize(
    ("got", "expected", "agree"),
    [
        (0.0, 2.1316282072803006e-14, True),  # a stochastic where the RSI is its lowest
        (2e-14, 0.0, True),
        (float("nan"), float("nan"), True),
        (100.0, 100.00001, True),
        (100.0, 100.001, False),
        (0.0, 1e-9, False),
        (0.0, float("nan"), False),
    ],
)
def test_only_rounding_is_no_difference(got: float, expected: float, agree: bool) -> None:
    """Of small values as of large ones."""
    assert (same_answer._off(got, expected) <= same_answer.EQUAL) == agree
