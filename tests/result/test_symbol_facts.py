"""A report of a symbol says of each fact what it was, which filing said so, and since when."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from support.facts import filing, table_of
from support.made_up_market import CALENDAR, SESSIONS, SYMBOLS, scan
from technic import ScanConfig, ScanResult
from technic.cli.render.explanation import condition_lines, fact_lines
from technic.facts.sources.companyfacts import ATTRIBUTION as OF_SEC
from technic.facts.sources.short_interest import ATTRIBUTION as OF_FINRA
from technic.result.symbol_facts import SymbolFact, named_sources, symbol_facts
from technic.result.symbol_report import symbol_report
from technic.scan.facts.attribution import MADE_UP
from technic.service.jobs.symbol_detail import why_not
from technic.testing import make_bars

ACCN = "0000320193-23-000106"
LINK = "https://www.sec.gov/Archives/edgar/data/320193/000032019323000106/0000320193-23-000106-index.htm"
AFTER_THE_CLOSE = "2023-10-27T20:30:00"  # 16:30 in New York, so from Monday, the 30th, on


def quarter(cik: int, symbol: str, known: str, value: float, accn: str = ""):
    """A report of revenue of the third quarter of 2023."""
    fact = ("revenue", "Revenues", "2023-07-01", "2023-09-30", value)
    return filing((cik, symbol), "10-Q", known, fact, accn=accn)


FACTS = table_of(
    quarter(320193, "AK", AFTER_THE_CLOSE, 100.0, ACCN),
    quarter(2, "AL", "2024-03-08T22:00:00", 300.0),  # after the close of the scan's day
    quarter(3, "AM", "2024-03-08T12:00:00", 50.0),
)


@pytest.fixture(scope="module")
def result() -> ScanResult:
    """A scan by revenue."""
    config = ScanConfig(where="revenue > 90 and age(revenue) < 200")
    return scan(make_bars(SYMBOLS, SESSIONS), config, facts=FACTS)


def test_a_fact_is_reported_with_its_filing(result: ScanResult):
    """Value, period, form, accession number, link, moment, and sessions since."""
    value, age = symbol_report(result, "AK").facts
    since = len(CALENDAR.between(np.datetime64("2023-10-30"), np.datetime64("2024-03-08"))) - 1
    assert dataclasses.replace(value, route="") == SymbolFact(
        term="revenue",
        value=100.0,
        unit="USD",
        route="",
        period_end="2023-09-30",
        form="10-Q",
        accn=ACCN,
        link=LINK,
        known_at=AFTER_THE_CLOSE,
        known_from="2023-10-30",
        age=since,
    )
    assert (age.term, age.value, age.unit, age.accn) == ("age(revenue)", since, "sessions", ACCN)
    for part in ("revenue 100 USD", "to 2023-09-30", f"10-Q {ACCN}", f"({since} sessions ago)"):
        assert part in value.sentence


def test_what_is_filed_after_the_close_is_not_known(result: ScanResult):
    """It is out as unknown, by the name of the fact, and the report says that nothing was known."""
    report = symbol_report(result, "AL")
    assert report.outcome == "filter.unknown"
    assert report.detail.startswith("revenue missing: ")
    first = report.facts[0]
    assert (first.value, first.accn, first.route) == (None, None, "nothing was known by then")
    assert first.sentence == "revenue: nothing was known by then"


def test_why_not_has_the_facts(result: ScanResult):
    """Of who is out by a value: the value, and where it comes from."""
    answer = why_not(symbol_report(result, "AM"))
    assert (answer["stage"], answer["rule"]) == ("filter", "where")
    first = answer["facts"][0]
    assert (first["term"], first["value"], first["age"]) == ("revenue", 50.0, 0)
    assert first["link"].startswith("https://www.sec.gov/Archives/edgar/data/3/")
    assert why_not(symbol_report(result, "AK"))["facts"] == []


def test_a_report_is_plain_for_programs_and_says_it_on_a_terminal(result: ScanResult):
    """JSON has every field; the terminal a line, and one with the link."""
    report = symbol_report(result, "AK")
    document = json.loads(json.dumps(report.document()))
    assert document["facts"][0]["accn"] == ACCN
    lines = [str(one) for one in (*condition_lines(report), *fact_lines(report))]
    assert any(ACCN in line and "revenue 100 USD" in line for line in lines)
    assert f"    {LINK}" in lines


def test_facts_of_columns_are_explained_too_and_large_numbers_are_written_out():
    """Where no condition names one; the filing of a simulated company is nowhere."""
    facts = table_of(quarter(1, "AK", AFTER_THE_CLOSE, 12_345_678.0))
    made = scan(make_bars(SYMBOLS, SESSIONS), ScanConfig(columns=("revenue",)), facts=facts)
    report = symbol_report(made, "AK")
    assert list(condition_lines(report)) == []
    head, line, link, whose = (str(one) for one in fact_lines(report))
    assert whose == f"  {OF_SEC}"
    assert (head, link[:19]) == ("\nfacts", "    https://www.sec")
    assert line.startswith("  revenue 12,345,678 USD, to 2023-09-30, 10-Q")
    made_up = dataclasses.replace(made.facts, simulated=True)
    assert named_sources(made_up, "AK", made.as_of) == (MADE_UP,)
    (fact,) = symbol_facts(made_up, "AK", made.as_of)
    assert (fact.link, fact.accn) == (None, report.facts[0].accn)


def test_a_scan_without_facts_reports_none():
    """An empty list, whoever asks."""
    bars = make_bars(SYMBOLS, SESSIONS)
    report = symbol_report(scan(bars, ScanConfig(where="close > 0")), "AK")
    assert report.facts == ()
    assert report.document()["facts"] == report.document()["attribution"] == []


def test_who_owns_short_interest_is_named():
    """As FINRA asks, beside whose filings they are; only where there is such a number."""
    short = ("short_interest", "finra:currentShortPositionQuantity", None, "2024-01-31", 1_000.0)
    settled = filing((1, "AK"), "", "2024-02-10T04:00", short, accn="-", source="finra")
    facts = table_of(quarter(1, "AK", AFTER_THE_CLOSE, 100.0), settled)
    asked = ScanConfig(columns=("revenue", "short_interest"))
    result = scan(make_bars(SYMBOLS, SESSIONS), asked, facts=facts)
    report = symbol_report(result, "AK")
    assert report.attribution == (OF_SEC, OF_FINRA)
    lines = [str(line) for line in fact_lines(report)]
    assert lines[-2:] == [f"  {OF_SEC}", f"  {OF_FINRA}"]
    assert symbol_report(result, "AL").attribution == ()
