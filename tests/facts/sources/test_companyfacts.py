"""Facts of one company from SEC's JSON: which count, since when, and what is no news."""

from __future__ import annotations

import json

import numpy as np
import pytest

from support.filings import companyfacts, concept_of, fact
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources.companyfacts import SOURCE, add_companyfacts
from technic.facts.sources.fact_blocks import FactBlocks

Q1 = {"start": "2024-01-01", "end": "2024-03-31"}


def read(body: bytes, **options):
    """Rows as dictionaries, by column as they are stored, and the count."""
    rows = FactBlocks(SOURCE)
    count = add_companyfacts(rows, body, concept_of, **options)
    return rows.take().table.to_pylist(), count


def known(row) -> str:
    """Since when, in UTC."""
    return f"{row['known_at']:%Y-%m-%dT%H:%M:%S}"


def test_a_fact_keeps_its_own_period_whatever_its_filing_says():
    """Fy and fp are the filing's: last year's number in this year's report is last year's."""
    body = companyfacts(
        7,
        us_gaap__Revenues__USD=[
            fact("2023-12-31", 90, "b", "2025-02-01", "2023-01-01", "10-K", fy=2024, fp="FY"),
            fact("2024-12-31", 100, "b", "2025-02-01", "2024-01-01", "10-K", fy=2024, fp="FY"),
        ],
    )
    rows, _ = read(body, symbol="ACME")
    assert [(str(row["period_start"]), str(row["period_end"]), row["value"]) for row in rows] == [
        ("2023-01-01", "2023-12-31", 90.0),
        ("2024-01-01", "2024-12-31", 100.0),
    ]
    assert {row["cik"] for row in rows} == {7}
    assert {
        (row["symbol"], row["concept"], row["tag"], row["unit"], row["form"]) for row in rows
    } == {("ACME", "revenue", "us-gaap:Revenues", "USD", "10-K")}
    assert {row["source"] for row in rows} == {"sec companyfacts"}


def test_only_reports_and_their_amendments_count():
    """A proxy statement's numbers are off by a thousand: they never come in."""
    forms = ["10-K", "10-K/A", "10-Q", "20-F", "40-F", "6-K/A", "DEF 14A", "8-K", "S-1", None]
    body = companyfacts(
        7,
        us_gaap__Assets__USD=[
            fact("2024-03-31", at, f"a{at}", f"2024-05-{at + 1:02}", form=form)
            for at, form in enumerate(forms)
        ],
    )
    rows, count = read(body)
    assert [row["form"] for row in rows] == forms[:6]
    assert (count.kept, count.other_forms) == (6, 4)


def test_a_restatement_is_a_row_more_and_a_repetition_none():
    """10, again 10, then 12, then 10 once more: three rows, each with its own filing."""
    values = [(10, "a", "2024-05-01"), (10, "b", "2024-08-01"), (12, "c", "2024-09-01"),
              (10, "d", "2024-11-01")]  # fmt: skip
    facts = [fact(Q1["end"], val, accn, filed, Q1["start"]) for val, accn, filed in values]
    rows, count = read(companyfacts(7, us_gaap__Revenues__USD=list(reversed(facts))))
    assert [(row["value"], row["accn"]) for row in rows] == [(10, "a"), (12, "c"), (10, "d")]
    assert (count.kept, count.repeated) == (3, 1)


def test_equal_values_of_other_periods_are_no_repetitions():
    """A quarter and a half year that end on one day, and instants, are told apart."""
    body = companyfacts(
        7,
        us_gaap__Revenues__USD=[
            fact("2024-06-30", 5, "b", "2024-08-01", "2024-04-01"),
            fact("2024-06-30", 5, "b", "2024-08-01", "2024-01-01"),
        ],
        us_gaap__Assets__USD=[
            fact("2024-03-31", 5, "a", "2024-05-01"),
            fact("2024-06-30", 5, "b", "2024-08-01"),
        ],
    )
    rows, count = read(body)
    assert len(rows) == 4
    assert count.repeated == 0


def test_a_filing_with_another_tag_of_the_concept_is_kept_whole():
    """What it repeats under the first tag still goes before what it says under the second."""
    body = companyfacts(
        7,
        us_gaap__Revenues__USD=[
            fact(Q1["end"], 10, accn, filed, Q1["start"])
            for accn, filed in (("a", "2024-05-01"), ("b", "2025-02-01"), ("c", "2025-05-01"))
        ],
        us_gaap__SalesRevenueNet__USD=[
            fact(Q1["end"], 9, accn, filed, Q1["start"])
            for accn, filed in (("b", "2025-02-01"), ("c", "2025-05-01"))
        ],
    )
    rows, count = read(body)
    assert sorted((row["accn"], row["tag"], row["value"]) for row in rows) == [
        ("a", "us-gaap:Revenues", 10.0),
        ("b", "us-gaap:Revenues", 10.0),
        ("b", "us-gaap:SalesRevenueNet", 9.0),
    ]
    assert count.repeated == 2


def test_it_is_known_when_the_filing_was_accepted_else_after_the_close_of_its_day():
    """Accepted at 16:05 in New York; not named; accepted in the evening before the filing's day."""
    body = companyfacts(
        7,
        us_gaap__Assets__USD=[
            fact("2024-03-31", 1, "a", "2024-05-01"),
            fact("2024-06-30", 2, "b", "2024-08-01"),
            fact("2024-09-30", 3, "c", "2024-11-01"),
            fact("2024-12-31", 4, "d", "2025-02-03"),
        ],
    )
    accepted = {
        "d": np.datetime64("2024-02-03T12:00:00", "us"),  # a year before it was filed
        "a": np.datetime64("2024-05-01T20:05:00", "us"),
        "c": np.datetime64("2024-10-31T22:30:00", "us"),
    }
    rows, _ = read(body, accepted=accepted)
    assert [known(row) for row in rows] == [
        "2024-05-01T20:05:00",
        "2024-08-02T05:00:00",
        "2024-11-01T10:00:00",
        "2025-02-04T05:00:00",
    ]


def test_what_cannot_be_read_is_counted():
    """No value, a day that is none, and texts that numpy would take for days."""
    ends = ["2024-03-31", "2024-02-30", "today", "2024", ""]
    facts = [fact(end, 1, f"a{at}", "2024-05-01") for at, end in enumerate(ends)]
    facts.append(fact("2024-03-31", None, "b", "2024-05-01"))
    facts.append(fact("2024-03-31", 1, "c", "yesterday"))
    facts.append(fact("2024-03-31", 1, "d", "2024-05-01", start="2024-99-01"))
    facts += [fact("2024-03-31", 1, accn, "2024-05-01") for accn in ("é", "", "a\n", "9" * 21)]
    rows, count = read(companyfacts(7, us_gaap__Assets__USD=facts))
    assert [row["accn"] for row in rows] == ["a0"]
    assert count.unreadable == 11


@pytest.mark.parametrize(
    "bad",
    [{"val": "1"}, {"val": True}, {"val": [1]}, {"val": 10**400}, {"end": 3}, {"accn": None}],
    ids=lambda bad: str(bad)[:20],
)
def test_a_fact_of_another_shape_takes_no_other_with_it(bad):
    """It is counted; the company's other facts are rows."""
    rows, count = read(companyfacts(7, us_gaap__Assets__USD=[{**ONE, **bad}, ONE]))
    assert ([row["accn"] for row in rows], count.unreadable) == (["a"], 1)


@pytest.mark.parametrize("tag", [None, [], {"units": None}, {"units": {"USD": None}}], ids=str)
def test_a_tag_of_another_shape_takes_no_other_with_it(tag):
    """A taxonomy that is null has no tag."""
    tree = json.loads(companyfacts(7, us_gaap__Assets__USD=[ONE]))
    tree["facts"]["us-gaap"] = {"Revenues": tag, **tree["facts"]["us-gaap"]}
    tree["facts"]["dei"] = None
    rows, count = read(json.dumps(tree).encode())
    assert ([row["accn"] for row in rows], count.unreadable) == (["a"], 1)


def test_tags_and_units_of_no_concept_are_left_out():
    """Euros, and tags that nobody asks for, even where they hold what is no list of facts."""
    tree = json.loads(
        companyfacts(7, us_gaap__Revenues__EUR=[fact("2024-03-31", 1, "a", "2024-05-01")])
    )
    tree["facts"]["us-gaap"]["Unknown"] = {"units": {"USD": "none"}}
    rows, count = read(json.dumps(tree).encode())
    assert (rows, count.kept) == ([], 0)


def test_a_cik_may_be_text_and_a_company_without_facts_has_none():
    """Some files say "0000000007"."""
    rows, _ = read(
        companyfacts("0000000007", us_gaap__Assets__USD=[fact("2024-03-31", 1, "a", "2024-05-01")])
    )
    assert rows[0]["cik"] == 7
    assert read(b'{"cik": 7, "entityName": "Acme"}')[0] == []


ONE = fact("2024-03-31", 1, "a", "2024-05-01")
BAD = {
    "nothing": b"",
    "cut off": companyfacts(7, us_gaap__Assets__USD=[ONE])[:-40],
    "a page": b"<html>",
    "a list": b"[]",
    "no company": b'{"facts": {}}',
    "no number": b'{"cik": "7x", "facts": {}}',
    "no text": b"\xff\xfe",
    "too deep": b"[" * 100_000,
    "not a number": companyfacts(7, us_gaap__Assets__USD=[{**ONE, "val": float("nan")}]),
    "another company": companyfacts(8, us_gaap__Assets__USD=[ONE]),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_companys_json_is_refused_whole(name):
    """One error, no row."""
    rows = FactBlocks(SOURCE)
    with pytest.raises(BadAnswerError):
        add_companyfacts(rows, BAD[name], concept_of, cik=7)
    assert rows.count == 0
