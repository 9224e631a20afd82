"""EDGAR's formats, read by edgartools: the same companies, filings and facts as ours are.

It is a dependency of the tests alone; without it, as where they are run by a bare pytest, they are
skipped.
"""

from __future__ import annotations

import json
import warnings

import pytest

from support.loopback import small
from technic.data_engine.interfaces.transport import HttpRequest
from technic.facts.concepts import concept_of
from technic.facts.rows import ACCOUNTING_FORMS
from technic.facts.sources.companyfacts import SOURCE, add_companyfacts
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.submissions import read_submissions

AGENT = {"User-Agent": "Jane Doe jane@example.com"}


@pytest.fixture(scope="module")
def edgar(tmp_path_factory):
    """The library's parsers, which keep files in a folder."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("EDGAR_LOCAL_DATA_DIR", str(tmp_path_factory.mktemp("edgar")))
        warnings.simplefilter("ignore")
        data = pytest.importorskip("edgar.entity.data", exc_type=ImportError)
        parser = pytest.importorskip("edgar.entity.parser", exc_type=ImportError)
    return data.parse_entity_submissions, parser.EntityFactsParser.parse_company_facts


@pytest.fixture(scope="module")
def loopback():
    """Thirty symbols over a year."""
    ticks = iter(range(10**6))
    return small(30, 250, clock=lambda: float(next(ticks)))


def ask(loopback, path: str) -> bytes:
    """The body of an answer."""
    return loopback.handle(HttpRequest(f"http://host{path}", headers=AGENT)).body


def names() -> list[str]:
    """Members of the first companies; the seventh symbol is a class of the sixth's."""
    return [f"CIK{9_000_001 + row:010}.json" for row in range(12) if row != 6]


def test_it_finds_the_facts_that_we_do(edgar, loopback):
    """By concept, period, value and filing: all of theirs whose tags, units and forms we keep."""
    _, parse = edgar
    for name in names():
        body = ask(loopback, f"/api/xbrl/companyfacts/{name}")
        rows = FactBlocks(SOURCE)
        count = add_companyfacts(rows, body, concept_of)
        theirs = {
            (one.concept, str(one.period_start), str(one.period_end), one.numeric_value,
             one.accession)
            for one in parse(json.loads(body))
            if one.form_type in ACCOUNTING_FORMS
            and concept_of(*one.concept.split(":"), one.unit.replace(" per share", "/shares"))
        }  # fmt: skip
        ours = {
            (row["tag"], str(row["period_start"]), str(row["period_end"]), row["value"],
             row["accn"])
            for row in rows.take().table.to_pylist()
        }  # fmt: skip
        assert ours <= theirs
        assert len(theirs) == count.kept + count.repeated
        assert ours


def test_it_finds_the_filings_that_we_do(edgar, loopback):
    """Numbers, days and forms; the time of acceptance as it stands, whoever's clock it is."""
    parse, _ = edgar
    for name in names():
        body = ask(loopback, f"/submissions/{name}")
        company, theirs = read_submissions(body), parse(json.loads(body))
        assert (company.cik, company.name) == (theirs.cik, theirs.name)
        assert list(company.tickers) == list(theirs.tickers)
        assert company.sic == int(theirs.sic)
        rows = theirs.filings.data.to_pylist()
        ours = company.filings
        assert ours.accn == [row["accession_number"] for row in rows]
        assert ours.form == [row["form"] for row in rows]
        assert [str(day) for day in ours.filed] == [str(row["filing_date"]) for row in rows]
        stamped = [f"{row['acceptanceDateTime']:%Y-%m-%dT%H:%M:%S}" for row in rows]
        assert [str(time)[:19] for time in ours.stamped] == stamped
