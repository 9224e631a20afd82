"""``technic facts``: the simulated market's facts over HTTP, stored, counted, and shown."""

from __future__ import annotations

import json

import numpy as np
import pytest

from support.facts import filing, table_of
from support.loopback import day, small
from technic.data_engine.providers.demo import LAST_SESSION, DemoProvider
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.facts.sync.massive_feed import ITEMS
from technic.loopback import LoopbackServer
from technic.loopback.public.filers import Filers
from technic.scan.facts.attribution import MADE_UP
from technic.sessions import build_calendar


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
        assert "nothing is wrong" in technic("facts", "verify").out
        gone = json.loads(technic("facts", "vacuum", "--keep-days", "0", "--format", "json").out)
        assert gone["files"] >= 0
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
    assert late["link"] is None  # nothing of a simulated company is at SEC
    assert json.loads(shown.out)["attribution"] == [MADE_UP]
    assert "sec.gov" not in text
    assert MADE_UP in text
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
        (("status",), 1, "no facts are stored; technic marketsim serves simulated ones"),
        (("show", "AAPL", "--provider", "yahoo"), 1, "stored; technic facts sync brings them"),
        (("show", "AAPL", "--as-of", "2199-01-04"), 2, "'2199-01-04', allowed: a day up"),
        (("status", "--as-of", "2199-01-04"), 2, "'2199-01-04', allowed: a day up"),
        (("sync", "--feeds", "prices"), 2, "companies, data-sets, short-interest"),
        (("sync", "--provider", "yahoo"), 2, "TECHNIC_FACTS_USER_AGENT="),
        (("sync", "--provider", "nobody"), 2, "provider is 'nobody'"),
    ):
        ran = technic("facts", *arguments)
        assert ran.code == code, ran.err
        assert sentence in ran.err
        assert "nothing to scan" not in ran.err
        assert ran.err.count("\n") == 1
    assert not home.exists() or not list(home.rglob("*.parquet"))


@pytest.mark.parametrize("width", [80, 120])
def test_no_name_of_a_field_is_cut_and_sources_are_named(technic, monkeypatch, tmp_path, width):
    """On any terminal: a scan wants it in full. Sessions are whole, units stand at the numbers."""
    home = tmp_path / "home"
    monkeypatch.setenv("TECHNIC_HOME", str(home))
    monkeypatch.setenv("COLUMNS", str(width))
    ends = ("2022-06-30", "2022-09-30", "2022-12-31", "2023-03-31", "2023-06-30")
    starts = ("2022-04-01", "2022-07-01", "2022-10-01", "2023-01-01", "2023-04-01")
    rows = [
        filing((7, "AAA"), "10-Q", f"{end}T21:30:00",
               ("net_income", "NetIncomeLoss", start, end, 2.5e9 * (1 + at)),
               ("operating_cash_flow", "NetCashProvidedByOperatingActivities", start, end, -4e6),
               ("earnings_event", "8-K item 2.02", None, end, 1.0))
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]  # fmt: skip
    FactStore(fact_home(home)).append(table_of(*rows))
    ran = technic("facts", "show", "AAA", "--provider", "yahoo", "--as-of", "2023-07-14")
    assert ran.code == 0, ran.err
    cells = {line.split()[0]: line.split() for line in ran.out.splitlines()[2:] if line[0] != " "}
    assert cells["net_income_growth_yoy"][1:3] == ["400.00", "%"]  # 12.5 to 2.5 billion
    assert cells["operating_cash_flow_ttm"][1] == "-$16,000,000"
    assert cells["net_income"][1] == "$12,500,000,000"
    assert cells["days_since_earnings"][1] == "8"  # 3 July is the first; 5 to 14 July
    assert "Filings: U.S. Securities and Exchange Commission, EDGAR." in ran.out
    assert max(map(len, ran.out.splitlines()[:8])) <= width


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


def annual(company: tuple[int, str], end: str, known: str, eps: float):
    """A 10-K with earnings a share and a public float."""
    return filing(
        company, "10-K", f"{known}T13:00:00",
        ("eps", "EarningsPerShareDiluted", f"{int(end[:4]) - 1}-07-01", end, eps),
        ("public_float", "dei:EntityPublicFloat", None, f"{int(end[:4]) - 1}-12-31", 9e8),
        ("shares_outstanding", "dei:EntityCommonStockSharesOutstanding", None, known, 1e7),
    )  # fmt: skip


def test_demo_facts_are_those_of_a_demo_scan(technic, monkeypatch, tmp_path):
    """From where the scan reads them, in the shares of the day, with the float by its close."""
    home = tmp_path / "home"
    monkeypatch.setenv("TECHNIC_HOME", str(home))
    market = DemoProvider(build_calendar(2026))
    splits = market.history(market.listings().symbols, np.array([LAST_SESSION])).splits
    lately = (splits.session > day("2025-12-01")) & (splits.session < day("2026-05-01"))
    ratios = dict(zip(splits.symbol[lately], splits.ratio[lately], strict=True))
    companies = list(enumerate(sorted(ratios), start=9_000_001))
    for simulated, eps in ((False, 999.0), (True, 6.0)):
        rows = [annual(one, "2025-06-30", "2025-09-02", eps) for one in companies]
        if simulated:
            assert technic("facts", "show", companies[0][1], "--provider", "demo").code == 1
        FactStore(fact_home(home, simulated=simulated)).append(table_of(*rows))
    ran = technic(
        "scan", "--provider", "demo", "--symbols", ",".join(ratios), "--where", "eps_ttm > 0",
        "--columns", "+eps_ttm,float_shares", "--format", "json",
    )  # fmt: skip
    row = json.loads(ran.out)["rows"][0]
    asked = ("facts", "show", row["symbol"], "--format", "json")
    before = json.loads(technic(*asked, "--provider", "demo", "--as-of", "2025-11-28").out)
    after = json.loads(technic(*asked, "--provider", "demo").out)
    assert before["simulated"] is after["simulated"] is True
    assert after["as_of"] == str(LAST_SESSION)
    assert before["facts"]["eps_ttm"]["value"] == 6.0
    assert after["facts"]["eps_ttm"]["value"] == row["eps_ttm"] == 6.0 / ratios[row["symbol"]]
    assert after["facts"]["float_shares"]["value"] == row["float_shares"] > 0.0
    assert after["facts"]["float_shares"]["route"] == "10-K float, 2024-12-31"
    words = ("--symbols", row["symbol"], "--columns", "eps_ttm")
    explained = technic("explain", row["symbol"], "--provider", "demo", *words).out
    assert "eps_ttm" in explained.partition("\nfacts\n")[2]
    unnamed = json.loads(technic(*asked).out)
    assert unnamed["simulated"] is False
    assert unnamed["facts"]["eps_ttm"]["value"] == 999.0
    keyless = technic(*asked, "--provider", "polygon", "--as-of", "2026-06-30")
    assert json.loads(keyless.out)["facts"]["eps_ttm"]["value"] == 999.0
    assert "splits are not known, shares are those of each filing's day" in keyless.err
    ran = technic("facts", "sync", "--provider", "demo")
    assert ran.code == 2
    assert "technic facts sync --provider loopback" in ran.err


def test_a_damaged_store_is_told(technic, monkeypatch, tmp_path):
    """The file by name, and exit code 1."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    monkeypatch.setenv("TECHNIC_PROVIDER", "loopback")
    home = fact_home(tmp_path, simulated=True)
    FactStore(home).append(table_of(annual((9, "AA"), "2025-06-30", "2025-09-02", 1.0)))
    path = next(home.rglob("concept=eps/*.parquet"))
    path.write_bytes(path.read_bytes()[:-9] + b"x" * 9)
    ran = technic("facts", "verify", "--format", "json")
    assert ran.code == 1
    [said] = json.loads(ran.out)["problems"]
    assert path.name in said
    assert "is damaged" in said


def test_a_vendors_feed_is_brought_where_it_is_named(technic, monkeypatch, home):
    """From the simulated vendor; from the real one not without a key."""
    with LoopbackServer(small(12, 60)) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        ran = technic("facts", "sync", "--feeds", "massive", "--format", "json")
    assert ran.code == 0, ran.err
    came = json.loads(ran.out)
    assert set(came["by_source"]) == {f"massive/{item}" for item in ITEMS}
    assert any("FINRA" in sentence for sentence in came["attribution"])
    monkeypatch.setenv("TECHNIC_FACTS_USER_AGENT", "Jane Doe jane@example.com")
    monkeypatch.delenv("TECHNIC_POLYGON_KEY", raising=False)
    keyless = technic("facts", "sync", "--provider", "yahoo", "--feeds", "massive")
    assert keyless.code == 2
    assert "TECHNIC_POLYGON_KEY" in keyless.err
