"""Syncing facts from the simulated market: few requests, all that was filed, and faults."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from zoneinfo import ZoneInfo

import pytest

from support.fact_sync import HOST, AskedMarket
from support.loopback import day
from technic.data_engine.interfaces.transport import HttpRequest
from technic.errors import FactsError, ParameterError
from technic.facts.sync.hosts import FactHosts
from technic.loopback import FaultRules
from technic.loopback.public.filers import Filers

NEW_YORK = ZoneInfo("America/New_York")
COMPANIES = ("companies",)
TICKERS = HttpRequest(
    f"{HOST}/files/company_tickers_exchange.json",
    headers={"User-Agent": "Jane Doe jane@example.com"},
)
FORMS = {"10-K", "10-Q", "20-F", "10-K/A", "10-Q/A", "20-F/A"}


@pytest.fixture(scope="module")
def synced(tmp_path_factory):
    """A market whose facts were brought once, and what was said of it."""
    market = AskedMarket(tmp_path_factory.mktemp("facts"))
    return market, market.sync(), list(market.log)


def test_a_back_fill_takes_at_most_70_requests(synced):
    """One for each file, each asked once; older quarters wait for the next sync."""
    _, report, log = synced
    assert report.requests == len(log) <= 70
    assert len(set(log)) == len(log)
    assert sum(path.endswith(".zip") for path in log) == 63
    assert report.problems == []
    assert report.retries == 0
    assert all(name.startswith(("2009", "2010", "2011")) for name in report.later)


def test_every_number_that_counts_is_stored_with_its_filing(synced):
    """Revenue of every company, against a plain loop over its filings; repetitions are no rows."""
    market = synced[0]
    filers = Filers(market.loopback.world)
    said: dict[tuple[int, str, str, str], list[tuple[str, float]]] = {}
    for profile in filers.profiles.values():
        for filing in filers.filings(profile):
            if filing.form not in FORMS:
                continue
            for number in filers.numbers(profile, filing):
                if number.tag == "NetIncomeLoss":
                    key = (profile.cik, str(number.start), str(number.end), number.unit)
                    before = said.setdefault(key, [])
                    if not before or before[-1][1] != number.value:
                        before.append((filing.accn, number.value))
    expected = {(*key, *one) for key, values in said.items() for one in values}
    found = {
        (row["cik"], str(row["period_start"]), str(row["period_end"]), row["unit"], row["accn"],
         row["value"])
        for row in market.rows("net_income")
        if row["tag"] == "us-gaap:NetIncomeLoss"
    }  # fmt: skip
    assert found == expected
    assert len(expected) > 300


def test_nothing_is_known_before_it_was_accepted_nor_a_day_after(synced):
    """Known at the moment of acceptance, or at the later of two readings; never earlier."""
    market = synced[0]
    filers = Filers(market.loopback.world)
    accepted = {
        filing.accn: filing.accepted.replace(tzinfo=NEW_YORK)
        for profile in filers.profiles.values()
        for filing in filers.filings(profile)
    }
    rows = market.rows("net_income", "total_assets", "earnings_event")
    late = [row["known_at"] - accepted[row["accn"]] for row in rows if row["accn"]]
    assert min(late) >= dt.timedelta(0)
    assert max(late) <= dt.timedelta(days=4)  # in the evening before a weekend
    assert sum(one == dt.timedelta(0) for one in late) > 0.5 * len(late)


def test_companies_are_known_by_all_their_symbols(synced):
    """Both classes of one, with its industry; events of results; short interest of shares."""
    market = synced[0]
    listed = {(row["cik"], row["symbol"]) for row in market.rows() if row["concept"] == "listed_as"}
    filers = Filers(market.loopback.world)
    assert listed == {
        (profile.cik, symbol)
        for profile in filers.profiles.values()
        for symbol in filers.symbols(profile)
    }
    codes = {row["cik"]: row["value"] for row in market.rows() if row["concept"] == "sic"}
    assert codes == {profile.cik: profile.sic for profile in filers.profiles.values()}
    events = market.rows("earnings_event")
    assert {row["value"] for row in events if row["concept"] == "earnings_event"} == {0.0, 1.0, 2.0}
    shorts = [row for row in market.rows("short_interest") if row["concept"] == "short_interest"]
    assert len({row["period_end"] for row in shorts}) == 1
    assert {(row["cik"], row["symbol"]) for row in shorts} <= listed
    assert any("." in row["symbol"] for row in shorts)


def test_the_next_sync_asks_only_for_what_is_missing(synced):
    """On the same day neither file of all companies; older quarters and settlement days."""
    market = synced[0]
    before = market.store.status()
    del market.log[:]
    report = market.sync()
    zips = [path.rsplit("/", 1)[1] for path in market.log if path.endswith(".zip")]
    assert "companyfacts.zip" not in zips
    assert set(zips) == {f"{name}" for name in synced[1].later}
    assert report.requests <= 70
    after = market.store.status().by_concept
    assert after["net_income"] == before.by_concept["net_income"]
    assert after["short_interest"] > before.by_concept["short_interest"]
    del market.log[:]
    market.sync()
    assert not [path for path in market.log if path.endswith(".zip")]


def test_a_day_later_new_filings_are_added_and_none_is_changed(tmp_path):
    """Every row of an earlier day is there on the later one, bit for bit."""
    market = AskedMarket(tmp_path)
    market.loopback.world.today = day("2026-04-20")
    market.sync(COMPANIES)
    before = {str(sorted(row.items(), key=str)) for row in market.rows("net_income", "eps")}
    market.loopback.world.today = day("2026-05-15")
    market.sync(COMPANIES)
    after = {str(sorted(row.items(), key=str)) for row in market.rows("net_income", "eps")}
    assert before < after


def interrupt_at(stage: str, count: int):
    """Ctrl-C once a stage has come so far."""

    def progress(name: str, done: int, _total: int) -> None:
        if (name, done) == (stage, count):
            raise KeyboardInterrupt

    return progress


def test_whoever_deletes_the_facts_alone_gets_all_of_them_again(tmp_path):
    """What the folder of syncs says was brought is not there any more."""
    market = AskedMarket(tmp_path, size=16)
    market.sync(("short-interest",))
    held = {(row["symbol"], row["period_end"]) for row in market.rows("short_interest")}
    shutil.rmtree(tmp_path / "facts")
    market.sync(("short-interest",))
    again = {(row["symbol"], row["period_end"]) for row in market.rows("short_interest")}
    assert again == held != set()


def test_it_goes_on_where_it_was_interrupted(tmp_path):
    """Within the companies, then within the quarters: no file comes twice, no row either."""
    market = AskedMarket(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        market.sync(progress=interrupt_at("facts-companies", 10))
    assert sum(path.endswith(".zip") for path in market.log) == 2
    with pytest.raises(KeyboardInterrupt):
        market.sync(progress=interrupt_at("facts-quarters", 3))
    rows = market.store.status().by_concept["net_income"]
    market.sync()
    zips = [path for path in market.log if path.endswith(".zip")]
    assert len(zips) == len(set(zips)) > 63
    again = market.store.status().by_concept["net_income"]
    assert again == rows
    other = AskedMarket(tmp_path / "at once")
    other.sync()
    assert other.store.status().by_concept["net_income"] == rows


def test_a_second_sync_waits_for_its_turn(tmp_path):
    """It asks nothing while another one writes to the same downloads."""
    market = AskedMarket(tmp_path, size=12, n_sessions=60)
    with market.folder.alone(), pytest.raises(FactsError, match="another sync of facts"):
        market.sync()
    assert market.log == []


def test_who_does_not_say_who_he_is_is_told_so_before_anything_is_asked(tmp_path):
    """One sentence with the setting; and where SEC refuses all the same, everything stops."""
    for agent in (None, "", "Jane Doe", "jane@example.com", "Jane jane@", "J\xe4ne j@example.com"):
        with pytest.raises(ParameterError, match="facts_user_agent") as caught:
            FactHosts(agent)
        assert "TECHNIC_FACTS_USER_AGENT=" in str(caught.value)
        assert "\n" not in str(caught.value)
    market = AskedMarket(tmp_path)
    hosts = FactHosts.loopback(HOST)
    object.__setattr__(hosts, "agent", "curl/8.0")
    with pytest.raises(FactsError, match="403.*facts_user_agent"):
        market.sync(hosts=hosts)
    assert len(market.log) == 1


def test_a_block_is_waited_for(tmp_path):
    """429 for ten minutes: the sync waits as long as it is told to, and goes on."""
    market = AskedMarket(tmp_path)
    for _ in range(11):
        market.loopback.handle(TICKERS)
    began = market.clock.now
    report = market.sync(COMPANIES)
    assert report.problems == []
    assert report.retries == 1
    assert market.clock.now - began >= 600


def test_requests_are_spaced_by_a_tenth_of_a_second(tmp_path):
    """Over all hosts: SEC's own limit refuses none."""
    market = AskedMarket(tmp_path)
    times = []
    market.fault = lambda _path, _nth: times.append(market.clock.now)
    assert market.sync(("companies", "short-interest")).retries == 0
    gaps = [late - early for early, late in itertools.pairwise(times)]
    assert min(gaps) >= 0.1


def test_one_companys_broken_facts_are_its_own_entry(tmp_path):
    """The others are stored; its results, from the other file, as well."""
    market = AskedMarket(tmp_path, broken_ciks=(9_000_001,))
    report = market.sync(COMPANIES)
    assert [(one.feed, one.item) for one in report.problems] == [
        ("companies", "CIK0009000001.json")
    ]
    stored = {row["cik"] for row in market.rows("net_income") if row["concept"] == "net_income"}
    assert 9_000_001 not in stored
    assert 9_000_002 in stored
    events = {row["cik"] for row in market.rows("earnings_event") if row["accn"]}
    assert 9_000_001 in events
    assert market.folder.read().problems == report.problems


def test_a_file_that_was_cut_off_is_a_problem_and_fetched_again(tmp_path):
    """Its answer is whole, its directory is missing: nothing of it is stored."""
    market = AskedMarket(tmp_path)
    market.fault = lambda path, _nth: market.loopback.set_faults(
        FaultRules(truncated=float(path.endswith("companyfacts.zip")))
    )
    report = market.sync(COMPANIES)
    assert len(report.problems) == 1
    assert "cut off" in report.problems[0].why
    assert market.store.status().rows == 0
    market.loopback.set_faults(FaultRules())
    market.fault = lambda _path, _nth: None
    assert market.sync(COMPANIES).problems == []
    assert market.store.status().rows > 0


def test_a_quarter_that_is_missing_or_broken_is_an_entry_and_asked_again(tmp_path):
    """404 for one, a cut zip for another: the others are stored."""
    market = AskedMarket(tmp_path)
    market.sync(COMPANIES)

    def fault(path: str, _nth: int) -> None:
        broken = path.endswith("2025q4.zip")
        rules = FaultRules(truncated=1.0) if broken else FaultRules()
        market.loopback.set_faults(rules)

    market.fault = fault
    report = market.sync(("data-sets",))
    assert [(one.feed, one.item) for one in report.problems] == [("data-sets", "2025q4.zip")]
    assert "2026q1.zip" in market.folder.read().entries
    market.loopback.set_faults(FaultRules())
    market.fault = lambda _path, _nth: None
    del market.log[:]
    assert market.sync(("data-sets",)).problems == []
    assert any(path.endswith("2025q4.zip") for path in market.log)


def test_quarters_wait_for_the_file_of_all_companies(tmp_path):
    """Alone they would store rounded days beside the exact ones that come later."""
    market = AskedMarket(tmp_path)
    [problem] = market.sync(("data-sets",)).problems
    assert "wait for the file of all companies" in problem.why
    assert not [path for path in market.log if path.endswith(".zip")]


def test_a_company_that_companyfacts_lacks_comes_from_the_quarters(tmp_path):
    """Own periods end on the Saturdays that the filings report, others at ends of months."""
    weekly = next(
        one for one in Filers(AskedMarket(tmp_path, 60).loopback.world).profiles.values()
        if one.fiscal.weeks
    )  # fmt: skip
    market = AskedMarket(tmp_path, 60, broken_ciks=(weekly.cik,))
    market.sync()
    rows = [
        row for row in market.rows("total_assets")
        if row["cik"] == weekly.cik and row["concept"] == "total_assets"
    ]  # fmt: skip
    assert {row["source"] for row in rows} == {"sec data set"}
    filers = Filers(market.loopback.world)
    own = {one.accn: one.quarter.end for one in filers.filings(weekly)}
    assert {own[row["accn"]] for row in rows} <= {row["period_end"] for row in rows}
    assert {day.weekday() for day in own.values()} == {5}


def test_a_days_list_of_companies_is_kept(synced):
    """SEC has today's alone."""
    market = synced[0]
    kept = list((market.folder.path / "company_tickers").iterdir())
    assert [path.name for path in kept] == ["2026-06-30.json.gz"]
