"""SEC's submissions: times of acceptance by whoever's clock, and when companies reported."""

from __future__ import annotations

import json

import numpy as np
import pytest

from support.filings import columns, submissions
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.submissions import (
    SOURCE,
    add_earnings,
    clock_of,
    read_older_page,
    read_submissions,
)


def filing(
    accn: str, accepted: str, form: str = "10-Q", items: str = "", reported: str = "2024-03-31"
):
    """One filing; it is filed on the day it is accepted."""
    return (accn, accepted[:10], reported, f"{accepted}.000Z", form, items)


def accepted(*filings) -> list[str]:
    """The times in UTC."""
    times = read_submissions(submissions(7, *filings)).filings.accepted
    return [str(time)[:19] for time in times]


def test_it_says_who_the_company_is():
    """CIK as a number whatever it comes as; hostile letters taken out of the name."""
    company = read_submissions(submissions("0000000007", name="A\x1b[31mcme", pages=("p.json",)))
    assert (company.cik, company.name, company.sic, company.pages) == (7, "Acme", 5331, ("p.json",))
    assert (company.tickers, company.fiscal_year_end) == (("ACME",), "0131")
    assert read_submissions(submissions(7, sic="")).sic == 0


def test_times_are_utc_where_an_hour_says_so():
    """01:30 is 21:30 in New York by one reading, and by the other an hour when EDGAR is shut."""
    assert accepted(filing("a", "2024-05-02T01:30:00"), filing("b", "2024-05-01T20:05:00")) == [
        "2024-05-02T01:30:00",
        "2024-05-01T20:05:00",
    ]


def test_times_are_new_yorks_where_an_hour_says_so():
    """07:30 would be 03:30 in New York, when EDGAR is shut: it is 11:30 UTC, in winter 12:30."""
    assert accepted(filing("a", "2024-05-01T07:30:32"), filing("b", "2025-02-03T16:21:59")) == [
        "2024-05-01T11:30:32",
        "2025-02-03T21:21:59",
    ]


def test_a_day_that_is_the_next_one_says_that_it_was_evening_in_new_york():
    """Stamped 18:05, filed the day after: no afternoon in UTC, whatever hour another one shows."""
    utc = filing("a", "2024-05-02T01:30:00")
    evening = list(filing("b", "2024-08-01T18:05:00"))
    assert accepted(utc, tuple(evening))[1] == "2024-08-01T18:05:00"
    evening[1] = "2024-08-02"
    assert accepted(utc, tuple(evening)) == ["2024-05-02T05:30:00", "2024-08-01T22:05:00"]
    evening[4] = "4"  # insiders' forms of the evening have the same day, others what they like
    assert accepted(utc, tuple(evening))[1] == "2024-08-01T18:05:00"


def test_where_nothing_tells_the_later_reading_counts():
    """16:21 is 12:21 or 16:21 in New York: known from the later on, never before its time."""
    assert accepted(filing("a", "2025-05-01T16:21:59")) == ["2025-05-01T20:21:59"]


@pytest.mark.parametrize(
    ("hours", "clock"),
    [([23], "utc"), ([0, 14], "utc"), ([6], "new_york"), ([9, 23], "new_york"),
     ([10, 22], "unknown"), ([], "unknown")],
)  # fmt: skip
def test_the_hours_tell_whose_clock_it_is(hours, clock):
    """By both readings 10:00 to 22:59 could be; New York wins where both are shown."""
    times = np.array([f"2024-05-01T{hour:02}:00" for hour in hours] + ["NaT"], "datetime64[us]")
    assert clock_of(times) == clock


def test_results_are_events_with_a_part_of_the_day():
    """Item 2.02 of an 8-K, at 07:30, 12:00, 16:00 and 16:05 in New York."""
    company = read_submissions(
        submissions(
            7,
            filing("a", "2024-05-01T11:30:00", "8-K", "2.02,9.01", "2024-04-30"),
            filing("b", "2024-08-01T16:00:00", "8-K", "2.02", ""),
            filing("c", "2024-11-01T20:00:00", "8-K", "9.01,2.02", "2024-11-01"),
            filing("d", "2025-02-01T21:05:00", "8-K", "2.02", "2025-02-01"),
            filing("e", "2024-05-03T00:30:00", "8-K", "5.02", "2024-05-01"),
            filing("f", "2024-05-03T20:00:00", "8-K/A", "2.02", "2024-05-01"),
            filing("g", "2024-05-03T20:00:00", "10-Q", "2.02", "2024-05-01"),
            filing("h", "2024-05-03T20:00:00", "8-K", "12.02,9.01", "2024-05-01"),
        )
    )
    rows = FactBlocks(SOURCE)
    assert add_earnings(rows, company, "ACME") == 4
    found = rows.take().table.to_pydict()
    assert found["accn"] == ["a", "b", "c", "d"]
    assert found["value"] == [0.0, 1.0, 2.0, 2.0]
    assert [str(day) for day in found["period_end"]] == [
        "2024-04-30", "2024-08-01", "2024-11-01", "2025-02-01",
    ]  # fmt: skip
    assert set(found["concept"]) == {"earnings_event"}
    assert [f"{time:%H:%M}" for time in found["known_at"]] == ["11:30", "16:00", "20:00", "21:05"]


@pytest.mark.parametrize("reported", ["0001-01-01", "2014-05-01", "2024-06-02", "9999-12-31", ""])
def test_results_whose_day_was_typed_wrongly_are_those_of_their_publication(reported):
    """Else they would be left out, or pass for old ones that tell nothing new."""
    company = read_submissions(
        submissions(7, filing("a", "2024-05-01T20:05:00", "8-K", "2.02", reported))
    )
    rows = FactBlocks(SOURCE)
    add_earnings(rows, company, "ACME")
    assert [str(day) for day in rows.take().table["period_end"].to_pylist()] == ["2024-05-01"]


def test_older_pages_are_the_same_columns_at_the_top():
    """They are put behind the recent ones."""
    page = read_older_page(json.dumps(columns(filing("z", "2001-05-01T10:30:00"))).encode())
    company = read_submissions(submissions(7, filing("a", "2024-05-01T20:05:00")))
    together = company.filings.with_page(page)
    assert together.accn == ["a", "z"]
    assert [str(day) for day in together.filed] == ["2024-05-01", "2001-05-01"]


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("bad", [None, 5, True, [], "\x00"], ids=str)
def test_a_filing_of_another_shape_takes_no_other_with_it(place, bad):
    """Whichever of its columns is none; the company's other results are an event."""
    good = filing("a", "2024-05-01T20:05:00", "8-K", "2.02", "2024-05-01")
    other = list(filing("b", "2024-08-01T20:05:00", "8-K", "2.02", "2024-08-01"))
    other[place] = bad
    company = read_submissions(submissions(7, good, tuple(other), name=None, tickers=[None], sic=6))
    rows = FactBlocks(SOURCE)
    add_earnings(rows, company, "ACME")
    assert "a" in rows.take().table["accn"].to_pylist()
    assert (company.name, company.tickers, company.sic) == ("", (), 6)


@pytest.mark.parametrize("year", ["0000", "0001", "-001", "+001", "9999", "2O24"])
def test_a_time_in_a_year_that_is_none_takes_no_other_filing_with_it(year):
    """Clocks have no such years: the filing has no time, the company's other results are there."""
    good = filing("a", "2024-05-01T20:05:00", "8-K", "2.02", "2024-05-01")
    other = filing("b", f"{year}-01-01T01:00:00", "8-K", "2.02", "2024-08-01")
    company = read_submissions(submissions(7, good, other))
    assert np.isnat(company.filings.accepted).tolist() == [False, True]
    rows = FactBlocks(SOURCE)
    add_earnings(rows, company, "ACME")
    assert rows.take().table["accn"].to_pylist() == ["a"]


BAD = {
    "nothing": b"",
    "no company": b"{}",
    "a page": b"<html>",
    "cut off": submissions(7)[:-20],
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_companys_json_is_refused(name):
    """One error."""
    with pytest.raises(BadAnswerError):
        read_submissions(BAD[name])


def test_columns_of_different_lengths_are_refused():
    """Nobody knows which time belongs to which filing."""
    page = columns(filing("a", "2024-05-01T20:05:00"))
    page["form"].append("10-K")
    with pytest.raises(BadAnswerError, match="different lengths"):
        read_older_page(json.dumps(page).encode())
