"""Massive's feed with a key: what it brings, when it counts, and what filings go before."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json

import numpy as np
import pytest
from massive import RESTClient

from support.fact_sync import HOST, AskedMarket
from support.facts import day, filing, reader_of, value
from support.loopback import small
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.providers.vendors.loopback import LoopbackProvider
from technic.facts.rows import end_of_day
from technic.facts.sources.company_tickers import CompanyTickers
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.massive_shares import ShortInterestRow
from technic.facts.sources.massive_statements import HeldRows, add_statements, read_statements
from technic.facts.store import FactStore
from technic.facts.sync.hosts import FactHosts
from technic.facts.sync.ingest import Ingest
from technic.facts.sync.journal import Entry
from technic.facts.sync.massive_feed import (
    FLOAT_PAGE,
    ITEMS,
    ingest_massive,
    massive_endpoint,
    windows,
)
from technic.loopback import LoopbackServer
from technic.sessions import build_calendar

HOSTS = dataclasses.replace(
    FactHosts.loopback(HOST), massive=LoopbackProvider("secret", base_url=HOST)
)
LISTS = {
    "income-statements": "list_financials_income_statements",
    "balance-sheets": "list_financials_balance_sheets",
    "cash-flow-statements": "list_financials_cash_flow_statements",
    "short-interest": "list_short_interest",
    "float": "list_stocks_floats",
}
TODAY = day("2026-06-30")
CALENDAR = build_calendar(2026)


@pytest.fixture(scope="module")
def synced(tmp_path_factory):
    """A market of which the vendor's feed alone was brought."""
    market = AskedMarket(tmp_path_factory.mktemp("massive"))
    report = market.sync(("massive",), HOSTS)
    return market, report, list(market.log)


def stored(market: AskedMarket, *concepts: str):
    """The vendor's rows, by company or symbol, concept, period and span."""
    return [row for row in market.rows(*concepts) if row["source"] == "massive"]


def test_the_vendors_own_client_reads_what_we_read():
    """Every row of all five lists: whose it is, its days and its amounts."""
    with LoopbackServer(small(30, 200)) as server:
        client = RESTClient("key", base=server.url, retries=1)
        provider = LoopbackProvider("key", base_url=server.url)
        for item in ITEMS:
            endpoint = massive_endpoint(provider, item, (day("2009-01-01"), TODAY))
            response = server.loopback.handle(endpoint.request(None))
            page, cursor = endpoint.read(response)
            assert cursor is None
            theirs = list(getattr(client, LISTS[item])(limit=5))
            if item in LISTS and item not in ("short-interest", "float"):
                theirs = [one for one in theirs if one.timeframe in ("quarterly", "annual")]
            assert len(page) == len(theirs) > 20
            fields = page[0].__struct_fields__
            ours = {tuple(repr(getattr(one, name)) for name in fields) for one in page}
            assert ours == {
                tuple(repr(_as_ours(getattr(one, name, None))) for name in fields) for one in theirs
            }
        client.client.clear()


def _as_ours(value):
    return float(value) if isinstance(value, int) else value


def test_statements_count_when_the_day_of_their_filing_is_over(synced):
    """Each number of the lists is stored, of its company; what is paid is positive."""
    market, report, log = synced
    assert report.problems == []
    assert report.retries == 0
    assert sum("income-statements" in path for path in log) == 18  # a year each
    assert all("secret" not in path for path in log)
    loopback = market.loopback
    endpoint = massive_endpoint(HOSTS.massive, "cash-flow-statements", (day("2009-01-01"), TODAY))
    page, _ = endpoint.read(loopback.handle(endpoint.request(None)))
    rows = {
        (row["cik"], row["concept"], row["period_end"], row["quarters"]): row
        for row in stored(market, "operating_cash_flow", "capital_expenditure")
    }
    assert len(rows) == 2 * len(page) > 100
    for one in page:
        quarters = 4 if one.timeframe == "annual" else 1
        own = (int(one.cik), day(one.period_end).astype(object), quarters)
        spent = rows[own[0], "capital_expenditure", own[1], own[2]]
        assert spent["value"] == -one.purchase_of_property_plant_and_equipment > 0
        known = np.datetime64(spent["known_at"].replace(tzinfo=None), "us")
        assert known == end_of_day(np.array([day(one.filing_date)]))[0]


def test_float_and_short_interest_are_of_their_symbols(synced):
    """A float counts from now, short interest from its publication; nothing old is asked for."""
    market, _, log = synced
    floats = stored(market, "float_shares")
    assert len(floats) > 10
    now = market.loopback.world.now.astimezone(dt.UTC).replace(tzinfo=None)
    assert {row["known_at"].replace(tzinfo=None) for row in floats} == {now}
    shorts = stored(market, "short_interest")
    assert len(shorts) > 10
    assert min(row["period_end"] for row in shorts) >= (TODAY - 45).astype(object)
    assert max(row["known_at"].replace(tzinfo=None) for row in shorts) <= now
    assert log[-1].startswith("/stocks/vX/float")


def test_the_next_sync_asks_for_what_is_new(tmp_path):
    """One request a list, and no row twice."""
    market = AskedMarket(tmp_path, size=12, n_sessions=60)
    first = market.sync(("massive",), HOSTS)
    market.log.clear()
    again = market.sync(("massive",), HOSTS)
    assert sum(first.added.values()) > 50
    assert sum(again.added.values()) == 0
    assert sum(path.startswith("/stocks/") for path in market.log) == len(ITEMS)


def test_a_day_in_the_journal_that_is_none_is_no_day(tmp_path):
    """All years are asked for again; nothing is stored twice."""
    market = AskedMarket(tmp_path, size=16)
    market.sync(("massive",), HOSTS)
    held, asked = FactStore(tmp_path).status().rows, len(market.log)
    journal = market.folder.read()
    journal.entries = {name: Entry("yesterday", 1) for name in journal.entries}
    market.folder.write(journal)
    report = market.sync(("massive",), HOSTS)
    assert report.problems == []
    assert len(market.log) == 2 * asked
    assert FactStore(tmp_path).status().rows == held


def test_a_refused_key_is_an_entry_and_the_rest_is_stored(tmp_path):
    """Filings are there; the key is in no message."""
    market = AskedMarket(tmp_path, size=12, n_sessions=60, key="another")
    report = market.sync(("companies", "massive"), HOSTS)
    assert [one.feed for one in report.problems] == ["massive"]
    assert "secret" not in json.dumps([one.why for one in report.problems])
    assert sum(report.added.values()) > 100


def test_a_year_is_asked_at_a_time_only_the_first_time():
    """Windows of filing days cover everything once; later ones overlap by ten days."""
    found = list(windows("balance-sheets", None, TODAY))
    assert found[0][0] == day("2009-01-01")
    assert found[-1][1] == TODAY
    assert all(after[0] == before[1] + 1 for before, after in itertools.pairwise(found))
    assert list(windows("balance-sheets", day("2026-06-20"), TODAY)) == [(day("2026-06-10"), TODAY)]
    assert FLOAT_PAGE == 5_000


INCOME = {"cik": "0000000001", "tickers": ["AA"], "period_end": "2023-06-30",
          "filing_date": "2023-08-01", "timeframe": "quarterly", "revenue": 100.0}  # fmt: skip
NOW = np.datetime64("2024-02-01T12:00:00", "us")


def added(*rows, held=None):
    """Rows of facts from rows of income statements."""
    body = json.dumps({"status": "OK", "results": rows}).encode()
    page, _ = read_statements("income-statements", body)
    blocks = FactBlocks("massive")
    strange = add_statements(blocks, "income-statements", page, HeldRows(held or {}, NOW), {})
    return (blocks.take().table.to_pylist() if blocks.count else []), strange


def test_what_is_replaced_in_place_counts_from_when_it_was_seen():
    """The same value is no row, another one under the same day is known now."""
    [first], _ = added(INCOME)
    key = (1, "revenue", day("2023-06-30"), 1)
    known = np.datetime64(first["known_at"].replace(tzinfo=None), "us")
    held = {key: (100.0, known)}
    assert added(INCOME, held=held)[0] == []
    [seen], _ = added({**INCOME, "revenue": 90.0}, held=held)
    assert np.datetime64(seen["known_at"].replace(tzinfo=None), "us") == NOW
    assert seen["accn"] == "seen 2024-02-01T12:00:00"
    [later], _ = added({**INCOME, "revenue": 90.0, "filing_date": "2023-11-02"}, held=held)
    assert str(later["known_at"].date()) == "2023-11-03"
    [back], _ = added(INCOME, held={key: (90.0, NOW)})
    assert back["value"] == 100.0
    assert back["accn"] is not None


@pytest.mark.parametrize(
    "change",
    [{"cik": None}, {"cik": "x1"}, {"cik": "0"}, {"period_end": "soon"}, {"filing_date": None},
     {"timeframe": "trailing_twelve_months"}],
    ids=str,
)  # fmt: skip
def test_rows_of_nobody_and_of_no_day_are_counted(change):
    """They are left out."""
    assert added({**INCOME, **change}) == ([], 1)


@pytest.mark.parametrize(
    "body",
    [b"[]", b"\xff", b'{"status": "ERROR"}', b'{"results": 5}'],
    ids=["list", "bytes", "status", "type"],
)
def test_what_is_no_page_is_a_bad_answer(body):
    """Whatever comes, nothing else is raised."""
    endpoint = massive_endpoint(HOSTS.massive, "income-statements", (TODAY, TODAY))
    with pytest.raises(BadAnswerError):
        endpoint.read(HttpResponse(200, {"content-type": "application/json"}, body))


def test_trap_10_shares_that_were_adjusted_later_are_no_source(tmp_path):
    """Of a settlement day that is stored, what is said after a split changes nothing."""
    store, now = FactStore(tmp_path), np.datetime64("2026-06-29T12:00", "us")
    tickers = CompanyTickers({}, {}, {})

    def kept(*rows: tuple[str, str, float]) -> list[tuple[str, str, float]]:
        page = [ShortInterestRow(ticker, settled, shares) for ticker, settled, shares in rows]
        ingest_massive(Ingest(store, now), "short-interest", [page], CALENDAR, tickers)
        held = store.rows(concepts=["short_interest"]).to_pylist()
        return sorted((one["symbol"], str(one["period_end"]), one["value"]) for one in held)

    first = [("AA", "2026-05-29", 100.0), ("BRK.B", "2026-05-29", 7.0)]
    assert kept(*first) == first
    split = ("AA", "2026-05-29", 400.0), ("BRK.B", "2026-05-29", 7.0), ("AA", "2026-06-15", 500.0)
    assert kept(*split) == [first[0], split[2], first[1]]


def test_a_broken_row_takes_no_other_with_it():
    """It is None, to be counted; no rows at all may be said by null."""
    rows = [INCOME, {**INCOME, "cik": 1}, {**INCOME, "revenue": "much"}, 7, INCOME]
    body = json.dumps({"status": "OK", "results": rows, "next_url": "there"}).encode()
    page, following = read_statements("income-statements", body)
    assert [row is None for row in page] == [False, True, True, True, False]
    assert following == "there"
    assert read_statements("income-statements", b'{"results": null}') == ([], None)


def test_filings_go_before_a_vendors_numbers():
    """Of a period that was filed by then; a period that nobody filed is the vendor's."""
    spans = (("2023-01-01", "2023-03-31", "2023-05-02"), ("2023-04-01", "2023-06-30", "2023-08-01"))
    ours = filing((1, "AA"), "10-Q", "2023-05-02T12:00:00",
                  ("revenue", "Revenues", *spans[0][:2], 50.0))  # fmt: skip
    theirs = [
        filing((1, "AA"), "", f"{known}T23:00:00", ("revenue", "massive:revenue", start, end, 60.0),
               source="massive")
        for start, end, known in spans
    ]  # fmt: skip
    reader = reader_of(ours, *theirs)
    assert value(reader, "revenue", "AA", "2023-05-10") == 50.0
    assert value(reader, "revenue", "AA", "2023-08-10") == 60.0
    assert value(reader, "fq(revenue, 1)", "AA", "2023-08-10") == 50.0
    late = filing((1, "AA"), "10-Q", "2023-09-05T12:00:00",
                  ("revenue", "Revenues", *spans[1][:2], 55.0))  # fmt: skip
    later = reader_of(ours, *theirs, late)
    assert value(later, "revenue", "AA", "2023-09-01") == 60.0
    assert value(later, "revenue", "AA", "2023-09-06") == 55.0
