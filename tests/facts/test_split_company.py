"""A company on paper with a split (4:1 from 18 July 2022) and a restatement.

Earnings per share by quarter, as first filed; from the second quarter of 2022 on in new shares:

  2021: 4.00  4.40  4.80  5.20 (year 18.40, nine months 13.20)    in new shares 1.00 1.10 1.20 1.30
  2022: 6.00 (1.50 new)  1.60, restated on 15 September to 1.50  1.70 (nine months 4.70)  1.90
        (year 6.60)

Revenue, in millions, which no split changes:

  2021: 400   440   480   520  (year 1,840, nine months 1,320)
  2022: 600   640, restated on 15 September to 600   680 (nine months 1,880)   720 (year 2,600)
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from support.facts import calendar, day, days, filing, reader_of, splits_of, term, value
from technic.facts.reader import read_steps

SPLIT = (303, "SPL")
SPLITS = splits_of(("SPL", "2022-07-18", 4.0))


def eps(start: str, end: str, amount: float):
    """Earnings per share of a span."""
    return ("eps", "EarningsPerShareDiluted", start, end, amount)


def shares(end: str, count: float):
    """Shares outstanding, from the cover page."""
    return ("shares_outstanding", "dei:EntityCommonStockSharesOutstanding", None, end, count)


FILINGS = [
    filing(SPLIT, "10-Q", "2021-04-29T11:00", eps("2021-01-01", "2021-03-31", 4.00)),
    filing(SPLIT, "10-Q", "2021-07-29T11:00", eps("2021-04-01", "2021-06-30", 4.40)),
    filing(
        SPLIT,
        "10-Q",
        "2021-10-28T11:00",
        eps("2021-07-01", "2021-09-30", 4.80),
        eps("2021-01-01", "2021-09-30", 13.20),
    ),
    filing(
        SPLIT,
        "10-K",
        "2022-02-10T11:00",
        eps("2021-01-01", "2021-12-31", 18.40),
        shares("2022-02-01", 99),
    ),
    filing(
        SPLIT,
        "10-Q",
        "2022-04-28T11:00",
        eps("2022-01-01", "2022-03-31", 6.00),
        shares("2022-04-20", 100),
    ),
    filing(
        SPLIT,
        "10-Q",
        "2022-08-04T11:00",
        eps("2022-04-01", "2022-06-30", 1.60),
        eps("2021-04-01", "2021-06-30", 1.10),
        eps("2022-01-01", "2022-06-30", 3.10),
        shares("2022-07-28", 402),
    ),
    filing(
        SPLIT,
        "10-Q/A",
        "2022-09-15T11:00",
        eps("2022-04-01", "2022-06-30", 1.50),
        eps("2022-01-01", "2022-06-30", 3.00),
    ),
    filing(
        SPLIT,
        "10-Q",
        "2022-11-03T11:00",
        eps("2022-07-01", "2022-09-30", 1.70),
        eps("2021-07-01", "2021-09-30", 1.20),
        eps("2022-01-01", "2022-09-30", 4.70),
        shares("2022-10-27", 404),
    ),
    filing(
        SPLIT,
        "10-K",
        "2023-02-09T11:00",
        eps("2022-01-01", "2022-12-31", 6.60),
        eps("2021-01-01", "2021-12-31", 4.60),
        shares("2023-02-01", 406),
    ),
]


def sold(known: str, form: str, *spans: tuple[str, str, float]):
    """A filing's revenue of some spans."""
    tag = "RevenueFromContractWithCustomerExcludingAssessedTax"
    return filing(SPLIT, form, known, *(("revenue", tag, *span) for span in spans))


SOLD = [
    sold("2021-04-29T11:00", "10-Q", ("2021-01-01", "2021-03-31", 400)),
    sold("2021-07-29T11:00", "10-Q", ("2021-04-01", "2021-06-30", 440)),
    sold(
        "2021-10-28T11:00",
        "10-Q",
        ("2021-07-01", "2021-09-30", 480),
        ("2021-01-01", "2021-09-30", 1_320),
    ),
    sold("2022-02-10T11:00", "10-K", ("2021-01-01", "2021-12-31", 1_840)),
    sold("2022-04-28T11:00", "10-Q", ("2022-01-01", "2022-03-31", 600)),
    sold(
        "2022-08-04T11:00",
        "10-Q",
        ("2022-04-01", "2022-06-30", 640),
        ("2022-01-01", "2022-06-30", 1_240),
    ),
    sold(
        "2022-09-15T11:00",
        "10-Q/A",
        ("2022-04-01", "2022-06-30", 600),
        ("2022-01-01", "2022-06-30", 1_200),
    ),
    sold(
        "2022-11-03T11:00",
        "10-Q",
        ("2022-07-01", "2022-09-30", 680),
        ("2022-01-01", "2022-09-30", 1_880),
    ),
    sold("2023-02-09T11:00", "10-K", ("2022-01-01", "2022-12-31", 2_600)),
]
NAN = math.nan
FIELDS = ("eps", "eps_ttm", "eps_growth_yoy", "shares_outstanding")
ON_PAPER = {
    "2021-04-29": (4.00, NAN, NAN, NAN),
    "2022-02-10": (5.20, 18.40, NAN, 99),
    # 4.40 + 4.80 + 5.20 + 6.00; 6.00 against 4.00
    "2022-04-28": (6.00, 20.40, 50.0, 100),
    "2022-07-15": (6.00, 20.40, 50.0, 100),
    "2022-07-18": (1.50, 5.10, 50.0, 400),
    # 1.20 + 1.30 + 1.50 + 1.60; 1.60 against 1.10
    "2022-08-04": (1.60, 5.60, 100 * 0.5 / 1.1, 402),
    "2022-09-14": (1.60, 5.60, 100 * 0.5 / 1.1, 402),
    "2022-09-15": (1.50, 5.50, 100 * 0.4 / 1.1, 402),
    # 1.30 + 1.50 + 1.50 + 1.70; 1.70 against 1.20
    "2022-11-03": (1.70, 6.00, 100 * 0.5 / 1.2, 404),
    # the year's 6.60; 6.60 - 4.70 against 4.60 - 13.20 / 4
    "2023-02-09": (1.90, 6.60, 100 * 0.6 / 1.3, 406),
}


@pytest.mark.parametrize("on", ON_PAPER)
def test_a_split_and_a_restatement_are_those_on_paper(on: str):
    """Numbers per share follow the split as prices do; a restatement counts from its day on."""
    reader = reader_of(*FILINGS, splits=SPLITS)
    found = tuple(value(reader, field, "SPL", on) for field in FIELDS)
    assert found == pytest.approx(ON_PAPER[on], rel=1e-12, nan_ok=True)


SOLD_ON_PAPER = {
    "2021-04-29": (400, NAN, NAN),
    "2022-02-10": (520, 1_840, NAN),
    # 440 + 480 + 520 + 600; 600 against 400
    "2022-04-28": (600, 2_040, 50.0),
    "2022-07-15": (600, 2_040, 50.0),
    "2022-07-18": (600, 2_040, 50.0),
    # 480 + 520 + 600 + 640; 640 against 440
    "2022-08-04": (640, 2_240, 100 * 200 / 440),
    "2022-09-14": (640, 2_240, 100 * 200 / 440),
    "2022-09-15": (600, 2_200, 100 * 160 / 440),
    # 520 + 600 + 600 + 680; 680 against 480
    "2022-11-03": (680, 2_400, 100 * 200 / 480),
    # 2,600 - 1,880 against 1,840 - 1,320
    "2023-02-09": (720, 2_600, 100 * 200 / 520),
}


@pytest.mark.parametrize("on", SOLD_ON_PAPER)
def test_dollars_follow_the_restatement_and_no_split(on: str):
    """The same filings have both: on the day of the split the numbers per share change alone."""
    reader = reader_of(*FILINGS, *SOLD, splits=SPLITS)
    fields = ("revenue", "revenue_ttm", "revenue_growth_yoy")
    found = tuple(value(reader, field, "SPL", on) for field in fields)
    assert found == pytest.approx(SOLD_ON_PAPER[on], rel=1e-12, nan_ok=True)
    a_share = tuple(value(reader, field, "SPL", on) for field in FIELDS)
    assert a_share == pytest.approx(ON_PAPER[on], rel=1e-12, nan_ok=True)


def test_steps_say_in_whose_shares_they_are():
    """A panel in the shares of another day divides by the splits after ``basis_day``."""
    reader = reader_of(*FILINGS, splits=SPLITS)
    steps = reader.steps(term("eps_ttm"), ["SPL"])
    assert steps.per_share == -1
    before, after = (
        int(np.searchsorted(steps.known_from, day(text))) for text in ("2022-04-28", "2022-08-04")
    )
    assert steps.basis_day[[before, after]].tolist() == days("2022-04-28", "2022-08-04").tolist()
    assert steps.value[[before, after]] == pytest.approx([20.40, 5.60], rel=1e-12)
    as_filed = read_steps(steps, ("SPL",), days("2022-07-15", "2022-07-18"), calendar(), None)
    assert as_filed[:, 0] == pytest.approx([20.40, 20.40], rel=1e-12)


@pytest.mark.parametrize("other", ["AAA", "ZZZ"])
def test_a_split_before_1970_changes_nothing_of_anybody(other: str):
    """Data of prices go back further than days count from; no filing does."""
    splits = splits_of((other, "1962-05-01", 2.0), ("SPL", "1969-05-01", 3.0), *_rows(SPLITS, 1))
    reader = reader_of(*FILINGS, splits=splits)
    sessions = days(*ON_PAPER)
    for place, field in enumerate(FIELDS):
        wanted = [row[place] for row in ON_PAPER.values()]
        for symbols in (["SPL", other], [other, "SPL"]):
            found = reader.values(term(field), symbols, sessions)[:, symbols.index("SPL")]
            assert found.tolist() == pytest.approx(wanted, rel=1e-12, nan_ok=True)


def test_a_later_split_changes_no_bit_of_an_earlier_day():
    """Known splits only: 3:1 and 7:1 later on, whose ratios are no powers of two."""
    more = splits_of(
        ("SPL", "2022-07-18", 4.0), ("SPL", "2022-08-22", 3.0), ("SPL", "2022-12-01", 7.0)
    )
    sessions = calendar().between(day("2021-01-04"), day("2022-11-30"))
    for text in ("eps", "eps_ttm", "eps_growth_yoy", "shares_outstanding"):
        first, second = (
            reader_of(*FILINGS, splits=splits).values(term(text), ["SPL"], sessions)
            for splits in (splits_of(*_rows(more, 2)), more)
        )
        np.testing.assert_array_equal(first, second)


def _rows(splits, count):
    rows = zip(splits.symbol, splits.session, splits.ratio, strict=True)
    return [(str(symbol), str(on), float(ratio)) for symbol, on, ratio in list(rows)[:count]]
