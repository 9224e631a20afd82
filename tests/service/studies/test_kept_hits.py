"""Hits that are read again: only the packed rows asked for, in whatever groups they lie."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from service.conftest import small_market
from technic.service.studies.kept_hits import hits_of_symbol, hits_page
from technic.service.studies.kept_study import keep_study
from technic.service.studies.question import study_config
from technic.service.studies.study_files import BY_SYMBOL, HITS
from technic.service.studies.wording import headline
from technic.settings import Settings
from technic.study import run_study
from technic.study.table import write_hits
from technic.study.without_folders import plain_source

ROWS = 23


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study of 23 hits, packed by five and by four."""
    numbers = pa.table({"number": list(range(ROWS)), "r": [None, *map(float, range(1, ROWS))]})
    write_hits(numbers, tmp_path / HITS, 5)
    by_symbol = {
        "symbol": ["A"] * 3 + ["B"] * 13 + ["C"] * 7,
        "session": [f"2024-01-{31 - at:02d}" for at in range(ROWS)],
        "setup": ["where"] * ROWS,
        "outcome": ["stop", None] * 11 + ["time"],
        "r": numbers["r"],
        "excess": [0.01 * at for at in range(ROWS)],
    }
    write_hits(pa.table(by_symbol), tmp_path / BY_SYMBOL, 4)
    return tmp_path


@pytest.mark.parametrize("limit", [1, 4, 5, 6, 23, 40])
def test_a_page_is_that_part_of_the_rows(folder: Path, limit: int) -> None:
    """Wherever it begins and ends."""
    for offset in range(ROWS + 2):
        total, rows = hits_page(folder, limit, offset)
        assert total == ROWS
        expected = list(range(ROWS))[offset : offset + limit]
        assert [row["number"] for row in rows] == expected
    assert hits_page(folder, 1, 0)[1] == [{"number": 0, "r": None}]


def test_hits_of_a_symbol_are_counted_and_the_first_are_returned(folder: Path) -> None:
    """Those of others are not among them."""
    count, rows = hits_of_symbol(folder, "B", 5)
    assert count == 13
    assert [row["session"] for row in rows] == [f"2024-01-{31 - at:02d}" for at in range(3, 8)]
    assert rows[0] == {
        "session": "2024-01-28",
        "setup": "where",
        "outcome": None,
        "r": 3.0,
        "excess": 0.03,
    }
    assert hits_of_symbol(folder, "D", 5) == (0, [])


def test_a_study_is_told_in_a_line() -> None:
    """Verdicts that say something come first; a file is named without its folders."""
    told = headline({"too_few": 5, "better": 2}, "2025-06-02", "2026-06-01", 6_000)
    assert told == "2 better, 5 too few to say; 2025-06-02 to 2026-06-01, 6,000 symbols"
    assert plain_source("files /data/of mine/prices.csv") == "files prices.csv"
    assert plain_source("demo") == "demo"


def test_what_is_kept_of_ratings_alone_says_what_they_were_worth(tmp_path: Path):
    """There are no hits; the verdicts are those of the ratings."""
    prices = tmp_path / "prices.csv"
    prices.write_bytes(small_market())
    settings = Settings(home=tmp_path)
    asked = {"data": str(prices), "rating": "rs_rating", "from": "2024-01-30", "to": "2024-02-01"}
    config = study_config(asked, settings, dt.date(2026, 7, 1))
    about = keep_study(run_study(config, settings=settings), tmp_path / "x", 1.0)
    assert about["headline"] == "1 too few to say; 2024-01-30 to 2024-02-01, 12 symbols"
    ((name, verdict, says),) = (one.values() for one in about["ratings"])
    assert (name, verdict) == ("rs_rating", "too_few")
    assert says.startswith("Too few to say")
    assert hits_page(tmp_path / "x", 10, 0) == (0, [])
