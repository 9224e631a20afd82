"""Files that say from when to when a symbol is listed: who is listed on a day, and who is not."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic import ScanConfig, run_scan
from technic.errors import InputFileError
from technic.sessions import build_calendar
from technic.testing import FakeProvider, make_bars
from technic.universe import load_universe
from technic.universe.listing_file import ListingFile

SEEN = """symbol,name,first_seen,last_seen
OLD,Old and there,2021-01-30,2026-08-21
GONE,Old and gone,2021-01-30,2023-05-05
NEW,New and there,2022-03-01,2026-08-21
BRIEF,Came and went,2022-03-01,2022-03-04
"""
STATUS = """symbol,name,ipoDate,delistingDate,status
OLD,Old and there,1999-11-18,null,Active
NEW,New and there,2022-03-01,null,Active
GONE,Old and gone,null,2023-05-05,Delisted
"""
AGAIN = """symbol,name,first_seen,last_seen
OLD,Old,2021-01-30,2026-08-21
TWO,First of the name,2021-01-30,2022-06-30
TWO,Second of the name,2022-07-05,2026-08-21
"""


def written(path: Path, text: str) -> Path:
    """Write a file of listings."""
    file = path / "listings.csv"
    file.write_text(text, encoding="utf-8")
    return file


def listed(path: Path, text: str, day: str | None) -> set[str]:
    """Who is listed on a day."""
    return set(load_universe(written(path, text), day and np.datetime64(day)).symbols)


@pytest.mark.parametrize(
    ("day", "symbols"),
    [
        ("2019-06-03", "OLD GONE"),
        ("2022-02-28", "OLD GONE"),
        ("2022-03-01", "OLD GONE NEW BRIEF"),
        ("2022-03-04", "OLD GONE NEW BRIEF"),
        ("2022-03-05", "OLD GONE NEW"),
        ("2023-05-05", "OLD GONE NEW"),
        ("2023-05-06", "OLD NEW"),
        ("2027-01-04", "OLD NEW"),
        (None, "OLD NEW"),
    ],
)
def test_who_was_seen_first_and_last_is_listed_between(tmp_path, day, symbols):
    """What a file saw on its first day was there before, what it saw on its last is there still."""
    assert listed(tmp_path, SEEN, day) == set(symbols.split())


@pytest.mark.parametrize(
    ("day", "symbols"),
    [
        ("1999-11-17", "GONE"),
        ("1999-11-18", "OLD GONE"),
        ("2022-02-28", "OLD GONE"),
        ("2022-03-01", "OLD GONE NEW"),
        ("2023-05-04", "OLD GONE NEW"),
        ("2023-05-05", "OLD NEW"),
        (None, "OLD NEW"),
    ],
)
def test_a_day_of_listing_is_the_first(tmp_path, day, symbols):
    """Where none is known the symbol is listed from the beginning."""
    assert listed(tmp_path, STATUS, day) == set(symbols.split())


def test_a_row_that_says_it_lives_is_not_gone(tmp_path):
    """A file may see some symbols later than others."""
    text = "ticker,isDelisted,lastSeen\nAAA,N,2024-03-01\nBBB,Y,2024-03-01\nCCC,N,2024-03-08\n"
    assert listed(tmp_path, text, "2024-03-08") == {"AAA", "CCC"}
    assert listed(tmp_path, text, "2024-03-01") == {"AAA", "BBB", "CCC"}


def test_a_symbol_that_is_used_again_is_who_has_it_on_the_day(tmp_path):
    """Both rows may stand in one file, but not on one day."""
    file = written(tmp_path, AGAIN)
    for day, name in (("2022-06-30", "First"), ("2022-07-05", "Second")):
        universe = load_universe(file, np.datetime64(day))
        names = dict(zip(universe.symbols, universe.text("company"), strict=True))
        assert names["TWO"] == f"{name} of the name"
    assert load_universe(file, np.datetime64("2022-07-01")).symbols == ("OLD",)
    overlapping = written(tmp_path, AGAIN.replace("2022-07-05", "2022-06-28"))
    with pytest.raises(InputFileError, match="row 4: TWO has another row, 3"):
        load_universe(overlapping, np.datetime64("2022-06-29"))


def test_what_is_left_out_is_counted(tmp_path, caplog):
    """Each row under one reason."""
    with caplog.at_level(logging.WARNING):
        listed(tmp_path, SEEN, "2022-02-01")
        listed(tmp_path, SEEN, "2023-06-01")
    assert "left out 2 of 4 rows: 2 not listed yet on 2022-02-01" in caplog.text
    assert "left out 2 of 4 rows: 2 delisted by 2023-06-01" in caplog.text


def test_a_day_on_which_nobody_is_listed_is_said(tmp_path):
    """It would scan nothing."""
    text = "symbol,ipoDate\nAAA,2020-01-02\nBBB,2020-01-02\n"
    with pytest.raises(InputFileError, match="lists no symbol: 2 rows, each .* on 2019-12-31"):
        listed(tmp_path, text, "2019-12-31")


@pytest.mark.parametrize(
    ("text", "days", "known"),
    [
        (SEEN, "2022-03-01 2022-03-05 2023-05-06", "2021-01-30"),
        (STATUS, "1999-11-18 2022-03-01 2023-05-05", "2023-05-05"),
        (STATUS.replace("2023-05-05", "null"), "1999-11-18 2022-03-01", None),
        ("symbol,name\nAAA,A\n", "", None),
        ("symbol,as_of\nAAA,2022-01-03\nAAA,2023-01-03\n", "2022-01-03 2023-01-03", "2022-01-03"),
        ("symbol,as_of\nAAA,2022-01-03\nBBB,2023-01-03\n", "2022-01-03 2023-01-03", None),
    ],
    ids=["seen", "delisted", "only listed", "nothing", "complete", "changes"],
)
def test_a_file_says_when_it_changes_and_since_when_it_knows(tmp_path, text, days, known):
    """Who was delisted, that is; of listings alone nobody can tell."""
    file = ListingFile.open(written(tmp_path, text))
    assert file.changes.astype(str).tolist() == days.split()
    assert (None if file.known_from is None else str(file.known_from)) == known


def test_a_scan_is_of_those_listed_on_its_day(tmp_path):
    """Bars before the day of listing are another company's; the ledger has no such symbol."""
    calendar = build_calendar(2026)
    sessions = calendar.last(400, np.datetime64("2023-12-29"))
    provider = FakeProvider(make_bars(("OLD", "NEW", "GONE", "BRIEF"), sessions))
    now = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    path = str(written(tmp_path, SEEN.replace("2022-03-01,2026", "2023-10-02,2026")))
    for day, symbols in (("2023-09-29", {"OLD"}), ("2023-10-02", {"OLD", "NEW"})):
        result = run_scan(ScanConfig(universe=path, as_of=day), provider=provider, now=now)
        assert set(result.ledger.symbols) == symbols


def test_real_listings_of_every_day_are_the_directories_of_the_five(real_data):
    """First and last days say who was listed when, as the lists of five days have it."""
    file = ListingFile.open(real_data / "listing_lifecycle.parquet")
    frame = pd.read_parquet(real_data / "universe_by_date.parquet", columns=["symbol", "as_of"])
    for day, rows in frame.groupby(frame["as_of"].astype(str)):
        universe = set(file.on(np.datetime64(day)).symbols)
        plain = {symbol for symbol in rows["symbol"] if symbol.isalpha()}
        assert len(plain - universe) <= 5
        assert len(universe) < 1.06 * len(rows)
    assert str(file.known_from) == "2021-01-30"
