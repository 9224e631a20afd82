"""Dates of which only some are wrong, or wrong by a trading day; and bars that begin weekly."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from technic.data_engine.row_checks.day_pattern import coarse_start
from technic.data_engine.row_checks.market_days import MarketDays
from technic.data_engine.row_checks.session_check import CheckedDays, DatedRows, check_days
from technic.sessions import build_calendar

CALENDAR = build_calendar(2026)
MARKET = MarketDays.at(CALENDAR, dt.datetime(2024, 3, 13, 12, tzinfo=dt.UTC))
SESSIONS = CALENDAR.last(1_000, np.datetime64("2024-03-08"))
EVERY = np.arange(SESSIONS[0], SESSIONS[-1] + 1)


def checked(*days: np.ndarray, closes: np.ndarray | None = None, one_each=False) -> CheckedDays:
    """What comes of one symbol for each array of days."""
    code = np.repeat(np.arange(len(days), dtype=np.int32), [len(one) for one in days])
    day = np.concatenate(days)
    prices = np.arange(1.0, len(day) + 1.0) if closes is None else closes
    names = tuple("ABCDEFGH"[: len(days)])
    return check_days(DatedRows(names, code, day, lambda: prices, one_each=one_each), MARKET)


@pytest.mark.parametrize("shift", [-1, 1])
@pytest.mark.parametrize("part", [slice(-25, None), slice(0, 25), slice(500, 540)])
def test_a_few_shifted_weeks_of_years_are_refused(shift: int, part: slice):
    """The rows on no session are far below one in a hundred of all; of their weeks, all are."""
    wrong = SESSIONS[part] + shift
    rest = SESSIONS[~np.isin(SESSIONS, SESSIONS[part])]
    days = np.unique(np.concatenate([rest, wrong]))
    verdict = checked(days).verdict
    assert verdict is not None
    assert verdict.off < 0.012 * len(days)
    assert verdict.refused
    weekend = "Sundays" if shift < 0 else "Saturdays"
    off = days[~np.isin(days, CALENDAR.sessions)]
    of_weekend = off[(off.astype(int) + 3) % 7 == (6 if shift < 0 else 5)]
    assert f"on {weekend} from {of_weekend[0]} to {of_weekend[-1]}: " in str(verdict)
    assert f"each lies a day {'early' if shift < 0 else 'late'}" in str(verdict)


@pytest.mark.parametrize("shift", [-1, 1])
@pytest.mark.parametrize("n", [80, 250, 1_000])
def test_dates_that_are_a_trading_day_off_are_refused(shift: int, n: int):
    """All lie on weekdays: holidays with a row beside sessions without one tell."""
    days = np.busday_offset(SESSIONS[-n:], shift, roll="forward" if shift > 0 else "backward")
    verdict = checked(days, days).verdict
    assert verdict is not None
    assert verdict.refused
    assert f"each lies a trading day {'late' if shift > 0 else 'early'}" in str(verdict)


def test_a_holiday_that_is_filled_or_traded_elsewhere_is_no_shift():
    """The sessions around it have their rows."""
    days = EVERY[np.is_busday(EVERY)]
    filled = np.where(np.isin(days, SESSIONS), np.arange(1.0, len(days) + 1), np.nan)
    last = np.maximum.accumulate(np.where(np.isnan(filled), -1, np.arange(len(days))))
    for closes, word in ((None, "another exchange"), (filled[last], "looks filled")):
        verdict = checked(days, closes=closes).verdict
        assert verdict is not None
        assert (verdict.warned, verdict.refused) == (True, False)
        assert word in str(verdict)


def test_days_and_months_that_are_swapped_are_named():
    """As spreadsheets of another country do where both are possible."""
    swapped = [
        day.replace(day=day.month, month=day.day) if day.day <= 12 else day
        for day in SESSIONS[-500:].tolist()
    ]
    verdict = checked(np.array([day for day in swapped if day.year < 2024], "M8[D]")).verdict
    assert verdict is not None
    assert verdict.refused
    assert "day and month look swapped" in str(verdict)


@pytest.mark.parametrize("one_each", [False, True])
def test_rows_without_a_price_on_days_without_trading_say_nothing_of_the_others(one_each: bool):
    """A calendar that was filled with empty rows is whole; its own days are still counted."""
    closes = np.where(np.isin(EVERY, SESSIONS), 1.0, np.nan)
    found = checked(EVERY, EVERY, closes=np.tile(closes, 2), one_each=one_each)
    assert (found.verdict, found.alone) == (None, {})
    assert found.table.counts.sum() == 2 * len(EVERY)
    assert found.table.rows_of(1) == 2 * (len(EVERY) - len(SESSIONS))


@pytest.mark.parametrize(("step", "word"), [(5, "week"), (21, "month")])
def test_bars_that_come_weekly_before_they_come_daily_are_said(step: int, word: str):
    """Of one symbol, of all together, and of those that came by themselves."""
    days = np.concatenate([SESSIONS[:-60:step], SESSIONS[-60:]])
    since = coarse_start(days)
    assert since is not None
    assert since[0] == word
    assert abs((since[1] - SESSIONS[-60]).astype(int)) <= step + 12
    for found in (checked(days), checked(days, days), checked(SESSIONS, days, one_each=True)):
        (note,) = found.notes
        assert f" one bar a {word} before {since[1]}: returns and averages" in note
    assert checked(days, days, SESSIONS).notes == ()
    assert [
        checked(days, days, SESSIONS, one_each=True).notes[0].count(x) for x in ("A", "1 other")
    ]


@pytest.mark.parametrize(
    "days",
    [SESSIONS, SESSIONS[:6], SESSIONS[:1], SESSIONS[:0], np.delete(SESSIONS, slice(20, 60)),
     np.sort(np.random.default_rng(1).choice(SESSIONS, 120, replace=False)),
     np.concatenate([SESSIONS[:15:5], SESSIONS[15:]])],
)  # fmt: skip
def test_bars_that_are_daily_from_the_start_have_no_coarse_one(days: np.ndarray):
    """Nor those of a few rows, with a hole, that are rare, or of a first few weeks."""
    assert coarse_start(days) is None
