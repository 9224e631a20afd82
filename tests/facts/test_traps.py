"""What goes wrong elsewhere, one test each: wrong periods, wrong years, and the future."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from support.facts import calendar, day, days, filing, reader_of, splits_of, term, value
from technic.facts.reader import FactReader
from technic.facts.rows import FACT_SCHEMA, end_of_day, fact_table, short_interest_known_at

ACME = (7, "ACME")


def sales(start: str, end: str, amount: float):
    """Revenue of a span."""
    return ("revenue", "Revenues", start, end, amount)


def operations(start: str, end: str, amount: float):
    """Cash from operations of a span."""
    tag = "NetCashProvidedByUsedInOperatingActivities"
    return ("operating_cash_flow", tag, start, end, amount)


def quarters(year: int, *amounts: float):
    """Filings of the quarters of a calendar year, each a month after its end."""
    spans = (("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31"))
    known = (f"{year}-05-02", f"{year}-08-01", f"{year}-11-01", f"{year + 1}-02-15")
    return [
        filing(ACME, "10-Q", f"{told}T12:00", sales(f"{year}-{start}", f"{year}-{end}", amount))
        for (start, end), told, amount in zip(spans, known, amounts, strict=False)
    ]


def test_trap_1_a_number_belongs_to_its_own_period_not_to_the_year_of_its_filing():
    """A 10-K repeats last year's number under its own ``fy``: no column for that, and no effect."""
    assert not {"fy", "fp"} & set(FACT_SCHEMA.names)
    annual = filing(
        ACME,
        "10-K",
        "2023-02-15T12:00",
        sales("2022-01-01", "2022-12-31", 400),
        sales("2021-01-01", "2021-12-31", 999),
        sales("2020-01-01", "2020-12-31", 888),
    )
    reader = reader_of(annual)
    assert value(reader, "revenue_ttm", "ACME", "2023-02-15") == 400
    assert value(reader, "fq(revenue_ttm, 4)", "ACME", "2023-02-15") == 999
    assert value(reader, "fq(revenue_ttm, 8)", "ACME", "2023-02-15") == 888


@pytest.mark.parametrize(
    ("so_far", "expected"),
    [
        (("2022-01-01", "2022-09-30", 300), 140),  # the year less nine months
        (None, 140),  # the year less three quarters: 440 - 90 - 100 - 110
    ],
    ids=["nine months", "three quarters"],
)
def test_trap_2_the_fourth_quarter_is_the_year_less_what_came_before(so_far, expected):
    """Nobody files it: 440 in the year, 90, 100 and 110 in its first quarters."""
    if so_far is None:
        filings = quarters(2022, 90, 100, 110)
    else:
        filings = [filing(ACME, "10-Q", "2022-11-01T12:00", sales(*so_far))]
    annual = filing(ACME, "10-K", "2023-02-15T12:00", sales("2022-01-01", "2022-12-31", 440))
    reader = reader_of(*filings, annual)
    assert value(reader, "revenue", "ACME", "2023-02-15") == expected
    assert value(reader, "revenue_ttm", "ACME", "2023-02-15") == 440


def test_trap_2_a_year_without_its_quarters_has_no_fourth_quarter():
    """The year itself is known, its last quarter is not."""
    annual = filing(ACME, "10-K", "2023-02-15T12:00", sales("2022-01-01", "2022-12-31", 440))
    reader = reader_of(annual)
    assert math.isnan(value(reader, "revenue", "ACME", "2023-02-15"))
    assert value(reader, "revenue_ttm", "ACME", "2023-02-15") == 440


def test_trap_3_months_so_far_are_no_quarter():
    """10, 30, 60, 100 from the year's start on are quarters of 10, 20, 30, 40: 100, not 200."""
    ends = ("2022-03-31", "2022-06-30", "2022-09-30", "2022-12-31")
    known = ("2022-05-02", "2022-08-01", "2022-11-01", "2023-02-15")
    filings = [
        filing(ACME, "10-Q", f"{told}T12:00", operations("2022-01-01", end, amount))
        for end, told, amount in zip(ends, known, (10, 30, 60, 100), strict=True)
    ]
    filings.append(
        filing(ACME, "10-Q", "2023-05-02T12:00", operations("2023-01-01", "2023-03-31", 15))
    )
    reader = reader_of(*filings)
    found = [value(reader, "operating_cash_flow", "ACME", on) for on in known]
    assert found == [10, 20, 30, 40]
    assert value(reader, "operating_cash_flow_ttm", "ACME", "2023-05-02") == 20 + 30 + 40 + 15


def test_trap_3_a_difference_of_two_tags_is_no_quarter():
    """Six months under one name less three months under another would be anything."""
    reader = reader_of(
        filing(ACME, "10-Q", "2022-05-02T12:00", sales("2022-01-01", "2022-03-31", 10)),
        filing(
            ACME,
            "10-Q",
            "2022-08-01T12:00",
            ("revenue", "SalesRevenueNet", "2022-01-01", "2022-06-30", 300),
        ),
    )
    assert math.isnan(value(reader, "revenue", "ACME", "2022-08-01"))


@pytest.mark.parametrize(
    ("form", "counts"),
    [
        ("10-K", True),
        ("10-Q/A", True),
        ("20-F", True),
        ("40-F/A", True),
        ("6-K", True),
        ("DEF 14A", False),
        ("8-K", False),
        ("S-1", False),
        (None, False),
    ],
)
def test_trap_4_only_annual_and_quarterly_reports_count(form: str | None, counts: bool):
    """Others carry numbers that are off by a factor of 1,000; what is left out is counted."""
    made = fact_table(
        {
            "cik": 7,
            "concept": "revenue",
            "period_start": days("2022-01-01"),
            "period_end": days("2022-12-31"),
            "value": [1.0],
            "form": form,
            "known_at": [dt.datetime(2023, 2, 15, tzinfo=dt.UTC)],
            "source": "sec data set",
        }
    )
    assert len(made.table) == counts
    reason = "the form is no annual or quarterly report"
    assert made.dropped == ({} if counts else {reason: 1})


def test_trap_5_what_a_period_said_at_the_time_is_kept():
    """Frames name the latest filing alone; on the days before it, the first one counts."""
    reader = reader_of(
        *quarters(2022, 90),
        filing(ACME, "10-Q", "2023-05-02T12:00", sales("2022-01-01", "2022-03-31", 80)),
    )
    assert value(reader, "revenue", "ACME", "2023-05-01") == 90
    assert value(reader, "revenue", "ACME", "2023-05-02") == 80


def test_trap_6_what_was_filed_last_is_not_the_latest_period():
    """An amendment of the first quarter comes after the second quarter's report."""
    amended = filing(ACME, "10-Q/A", "2022-09-01T12:00", sales("2022-01-01", "2022-03-31", 70))
    reader = reader_of(*quarters(2022, 90, 100), amended)
    assert value(reader, "revenue", "ACME", "2022-09-01") == 100
    assert value(reader, "fq(revenue, 1)", "ACME", "2022-08-31") == 90
    assert value(reader, "fq(revenue, 1)", "ACME", "2022-09-01") == 70


def test_trap_7_a_period_end_that_was_rounded_to_the_month_is_the_same_period():
    """Quarters to 29 October and 28 January; a data set has the same with 31 October, 31 January.

    Counted as others they would double the sum, or shift the quarter a year before.
    """
    ends = ("2022-04-30", "2022-07-30", "2022-10-29", "2023-01-28", "2023-04-29")
    starts = ("2022-01-30", "2022-05-01", "2022-07-31", "2022-10-30", "2023-01-29")
    rounded = ("2022-04-30", "2022-07-31", "2022-10-31", "2023-01-31", "2023-04-30")
    known = ("2022-06-01", "2022-09-01", "2022-12-01", "2023-03-20", "2023-06-01")
    amounts = (10, 20, 30, 40, 15)
    filings = []
    for start, end, month_end, told, amount in zip(
        starts, ends, rounded, known, amounts, strict=True
    ):
        precise = filing(ACME, "10-Q", f"{told}T12:00", sales(start, end, amount))
        filings += [precise, [precise[0] | {"period_end": dt.date.fromisoformat(month_end)}]]
    reader = reader_of(*filings)
    found = [value(reader, f"fq(revenue, {back})", "ACME", "2023-06-01") for back in range(5)]
    assert found == [15, 40, 30, 20, 10]
    assert value(reader, "revenue_ttm", "ACME", "2023-06-01") == 105
    assert value(reader, "revenue_growth_yoy", "ACME", "2023-06-01") == 50
    # the later of the two is the same number of the same quarter: no step, and the age goes on
    assert len(reader.steps(term("revenue"), ["ACME"]).value) == 5


def test_trap_8_twelve_months_are_four_quarters_in_a_row():
    """A quarter that is missing makes the sum missing, not a sum of older ones."""
    gap = [one for at, one in enumerate(quarters(2022, 90, 100, 110, 120)) if at != 1]
    reader = reader_of(*gap, *quarters(2023, 130, 140, 150))
    assert math.isnan(value(reader, "revenue_ttm", "ACME", "2023-02-15"))
    assert math.isnan(value(reader, "revenue_ttm", "ACME", "2023-05-02"))
    assert value(reader, "revenue_ttm", "ACME", "2023-08-01") == 110 + 120 + 130 + 140
    assert math.isnan(value(reader, "fq(revenue_ttm, 1)", "ACME", "2023-08-01"))


def test_trap_8_spans_that_are_no_quarter_are_left_out():
    """A stub of 45 days, and one of 112: neither is a quarter."""
    reader = reader_of(
        *quarters(2022, 90, 100, 110),
        filing(ACME, "10-K", "2022-12-20T12:00", sales("2022-10-01", "2022-11-14", 55)),
        filing(ACME, "10-K", "2023-02-20T12:00", sales("2022-10-01", "2023-01-20", 140)),
    )
    assert value(reader, "revenue", "ACME", "2023-03-01") == 110


def test_trap_9_a_split_after_the_filing_changes_numbers_per_share_and_of_shares():
    """4:1 on 18 July: a quarter of the earnings, four times the shares, the same revenue."""
    reader = reader_of(
        filing(
            ACME,
            "10-Q",
            "2022-05-02T12:00",
            ("eps", "EarningsPerShareDiluted", "2022-01-01", "2022-03-31", 6.0),
            sales("2022-01-01", "2022-03-31", 90),
            ("shares_diluted", "WeightedAverageNumberOfDilutedSharesOutstanding",
             "2022-01-01", "2022-03-31", 10.0),
        ),
        splits=splits_of(("ACME", "2022-07-18", 4.0), ("ELSE", "2022-06-01", 9.0)),
    )  # fmt: skip
    fields = ("eps", "shares_diluted", "revenue")
    found = [[value(reader, text, "ACME", on) for text in fields]
             for on in ("2022-07-15", "2022-07-18")]  # fmt: skip
    assert found == [[6.0, 10.0, 90.0], [1.5, 40.0, 90.0]]


def test_trap_9_numbers_of_two_filings_are_brought_to_the_same_shares_first():
    """4.00 + 4.00 + 4.00 before a 4:1 split and 1.00 after it are four times 1.00."""
    spans = (("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31"))
    known = ("2022-05-02", "2022-08-01", "2022-11-01", "2023-02-15")
    filings = [
        filing(
            ACME,
            "10-Q",
            f"{told}T12:00",
            ("eps", "EarningsPerShareDiluted", f"2022-{start}", f"2022-{end}", amount),
        )
        for (start, end), told, amount in zip(spans, known, (4.0, 4.0, 4.0, 1.0), strict=True)
    ]
    reader = reader_of(*filings, splits=splits_of(("ACME", "2023-01-03", 4.0)))
    assert value(reader, "eps_ttm", "ACME", "2023-02-15") == 4.0


@pytest.mark.parametrize(
    ("settlement", "first_known"),
    [
        # 15 September 2023 was a Friday: the 8th business day after is the 27th
        ("2023-09-15", "2023-09-28"),
        # 29 December 2023: 2 January is the first, 11 January the 8th
        ("2023-12-29", "2024-01-12"),
        # Good Friday, 29 March 2024, is none: 18 to 22 March, 25 to 27 make eight
        ("2024-03-15", "2024-03-28"),
        # Columbus Day, 14 October 2024, is none: 1 to 4 and 7 to 10 October make eight
        ("2024-09-30", "2024-10-11"),
        # but from 7 October 2024 on: 8 to 11, 15 to 18
        ("2024-10-07", "2024-10-21"),
        # Veterans Day, a Monday in 2024, a Sunday in 2018 and kept on Monday, a Saturday in 2023
        ("2024-10-31", "2024-11-14"),
        ("2018-10-31", "2018-11-14"),
        ("2023-10-31", "2023-11-13"),
    ],
)
def test_trap_10_short_interest_is_known_the_session_after_its_publication(
    settlement: str, first_known: str
):
    """Not on the settlement day, and not on the day of publication, which is after the close."""
    made = fact_table(
        {
            "symbol": "ACME",
            "concept": "short_interest",
            "period_end": days(settlement),
            "value": [1_000.0],
            "unit": "shares",
            "known_at": short_interest_known_at(days(settlement), calendar()),
            "source": "finra",
        }
    )
    reader = FactReader(made.table, calendar())
    before = calendar().last(2, day(first_known))[0]
    assert math.isnan(value(reader, "short_interest", "ACME", str(before)))
    assert value(reader, "short_interest", "ACME", first_known) == 1_000


@pytest.mark.parametrize(
    ("known", "first_session"),
    [
        ("2022-05-02T19:59:59", "2022-05-02"),  # a second before the close in New York
        ("2022-05-02T20:00:00", "2022-05-03"),  # at the close
        ("2022-05-06T21:00:00", "2022-05-09"),  # Friday evening
        ("2022-11-25T17:59:00", "2022-11-25"),  # half day, closes at 18:00 UTC
        ("2022-11-25T18:30:00", "2022-11-28"),
        ("2022-07-04T12:00:00", "2022-07-05"),  # Independence Day
    ],
)
def test_known_before_the_close_counts_on_the_day(known: str, first_session: str):
    """Closes are the exchange's, half days and holidays included."""
    reader = reader_of(filing(ACME, "10-Q", known, sales("2022-01-01", "2022-03-31", 90)))
    before = calendar().last(2, day(first_session))[0]
    assert math.isnan(value(reader, "revenue", "ACME", str(before)))
    assert value(reader, "revenue", "ACME", first_session) == 90


@pytest.mark.parametrize(
    ("filed", "first_session"),
    [("2022-05-02", "2022-05-03"), ("2022-05-06", "2022-05-09"), ("2022-12-30", "2023-01-03")],
)
def test_a_day_of_filing_without_a_time_counts_from_the_next_session(
    filed: str, first_session: str
):
    """In summer time and in winter time alike."""
    known = str(end_of_day(days(filed))[0])
    reader = reader_of(filing(ACME, "10-Q", known, sales("2022-01-01", "2022-03-31", 90)))
    sessions = calendar().between(day(filed), day(first_session))
    found = reader.values(term("revenue"), ["ACME"], sessions)[:, 0]
    np.testing.assert_array_equal(found, [*[np.nan] * (len(sessions) - 1), 90])
