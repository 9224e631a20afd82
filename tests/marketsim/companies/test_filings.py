"""Simulated companies: the same in any market, with all that goes wrong in real filings."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter

import pytest

from technic.marketsim.companies.accounts import Accounts
from technic.marketsim.companies.filings import filings_of
from technic.marketsim.companies.fiscal import Fiscal
from technic.marketsim.companies.profiles import company_of, profiles
from technic.marketsim.companies.reports import numbers_of
from technic.marketsim.market import DEFAULT_SEED
from technic.marketsim.securities import list_securities

FIRST = dt.date(2012, 1, 1)
UNTIL = dt.datetime.combine(dt.date(2026, 6, 30), dt.time(20, 30))


class Companies:
    """The companies of a market of some size."""

    def __init__(self, size: int) -> None:
        self.securities = list_securities(DEFAULT_SEED, size)
        self.profiles = profiles(DEFAULT_SEED, self.securities)
        self.accounts = Accounts(DEFAULT_SEED, self.securities)

    def filings(self, row: int, until: dt.datetime = UNTIL, first: dt.date = FIRST):
        """What one has filed."""
        return filings_of(self.profiles[row], self.accounts, first, until)

    def numbers(self, row: int, filing, factor: float = 1.0, *, restated: bool = False):
        """The facts of a filing."""
        profile = self.profiles[row]
        return numbers_of(filing, profile, self.accounts, lambda _: factor, lambda _: restated)


@pytest.fixture(scope="module")
def companies() -> Companies:
    """Two hundred symbols."""
    return Companies(200)


def test_a_smaller_market_has_the_first_companies_of_a_larger(companies):
    """Nothing depends on how many there are."""
    few = Companies(100)
    assert few.profiles == {row: one for row, one in companies.profiles.items() if row < 100}
    for row in (0, 5, 40):
        assert few.filings(row) == companies.filings(row)
        for filing in few.filings(row)[-3:]:
            assert few.numbers(row, filing) == companies.numbers(row, filing)


def test_what_was_filed_by_a_day_does_not_change_later(companies):
    """A day's filings are those of a later day until then; a later start changes none."""
    day = dt.datetime.combine(dt.date(2020, 5, 5), dt.time(12))
    for row in list(companies.profiles)[:40]:
        all_of_them = companies.filings(row)
        assert companies.filings(row, day) == tuple(f for f in all_of_them if f.accepted <= day)
        late = companies.filings(row, first=dt.date(2019, 1, 1))
        assert set(late) <= set(all_of_them)


def test_symbols_of_one_company_share_it(companies):
    """Class B, warrants and preferreds are their company's; funds and test issues nobody's."""
    of = company_of(companies.securities)
    assert of[6] == 5
    assert of[88] == 0
    assert of[80] is None
    assert {row for row in of if row is not None} == set(companies.profiles)


def test_fiscal_calendars_by_months_and_by_weeks():
    """A year to June; one that ends on the last Saturday of January, now and then of 53 weeks."""
    june = Fiscal(6, weeks=False)
    first = june.quarter(0)
    assert (first.start, first.end) == (dt.date(2008, 7, 1), dt.date(2008, 9, 30))
    assert june.quarter(3).end == dt.date(2009, 6, 30)
    retail = Fiscal(1, weeks=True)
    ends = [retail.quarter(number).end for number in range(3, 80, 4)]
    assert {end.weekday() for end in ends} == {5}
    assert {(late - early).days for early, late in itertools.pairwise(ends)} == {364, 371}
    assert retail.year_end(2009) == dt.date(2010, 1, 30)
    for calendar in (june, retail):
        for number in range(80):
            one, after = calendar.quarter(number), calendar.quarter(number + 1)
            assert after.start == one.end + dt.timedelta(days=1)


def test_everything_that_goes_wrong_happens(companies):
    """Late, amended, restated, wrong of themselves, with a proxy's numbers; forms of all kinds."""
    forms, restated, wrong, late, lags = Counter(), 0, Counter(), 0, []
    for row in companies.profiles:
        for filing in companies.filings(row):
            forms[filing.form] += 1
            restated += filing.restates
            if filing.form in ("10-Q", "10-K"):
                right = "FY" if filing.quarter.quarter == 4 else f"Q{filing.quarter.quarter}"
                wrong[(filing.fiscal_year, filing.period) != (filing.quarter.year, right)] += 1
                lag = (filing.accepted.date() - filing.quarter.end).days
                lags.append(lag)
                late += lag > 75
    assert set(forms) == {"10-Q", "10-K", "20-F", "8-K", "DEF 14A", "10-Q/A", "10-K/A", "20-F/A"}
    assert 0.005 < restated / forms["10-Q"] < 0.05
    assert 0.005 < wrong[True] / wrong[False] < 0.05
    assert 0.005 < late / len(lags) < 0.05
    assert min(lags) >= 24


def test_filings_are_taken_when_edgar_is_open_and_numbered_once(companies):
    """On weekdays from 06:30 to 22:00; after 17:30 the filing's day is the next weekday."""
    for row in list(companies.profiles)[:60]:
        filings = companies.filings(row)
        assert len({filing.accn for filing in filings}) == len(filings)
        for filing in filings:
            assert dt.time(6, 30) <= filing.accepted.time() <= dt.time(22)
            assert filing.accepted.weekday() < 5
            assert filing.filed.weekday() < 5
            evening = filing.accepted.time() > dt.time(17, 30)
            assert (filing.filed > filing.accepted.date()) == evening


def test_quarters_add_up_to_the_year_and_cash_flows_are_of_the_year_so_far(companies):
    """By hand: three quarters of the reports and the annual one of a company of months."""
    plain = ("general", False, Fiscal(12, weeks=False))
    row = next(
        row
        for row, one in companies.profiles.items()
        if (one.business, one.year_to_date, one.fiscal) == plain
    )
    of_year = [f for f in companies.filings(row)
               if f.quarter.year == 2021 and f.form in ("10-Q", "10-K")]  # fmt: skip
    of_year.sort(key=lambda filing: filing.quarter.number)
    assert [filing.form for filing in of_year] == ["10-Q"] * 3 + ["10-K"]
    spans = {}
    for filing in of_year:
        for number in companies.numbers(row, filing):
            if number.start is not None:
                spans[number.tag, str(number.start), str(number.end)] = number.value
    quarters = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30")]
    income = [spans["NetIncomeLoss", f"2021-{start}", f"2021-{end}"] for start, end in quarters]
    assert spans["NetIncomeLoss", "2021-01-01", "2021-09-30"] == sum(income)
    fourth = companies.accounts.of(row, of_year[-1].quarter.number).net_income
    assert spans["NetIncomeLoss", "2021-01-01", "2021-12-31"] == sum(income) + fourth
    assert not any(end == "2021-12-31" and start == "2021-10-01" for _, start, end in spans)
    cash = [start for tag, start, end in spans if tag.startswith("NetCash") and end == "2021-09-30"]
    assert cash == ["2021-01-01"]


def test_numbers_per_share_are_in_the_shares_of_the_filings_day(companies):
    """After a split 4 for 1, this year's and last year's are a quarter of what they were."""
    row = next(row for row, one in companies.profiles.items() if one.business == "general")
    filing = next(f for f in companies.filings(row) if f.form == "10-K")
    before, after = companies.numbers(row, filing), companies.numbers(row, filing, 4.0)
    for one, other in zip(before, after, strict=True):
        if one.unit == "USD/shares":
            assert other.value == pytest.approx(one.value / 4, abs=0.01)
        elif one.unit == "shares":
            assert other.value == pytest.approx(one.value * 4, abs=4)
        else:
            assert other.value == one.value


def test_what_is_restated_is_other_numbers(companies):
    """Revenue falls; a restatement that changed nothing would test nobody."""
    found = [(row, f) for row in companies.profiles for f in companies.filings(row) if f.restates]
    general = [one for one in found if companies.profiles[one[0]].business == "general"]
    row, filing = general[0]
    old, new = companies.numbers(row, filing), companies.numbers(row, filing, restated=True)
    assert [n.tag for n in old] == [n.tag for n in new]
    assert old != new
