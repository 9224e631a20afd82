"""``technic scan --provider loopback``: the whole way over HTTP, once; then from the store."""

from __future__ import annotations

import json

import pytest

from support.loopback import small
from technic.loopback import FaultRules, LoopbackServer

BARS = ("grouped", "range", "snapshot")


@pytest.fixture
def scan(technic, monkeypatch, tmp_path):
    """Run a scan of the market that a server serves, with a store of this test."""
    monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "store"))

    def call(server, *arguments):
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        return technic("scan", "--provider", "loopback", *arguments)

    return call


def bar_requests(server: LoopbackServer) -> int:
    """Requests for bars that a server has seen."""
    return sum(server.stats.by_endpoint[kind] for kind in BARS)


def test_a_second_scan_makes_no_request_for_bars(scan):
    """The first fetches each symbol or day once; both print the very same table."""
    with LoopbackServer(small()) as server:
        first = scan(server, "--format", "json", "--limit", "0")
        asked = bar_requests(server)
        second = scan(server, "--format", "json", "--limit", "0")
        assert bar_requests(server) == asked > 0
    assert (first.code, second.code) == (0, 0), first.err + second.err
    one, two = json.loads(first.out), json.loads(second.out)
    assert one["rows"] == two["rows"] != []
    assert one["ledger"] == two["ledger"]
    assert sum(one["ledger"].values()) == one["universe"]["size"]
    assert one["data"]["provider"] == "loopback"
    assert one["data"]["simulated"] is True
    batch, again = one["stats"]["batch"], two["stats"]["batch"]
    assert sum(batch["requests_by_kind"].values()) == asked
    assert batch["requests"] == asked + 1  # and a page of splits
    assert (again["requests"], again["from_store"]) == (0, again["asked"])
    assert batch["success_rate"] > 0.95


def test_the_scan_equals_one_of_the_same_bars_from_a_file(scan, technic, tmp_path):
    """What came over HTTP and out of the store ranks as the same bars do without either."""
    with LoopbackServer(small()) as server:
        there = json.loads(scan(server, "--bars", "60", "--format", "json", "--limit", "0").out)
    path = tmp_path / "bars.parquet"
    assert technic("data", "export", path, "--provider", "loopback").code == 0
    options = ("--data", path, "--price-basis", "raw", "--bars", "60")
    options += ("--format", "json", "--limit", "0")
    here = json.loads(technic("scan", *options).out)
    ours = {row["symbol"]: row["close"] for row in there["rows"]}
    theirs = {row["symbol"]: row["close"] for row in here["rows"]}
    shared = ours.keys() & theirs.keys()
    assert len(shared) > 100
    assert {symbol: ours[symbol] for symbol in shared} == {s: theirs[s] for s in shared}


def test_people_see_that_it_is_simulated_and_what_it_took(scan):
    """SIMULATED in the headline and the source, requests and retries with the times."""
    rules = FaultRules(server_error=0.1, seed=3)
    with LoopbackServer(small(faults=rules)) as server:
        out = scan(server, "--bars", "20", "--limit", "1").out
        assert server.stats.faults["server_error"] > 0
    assert out.splitlines()[0].startswith("Technic SIMULATED")
    assert "universe: SIMULATED listings" in out
    times = out[out.index("\ntime ") :]
    assert " requests" in times
    assert " retries" in times


def test_a_past_day_is_scanned_from_the_same_store(scan):
    """As of a session within the window that is there: nothing more to ask."""
    with LoopbackServer(small()) as server:
        assert scan(server, "--bars", "50").code == 0
        asked = bar_requests(server)
        ran = scan(server, "--bars", "30", "--as-of", "2026-06-10", "--format", "json")
        assert bar_requests(server) == asked
    assert json.loads(ran.out)["as_of"] == "2026-06-10"
