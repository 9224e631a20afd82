"""What simulated companies file and when: reports, results, amendments, late and wrong ones.

Of each quarter: results (8-K item 2.02), then the report (10-Q, or 10-K at the year's end); of some
the report is late, of some the numbers are restated by an amendment months later, and some reports
say a wrong fiscal year or period of themselves. Which, is drawn for the company and its quarter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from technic.marketsim.companies.accounts import Accounts
from technic.marketsim.companies.fiscal import Quarter
from technic.marketsim.companies.profiles import Profile

__all__ = ["Filing", "filings_of"]

DAY = dt.timedelta(days=1)
LATE = 0.03
WRONG_PERIOD = 0.02
PLAIN_AMENDMENT = 0.02
EVENING = dt.time(17, 30)
"""What is accepted after it has the next business day for its filing day."""
RESULTS, REPORT, PROXY, AMENDMENT, RESTATEMENT = range(5)
"""Places of a quarter's filings in the numbering of a company's."""
LATE_DRAW, LAG_DRAW, TIME_DRAW, RESULTS_DRAW, WRONG_DRAW, AMENDED_DRAW, WAIT_DRAW = range(7)


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing; ``accepted`` is by New York's clock. ``fiscal_year``, ``period``: what it says.

    ``quarter``: the fiscal quarter that it is about. ``restates``: whether its numbers of that
    quarter are other than those reported first.
    """

    accn: str
    form: str
    items: str
    filed: dt.date
    accepted: dt.datetime
    fiscal_year: int | None
    period: str | None
    quarter: Quarter
    restates: bool = False

    @property
    def has_numbers(self) -> bool:
        """Whether facts come with it."""
        return self.form != "8-K"


def filings_of(
    profile: Profile, accounts: Accounts, first: dt.date, until: dt.datetime
) -> tuple[Filing, ...]:
    """Return what a company has filed, in the order of acceptance.

    Of quarters that end from ``first`` on, accepted until ``until`` (New York's clock).
    """
    found = []
    for number in range(10_000):
        quarter = profile.fiscal.quarter(number)
        if dt.datetime.combine(quarter.end, dt.time(0)) > until:
            break
        if quarter.end >= first:
            found += [
                one for one in _of_quarter(profile, accounts, quarter) if one.accepted <= until
            ]
    return tuple(sorted(found, key=lambda one: (one.accepted, one.accn)))


def _of_quarter(profile: Profile, accounts: Accounts, quarter: Quarter) -> Iterator[Filing]:
    row, number = profile.row, quarter.number
    draws = [accounts.draw(row, number, what) for what in range(7)]
    annual = quarter.quarter == 4
    if profile.business == "foreign" and not annual:
        return
    form = "20-F" if profile.business == "foreign" else "10-K" if annual else "10-Q"
    lag = (
        75 + 40 * draws[LAG_DRAW]
        if form == "20-F"
        else (45 if annual else 24) + 22 * draws[LAG_DRAW]
    )
    if draws[LATE_DRAW] < LATE:
        lag += 30 + 2_000 * draws[LATE_DRAW]
    accepted = _moment(quarter.end + DAY * int(lag), draws[TIME_DRAW])
    if profile.business not in ("foreign", "shell"):
        earlier = quarter.end + DAY * int(lag - 12 * draws[RESULTS_DRAW])
        results = min(_moment(earlier, draws[RESULTS_DRAW] * 7 % 1.0), accepted)
        yield _filing(profile, quarter, RESULTS, "8-K", results, items="2.02,9.01")
    yield _filing(profile, quarter, REPORT, form, accepted, wrong=draws[WRONG_DRAW])
    if annual and profile.proxy:
        yield _filing(profile, quarter, PROXY, "DEF 14A", _later(accepted, 35, draws))
    if draws[AMENDED_DRAW] < PLAIN_AMENDMENT:
        yield _filing(profile, quarter, AMENDMENT, f"{form}/A", _later(accepted, 20, draws))
    if accounts.is_restated(row, number):
        wait = int(60 + 140 * draws[WAIT_DRAW])
        moment = _later(accepted, wait, draws)
        yield _filing(profile, quarter, RESTATEMENT, f"{form}/A", moment, restates=True)


def _filing(
    profile: Profile,
    quarter: Quarter,
    place: int,
    form: str,
    accepted: dt.datetime,
    *,
    items: str = "",
    wrong: float = 1.0,
    restates: bool = False,
) -> Filing:
    filed = accepted.date()
    if accepted.time() > EVENING:
        filed = _weekday(filed + DAY)
    year: int | None = quarter.year
    period: str | None = "FY" if quarter.quarter == 4 else f"Q{quarter.quarter}"
    if wrong < WRONG_PERIOD / 2:
        year, period = quarter.year - 1, "FY"
    elif wrong < WRONG_PERIOD:
        year, period = None, None
    serial = quarter.number * 8 + place + 1
    return Filing(
        accn=f"{profile.cik:010d}-{filed.year % 100:02d}-{serial:06d}",
        form=form,
        items=items,
        filed=filed,
        accepted=accepted,
        fiscal_year=year,
        period=period,
        quarter=quarter,
        restates=restates,
    )


def _later(accepted: dt.datetime, days: int, draws: list[float]) -> dt.datetime:
    return _moment(accepted.date() + DAY * days, draws[TIME_DRAW] * 3 % 1.0)


@lru_cache(maxsize=4_096)
def _weekday(day: dt.date) -> dt.date:
    return day + DAY * max(7 - day.weekday(), 0) if day.weekday() >= 5 else day


def _moment(day: dt.date, draw: float) -> dt.datetime:
    """A time at which EDGAR takes filings: before the open, in trading, most after the close."""
    if draw < 0.3:
        minute = 6 * 60 + 30 + int(draw / 0.3 * 175)
    elif draw < 0.4:
        minute = 9 * 60 + 35 + int((draw - 0.3) / 0.1 * 370)
    else:
        minute = 16 * 60 + 1 + int((draw - 0.4) / 0.6 * 340)
    second = int(draw * 1e4) % 60
    time = dt.time(minute // 60, minute % 60, second)
    return dt.datetime.combine(_weekday(day), time)
