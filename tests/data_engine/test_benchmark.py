"""A benchmark from a file or a provider: each close on its own session, none left out silently."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from technic.data_engine.benchmark import Benchmark, load_benchmark
from technic.data_engine.interfaces.records import Splits
from technic.errors import InputFileError, ParameterError, UsageError
from technic.testing import FakeProvider, make_bars

SESSIONS = np.array(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07"], "M8[D]")
PROVIDER = FakeProvider(make_bars(["SPY"], SESSIONS))


def load(spec: object, as_of: str = "2024-03-07", provider: FakeProvider = PROVIDER) -> Benchmark:
    """Load it for four sessions."""
    return load_benchmark(str(spec), SESSIONS, np.datetime64(as_of), provider)


def written(folder: Path, text: str) -> Path:
    """A CSV file of closes."""
    path = folder / "closes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_close_stands_on_its_own_session(tmp_path: Path):
    """Rows in any order; a day without a row, or without a price above 0, is missing."""
    path = written(
        tmp_path,
        "Date,Adj Close\n2024-03-07,4\n2024-03-04,1\n2024-03-06,-3\n2024-03-03,9\n2024-03-08,9\n",
    )
    found = load(path)
    np.testing.assert_array_equal(found.closes, [1, np.nan, np.nan, 4])
    assert found.name == "closes"
    assert "adjusted or not" in found.notes[0]


def test_one_symbol_of_a_file_is_named_after_a_colon(tmp_path: Path):
    """In any spelling; without a name, or with a wrong one, the message lists what there is."""
    path = written(
        tmp_path, "symbol,date,close\nBRK-B,2024-03-04,5\nQQQ,2024-03-04,7\nQQQ,2024-03-05,8\n"
    )
    np.testing.assert_array_equal(load(f"{path}:qqq").closes, [7, 8, np.nan, np.nan])
    assert load(f"{path}:brk/b").name == "BRK.B"
    for spec in (path, f"{path}:SPY"):
        with pytest.raises(InputFileError, match=r"holds 2 symbols \(BRK.B, QQQ\).*name one"):
            load(spec)


@pytest.mark.parametrize(
    "text",
    [
        "observation_date,SP500\n2024-03-04,1\n2024-03-05,.\n2024-03-06,3\n2024-03-07,4\n",
        "DATE,Nasdaq Composite\n03/04/2024,1\n03/06/2024,3\n03/07/2024,4\n03/15/2024,9\n",
        "Zeit,Close\n2024-03-04,1\n2024-03-06,3\n2024-03-07,4\n",
        "Stand;Tag\n1;2024-03-04\n3;2024-03-06\n4;2024-03-07\n",
        "2024-03-04,1\n2024-03-06,3\n2024-03-07,4\n",
        "Date,Close/Last,Open,High,Low\n"
        "03/07/2024,4,9,9,9\n03/06/2024,3,9,9,9\n03/04/2024,1,9,9,9\n03/15/2024,9,9,9,9\n",
        "S&P 500\n\nEffective date ,S&P 500\n2024-03-04,1\n2024-03-06,3\n2024-03-07,4\n\n"
        "Copyright of the index\n",
        "date,close\n2024-03-04,1\n2024-03-06,3\n2024-03-07,4\n2024-03-07,4\n",
    ],
    ids=[
        "fred",
        "named after the index",
        "close alone known",
        "neither",
        "no header",
        "nasdaq",
        "below a title",
        "the last day twice",
    ],
)
def test_of_two_columns_one_is_of_days_and_the_other_is_the_close(tmp_path: Path, text: str):
    """Whatever they are called; the names are those of price files."""
    np.testing.assert_array_equal(load(written(tmp_path, text)).closes, [1, np.nan, 3, 4])


def test_two_columns_without_days_are_no_benchmark(tmp_path: Path):
    """Nothing is guessed: neither is of days, or the other holds symbols."""
    for text in ("a,b\n1,2\n", "Date,Ticker\n2024-03-04,A\n"):
        with pytest.raises(InputFileError, match="no column for"):
            load(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("date,close\n", "no rows"),
        ("date,open\n2024-03-04,1\n", "no column for close"),
        ("date,close\n2024-03-04,1\nsoon,2\n", "row 3, column 'date': 'soon' is no date"),
        ("date,close\n2024-03-04,1\n2024-03-05,x\n", "row 3, column 'close': 'x' is no number"),
        ("date,close\n2024-03-04,1\n2024-03-04,2\n", "row 3, column 'date'.*second close"),
        ("date,close\n2023-03-06,1\n", "closes between 2024-03-04 and 2024-03-07"),
        ("date,close\n2024-03-04,0\n", "it has none"),
    ],
    ids=["empty", "header", "column", "date", "number", "twice", "other days", "no price"],
)
def test_a_file_that_is_no_benchmark_says_why(tmp_path: Path, text: str, message: str):
    """One sentence with the row where there is one; never a benchmark with holes instead."""
    with pytest.raises(UsageError, match=message):
        load(written(tmp_path, text))


def test_a_symbol_comes_from_the_provider_adjusted_to_the_day():
    """A split of a later day is not known yet."""
    splits = Splits(np.array(["SPY"], object), np.array(["2024-03-06"], "M8[D]"), np.array([2.0]))
    provider = FakeProvider(PROVIDER.bars, splits=splits)
    raw = PROVIDER.bars.close
    np.testing.assert_array_equal(load("spy", provider=provider).closes[:2], raw[:2] / 2)
    np.testing.assert_array_equal(load("spy", "2024-03-05", provider).closes[:2], raw[:2])
    with pytest.raises(ParameterError, match="NOPE.*has no bars of NOPE"):
        load("NOPE")


HOLIDAYS = (
    "2023-07-04", "2023-09-04", "2023-11-23", "2023-12-25", "2024-01-01", "2024-01-15",
    "2024-02-19", "2024-03-29", "2024-05-27", "2024-06-19",
)  # fmt: skip
YEAR = np.arange(np.datetime64("2023-07-03"), np.datetime64("2024-06-29"))
YEAR = YEAR[np.is_busday(YEAR, holidays=np.array(HOLIDAYS, "M8[D]"))]


def with_days(folder: Path, days: np.ndarray) -> Path:
    """A file of closes on ``days``, another each day."""
    rows = (f"{day},{100 + at}" for at, day in enumerate(days))
    return written(folder, "date,close\n" + "\n".join(rows) + "\n")


def load_year(path: Path) -> Benchmark:
    """Load it for the sessions of a year."""
    return load_benchmark(str(path), YEAR, YEAR[-1], PROVIDER)


def summer(days: np.ndarray) -> np.ndarray:
    """Which days of the year have summer time in New York."""
    return (days >= np.datetime64("2024-03-10")) | (days < np.datetime64("2023-11-05"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda days: days - summer(days), "in summer time each lies a day early"),
        (lambda days: days - ~summer(days), "the dates cannot be right"),
        (lambda days: days - 1, "each lies a day early"),
        (lambda days: days + 1, "each lies a day late"),
        (lambda days: days[::5], "weekly bars, daily ones are needed"),
        (lambda days: days[::21], "monthly bars, daily ones are needed"),
    ],
    ids=["summer", "winter", "early", "late", "weekly", "monthly"],
)
def test_closes_of_other_days_are_no_benchmark(
    tmp_path: Path, change: Callable[[np.ndarray], np.ndarray], message: str
):
    """Strength against closes a day off is wrong on every day; the message says the cause."""
    with pytest.raises(InputFileError, match=message):
        load_year(with_days(tmp_path, change(YEAR)))


def test_closes_of_more_days_than_sessions_are_warned_of_and_used(tmp_path: Path):
    """A close on each day of the calendar: those of sessions stand where they belong."""
    days = np.arange(YEAR[0], YEAR[-1] + 1)
    found = load_year(with_days(tmp_path, days))
    np.testing.assert_array_equal(found.closes, 100 + np.flatnonzero(np.isin(days, YEAR)))
    assert any("on no session" in note for note in found.notes)
    assert not any("on no session" in note for note in load_year(with_days(tmp_path, YEAR)).notes)
