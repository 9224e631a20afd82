"""``technic facts``: the simulated market's facts over HTTP, stored, counted, and shown."""

from __future__ import annotations

import json

import pytest

from support.loopback import day, small
from technic.loopback import LoopbackServer
from technic.loopback.public.filers import Filers


@pytest.fixture
def home(monkeypatch, tmp_path):
    """An empty home, and the loopback vendor as the user's provider."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TECHNIC_PROVIDER", "loopback")
    return tmp_path / "home"


def test_a_sync_brings_what_status_counts_and_show_shows(technic, monkeypatch, home):
    """One company's net income as of two days, against its filings; a rename; JSON and text."""
    loopback = small(30, 200)
    filers = Filers(loopback.world)
    profile = next(one for one in filers.profiles.values() if one.business == "general")
    [symbol, *_] = filers.symbols(profile)
    with LoopbackServer(loopback) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        ran = technic("facts", "sync", "--feeds", "companies,short-interest", "--format", "json")
        assert ran.code == 0, ran.err
        came = json.loads(ran.out)
        assert came["simulated"] is True
        assert came["problems"] == []
        assert came["requests"] == server.stats.requests <= 70
        assert any("FINRA" in sentence for sentence in came["attribution"])
        held = json.loads(technic("facts", "status", "--format", "json").out)
        assert held["rows"] == came["rows"] > 0
        said = technic("facts", "status").out
        assert "SIMULATED facts" in said
        shown = technic("facts", "show", symbol, "--as-of", "2026-06-30", "--format", "json")
        earlier = technic("facts", "show", symbol, "--as-of", "2026-01-05", "--format", "json")
        text = technic("facts", "show", symbol, "--as-of", "2026-06-30").out
    covered = held["coverage"]
    assert covered["with_bars"] is None
    assert covered["companies"] == len(
        {one for p in filers.profiles.values() for one in filers.symbols(p)}
    )
    assert covered["concepts"]["revenue"]["market_cap_share"] is None
    assert 0.5 < covered["concepts"]["net_income"]["name_share"] <= 1.0
    assert "no bars of that day are stored (technic sync), so none has a worth" in " ".join(
        said.split()
    )
    late, early = (json.loads(one.out)["facts"]["net_income"] for one in (shown, earlier))
    assert late["known_from"] > early["known_from"]
    reports = [one for one in filers.filings(profile) if one.form in ("10-Q", "10-K")]
    assert late["accession_number"] in {one.accn for one in reports}
    assert late["link"].startswith("https://www.sec.gov/Archives/edgar/data/")
    assert f"{symbol}: SIMULATED facts known at the close of 2026-06-30" in text
    assert late["accession_number"] in text


def test_a_market_that_is_not_served_is_said_in_words_of_facts(technic, monkeypatch, home):
    """Its address once, and nothing of bars; nothing listens on the port of one that has ended."""
    with LoopbackServer(small(30, 200)) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
    ran = technic("facts", "sync")
    assert ran.code == 1
    assert "bars" not in ran.err
    assert "facts cannot be had: nothing answers at" in ran.err
    assert f"asking {server.url} for facts" in ran.err


def test_what_is_not_there_is_said_in_one_sentence(technic, monkeypatch, home):
    """No store, an unknown feed, no name for SEC, nobody's symbol."""
    monkeypatch.delenv("TECHNIC_FACTS_USER_AGENT", raising=False)
    for arguments, code, sentence in (
        (("status",), 1, "run technic facts sync"),
        (("show", "AAPL"), 1, "run technic facts sync"),
        (("sync", "--feeds", "prices"), 2, "companies, data-sets, short-interest"),
        (("sync", "--provider", "yahoo"), 2, "TECHNIC_FACTS_USER_AGENT="),
        (("sync", "--provider", "nobody"), 2, "provider is 'nobody'"),
    ):
        ran = technic("facts", *arguments)
        assert ran.code == code, ran.err
        assert sentence in ran.err
        assert ran.err.count("\n") == 1
    assert not home.exists() or not list(home.rglob("*.parquet"))


def test_a_broken_company_is_named_and_the_exit_code_is_1(technic, monkeypatch, home):
    """The others are stored; who was nobody on a day is said."""
    loopback = small(30, 200, options={"broken_ciks": (9_000_001,)})
    with LoopbackServer(loopback) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        ran = technic("facts", "sync", "--feeds", "companies", "--quiet")
        assert ran.code == 1
        assert "companies, CIK0009000001.json: not the JSON expected" in ran.out
        nobody = technic("facts", "show", "AAPL", "--as-of", str(day("2026-06-30")))
    assert nobody.code == 1
    assert "nothing was known of AAPL on 2026-06-30" in nobody.err
