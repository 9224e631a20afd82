import math

import pytest

from technic.errors import InputFileError
from technic.tables.number_column import decimal_mark, numbers_of
from technic.tables.table_file import TableFile


def numbers(tmp_path, texts, delimiter=";"):
    """Read a column of texts as numbers."""
    path = tmp_path / "x.csv"
    rows = "".join(f'{at}{delimiter}"{text}"\n' for at, text in enumerate(texts))
    path.write_text(f"date{delimiter}close\n{rows}", encoding="utf-8")
    file = TableFile.open(path)
    return numbers_of(file, "close", file.read({"close": "close"})["close"]).tolist()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["36,58", "1.234,5", "0,123", "7"], [36.58, 1234.5, 0.123, 7.0]),
        (["1234,567", "2,5"], [1234.567, 2.5]),
        (["$1,234.5", "1,234", "20.25"], [1234.5, 1234.0, 20.25]),
        (["1 234,50", "12\u00a0345,75", "3,25"], [1234.5, 12345.75, 3.25]),
        (["1'234.50", "€ 7.25"], [1234.5, 7.25]),
        (["1.17M", "986.5K", "2B", "950"], [1_170_000.0, 986_500.0, 2e9, 950.0]),
        (["1,17M", "0,5K"], [1_170_000.0, 500.0]),
        (["1.17m", "986.5k", "2bn", "3 Mio.", "4 million"], [1.17e6, 986_500.0, 2e9, 3e6, 4e6]),
        (["0,5 Mrd.", "7,25 Tsd."], [5e8, 7_250.0]),
        (["20,125", "1.234.567"], [20.125, 1_234_567.0]),
        (["US$20.25", "20.25 USD", "EUR 7.5"], [20.25, 20.25, 7.5]),
    ],
)  # fmt: skip
def test_numbers_are_read_as_all_of_them_allow(tmp_path, texts, expected):
    """A comma is what the whole column says."""
    assert numbers(tmp_path, texts) == expected


@pytest.mark.parametrize(
    "missing",
    ["#N/A", "N/D", ".", "-", "n/a", "", "#N/A N/A", "NaN", "<NA>", "null", "#DIV/0!", "#NUM!",
     "#N/A Requesting Data...", "(null)", "1.#QNAN", "no data", "k. A."],
)  # fmt: skip
def test_what_stands_for_nothing_is_missing(tmp_path, missing):
    """Beside numbers that need no look, and beside such that do."""
    for good in ("7.5", "$7.5"):
        first, second = numbers(tmp_path, [good, missing])
        assert first == 7.5
        assert math.isnan(second)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["50,285", "49,541"], "'50,285' may be 50.285 or 50285"),
        (["36,58", "36.58"], "'36,58' is no number; write decimals with a point"),
        (["1,23,456", "1.5"], "'1,23,456' is no number"),
        (["7", "M"], "'M' is no number"),
        (["7", "5X"], "'5X' is no number"),
        (["7", "5 percent"], "'5 percent' is no number"),
        (["7", "#######"], "'#######' is no number"),
    ],
)
def test_what_may_be_two_numbers_or_none_is_refused(tmp_path, texts, message):
    """Nothing is guessed."""
    with pytest.raises(InputFileError, match="row ") as caught:
        numbers(tmp_path, texts)
    assert message in str(caught.value)


def test_text_that_a_spreadsheet_guards_is_a_number(tmp_path):
    """As exports for Excel write it."""
    assert numbers(tmp_path, ['=""20.25""', "'7.5"]) == [20.25, 7.5]


def test_commas_in_quotes_of_a_file_with_commas_are_thousands(tmp_path):
    """As the US writes both."""
    assert numbers(tmp_path, ["50,285", "49,541"], ",") == [50285.0, 49541.0]


def test_one_column_settles_the_others(tmp_path):
    """Volume of three digits behind a point, beside prices with a comma."""
    path = tmp_path / "x.csv"
    path.write_text("close;volume\n36,58;904.372\n")
    file = TableFile.open(path)
    table = file.read({"close": "close", "volume": "volume"})
    mark = decimal_mark([table["close"], table["volume"]])
    assert numbers_of(file, "volume", table["volume"], mark=mark).tolist() == [904_372.0]
