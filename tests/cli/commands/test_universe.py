"""``technic universe fetch``: the directory of the simulated market over HTTP, kept and scanned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.loopback import day, old_companies, small
from support.nobody import nobody
from technic.loopback import FaultRules, LoopbackServer
from technic.universe import load_universe

PLAN = ("--days", "3", "--format", "json")


@pytest.fixture
def home(monkeypatch, tmp_path):
    """An empty home, and the loopback vendor as the user's provider."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TECHNIC_PROVIDER", "loopback")
    return tmp_path / "home"


def listed_on(world, back: int) -> set[str]:
    """Symbols that are listed on the last session but ``back - 1``."""
    at = len(world.sessions) - back
    rows = [row for row in range(len(world.market)) if world.is_listed(row, at)]
    return set(world.symbols_on(at)[rows])


def test_two_requests_bring_a_day_and_the_next_day_what_changed(technic, monkeypatch, home):
    """One line; the universe file has the symbols that the vendor's own listings have."""
    loopback = small()
    new, gone = old_companies(loopback.world, 2)
    loopback.world.list_from(new, day("2026-06-30"))
    loopback.world.delist_after(gone, day("2026-06-29"))
    today, before = (listed_on(loopback.world, back) for back in (1, 2))
    loopback.world.today = day("2026-06-29")
    with LoopbackServer(loopback) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        first = technic("universe", "fetch")
        assert first.code == 0, first.err
        assert server.stats.by_endpoint == {"nasdaqlisted": 1, "otherlisted": 1}
        loopback.world.today = day("2026-06-30")
        second = technic("universe", "fetch", "--quiet")
        found = json.loads(technic("universe", "fetch", "--format", "json").out)
        assert (found["fresh"], found["days"], found["simulated"]) == (False, 2, True)
        (line,) = second.out.splitlines()
        came, went = len(today - before), len(before - today)
        assert min(came, went) > 0
        assert f"SIMULATED {len(today)} listings of 2026-06-30, {came} new and {went} gone" in line
        assert " since 2026-06-29; 2 days in " in line
        assert second.err == ""
        own = json.loads(technic("plan", *PLAN).out)
        kept = json.loads(technic("plan", *PLAN, "--universe", found["universe"]).out)
    assert kept["universe"] == {"size": len(today), "source": "simulated-listings.parquet"}
    assert own["universe"]["size"] == len(today)
    for back, expected in ((day("2026-06-30"), today), (day("2026-06-29"), before)):
        assert set(load_universe(found["universe"], back).symbols) == expected


@pytest.mark.parametrize("fault", ["truncated", "html", "server_error", "throttled"])
def test_what_goes_wrong_twice_is_asked_again(technic, monkeypatch, home, fault):
    """A file that is cut off, a page instead of it, errors: the third answer is good."""
    rules = FaultRules(**{fault: 1.0})
    with LoopbackServer(small(faults=rules)) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        ran = technic("universe", "fetch")
        assert ran.code == 0, ran.err
        assert server.stats.faults == {fault: 4}


def test_a_file_that_stays_cut_off_is_refused_in_one_sentence(technic, monkeypatch, home):
    """Exit code 1; what was kept before is there as it was."""
    loopback = small()
    loopback.world.today = day("2026-06-29")
    with LoopbackServer(loopback) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        assert technic("universe", "fetch").code == 0
        before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
        loopback.world.today = day("2026-06-30")
        loopback.set_faults(FaultRules(truncated=1.0, most_per_request=99))
        ran = technic("universe", "fetch", "--quiet")
    assert (ran.code, ran.out) == (1, "")
    (line,) = ran.err.splitlines()
    assert "listed.txt was cut off: its last line does not say when it was made" in line
    assert "what was kept before is unchanged" in line
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_a_provider_nobody_knows_is_wrong_usage(technic, home):
    """A misspelt loopback must not bring the real directory."""
    ran = technic("universe", "fetch", "--provider", "loopbak")
    assert ran.code == 2
    assert "provider is 'loopbak', allowed: demo, " in ran.err


def test_a_vendor_that_is_not_there_is_a_sentence(technic, monkeypatch, home):
    """Nobody listens where the market should be."""
    with nobody() as url:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", f"http://{url}")
        ran = technic("universe", "fetch", "--quiet")
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 1
    assert not Path(home, "universe").exists()
