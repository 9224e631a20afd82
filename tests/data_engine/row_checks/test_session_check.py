"""Dates that are not those of trading days: what is said of them, and when they are refused."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from technic.data_engine.row_checks.market_days import MarketDays, day_counts
from technic.data_engine.row_checks.session_check import CheckedDays, DatedRows, check_days
from technic.sessions import build_calendar

CALENDAR = build_calendar(2026)
NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
MARKET = MarketDays.at(CALENDAR, NOW)
SESSIONS = CALENDAR.last(500, np.datetime64("2024-03-08"))
NEW_YORK, LONDON, TOKYO = (
    ZoneInfo(name) for name in ("America/New_York", "Europe/London", "Asia/Tokyo")
)
FIXED = dt.timezone(dt.timedelta(hours=-5))


def read_in(sessions: np.ndarray, hour: int, written: dt.tzinfo, read: dt.tzinfo) -> np.ndarray:
    """The dates that a clock in ``read`` shows at ``hour`` o'clock in ``written``, day by day."""
    return np.array(
        [
            dt.datetime.combine(day, dt.time(hour), written).astimezone(read).date()
            for day in sessions.tolist()
        ],
        "M8[D]",
    )


def checked(
    *days: np.ndarray, closes: list[np.ndarray] | None = None, one_each: bool = False
) -> CheckedDays:
    """What comes of one symbol for each array of days: A, B and so on."""
    names = tuple("ABCDEFGHIJKLMNOP"[: len(days)])
    code = np.repeat(np.arange(len(days), dtype=np.int32), [len(one) for one in days])
    prices = closes or [np.arange(1.0, len(one) + 1.0) for one in days]
    rows = DatedRows(
        names, code, np.concatenate(days), lambda: np.concatenate(prices), one_each=one_each
    )
    return check_days(rows, MARKET)


SHIFTS = {
    "London midnight in UTC": (
        read_in(SESSIONS, 0, LONDON, dt.UTC), "Sundays of summer time", "time zone", "day early"
    ),
    "New York midnight at a fixed offset": (
        read_in(SESSIONS, 0, NEW_YORK, FIXED), "Sundays of summer time", "time zone", "day early"
    ),
    "UTC midnight in New York": (
        read_in(SESSIONS, 0, dt.UTC, NEW_YORK), "on Sundays: ", "time zone", "shifted by a day"
    ),
    "the close in Tokyo": (
        read_in(SESSIONS, 16, NEW_YORK, TOKYO), "on Saturdays: ", "Tokyo", "day late"
    ),
    "the evening in UTC": (
        read_in(SESSIONS, 20, NEW_YORK, dt.UTC), "on Saturdays: ", "time zone", "day late"
    ),
    "seven in the evening in UTC": (
        read_in(SESSIONS, 19, NEW_YORK, dt.UTC), "Saturdays of winter time", "zone", "day late"
    ),
    "a day early": (SESSIONS - 1, "on Sundays: ", "time zone", "day early"),
    "a short half-year": (
        read_in(SESSIONS[-100:], 0, NEW_YORK, FIXED), "Sundays of summer time", "zone", "early"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SHIFTS)
def test_shifted_dates_are_refused_with_the_likely_cause(case: str):
    """Of one symbol, of several, and of frames or files that came one by one."""
    days, *words = SHIFTS[case]
    for one_each in (False, True):
        for n in (1, 3):
            verdict = checked(*[days] * n, one_each=one_each).verdict
            assert verdict is not None
            assert verdict.refused
            assert all(word in str(verdict) for word in words), str(verdict)
            off = n * int((~np.isin(days, CALENDAR.sessions)).sum())
            share = f"{off:,} of {n * len(days):,} rows ({100 * off / n / len(days):.1f} %)"
            assert str(verdict).startswith(f"{share} lie on no session")


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("W-FRI", "weekly"),
        ("W-SUN", "weekly"),
        ("W-MON", "weekly"),
        ("ME", "monthly"),
        ("BME", "monthly"),
        ("MS", "monthly"),
        ("QE", "quarterly"),
        ("YE", "yearly"),
    ],
)
def test_bars_of_more_than_a_day_are_named(rule: str, word: str):
    """Whatever day stands for the week, month, quarter or year."""
    sessions = pd.DatetimeIndex(CALENDAR.last(2_800, np.datetime64("2024-03-08")))
    labels = pd.Series(1.0, sessions).resample(rule).last().index
    days = labels[labels <= "2024-03-08"].to_numpy().astype("M8[D]")
    verdict = checked(days).verdict
    assert verdict is not None
    assert verdict.refused
    assert f"these are {word} bars, daily ones are needed" in str(verdict)


def test_bars_that_are_only_rare_are_daily():
    """A symbol that trades now and then, and a few days, are nothing to refuse."""
    rng = np.random.default_rng(1)
    rare = np.sort(rng.choice(SESSIONS, 60, replace=False))
    for days in (rare, SESSIONS[::5][:6], SESSIONS[:1]):
        assert checked(days).verdict is None


EVERY = np.arange(SESSIONS[0], SESSIONS[-1] + 1)
WEEKDAYS = EVERY[np.is_busday(EVERY)]


def filled(days: np.ndarray) -> np.ndarray:
    """Closes of ``days``; on no session that of the day before."""
    own = pd.Series(np.arange(float(len(days))), days)
    return own.where(np.isin(days, SESSIONS)).ffill().to_numpy()


def test_a_filled_calendar_and_seven_days_are_told_apart_by_their_closes():
    """Prices repeated at weekends, or prices of their own."""
    for closes, word in ((filled(EVERY), "calendar looks filled"), (None, "cryptocurrency")):
        verdict = checked(EVERY, closes=None if closes is None else [closes]).verdict
        assert verdict is not None
        assert verdict.refused
        assert word in str(verdict)
        assert "on Saturdays and Sundays and holidays" in str(verdict)


def test_a_calendar_filled_on_holidays_alone_is_warned_of():
    """There are about four in a hundred; the days of another exchange look the same."""
    for closes, word in ((filled(WEEKDAYS), "looks filled"), (None, "another exchange")):
        verdict = checked(WEEKDAYS, closes=None if closes is None else [closes]).verdict
        assert verdict is not None
        assert (verdict.refused, verdict.warned) == (False, True)
        assert "on market holidays" in str(verdict)
        assert word in str(verdict)


def test_sunday_evenings_beside_whole_weeks_are_no_shift():
    """Futures have bars of Sundays, and of Fridays too."""
    sundays = EVERY[(EVERY.astype(int) + 3) % 7 == 6]
    verdict = checked(np.sort(np.concatenate([SESSIONS, sundays]))).verdict
    assert verdict is not None
    assert verdict.refused
    assert "Sunday evenings" in str(verdict)
    assert "shifted" not in str(verdict)


@pytest.mark.parametrize(
    ("off", "warned", "refused"), [(0, None, None), (5, False, False), (6, True, False),
                                   (26, True, False), (27, True, True)]
)  # fmt: skip
def test_one_in_a_hundred_is_warned_of_and_one_in_twenty_refused(off, warned, refused):
    """500 sessions and some weekends: 1 % are 5.05 rows, 5 % are 26.3."""
    weekend = EVERY[~np.is_busday(EVERY)][: 2 * off : 2]
    verdict = checked(np.sort(np.concatenate([SESSIONS, weekend]))).verdict
    assert (verdict and verdict.warned) == warned
    assert (verdict and verdict.refused) == refused


def test_two_days_say_nothing_of_the_others():
    """The weekend after the last of a few sessions is left out, not refused."""
    days = np.append(SESSIONS[-10:], SESSIONS[-1] + [1, 2])
    verdict = check_days(
        DatedRows(("A",), np.zeros(12, np.int32), days, lambda: np.arange(12.0)),
        MarketDays.at(CALENDAR, NOW + dt.timedelta(days=9)),
    ).verdict
    assert verdict is not None
    assert (verdict.warned, verdict.refused) == (True, False)


def test_one_symbol_with_wrong_dates_goes_alone():
    """The others have no verdict then; where most are wrong, all are."""
    good, bad = SESSIONS, SESSIONS - 1
    few = checked(good, bad, good, good, good)
    assert few.verdict is None
    assert [*few.alone] == ["B"]
    assert "day early" in str(few.alone["B"])
    most = checked(good, bad, bad)
    assert most.alone == {}
    assert most.verdict is not None
    assert most.verdict.refused


def test_of_files_of_their_own_only_all_wrong_ones_are_refused_together():
    """Weekly bars of one are found among daily ones, too."""
    good, bad, weekly = SESSIONS, SESSIONS - 1, SESSIONS[SESSIONS.astype(int) % 7 == 1]
    some = checked(good, bad, bad, weekly, one_each=True)
    assert [*some.alone] == ["B", "C", "D"]
    assert some.verdict is None
    assert "weekly" in str(some.alone["D"])
    whole = checked(bad, weekly, one_each=True)
    assert whole.alone == {}
    assert whole.verdict is not None
    assert whole.verdict.refused


def test_good_dates_of_fifty_years_have_no_verdict():
    """Nor do days before the calendar, of today before the close, and to come."""
    days = CALENDAR.between(np.datetime64("1970-01-01"), np.datetime64("2024-03-08"))
    assert checked(days).verdict is None
    early = np.arange(np.datetime64("1962-01-01"), np.datetime64("1970-01-01"))
    assert checked(np.concatenate([early, days])).verdict is None
    found = check_days(
        DatedRows(("A",), np.zeros(4, np.int32), SESSIONS[-1] + [0, 3, 8, 9], lambda: np.ones(4)),
        MarketDays.at(CALENDAR, dt.datetime(2024, 3, 11, 18, tzinfo=dt.UTC)),
    )
    assert found.verdict is None
    assert found.table.kind.tolist() == [0, 2, 3, 3]


def test_days_are_counted_as_a_plain_loop_counts_them():
    """In any order, and none at all."""
    rng = np.random.default_rng(2)
    day = rng.choice(SESSIONS, 1_000)
    expected = {one: sum(day == one) for one in sorted({*day.tolist()})}
    days, counts = day_counts(day)
    assert dict(zip(days.tolist(), counts.tolist(), strict=True)) == expected
    assert [len(part) for part in day_counts(day[:0])] == [0, 0]


def test_closes_are_read_once_however_many_symbols_are_looked_at():
    """All weekdays, as of a business-day calendar: each symbol is a suspect of its own."""
    weekdays = np.busday_offset("2022-06-01", np.arange(450), roll="forward")
    names = tuple(f"S{i}" for i in range(50))
    read = []

    def closes() -> np.ndarray:
        read.append(1)
        return np.arange(50.0 * len(weekdays))

    code = np.repeat(np.arange(50, dtype=np.int32), len(weekdays))
    found = check_days(DatedRows(names, code, np.tile(weekdays, 50), closes), MARKET)
    assert found.verdict is not None
    assert "another exchange" in str(found.verdict)
    assert len(read) == 1


def test_symbols_of_the_same_days_are_judged_each_by_its_own_closes():
    """Whatever came before it: a filled calendar and seven days of trading lie on the same days."""
    days = np.arange(np.datetime64("2023-01-03"), np.datetime64("2023-07-01"))
    repeated = filled(days)  # the first of them is a session
    moving = np.arange(1.0, len(days) + 1.0)
    good = SESSIONS[:120]
    kinds = [moving, repeated, repeated, moving, repeated]
    closes = [*kinds, np.arange(1.0, 121.0)]
    found = checked(*[days] * 5, good, closes=closes, one_each=True).alone
    assert set(found) == set("ABCDE")
    for name, own in zip("ABCDE", kinds, strict=True):
        alone = checked(days, good, closes=[own, closes[-1]], one_each=True).alone["A"]
        assert found[name] == alone, name
    assert found["A"] == found["D"] != found["B"] == found["C"] == found["E"]
