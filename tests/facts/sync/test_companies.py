"""All companies of two hand-made bulk files: who they are, what stays when a part is broken."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from support.filings import columns, companyfacts, fact, submissions
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources.company_tickers import CompanyTickers
from technic.facts.sources.zip_index import ZipIndex
from technic.facts.store import FactStore
from technic.facts.sync.companies import ingest_companies
from technic.facts.sync.ingest import Ingest

TICKERS = CompanyTickers(
    {"ACME": 7, "ACME.B": 7, "NONE": 9}, {7: "Acme", 9: "None"}, {7: "ACME", 9: "NONE"}
)
FILING = ("a-1", "2024-05-01", "2024-03-31", "2024-05-01T23:05:00.000Z", "10-Q", "")
OLDER = ("z-1", "2010-05-03", "2010-03-31", "2010-05-03T20:05:00.000Z", "10-Q", "")
ASSETS = companyfacts(
    7,
    us_gaap__Assets__USD=[
        fact("2024-03-31", 5, "a-1", "2024-05-01"),
        fact("2010-03-31", 3, "z-1", "2010-05-03"),
    ],
)


class Bulk:
    """Two bulk files in a folder, stored on a day."""

    def __init__(self, folder) -> None:
        self.folder, self.store = folder, FactStore(folder / "home")

    def store_on(self, day: str, facts: dict[str, bytes], filed: dict[str, bytes], tickers=TICKERS):
        """Ingest both; returns what was said of it, and the filings."""
        paths = []
        for name, members in (("facts", facts), ("filed", filed)):
            paths.append(self.folder / f"{name}.zip")
            with zipfile.ZipFile(paths[-1], "w") as archive:
                for member, body in members.items():
                    archive.writestr(member, body)
        ingest = Ingest(self.store, np.datetime64(f"{day}T12:00", "us"))
        return ingest, ingest_companies(ingest, *paths, tickers, lambda _done, _total: None)

    def rows(self, concept: str) -> list[dict[str, object]]:
        """Rows of one concept, by time."""
        rows = [
            r for r in self.store.rows(concepts=[concept]).to_pylist() if r["concept"] == concept
        ]
        return sorted(rows, key=lambda row: row["known_at"])


def known(row) -> str:
    """Since when."""
    return f"{row['known_at']:%Y-%m-%dT%H:%M}"


@pytest.fixture
def bulk(tmp_path) -> Bulk:
    """An empty store."""
    return Bulk(tmp_path)


FACTS = {"CIK0000000007.json": ASSETS}
PAGE = "CIK0000000007-submissions-001.json"
FILED = {
    "CIK0000000007.json": submissions(7, FILING, pages=(PAGE,)),
    PAGE: json.dumps(columns(OLDER)).encode(),
    "CIK0000000055.json": submissions(55),  # somebody who reports holdings: nobody asks for it
}


def test_facts_are_known_when_their_filings_were_accepted_on_any_page(bulk):
    """At 23:05 UTC by the habit of the company's other filing; the older page has that of 2010."""
    ingest, filings = bulk.store_on("2024-06-01", FACTS, FILED)
    assert ingest.problems == []
    assert [(row["value"], known(row), row["symbol"]) for row in bulk.rows("total_assets")] == [
        (3.0, "2010-05-03T20:05", "ACME"),
        (5.0, "2024-05-01T23:05", "ACME"),
    ]
    assert filings.has("a-1")
    assert filings.has("z-1")
    assert not filings.has("b-1")


def test_an_industry_code_counts_from_the_first_filing_a_change_from_its_day(bulk):
    """5331 is there for all that was filed; 6021 replaces it once it was seen."""
    bulk.store_on("2024-06-01", FACTS, FILED)
    bulk.store_on("2024-06-02", FACTS, FILED)
    changed = {**FILED, "CIK0000000007.json": submissions(7, FILING, pages=(PAGE,), sic="6021")}
    bulk.store_on("2024-07-01", FACTS, changed)
    bulk.store_on("2024-07-02", FACTS, changed)
    assert [(row["value"], known(row)) for row in bulk.rows("sic")] == [
        (5331.0, "2010-05-03T20:05"),
        (6021.0, "2024-07-01T12:00"),
    ]


def test_symbols_are_claimed_once_each_on_the_day_they_were_seen(bulk):
    """All classes, of companies without facts too; a new symbol is one more claim."""
    bulk.store_on("2024-06-01", FACTS, FILED)
    renamed = CompanyTickers({"NEW": 7, "NONE": 9}, {7: "Acme", 9: "None"}, {7: "NEW", 9: "NONE"})
    bulk.store_on("2024-07-01", FACTS, FILED, renamed)
    assert [(row["cik"], row["symbol"], known(row)[:10]) for row in bulk.rows("listed_as")] == [
        (7, "ACME", "2024-06-01"),
        (7, "ACME.B", "2024-06-01"),
        (9, "NONE", "2024-06-01"),
        (7, "NEW", "2024-07-01"),
    ]


def test_a_symbol_that_goes_to_another_company_and_back_is_claimed_each_time(bulk):
    """Else the company that has it again would be forgotten."""
    for day, cik in (("2024-06-01", 7), ("2024-07-01", 9), ("2024-08-01", 7)):
        bulk.store_on(day, FACTS, FILED, CompanyTickers({"TKR": cik}, {}, {cik: "TKR"}))
    assert [(row["cik"], known(row)[:10]) for row in bulk.rows("listed_as")] == [
        (7, "2024-06-01"),
        (9, "2024-07-01"),
        (7, "2024-08-01"),
    ]


def test_numbers_of_filings_that_are_none_are_left_out(bulk):
    """Whoever filed them: the list of filings is kept as ASCII."""
    odd = ("é", *FILING[1:])
    results = ("é", "2024-05-01", "2024-05-01", "2024-05-01T23:05:00.000Z", "8-K", "2.02")
    facts = companyfacts(
        7,
        us_gaap__Assets__USD=[
            fact("2024-03-31", 5, "a-1", "2024-05-01"),
            fact("2024-03-31", 6, "é", "2024-05-01"),
        ],
    )
    filed = {"CIK0000000007.json": submissions(7, FILING, odd, results)}
    ingest, filings = bulk.store_on("2024-06-01", {"CIK0000000007.json": facts}, filed)
    assert ingest.dropped == {"its value or a day of it cannot be read": 1}
    assert [row["value"] for row in bulk.rows("total_assets")] == [5.0]
    assert bulk.rows("earnings_event") == []
    assert filings.known.tolist() == [b"a-1"]


BROKEN = {
    "facts cut off": ({"CIK0000000007.json": ASSETS[:-9]}, FILED, "CIK0000000007.json"),
    "facts of another": (
        {"CIK0000000007.json": companyfacts(8, us_gaap__Assets__USD=[])}, FILED,
        "CIK0000000007.json",
    ),
    "an older page": (FACTS, {**FILED, PAGE: b"{"}, PAGE),
    "submissions": (FACTS, {**FILED, "CIK0000000007.json": b"<html>"}, "CIK0000000007.json"),
    "submissions of another": (
        FACTS, {**FILED, "CIK0000000007.json": submissions(8, FILING)}, "CIK0000000007.json",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_one_entry_and_the_other_company_is_stored(bulk, name):
    """Company 8 has its facts, whatever is wrong with company 7."""
    facts, filed, item = BROKEN[name]
    other = companyfacts(8, us_gaap__Assets__USD=[fact("2024-03-31", 9, "c-1", "2024-05-02")])
    ingest, _ = bulk.store_on("2024-06-01", {**facts, "CIK0000000008.json": other}, filed)
    assert [(one.feed, one.item) for one in ingest.problems] == [("companies", item)]
    assert (8, 9.0) in {(row["cik"], row["value"]) for row in bulk.rows("total_assets")}


@pytest.mark.parametrize(
    ("again", "since"),
    [("2024-05-01T21:30:00.000Z", "2024-05-01T23:05"), ("", "2024-05-02T05:00")],
    ids=["an earlier time", "none"],
)
def test_of_a_filing_that_is_listed_twice_the_later_time_counts(bulk, again, since):
    """Nobody knows which one is right; nothing is known too early by either."""
    other = (*FILING[:3], again, *FILING[4:])
    for at, filed in enumerate(((FILING, other), (other, FILING))):
        one = Bulk(bulk.folder / str(at))
        one.folder.mkdir()
        one.store_on("2024-06-01", FACTS, {"CIK0000000007.json": submissions(7, *filed)})
        assert known(one.rows("total_assets")[-1]) == since


def test_older_pages_are_read_once_and_only_the_company_s_own(bulk, monkeypatch):
    """However often one is named; that of another company is an entry, and adds nothing."""
    read = []

    def counted(index, file, name, own=ZipIndex.read):
        read.append(name)
        return own(index, file, name)

    monkeypatch.setattr(ZipIndex, "read", counted)
    foreign = "CIK0000000009-submissions-001.json"
    results = ("r-1", "2012-05-03", "2012-05-03", "2012-05-03T20:05:00.000Z", "8-K", "2.02")
    filed = {
        **FILED,
        "CIK0000000007.json": submissions(7, FILING, pages=(PAGE, foreign, PAGE, PAGE)),
        foreign: json.dumps(columns(results)).encode(),
    }
    ingest, _ = bulk.store_on("2024-06-01", FACTS, filed)
    assert read.count(PAGE) == 1
    assert [(one.item, one.why) for one in ingest.problems] == [
        (foreign, "is of CIK 9, not of 7"),
    ]
    assert bulk.rows("earnings_event") == []


def test_without_times_of_acceptance_a_day_has_to_be_over(bulk):
    """Submissions that cannot be read take no facts away; they make them later."""
    bulk.store_on("2024-06-01", FACTS, {**FILED, "CIK0000000007.json": b"<html>"})
    assert [known(row) for row in bulk.rows("total_assets")] == [
        "2010-05-04T05:00",
        "2024-05-02T05:00",
    ]


def test_a_bulk_file_that_was_cut_off_is_refused_as_a_whole(bulk):
    """And nothing of it is stored."""
    bulk.store_on("2024-06-01", {}, {}, CompanyTickers({}, {}, {}))
    for name in ("facts", "filed"):
        path = bulk.folder / f"{name}.zip"
        path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(BadAnswerError, match="cut off"):
        ingest_companies(
            Ingest(bulk.store, np.datetime64("2024-06-01", "us")), bulk.folder / "facts.zip",
            bulk.folder / "filed.zip", TICKERS, lambda _done, _total: None,
        )  # fmt: skip
