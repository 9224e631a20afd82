"""A bank on paper: revenue is net interest and other income, the fourth quarter is a difference.

In millions, by quarter (net interest income, other income, net income, earnings per share):

            2022 Q1   Q2    Q3    Q4   year      2023 Q1
  interest   100     110   120   130    460       140
  other       40      44    46    50    180        52
  revenue    140     154   166   180    640       192
  net         30      33    36    40    139        44
  per share  0.60    0.66  0.72  0.80   2.78      0.88

and the quarters of 2023 after that, with the growth of revenue, net income and earnings per share:

            2023 Q2   Q3    Q4   year    against 2022: Q1            Q2            Q3            Q4
  interest   150     138   120   548
  other       50      58    60   220
  revenue    200     196   180   768    52 of 140     46 of 154     30 of 166      0 of 180
  net         36      42    30   152    14 of 30       3 of 33       6 of 36     -10 of 40
  per share  0.72    0.84  0.60  3.04   0.28 of 0.60  0.06 of 0.66  0.12 of 0.72  -0.20 of 0.80

Its fees under the tag of revenue from contracts (7 a quarter) are no revenue of a bank.
"""

from __future__ import annotations

import math

import pytest

from support.facts import day, filing, reader_of, term, value

BANK = (101, "BNK")
INTEREST, OTHER = "InterestIncomeExpenseNet", "NoninterestIncome"
FEES = "RevenueFromContractWithCustomerExcludingAssessedTax"


def income(start: str, end: str, interest: float, other: float, net: float, eps: float, fees=7.0):
    """One span of the income statement."""
    return [
        ("net_interest_income", INTEREST, start, end, interest),
        ("noninterest_income", OTHER, start, end, other),
        ("net_income", "NetIncomeLoss", start, end, net),
        ("eps", "EarningsPerShareDiluted", start, end, eps),
        ("revenue", FEES, start, end, fees),
    ]


def equity(end: str, worth: float):
    """Equity on a day."""
    return ("equity", "StockholdersEquity", None, end, worth)


FILINGS = [
    filing(
        BANK,
        "10-Q",
        "2022-05-03T20:30",  # half past four in New York: after the close
        ("sic", "sub:sic", None, "2022-05-03", 6021),
        *income("2022-01-01", "2022-03-31", 100, 40, 30, 0.60),
        equity("2022-03-31", 1_300),
    ),
    filing(
        BANK,
        "10-Q",
        "2022-08-02T13:00",
        *income("2022-04-01", "2022-06-30", 110, 44, 33, 0.66),
        *income("2022-01-01", "2022-06-30", 210, 84, 63, 1.26, 14),
        equity("2022-06-30", 1_330),
    ),
    filing(
        BANK,
        "10-Q",
        "2022-11-02T20:00",  # the very minute of the close
        *income("2022-07-01", "2022-09-30", 120, 46, 36, 0.72),
        *income("2022-01-01", "2022-09-30", 330, 130, 99, 1.98, 21),
        equity("2022-09-30", 1_360),
    ),
    filing(
        BANK,
        "10-K",
        "2023-02-24T12:00",
        *income("2022-01-01", "2022-12-31", 460, 180, 139, 2.78, 28),
        *income("2021-01-01", "2021-12-31", 400, 160, 120, 2.40, 28),  # last year's, once more
        equity("2022-12-31", 1_390),
        equity("2021-12-31", 1_280),
    ),
    filing(
        BANK,
        "10-Q",
        "2023-05-02T12:00",
        *income("2023-01-01", "2023-03-31", 140, 52, 44, 0.88),
        *income("2022-01-01", "2022-03-31", 100, 40, 30, 0.60),
        equity("2023-03-31", 1_530),
    ),
]
NAN = math.nan
FIELDS = ("revenue", "revenue_ttm", "net_income", "net_income_ttm", "eps", "eps_ttm", "equity")
ON_PAPER = {
    "2022-05-03": (NAN, NAN, NAN, NAN, NAN, NAN, NAN),  # accepted after the close
    "2022-05-04": (140, NAN, 30, NAN, 0.60, NAN, 1_300),
    "2022-08-01": (140, NAN, 30, NAN, 0.60, NAN, 1_300),
    "2022-08-02": (154, NAN, 33, NAN, 0.66, NAN, 1_330),
    "2022-11-02": (154, NAN, 33, NAN, 0.66, NAN, 1_330),  # known at the close is not before it
    "2022-11-03": (166, NAN, 36, NAN, 0.72, NAN, 1_360),
    "2023-02-23": (166, NAN, 36, NAN, 0.72, NAN, 1_360),
    "2023-02-24": (180, 640, 40, 139, 0.80, 2.78, 1_390),
    "2023-05-01": (180, 640, 40, 139, 0.80, 2.78, 1_390),
    # 154 + 166 + 180 + 192; 33 + 36 + 40 + 44; 0.66 + 0.72 + 0.80 + 0.88
    "2023-05-02": (192, 692, 44, 153, 0.88, 3.06, 1_530),
}


@pytest.mark.parametrize("on", ON_PAPER)
def test_quarters_and_twelve_months_of_a_bank_are_those_on_paper(on: str):
    """Sums of parts, a fourth quarter by difference, and nothing before its time."""
    reader = reader_of(*FILINGS)
    found = tuple(value(reader, field, "BNK", on) for field in FIELDS)
    assert found == pytest.approx(ON_PAPER[on], rel=1e-12, nan_ok=True)


DERIVED = {
    # net income over revenue: 40 / 180; return on equity: 139 / 1,390; nothing of the year before
    "2023-02-24": (NAN, NAN, 100 * 40 / 180, 10.0, NAN),
    # 192 against 140, 0.88 against 0.60; 44 / 192; 153 / 1,530
    "2023-05-02": (100 * 52 / 140, 100 * 28 / 60, 100 * 44 / 192, 10.0, NAN),
}


YEAR_2023 = [
    filing(
        BANK,
        "10-Q",
        "2023-08-01T20:30",  # after the close
        *income("2023-04-01", "2023-06-30", 150, 50, 36, 0.72),
        *income("2023-01-01", "2023-06-30", 290, 102, 80, 1.60, 14),
    ),
    filing(
        BANK,
        "10-Q",
        "2023-11-01T12:00",
        *income("2023-07-01", "2023-09-30", 138, 58, 42, 0.84),
        *income("2023-01-01", "2023-09-30", 428, 160, 122, 2.44, 21),
    ),
    filing(
        BANK,
        "10-K",
        "2024-02-23T12:00",
        *income("2023-01-01", "2023-12-31", 548, 220, 152, 3.04, 28),
        *income("2022-01-01", "2022-12-31", 460, 180, 139, 2.78, 28),
    ),
]
GROWTH = (
    "revenue_growth_yoy",
    "net_income_growth_yoy",
    "eps_growth_yoy",
    "revenue_ttm_growth_yoy",
    "eps_ttm_growth_yoy",
)
# no quarter of 2021 was ever filed, its year with that of 2022: 640 against 560, 2.78 against 2.40
FIRST_YEAR = (NAN, NAN, NAN, 100 * 80 / 560, 100 * 38 / 240)
SPRING = (100 * 52 / 140, 100 * 14 / 30, 100 * 28 / 60, NAN, NAN)
SUMMER = (100 * 46 / 154, 100 * 3 / 33, 100 * 6 / 66, NAN, NAN)
AUTUMN = (100 * 30 / 166, 100 * 6 / 36, 100 * 12 / 72, NAN, NAN)
GROWN = {
    "2023-02-23": (NAN,) * 5,
    "2023-02-24": FIRST_YEAR,
    "2023-05-01": FIRST_YEAR,
    "2023-05-02": SPRING,
    "2023-08-01": SPRING,
    "2023-08-02": SUMMER,
    "2023-10-31": SUMMER,
    "2023-11-01": AUTUMN,
    "2024-02-22": AUTUMN,
    # 768 against 640, 3.04 against 2.78
    "2024-02-23": (0.0, -25.0, -25.0, 20.0, 100 * 26 / 278),
}


@pytest.mark.parametrize("on", GROWN)
def test_growth_of_a_bank_is_that_on_paper(on: str):
    """Of quarters as filed and by difference, of twelve months; missing without a year before."""
    reader = reader_of(*FILINGS, *YEAR_2023)
    found = tuple(value(reader, field, "BNK", on) for field in GROWTH)
    assert found == pytest.approx(GROWN[on], rel=1e-12, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("on", DERIVED)
def test_growth_and_ratios_of_a_bank(on: str):
    """Growth is against the same quarter of the year before; a bank has no gross margin."""
    reader = reader_of(*FILINGS)
    fields = ("revenue_growth_yoy", "eps_growth_yoy", "net_margin", "roe_ttm", "gross_margin")
    found = tuple(value(reader, field, "BNK", on) for field in fields)
    assert found == pytest.approx(DERIVED[on], rel=1e-12, nan_ok=True)


def test_without_its_industry_code_the_fees_would_pass_for_revenue():
    """What the code is for: the same filings of a company of another kind."""
    filings = [[row for row in one if row["concept"] != "sic"] for one in FILINGS]
    assert value(reader_of(*filings), "revenue", "BNK", "2022-05-04") == 7


def test_a_value_says_which_filings_and_which_route_it_comes_from():
    """The fourth quarter's revenue: two differences, added; first the filing that told it."""
    found = reader_of(*FILINGS).provenance(term("revenue"), "BNK", day("2023-03-01"))
    assert found is not None
    assert found.value == 180
    assert found.period_end == day("2022-12-31")
    assert (found.known_from, found.age) == (day("2023-02-24"), 3)
    assert found.route == (
        "revenue = net_interest_income + noninterest_income; "
        "full year less nine months; full year less nine months"
    )
    assert [(part.tag.partition(":")[2], part.value) for part in found.parts] == [
        (INTEREST, 460),
        (INTEREST, 330),
        (OTHER, 180),
        (OTHER, 130),
    ]
    assert (found.form, found.accn) == ("10-K", "0000000101-23-022412")
    assert found.link == (
        "https://www.sec.gov/Archives/edgar/data/101/000000010123022412/"
        "0000000101-23-022412-index.htm"
    )


def test_nothing_is_known_before_the_first_filing():
    """There is no source of what is not there."""
    reader = reader_of(*FILINGS)
    assert reader.provenance(term("revenue"), "BNK", day("2022-05-03")) is None
    assert reader.provenance(term("revenue"), "ELSE", day("2023-05-03")) is None
