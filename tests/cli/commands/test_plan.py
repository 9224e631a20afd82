"""``technic plan``: the numbers that programs rely on, and why they are what they are."""

from __future__ import annotations

import json
import socket

import pandas as pd
import pytest

from technic.cli.render.market_data.plan_report import duration
from technic.data_engine.interfaces.requests import KINDS

KEYS = {
    "requests",
    "lower_bound",
    "gap",
    "by_kind",
    "one_request_per_symbol",
    "seconds_at_rate_limit",
}


@pytest.fixture
def polygon(monkeypatch, tmp_path):
    """A key, an empty store, and a network that fails the test when it is used."""

    def connect(*_: object) -> None:
        pytest.fail("a plan asks nobody anything")

    monkeypatch.setenv("TECHNIC_POLYGON_KEY", "a-key-that-must-not-show")
    monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def planned(technic):
    """Run ``technic plan --format json`` and read what it printed."""

    def call(*arguments):
        ran = technic("plan", "--format", "json", *arguments)
        assert ran.code == 0, ran.err
        assert "must-not-show" not in ran.out + ran.err
        return json.loads(ran.out)

    return call


def test_a_cold_start_of_the_demo_market_is_a_request_a_session(planned):
    """150 sessions of 6,000 symbols: 150 whole-market days, and no plan needs fewer."""
    found = planned("--days", "150")
    assert set(found) >= KEYS
    assert found["requests"] == found["lower_bound"] == 150
    assert found["gap"] == 0
    assert set(found["by_kind"]) == set(KINDS)
    assert sum(found["by_kind"].values()) == 150
    assert found["one_request_per_symbol"] == found["symbols"] > 4000
    assert found["seconds_at_rate_limit"] is None
    assert (found["simulated"], found["universe"]["size"]) == (True, 6000)


def test_where_whole_days_win_the_pre_screen_saves_nothing(planned):
    """The honest number is 0, for all rules together and for each."""
    saved = planned("--days", "30")["prescreen"]
    assert saved["saved"] == 0
    assert set(saved["by_rule"].values()) == {0}
    assert saved["removed"]["warrant"] > 0


def test_the_sessions_are_those_that_a_scan_loads(planned):
    """By the anchor rule the window of 2024-03-08 begins with the year 2022."""
    found = planned("--as-of", "2024-03-08", "--symbols", "NZAT")
    assert (found["first_session"], found["as_of"]) == ("2022-01-03", "2024-03-08")
    assert found["sessions"] == 548


def test_what_the_expressions_need_is_told_in_bars(planned):
    """EMA 200: a value from 200 bars, 922 more to forget its start; as many are asked for."""
    where = ("--where", "ema(close, 200) < close")
    short, long = planned(*where), planned(*where, "--max-history", "2000")
    assert (short["bars_needed"], short["bars_to_settle"]) == (200, 1122)
    assert [one["expression"] for one in short["not_settled"]] == ["ema(close, 200)"]
    assert short["sessions"] < 1122 <= long["sessions"]
    assert long["not_settled"] == []


def test_a_vendor_with_a_universe_is_planned_without_a_request(planned, polygon, tmp_path):
    """Few symbols are asked alone; each one that the pre-screen removes saves a request."""
    path = tmp_path / "listings.csv"
    rows = [(f"S{i:02d}", f"S{i:02d} Corp. Common Stock") for i in range(8)]
    rows += [(f"S{i:02d}W", f"S{i:02d} Corp. Warrant") for i in range(4)]
    pd.DataFrame(rows, columns=["symbol", "company"]).to_csv(path, index=False)
    found = planned("--provider", "polygon", "--universe", path, "--days", "60")
    assert found["requests"] == found["by_kind"]["symbol_range"] == 8
    assert found["one_request_per_symbol"] == 8
    assert found["seconds_at_rate_limit"] == pytest.approx(8 / 5 * 60)
    assert (found["prescreen"]["without"], found["prescreen"]["with"]) == (12, 8)
    assert found["prescreen"]["by_rule"]["warrant"] == 4
    assert found["prescreen"]["by_rule"].keys() == found["prescreen"]["removed"].keys()
    assert found["simulated"] is False


def test_sessions_beyond_the_vendor_are_named(planned, technic, polygon, tmp_path):
    """The free plan goes back two years; what is older is counted, not planned."""
    path = tmp_path / "listings.csv"
    path.write_text("symbol\nAAPL\n", encoding="utf-8")
    arguments = ("--provider", "polygon", "--universe", path, "--days", "1000")
    found = planned(*arguments)
    assert found["requests"] == 1
    assert 450 < found["unreachable"] < 550
    assert found["missing_cells"] == 1000
    ran = technic("plan", *arguments)
    assert "out of reach" in ran.out
    assert "does not give out" in ran.out


def test_the_table_tells_people_the_same(technic, planned):
    """Requests, bound, comparison, and that the market is made up."""
    out = technic("plan", "--days", "150").out
    assert "SIMULATED" in out
    assert "requests     150 · market_day 150" in out
    assert "150 (proven to be the fewest)" in out
    assert "saves 0 of 150 requests: whole-market days answer for everybody" in out
    assert "warrant 0" in out


def test_files_need_no_requests(technic, planned, prices):
    """Said in words, and as zeros for programs."""
    assert "files need no requests" in technic("plan", "--provider", "files").out
    found = planned("--provider", "files")
    assert set(found) >= KEYS
    assert (found["requests"], found["lower_bound"], found["one_request_per_symbol"]) == (0, 0, 0)


def test_wrong_usage_is_one_sentence(technic):
    """A provider nobody knows, no sessions, a missing key named by its variable."""
    for arguments, text in (
        (("--provider", "nonsense"), "allowed: demo"),
        (("--days", "0"), "--days"),
        (("--provider", "polygon"), "TECHNIC_POLYGON_KEY"),
        (("--as-of", "2199-01-02"), "--as-of"),
    ):
        ran = technic("plan", *arguments)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), arguments
        assert text in ran.err


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (12.4, "12 s"), (1_860, "31 min"), (72_600, "20 h 10 min")],
)
def test_times_are_written_as_people_say_them(seconds, text):
    """Seconds, minutes, hours."""
    assert duration(seconds) == text
