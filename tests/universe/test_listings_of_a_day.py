"""Listings with a column of days: each symbol as it was known on the day of the scan."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic.errors import InputFileError
from technic.universe import load_universe

ROWS = [
    ("AAA", "2022-01-03", "Old Name", 1e9),
    ("AAA", "2023-01-03", "New Name", 2e9),
    ("AAA", "2024-01-03", "New Name", 3e9),
    ("BBB", "2023-01-03", "Steady", 5e9),
    ("NEW", "2024-01-03", "Newcomer", 7e9),
]
FRAME = pd.DataFrame(ROWS, columns=["symbol", "as_of", "company", "market_cap"])


def written(path: Path, frame: pd.DataFrame = FRAME) -> Path:
    """Write listings, rows in no order."""
    frame.sample(frac=1, random_state=2).to_csv(path, index=False)
    return path


def known(path: Path, day: str | None) -> dict[str, tuple[str, float]]:
    """Company and market cap in billions of each symbol on a day; 0 where it is unknown."""
    universe = load_universe(path, None if day is None else np.datetime64(day))
    caps = np.nan_to_num(universe.market_cap / 1e9)
    return dict(
        zip(universe.symbols, zip(universe.text("company"), caps, strict=True), strict=True)
    )


@pytest.mark.parametrize(
    ("day", "company", "cap", "steady", "newcomer"),
    [
        ("2022-06-01", "Old Name", 1.0, 0.0, 0.0),
        ("2023-01-02", "Old Name", 1.0, 0.0, 0.0),
        ("2023-01-03", "New Name", 2.0, 5.0, 0.0),
        ("2024-01-02", "New Name", 2.0, 5.0, 0.0),
        ("2024-01-03", "New Name", 3.0, 5.0, 7.0),
        (None, "New Name", 3.0, 5.0, 7.0),
    ],
)
def test_the_latest_row_that_is_not_after_the_day_is_taken(
    tmp_path, day, company, cap, steady, newcomer
):
    """A symbol that has none yet stays in, but how large it was is not known."""
    found = known(written(tmp_path / "listings.csv"), day)
    assert found == {
        "AAA": (company, cap), "BBB": ("Steady", steady), "NEW": ("Newcomer", newcomer),
    }  # fmt: skip


def test_listings_of_later_days_alone_are_taken_as_they_are(tmp_path):
    """There is nothing better; the day says of when they are."""
    path = written(tmp_path / "listings.csv")
    assert known(path, "2021-05-05")["AAA"] == ("Old Name", 1.0)
    assert known(path, "2021-05-05")["NEW"] == ("Newcomer", 7.0)
    assert load_universe(path, np.datetime64("2021-05-05")).day == np.datetime64("2024-01-03")
    assert load_universe(path, np.datetime64("2023-05-05")).day == np.datetime64("2023-01-03")


@pytest.mark.parametrize("named", ["as_of", "Date", "As-Of Date"])
def test_the_column_goes_by_its_usual_names_and_days_by_theirs(tmp_path, named):
    """In Parquet the days may be dates."""
    frame = FRAME.rename(columns={"as_of": named})
    frame[named] = pd.to_datetime(frame[named])
    frame.to_parquet(tmp_path / "listings.parquet")
    assert known(tmp_path / "listings.parquet", "2022-06-01")["AAA"] == ("Old Name", 1.0)


def test_two_different_rows_of_one_day_are_refused(tmp_path):
    """Both lines are named; rows of other days do not matter."""
    twice = pd.concat([FRAME, FRAME.iloc[[1]].assign(company="Other")])
    path = tmp_path / "listings.csv"
    twice.to_csv(path, index=False)
    with pytest.raises(InputFileError, match="row 7: AAA has another row, 3"):
        load_universe(path, np.datetime64("2023-05-05"))
    assert known(path, "2024-05-05")["AAA"] == ("New Name", 3.0)


def test_what_is_no_day_is_refused_with_its_row(tmp_path):
    """As in files of prices."""
    written(tmp_path / "listings.csv", FRAME.assign(as_of="soon"))
    with pytest.raises(InputFileError, match="'soon' is no date"):
        load_universe(tmp_path / "listings.csv")


def test_a_file_without_such_a_column_is_of_the_day_it_was_written(tmp_path):
    """That is the latest its market caps can be of, and it goes along with parts of it."""
    path = written(tmp_path / "listings.csv", FRAME.iloc[[0]].drop(columns="as_of"))
    moment = np.datetime64("2023-07-08T12:00", "s").astype(int)
    os.utime(path, (moment, moment))
    universe = load_universe(path)
    assert universe.day == np.datetime64("2023-07-08")
    assert universe.restrict(["AAA", "ZZZ"]).take(np.array([True, False])).day == universe.day


def test_real_listings_of_five_days_are_those_of_the_day(real_data):
    """Who is listed on a day are the rows of the latest of the five before it, with their caps."""
    path = real_data / "universe_by_date.parquet"
    frame = pd.read_parquet(path)
    column = next(name for name in ("as_of", "date") if name in frame.columns)
    past = frame[pd.to_datetime(frame[column]) == "2022-12-30"]
    universe = load_universe(path, np.datetime64("2023-06-30"))
    assert len(universe) == len(past)
    expected = past.set_index("symbol")["market_cap"]
    found = pd.Series(universe.market_cap, universe.symbols)
    common = [symbol for symbol in expected.index if symbol in found.index]
    assert len(common) > 7000
    same = found[common].fillna(0.0) == expected[common].fillna(0.0)
    assert same.all()
    assert universe.day == np.datetime64("2022-12-30")


COMPLETE = [
    *((name, "2022-01-03", 1e9) for name in ("AAA", "BBB", "CCC")),
    *((name, "2023-01-03", 2e9) for name in ("AAA", "CCC", "NEW")),
    *((name, "2024-01-03", 3e9) for name in ("AAA", "NEW", "TWO")),
]


@pytest.mark.parametrize(
    ("day", "listed", "cap"),
    [
        ("2021-05-05", ("AAA", "BBB", "CCC"), 1.0),
        ("2022-01-03", ("AAA", "BBB", "CCC"), 1.0),
        ("2023-01-02", ("AAA", "BBB", "CCC"), 1.0),
        ("2023-01-03", ("AAA", "CCC", "NEW"), 2.0),
        ("2024-06-03", ("AAA", "NEW", "TWO"), 3.0),
        (None, ("AAA", "NEW", "TWO"), 3.0),
    ],
)
def test_of_days_with_all_listings_the_latest_counts(tmp_path, day, listed, cap):
    """Who is not among them is not listed any more, or not yet."""
    path = tmp_path / "listings.csv"
    pd.DataFrame(COMPLETE, columns=["symbol", "as_of", "market_cap"]).to_csv(path, index=False)
    universe = load_universe(path, None if day is None else np.datetime64(day))
    assert universe.symbols == listed
    assert set(universe.market_cap / 1e9) == {cap}


def test_days_that_repeat_no_more_than_half_are_days_of_changes(tmp_path):
    """Then a symbol stays until it is told otherwise."""
    path = tmp_path / "listings.csv"
    rows = [row for row in COMPLETE if row[:2] != ("CCC", "2023-01-03")]
    pd.DataFrame(rows, columns=["symbol", "as_of", "market_cap"]).to_csv(path, index=False)
    universe = load_universe(path, np.datetime64("2024-06-03"))
    assert set(universe.symbols) == {"AAA", "BBB", "CCC", "NEW", "TWO"}
