"""A retailer on paper, whose years end on the Saturday nearest to the end of January.

The year to 28 January 2023 has 52 weeks, that to 3 February 2024 has 53: its last quarter has 14.
Cash flows are filed from the year's start on only. In millions, by quarter:

                 2022: Q1   Q2   Q3   Q4   year    2023: Q1   Q2   Q3   Q4   year
  revenue            500  520  540  640  2,200         550  560  570  720  2,400
  cost               300  312  324  372  1,308         330  336  342  396  1,404
  gross profit       200  208  216  268    892         220  224  228  324    996
  from operations    -20   80   30  210    300          10  100   40  250    400
  so far             -20   60   90  300                 10  110  150  400
  capital spent       25   25   30   40    120          30   25   35   40    130
  so far              25   50   80  120                 30   55   90  130
  free cash flow     -45   55    0  170    180         -20   75    5  210    270

Per share; dividends, too, are filed from the year's start on only:

  earnings          0.30 0.40 -0.20 1.50  2.00        0.36 0.50 0.15 1.49  2.50
  so far            0.30 0.70  0.50 2.00              0.36 0.86 1.01 2.50
  dividends         0.10 0.10  0.10 0.10  0.40        0.12 0.12 0.12 0.14  0.50
"""

from __future__ import annotations

import math

import pytest

from support.facts import filing, reader_of, value

SHOP = (202, "SHOP")
OPERATIONS = "NetCashProvidedByUsedInOperatingActivities"
SPENT = "PaymentsToAcquirePropertyPlantAndEquipment"
FIRST_2022, FIRST_2023 = "2022-01-30", "2023-01-29"


def sales(start: str, end: str, revenue: float, cost: float):
    """One span of the income statement."""
    return [
        ("revenue", "RevenueFromContractWithCustomerExcludingAssessedTax", start, end, revenue),
        ("cost_of_revenue", "CostOfRevenue", start, end, cost),
    ]


def cash(start: str, end: str, operations: float, spent: float):
    """The cash flow statement, from the year's start on."""
    return [
        ("operating_cash_flow", OPERATIONS, start, end, operations),
        ("capital_expenditure", SPENT, start, end, spent),
    ]


FILINGS = [
    filing(
        SHOP,
        "10-Q",
        "2022-06-01T12:00",
        *sales(FIRST_2022, "2022-04-30", 500, 300),
        *cash(FIRST_2022, "2022-04-30", -20, 25),
    ),
    filing(
        SHOP,
        "10-Q",
        "2022-08-31T12:00",
        *sales("2022-05-01", "2022-07-30", 520, 312),
        *sales(FIRST_2022, "2022-07-30", 1_020, 612),
        *cash(FIRST_2022, "2022-07-30", 60, 50),
    ),
    filing(
        SHOP,
        "10-Q",
        "2022-11-30T12:00",
        *sales("2022-07-31", "2022-10-29", 540, 324),
        *sales(FIRST_2022, "2022-10-29", 1_560, 936),
        *cash(FIRST_2022, "2022-10-29", 90, 80),
    ),
    filing(
        SHOP,
        "10-K",
        "2023-03-22T12:00",
        *sales(FIRST_2022, "2023-01-28", 2_200, 1_308),
        *cash(FIRST_2022, "2023-01-28", 300, 120),
    ),
    filing(
        SHOP,
        "10-Q",
        "2023-05-31T12:00",
        *sales(FIRST_2023, "2023-04-29", 550, 330),
        *cash(FIRST_2023, "2023-04-29", 10, 30),
        *cash(FIRST_2022, "2022-04-30", -20, 25),
    ),
    filing(
        SHOP,
        "10-Q",
        "2023-08-30T12:00",
        *sales("2023-04-30", "2023-07-29", 560, 336),
        *sales(FIRST_2023, "2023-07-29", 1_110, 666),
        *cash(FIRST_2023, "2023-07-29", 110, 55),
        *cash(FIRST_2022, "2022-07-30", 60, 50),
    ),
    filing(
        SHOP,
        "10-Q",
        "2023-11-24T18:30",  # the market closed at 18:00, on the day after Thanksgiving
        *sales("2023-07-30", "2023-10-28", 570, 342),
        *sales(FIRST_2023, "2023-10-28", 1_680, 1_008),
        *cash(FIRST_2023, "2023-10-28", 150, 90),
    ),
    filing(
        SHOP,
        "10-K",
        "2024-03-21T05:00",  # the day of filing alone is known, 20 March: when it is over
        *sales(FIRST_2023, "2024-02-03", 2_400, 1_404),
        *cash(FIRST_2023, "2024-02-03", 400, 130),
        *sales(FIRST_2022, "2023-01-28", 2_200, 1_308),
    ),
]


def earned(start: str, end: str, amount: float):
    """Earnings per share of a span."""
    return ("eps", "EarningsPerShareDiluted", start, end, amount)


def paid(start: str, end: str, amount: float):
    """Dividends per share of a span."""
    tag = "CommonStockDividendsPerShareDeclared"
    return ("dividend_per_share", tag, start, end, amount)


A_SHARE = [
    filing(
        SHOP,
        "10-Q",
        "2022-06-01T12:00",
        earned(FIRST_2022, "2022-04-30", 0.30),
        paid(FIRST_2022, "2022-04-30", 0.10),
    ),
    filing(
        SHOP,
        "10-Q",
        "2022-08-31T12:00",
        earned("2022-05-01", "2022-07-30", 0.40),
        earned(FIRST_2022, "2022-07-30", 0.70),
        paid(FIRST_2022, "2022-07-30", 0.20),
    ),
    filing(
        SHOP,
        "10-Q",
        "2022-11-30T12:00",
        earned("2022-07-31", "2022-10-29", -0.20),
        earned(FIRST_2022, "2022-10-29", 0.50),
        paid(FIRST_2022, "2022-10-29", 0.30),
    ),
    filing(
        SHOP,
        "10-K",
        "2023-03-22T12:00",
        earned(FIRST_2022, "2023-01-28", 2.00),
        paid(FIRST_2022, "2023-01-28", 0.40),
    ),
    filing(
        SHOP,
        "10-Q",
        "2023-05-31T12:00",
        earned(FIRST_2023, "2023-04-29", 0.36),
        earned(FIRST_2022, "2022-04-30", 0.30),
        paid(FIRST_2023, "2023-04-29", 0.12),
    ),
    filing(
        SHOP,
        "10-Q",
        "2023-08-30T12:00",
        earned("2023-04-30", "2023-07-29", 0.50),
        earned(FIRST_2023, "2023-07-29", 0.86),
        paid(FIRST_2023, "2023-07-29", 0.24),
    ),
    filing(
        SHOP,
        "10-Q",
        "2023-11-24T18:30",
        earned("2023-07-30", "2023-10-28", 0.15),
        earned(FIRST_2023, "2023-10-28", 1.01),
        paid(FIRST_2023, "2023-10-28", 0.36),
    ),
    filing(
        SHOP,
        "10-K",
        "2024-03-21T05:00",
        earned(FIRST_2023, "2024-02-03", 2.50),
        earned(FIRST_2022, "2023-01-28", 2.00),
        paid(FIRST_2023, "2024-02-03", 0.50),
    ),
]
NAN = math.nan
FIELDS = (
    "revenue",
    "revenue_ttm",
    "revenue_growth_yoy",
    "gross_profit",
    "gross_margin",
    "operating_cash_flow",
    "operating_cash_flow_ttm",
    "free_cash_flow",
    "free_cash_flow_ttm",
)
AUTUMN = (560, 2_290, 100 * 40 / 520, 224, 40.0, 100, 350, 75, 225)
WINTER = (570, 2_320, 100 * 30 / 540, 228, 40.0, 40, 360, 5, 230)
ON_PAPER = {
    "2022-05-31": (NAN,) * 9,
    "2022-06-01": (500, NAN, NAN, 200, 40.0, -20, NAN, -45, NAN),
    "2022-08-31": (520, NAN, NAN, 208, 40.0, 80, NAN, 55, NAN),
    "2022-11-30": (540, NAN, NAN, 216, 40.0, 30, NAN, 0, NAN),
    "2023-03-22": (640, 2_200, NAN, 268, 41.875, 210, 300, 170, 180),
    # 520 + 540 + 640 + 550; 80 + 30 + 210 + 10, less 25 + 30 + 40 + 30
    "2023-05-31": (550, 2_250, 10.0, 220, 40.0, 10, 330, -20, 205),
    # 540 + 640 + 550 + 560; 30 + 210 + 10 + 100, less 30 + 40 + 30 + 25
    "2023-08-30": AUTUMN,
    "2023-11-24": AUTUMN,
    # 640 + 550 + 560 + 570; 210 + 10 + 100 + 40, less 40 + 30 + 25 + 35
    "2023-11-27": WINTER,
    "2024-03-20": WINTER,
    # 14 weeks against 13: 720 against 640
    "2024-03-21": (720, 2_400, 12.5, 324, 45.0, 250, 400, 210, 270),
}


@pytest.mark.parametrize("on", ON_PAPER)
def test_a_year_of_52_or_53_weeks_is_that_on_paper(on: str):
    """Quarters as filed, or from the months so far; sums and growth over years of both lengths."""
    reader = reader_of(*FILINGS)
    found = tuple(value(reader, field, "SHOP", on) for field in FIELDS)
    assert found == pytest.approx(ON_PAPER[on], rel=1e-12, nan_ok=True)


PER_SHARE = (
    "eps",
    "eps_ttm",
    "eps_growth_yoy",
    "eps_ttm_growth_yoy",
    "dividend_per_share",
    "dividend_per_share_ttm",
)
# -0.20 + 1.50 + 0.36 + 0.50; 0.50 against 0.40; 0.10 + 0.10 + 0.12 + 0.12
SHARE_IN_AUTUMN = (0.50, 2.16, 25.0, NAN, 0.12, 0.44)
# 1.50 + 0.36 + 0.50 + 0.15; against a loss nothing grows; 0.10 + 3 x 0.12
SHARE_IN_WINTER = (0.15, 2.51, NAN, NAN, 0.12, 0.46)
SHARE_ON_PAPER = {
    "2022-05-31": (NAN,) * 6,
    "2022-06-01": (0.30, NAN, NAN, NAN, 0.10, NAN),
    "2022-08-31": (0.40, NAN, NAN, NAN, 0.10, NAN),
    "2022-11-30": (-0.20, NAN, NAN, NAN, 0.10, NAN),
    "2023-03-22": (1.50, 2.00, NAN, NAN, 0.10, 0.40),
    # 0.40 - 0.20 + 1.50 + 0.36; 0.36 against 0.30; 3 x 0.10 + 0.12
    "2023-05-31": (0.36, 2.06, 20.0, NAN, 0.12, 0.42),
    "2023-08-30": SHARE_IN_AUTUMN,
    "2023-11-24": SHARE_IN_AUTUMN,
    "2023-11-27": SHARE_IN_WINTER,
    "2024-03-20": SHARE_IN_WINTER,
    # 2.50 - 1.01 against 2.00 - 0.50; 2.50 against 2.00; 0.50 - 0.36
    "2024-03-21": (1.49, 2.50, -100 * 1 / 150, 25.0, 0.14, 0.50),
}


@pytest.mark.parametrize("on", SHARE_ON_PAPER)
def test_what_a_share_of_a_retailer_earned_is_that_on_paper(on: str):
    """A quarter of 14 weeks by difference, a loss among the four, dividends of months so far."""
    reader = reader_of(*FILINGS, *A_SHARE)
    found = tuple(value(reader, field, "SHOP", on) for field in PER_SHARE)
    assert found == pytest.approx(SHARE_ON_PAPER[on], rel=1e-12, nan_ok=True)


def test_quarters_back_are_the_company_s_own_quarters():
    """Four quarters before 3 February 2024 is 28 January 2023."""
    reader = reader_of(*FILINGS)
    found = [value(reader, f"fq(revenue, {back})", "SHOP", "2024-03-21") for back in range(8)]
    assert found == [720, 570, 560, 550, 640, 540, 520, 500]
    assert math.isnan(value(reader, "fq(revenue, 8)", "SHOP", "2024-03-21"))
    assert value(reader, "fq(operating_cash_flow_ttm, 4)", "SHOP", "2024-03-21") == 300
