"""Days of the directory, kept whole or not at all, and one universe file for each day."""

from __future__ import annotations

import gzip
import logging
import os

import numpy as np
import pyarrow.parquet as pq
import pytest

from technic.errors import InputFileError, StoreError
from technic.universe import load_universe
from technic.universe.directory.directory_folder import DirectoryFolder

NASDAQ = (
    "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares"
)
OTHER = "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol"
ALWAYS = ("AAPL|Apple Inc. - Common Stock|Q|N|N|100|N|N", "QQQ|Invesco QQQ Trust|G|N|N|100|Y|N")
BERKSHIRE = "BRK.B|Berkshire Hathaway Inc. Class B|N|BRK.B|N|1|N|BRK.B"


def bodies(*nasdaq: str, other: tuple[str, ...] = (BERKSHIRE,)) -> dict[str, bytes]:
    """The two files as they come; ``nasdaq``: rows beside Apple and an ETF."""
    footer = "File Creation Time: 0306202418:00|||||||"
    files = {"nasdaqlisted": (NASDAQ, *ALWAYS, *nasdaq), "otherlisted": (OTHER, *other)}
    return {name: "\r\n".join((*lines, footer, "")).encode() for name, lines in files.items()}


def stock(symbol: str, name: str = "Corp. - Common Stock", *, test: str = "N") -> str:
    """A row of Nasdaq's file."""
    return f"{symbol}|{symbol} {name}|S|{test}|N|100|N|N"


@pytest.fixture
def folder(tmp_path):
    """An empty folder."""
    return DirectoryFolder(tmp_path / "universe", ("nasdaqlisted", "otherlisted"), "listings")


def symbols(folder: DirectoryFolder, day: str | None) -> set[str]:
    """Who is listed on a day by the universe file."""
    universe = load_universe(folder.universe, None if day is None else np.datetime64(day))
    return set(universe.symbols)


def test_a_day_is_kept_as_it_came_and_read_as_any_universe(folder):
    """The files byte for byte, packed; flags become types; a class share keeps its dot."""
    came = bodies(stock("ZVZZT", "Test Stock", test="Y"), stock("ACMEW", "Acme Warrant"))
    kept = folder.keep("2024-03-06", came)
    assert (kept.day, kept.listings, kept.days, kept.fresh, kept.before) == (
        "2024-03-06", 5, 1, True, None,
    )  # fmt: skip
    for name, body in came.items():
        path = folder.folder / f"{name}-2024-03-06.txt.gz"
        assert gzip.decompress(path.read_bytes()) == body
    assert set(load_universe(path).symbols) == {"BRK.B"}
    universe = load_universe(kept.universe)
    said = universe.frame.set_index("symbol")
    assert said.loc["BRK.B", "exchange"] == "NYSE"
    assert said.loc["AAPL", "exchange"] == "NASDAQ"
    assert said["type"].dropna().to_dict() == {"QQQ": "etf", "ZVZZT": "test_issue"}


def test_each_day_has_those_that_its_own_file_lists(folder, tmp_path):
    """Come, gone, back, renamed, a weekend between: as with all rows under ``as_of``."""
    days = {
        "2024-03-06": bodies(stock("OLD")),
        "2024-03-07": bodies(stock("OLD"), stock("NEW")),
        "2024-03-11": bodies(stock("NEW", "Renamed - Common Stock")),
        "2024-03-12": bodies(stock("OLD", "Another - Common Stock"), stock("NEW")),
    }
    for day, files in days.items():
        kept = folder.keep(day, files)
    assert (kept.came, kept.went, kept.before, kept.days) == (1, 0, "2024-03-11", 4)
    plain = tmp_path / "plain.csv"
    rows = ["symbol,as_of"]
    for day, files in days.items():
        for body in files.values():
            lines = body.decode().splitlines()[1:-1]
            rows += [f"{line.split('|')[0]},{day}" for line in lines]
    plain.write_text("\n".join(rows))
    for day in ("2024-03-01", *days, "2024-03-08", "2024-03-10", "2024-03-20"):
        expected = set(load_universe(plain, np.datetime64(day)).symbols)
        assert symbols(folder, day) == expected, day
    assert symbols(folder, None) == expected
    named = load_universe(folder.universe, np.datetime64("2024-03-11")).frame.set_index("symbol")
    assert named.loc["NEW", "company"].startswith("NEW Renamed")


def test_the_order_in_which_days_come_is_of_no_matter(folder, tmp_path):
    """A day that comes late, or again with other rows, is put where it belongs."""
    days = {
        "2024-03-06": bodies(stock("OLD")),
        "2024-03-07": bodies(stock("OLD"), stock("NEW")),
        "2024-03-08": bodies(stock("NEW")),
    }
    for day, files in days.items():
        folder.keep(day, files)
    other = DirectoryFolder(tmp_path / "other", folder.names, "listings")
    for day in ("2024-03-08", "2024-03-06"):
        other.keep(day, days[day])
    other.keep("2024-03-07", bodies(stock("WRONG")))
    assert "WRONG" in symbols(other, "2024-03-07")
    assert other.keep("2024-03-07", days["2024-03-07"]).fresh
    assert not other.keep("2024-03-07", days["2024-03-07"]).fresh
    assert pq.read_table(other.universe).equals(pq.read_table(folder.universe))


def test_a_universe_file_that_is_gone_damaged_or_behind_is_made_again(folder, caplog):
    """It is made of the days; a day that is damaged is left out, and named."""
    folder.keep("2024-03-06", bodies(stock("OLD")))
    folder.keep("2024-03-07", bodies(stock("NEW")))
    whole = pq.read_table(folder.universe)
    behind = folder.universe.read_bytes()
    for damage in (folder.universe.unlink, lambda: folder.universe.write_bytes(b"PAR1")):
        damage()
        assert not folder.keep("2024-03-07", bodies(stock("NEW"))).fresh
        assert pq.read_table(folder.universe).equals(whole)
    folder.keep("2024-03-08", bodies(stock("NEWER")))
    folder.universe.write_bytes(behind)  # as if killed before it was written
    folder.keep("2024-03-08", bodies(stock("NEWER")))
    assert symbols(folder, "2024-03-08") == {"AAPL", "QQQ", "BRK.B", "NEWER"}
    folder.universe.unlink()
    (folder.folder / "nasdaqlisted-2024-03-07.txt.gz").write_bytes(b"\x1f\x8b damaged")
    with caplog.at_level(logging.WARNING):
        folder.keep("2024-03-08", bodies(stock("NEWER")))
    assert "the directory of 2024-03-07 is left out" in caplog.text
    assert symbols(folder, "2024-03-07") == {"AAPL", "QQQ", "BRK.B", "OLD"}


def test_half_a_directory_is_not_believed(folder):
    """Less than half of the day before: nothing is changed; of the first day nothing is known."""
    many = bodies(*(stock(f"S{letter}") for letter in "ABCDEF"))
    folder.keep("2024-03-06", many)
    before = {path.name: path.read_bytes() for path in folder.folder.iterdir()}
    with pytest.raises(InputFileError, match="has 3 symbols where that of 2024-03-06 has 9"):
        folder.keep("2024-03-07", bodies())
    assert {path.name: path.read_bytes() for path in folder.folder.iterdir()} == before
    assert folder.keep("2024-03-07", bodies(*(stock(f"S{one}") for one in "AB"))).went == 4


def test_what_a_killed_fetch_left_behind_goes_after_a_day(folder):
    """Half-written files are never read; those of a fetch that may still run stay."""
    folder.folder.mkdir()
    for name, age in (("old", 90_000), ("new", 0)):
        left = folder.folder / f".part-{name}"
        left.mkdir()
        (left / "nasdaqlisted-2024-03-05.txt.gz").write_bytes(b"half")
        written = left.stat().st_mtime - age
        os.utime(left, (written, written))
    assert folder.keep("2024-03-06", bodies()).days == 1
    assert [path.name for path in folder.folder.glob(".part-*")] == [".part-new"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "universe").write_text("in the way")
    folder = DirectoryFolder(tmp_path / "universe", ("nasdaqlisted", "otherlisted"), "listings")
    with pytest.raises(StoreError, match="universe"):
        folder.keep("2024-03-06", bodies())
