"""Columns of days in numbers that are no days: a sentence about them, of any file."""

import pandas as pd
import pytest

from technic.data_engine.providers.files.provider import FilesProvider
from technic.errors import InputFileError

DAYS = pd.to_datetime(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08"])
NUMBERS = {
    "days since 1970": (DAYS - pd.Timestamp("1970-01-01")).days,
    "days since the year 1": [day.toordinal() for day in DAYS],
    "as Matlab counts": [day.toordinal() + 366 for day in DAYS],
    "six digits": DAYS.strftime("%y%m%d"),
    "eight digits, the year last": DAYS.strftime("%d%m%Y"),
    "day of the year": DAYS.strftime("%Y%j"),
    "rounded stamps": [f"{day.timestamp():.3E}" for day in DAYS],
}


def write(path, dates, symbols):
    """Write five rows of each symbol."""
    rows = [
        f"{date},{symbol},10,11,9,10,1000"
        for symbol in symbols for date in dates
    ]  # fmt: skip
    path.write_text("date,symbol,open,high,low,close,volume\n" + "\n".join(rows) + "\n")


@pytest.mark.parametrize("symbols", [("AAA",), ("AAA", "BBB", "CCC")], ids=len)
@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_that_are_no_days_are_no_bars_within_days(tmp_path, kind, symbols):
    """The sentence names the first of them."""
    dates = [str(value) for value in NUMBERS[kind]]
    write(tmp_path / "prices.csv", dates, symbols)
    with pytest.raises(InputFileError) as caught:
        FilesProvider(tmp_path / "prices.csv")
    assert f"row 2, column 'date': '{dates[0]}' is no date" in str(caught.value)


def test_days_of_the_year_are_read_by_the_format_that_is_named(tmp_path):
    """The sentence names it."""
    write(tmp_path / "prices.csv", DAYS.strftime("%Y-%j"), ("AAA",))
    with pytest.raises(InputFileError, match='--date-format "%Y-%j"'):
        FilesProvider(tmp_path / "prices.csv")
