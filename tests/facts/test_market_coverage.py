"""How much of a market is known as of a day, against numbers worked out by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from support.facts import day, days, filing, table_of
from technic.data_engine.interfaces.records import Splits
from technic.data_engine.open_provider import store_url
from technic.data_engine.store import BarStore
from technic.errors import ParameterError
from technic.facts.market_coverage import COVERED, MarketCoverage, stored_coverage
from technic.facts.store import FactStore
from technic.panel import LongBars
from technic.settings import Settings

SESSIONS = days("2022-05-02", "2022-05-03", "2022-05-04", "2022-05-05")
CLOSES = {
    # A splits 2:1 on 2022-05-05; the fund SPY is nobody's; C trades no more on the last day
    "A": (30.0, 30.0, 30.0, 15.0),
    "B": (1.0, 1.0, 1.0, 1.0),
    "C": (7.0, 7.0, 7.0, None),
    "SPY": (400.0, 400.0, 400.0, 400.0),
}
SHARES = "dei:EntityCommonStockSharesOutstanding"


def company(cik: int, symbol: str, *facts: tuple[str, str, str | None, str, float], known: str):
    """One filing, and whose symbol it is."""
    listed = ("listed_as", "sec:ticker", None, "2022-04-01", 1.0)
    named = filing((cik, symbol), "", "2022-04-01T12:00", listed, source="sec tickers")
    return [*named, *filing((cik, symbol), "10-Q", known, *facts)] if facts else named


@pytest.fixture
def facts(tmp_path: Path) -> FactStore:
    """A has 10 shares and its revenue on the third; B 100 shares; C and D (no bar) nothing."""
    store = FactStore(tmp_path / "home" / "simulated")
    revenue = ("revenue", "Revenues", "2022-01-01", "2022-03-31", 5.0)
    store.append(
        table_of(
            company(
                1, "A", ("shares_outstanding", SHARES, None, "2022-03-31", 10.0),
                known="2022-04-20T12:00",
            ),
            filing((1, "A"), "10-Q", "2022-05-03T12:00", revenue),
            company(
                2, "B", ("shares_outstanding", SHARES, None, "2022-03-31", 100.0),
                known="2022-04-20T12:00",
            ),
            company(3, "C", known=""),
            company(4, "D", revenue, known="2022-04-20T12:00"),
        )
    )  # fmt: skip
    return store


def fill(settings: Settings) -> None:
    """Store the bars and the split."""
    names = tuple(CLOSES)
    rows = [
        (column, session, close)
        for column, name in enumerate(names)
        for session, close in zip(SESSIONS, CLOSES[name], strict=True)
        if close is not None
    ]
    close = np.array([row[2] for row in rows])
    sessions = np.array([row[1] for row in rows], "datetime64[D]")
    column = np.array([row[0] for row in rows], np.int32)
    bars = LongBars(names, column, sessions, close, close, close, close, np.ones(len(rows)))
    store = BarStore.open(store_url("loopback", settings))
    asked = dt.datetime(2022, 5, 6, tzinfo=dt.UTC)
    store.write_days(bars, SESSIONS, asked, SESSIONS[-1])
    split = Splits(np.array(["A"], object), days("2022-05-05"), np.array([2.0]))
    store.write_splits(split, SESSIONS[0], SESSIONS[-1], asked)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with the simulated market as provider."""
    return Settings(home=tmp_path / "home", provider="loopback")


def shares(covered: MarketCoverage, field: str) -> tuple[int, int, float]:
    """How many are known, of how many, and their part of the worth."""
    [one] = [one for one in covered.fields if one.field == field]
    return one.known, one.names, one.cap_share


def test_companies_with_a_bar_are_the_market(facts: FactStore, settings: Settings):
    """A is worth 300, B 100, C nobody knows; on the last day 20 shares of A at 15 are still 300."""
    fill(settings)
    last = stored_coverage(facts, settings)
    assert last.day == day("2022-05-05")
    assert (last.with_bars, last.names, last.valued) == (4, 3, 2)
    assert shares(last, "revenue") == (1, 3, 0.75)
    assert shares(last, "shares_outstanding") == (2, 3, 1.0)
    assert shares(last, "net_income") == (0, 3, 0.0)
    assert [one.field for one in last.fields] == list(COVERED)


def test_a_close_from_before_a_split_is_of_the_shares_of_its_day(
    facts: FactStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """A trades no more from the day of its split on: 10 shares at 30 are 300, not 20 at 30."""
    monkeypatch.setitem(CLOSES, "A", (30.0, 30.0, 30.0, None))
    fill(settings)
    assert shares(stored_coverage(facts, settings), "revenue") == (1, 3, 0.75)


def test_coverage_is_as_of_the_day(facts: FactStore, settings: Settings):
    """The day before A files its revenue nobody's is known; a Sunday is the Friday before."""
    fill(settings)
    before = stored_coverage(facts, settings, day=day("2022-05-02"))
    assert shares(before, "revenue") == (0, 3, 0.0)
    assert shares(stored_coverage(facts, settings, day=day("2022-05-03")), "revenue")[0] == 1
    long_ago = stored_coverage(facts, settings, day=day("2021-05-03"))
    assert (long_ago.with_bars, long_ago.names) == (None, 4)  # nobody has a bar of these days
    sunday = stored_coverage(facts, settings, day=day("2022-05-08"))
    assert sunday.day == day("2022-05-06")
    assert sunday.names == 3


def test_without_bars_all_companies_count_and_none_has_a_worth(
    facts: FactStore, settings: Settings
):
    """As of the last fact; D, which has no bar, counts here."""
    covered = stored_coverage(facts, settings)
    assert covered.day == day("2022-05-03")
    assert (covered.with_bars, covered.names, covered.valued) == (None, 4, 0)
    known, names, share = shares(covered, "revenue")
    assert (known, names) == (2, 4)
    assert np.isnan(share)
    late = filing((1, "A"), "10-Q/A", "2022-05-07T12:00", ("cash", "Cash", None, "2022-03-31", 1.0))
    facts.append(table_of(late))
    assert stored_coverage(facts, settings).day == day("2022-05-09")  # filed on a Saturday


def test_a_day_before_all_sessions_is_refused(facts: FactStore, settings: Settings):
    """In words that say which days there are."""
    with pytest.raises(ParameterError, match="as_of is '1950-01-01'"):
        stored_coverage(facts, settings, day=day("1950-01-01"))
