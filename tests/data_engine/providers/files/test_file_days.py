"""The days of price files: the last session, days that are none, not over, or to come."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic.data_engine.providers.files.provider import FilesProvider
from technic.errors import InputFileError
from technic.panel import FIELDS
from technic.sessions import build_calendar
from technic.testing import make_bars

CALENDAR = build_calendar(2026)
NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
LAST = np.datetime64("2024-03-08")
SESSIONS = CALENDAR.last(300, LAST)


def market(days: np.ndarray = SESSIONS, symbols: tuple[str, ...] = ("AAA", "BBB")) -> pd.DataFrame:
    """Long bars of some symbols."""
    bars = make_bars(symbols, days)
    frame = pd.DataFrame({"symbol": np.array(symbols)[bars.column], "date": bars.session})
    return frame.assign(**{name: getattr(bars, name) for name in FIELDS})


def opened(path: Path, frame: pd.DataFrame, now: dt.datetime = NOW) -> FilesProvider:
    """A provider of a file that holds the frame."""
    frame.to_csv(path / "x.csv", index=False)
    return FilesProvider(path / "x.csv", calendar=CALENDAR, now=now)


def again(frame: pd.DataFrame, *days: str) -> pd.DataFrame:
    """The frame, and the rows of its last day once more on each of ``days``."""
    last = frame[frame["date"] == frame["date"].max()]
    return pd.concat([frame, *(last.assign(date=pd.Timestamp(day)) for day in days)])


@pytest.mark.parametrize(
    ("last", "after"),
    [
        ("2024-03-08", ["2024-03-09"]),
        ("2024-03-08", ["2024-03-09", "2024-03-10"]),
        ("2023-11-22", ["2023-11-23"]),
        ("2023-12-22", ["2023-12-25"]),
        ("2023-12-29", ["2024-01-01"]),
        ("2018-12-04", ["2018-12-05"]),
    ],
    ids=["Saturday", "weekend", "Thanksgiving", "Christmas", "New Year", "day of mourning"],
)
def test_the_last_day_is_a_session_and_rows_after_it_are_counted(tmp_path, last, after):
    """Bars and closes are those of the file without them."""
    day = np.datetime64(last)
    frame = market(CALENDAR.last(300, day))
    now = dt.datetime(2024, 3, 11, 12, tzinfo=dt.UTC)
    provider = opened(tmp_path, again(frame, *after), now)
    assert provider.last_session() == day
    answer = provider.history(["AAA", "BBB"], CALENDAR.last(250, day))
    plain = opened(tmp_path, frame, now).history(["AAA", "BBB"], CALENDAR.last(250, day))
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(answer.bars, name), getattr(plain.bars, name))
    assert plain.left_out == {}
    rows = {name: (one.rows, one.off_session) for name, one in answer.left_out.items()}
    assert rows == dict.fromkeys(("AAA", "BBB"), (250 + len(after), len(after)))
    before = provider.history(["AAA"], CALENDAR.last(250, day)[:-1])
    assert before.left_out == {}


@pytest.mark.parametrize("year", [1989, 1975, 1971])
def test_files_that_end_long_ago_are_read(tmp_path, year):
    """The calendar begins in 1970."""
    days = CALENDAR.last(200, np.datetime64(f"{year}-06-30"))
    provider = opened(tmp_path, market(days))
    assert provider.last_session() == days[-1]
    assert provider.notes == ()


def test_files_that_end_before_the_calendar_are_refused_in_one_sentence(tmp_path):
    """With the day they end on, and the first that is known; older rows beside later ones stay."""
    old = np.arange("1962-01-01", "1969-12-24", dtype="M8[D]")
    with pytest.raises(InputFileError, match=r"ends 1969-12-23, and the calendar .* 1970-01-02$"):
        opened(tmp_path, market(old[np.is_busday(old)]))
    both = pd.concat([market(old[np.is_busday(old)]), market(SESSIONS)])
    assert opened(tmp_path, both).last_session() == LAST


def test_a_session_that_is_not_over_is_not_used_and_said(tmp_path):
    """One minute before the close, and at the close."""
    close = dt.datetime(2024, 3, 8, 21, tzinfo=dt.UTC)
    early = opened(tmp_path, market(), close - dt.timedelta(minutes=1))
    assert early.last_session() == np.datetime64("2024-03-07")
    note = "x.csv: 2 rows of 2024-03-08, whose session is not over, are not used"
    assert early.notes == (note,)
    assert opened(tmp_path, market(), close).last_session() == LAST
    today = market(SESSIONS[-1:])
    with pytest.raises(InputFileError, match=r"no row of a session that is over.*2024-03-07"):
        opened(tmp_path, today, close - dt.timedelta(minutes=1))


def test_days_to_come_are_not_used_and_said(tmp_path):
    """One or two; many cannot be right, nor all."""
    frame = again(market(), "2024-12-03", "2099-01-02")
    provider = opened(tmp_path, frame)
    assert provider.last_session() == LAST
    assert provider.notes == ("x.csv: 4 rows of days to come, up to 2099-01-02, are not used",)
    later = CALENDAR.between(np.datetime64("2024-03-11"), np.datetime64("2024-05-01"))
    with pytest.raises(InputFileError, match=r"74 of 674 rows are of days to come.*swapped"):
        opened(tmp_path, pd.concat([market(), market(later)]))
    with pytest.raises(InputFileError, match=r"rows of days to come alone.*today is 2024-03-09"):
        opened(tmp_path, market(later))


def test_rows_on_no_session_alone_are_refused(tmp_path):
    """Two Saturdays are too few for a verdict, and still no bars."""
    weekend = np.array(["2024-03-02", "2024-03-09"], "M8[D]")
    with pytest.raises(InputFileError, match=r"no row on a trading day; its last day is 2024-03-0"):
        opened(tmp_path, market(weekend))


def test_shifted_dates_are_refused_for_a_file_and_for_one_of_a_folder_by_itself(tmp_path):
    """The good ones of the folder are read; where all are shifted the folder is refused."""
    shifted = market().assign(date=lambda frame: frame["date"] - pd.Timedelta(days=1))
    with pytest.raises(InputFileError, match=r"x\.csv: 12\d of 600 rows .*; write each date as"):
        opened(tmp_path, shifted)
    (tmp_path / "x.csv").unlink()
    good = market(symbols=("AAA",)).drop(columns="symbol")
    bad = good.assign(date=good["date"] - pd.Timedelta(days=1))
    weekly = good[good["date"].dt.day_of_week == 3]
    for name, frame in {"AAA": good, "BBB": bad, "CCC": weekly, "DDD": bad}.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    provider = FilesProvider(tmp_path, calendar=CALENDAR, now=NOW)
    assert provider.notes == ()
    symbols = provider.listings().symbols
    answer = provider.history(symbols, SESSIONS)
    assert answer.bars.symbols == ("AAA",)
    reasons = {name: failure.reason for name, failure in answer.failures.items()}
    assert reasons == dict.fromkeys(("BBB", "CCC", "DDD"), "wrong_dates")
    assert "weekly bars" in answer.failures["CCC"].detail
    (tmp_path / "AAA.csv").unlink()
    with pytest.raises(InputFileError, match="shifted by a day"):
        FilesProvider(tmp_path, calendar=CALENDAR, now=NOW)


def test_a_folder_of_a_file_for_each_day_is_judged_as_a_whole(tmp_path):
    """Files of holidays, filled or empty, are one in fifty of them."""
    frame = again(market(SESSIONS[-50:]), "2024-01-01", "2024-01-15")
    for day, rows in frame.groupby("date"):
        rows.to_csv(tmp_path / f"{day:%Y-%m-%d}.csv", index=False)
    (tmp_path / "2024-02-19.csv").write_text("symbol,date,open,high,low,close,volume\n")
    provider = FilesProvider(tmp_path, calendar=CALENDAR, now=NOW)
    assert provider.last_session() == LAST
    assert any("1 of 53 files is not read: 2024-02-19.csv" in note for note in provider.notes)
    assert any("4 of 104 rows (3.8 %) lie on no session" in note for note in provider.notes)
    answer = provider.history(["AAA", "BBB"], SESSIONS)
    assert len(answer.bars) == 100


def test_rows_are_counted_by_the_first_reason_that_applies(tmp_path):
    """On no session, without a price, without volume; a clash of rows on no session is none."""
    frame = again(market(symbols=("AAA",)), "2024-03-09")
    frame = pd.concat([frame, frame.tail(1).assign(close=1.0)], ignore_index=True)
    frame.loc[[3, 300], "close"] = np.nan
    frame.loc[[3, 4, 5], "volume"] = np.nan
    answer = opened(tmp_path, frame).history(["AAA"], SESSIONS)
    (found,) = answer.left_out.values()
    assert answer.failures == {}
    counts = (found.rows, found.without_price, found.without_volume, found.off_session)
    assert counts == (302, 1, 2, 2)
    assert str(found) == (
        "left out 5 of 302 rows: 1 without a price, 2 without volume, 2 on no session"
    )
