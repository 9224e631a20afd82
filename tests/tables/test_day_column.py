import datetime as dt
import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.errors import InputFileError, ParameterError
from technic.tables.day_column import days_of
from technic.tables.file_options import FileOptions
from technic.tables.table_file import TableFile


def days(tmp_path, texts, date_format=None):
    """Read a column of texts as days, with the option that a user may give."""
    path = tmp_path / "x.csv"
    path.write_text("date;close\n" + "".join(f"{text};1\n" for text in texts), encoding="utf-8")
    file = TableFile.open(path, FileOptions.of(date_format=date_format))
    table = file.read({"date": "date"})
    return days_of(file, "date", table["date"]).astype(str).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "Mar 08, 2024", "March 8, 2024", "8-Mar-24", "08-MAR-2024", "08MAR2024", "8 March 2024",
        "Fri, Mar 8 2024", "Friday, March 8th, 2024", "2024-Mar-08", "Mar 8, 2024 16:00",
        "8. März 2024", "8 mars 2024", "8 de marzo de 2024", "8 mrt 2024", "Mar 08 '24",
        "2024-03-08", "2024/3/8", "2024.03.08", "20240308", "20240308 000000",
        "2024-03-08 00:00:00-05:00", "1709856000", "1709856000000",
        "20240308.0", "1709856000.0", "20240308160000", "202403081600", "45359", "45359.6667",
        '="2024-03-08"', "'2024-03-08", "2024\u201003\u201008", "2024年3月8日", "2024. 3. 8.",
        "2024년 3월 8일", "8 marca 2024", "8 Mart 2024", "8 марта 2024",
        "Fri Mar  8 00:00:00 2024", "Fri Mar 08 00:00:00 EST 2024",
    ],
)  # fmt: skip
def test_a_date_with_one_reading_is_read(tmp_path, text):
    """However vendors write the eighth of March 2024."""
    assert days(tmp_path, [text]) == ["2024-03-08"]


@given(day=st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31)))
def test_every_day_is_read_as_it_was_written(tmp_path_factory, day):
    """By Python's own names of months, with four and with two digits of the year."""
    path = tmp_path_factory.mktemp("days")
    texts = [day.strftime(form) for form in ("%b %d, %Y", "%d-%b-%y", "%B %d, %Y", "%Y%m%d")]
    assert days(path, texts) == [str(day)] * 4


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        (["03/08/2024", "04/08/2024"], ['"%m/%d/%Y" or', '"%d/%m/%Y"', "cannot be told apart"]),
        (["28/12/2022", "03/01/2023"], ['--date-format "%d/%m/%Y"']),
        (["28.12.2022", "03.01.2023"], ['--date-format "%d.%m.%Y"']),
        (["12-28-2022", "01-03-2023"], ['--date-format "%m-%d-%Y"']),
        (["12/28/22", "1/3/23"], ['--date-format "%m/%d/%y"']),
        (["5.3.24", "8.3.24"], ['"%m.%d.%y" or --date-format "%d.%m.%y"']),
        (["soon"], ['--date-format "%d.%m.%Y"', "'soon' is no date"]),
        (["Feb 30, 2024"], ["'Feb 30, 2024' is no date"]),
        (["8-Foo-24"], ["is no date"]),
        (["240308", "240313"], ['--date-format "%y%m%d"']),
        (["2024-13-03", "2024-08-03"], ['--date-format "%Y-%d-%m"']),
        (["2024-068", "2024-069"], ['--date-format "%Y-%j"']),
        (["2024-W10-5", "2024-W11-1"], ['--date-format "%G-W%V-%u"']),
        (["28122022", "03012023"], ['--date-format "%d%m%Y"']),
        (["08032024", "04032024"], ['"%d%m%Y" or --date-format "%m%d%Y"', "cannot be told apart"]),
        (["19790", "19793"], ["'19790' is no date"]),
        (["45359", "2024-03-08"], ["'45359' is no date"]),
        (["1884-01-02"], ["'1884-01-02' is no date; its year is none from 1900 to 2199"]),
        (["08/03/2567"], ["its year is none from"]),
    ],
)
def test_what_may_be_read_in_two_ways_or_none_is_refused_with_the_option(tmp_path, texts, options):
    """The sentence names the formats that fit all values."""
    with pytest.raises(InputFileError) as caught:
        days(tmp_path, texts)
    for option in options:
        assert option in str(caught.value)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d/%m/%Y", "08/03/2024"), ("%d.%m.%Y", "08.03.2024"), ("%m-%d-%Y", "03-08-2024"),
        ("%m/%d/%y", "03/08/24"), ("%d.%m.%Y %H:%M", "08.03.2024 22:00"), ("%Y%d%m", "20240803"),
        ("%d/%m/%Y", "08/03/2024 16:00:00"), ("%d.%m.%Y", "08.03.2024, 4:00 PM"),
        ("%d %b %Y", "08 Mar 2024T00:00:00.000"),
    ],
)  # fmt: skip
def test_a_format_reads_them(tmp_path, form, text):
    """As the user says, even where it could be read otherwise."""
    assert days(tmp_path, [text], form) == ["2024-03-08"]


def test_us_dates_are_read_where_nothing_else_is_possible(tmp_path):
    """One day after the twelfth settles all."""
    assert days(tmp_path, ["03/08/2024", "03/13/2024"]) == ["2024-03-08", "2024-03-13"]


def test_a_value_of_another_format_is_refused(tmp_path):
    """It says which option was not met."""
    with pytest.raises(InputFileError, match=r'row 3.*not written as --date-format "%d\.%m\.%Y"'):
        days(tmp_path, ["08.03.2024", "2024-03-09"], "%d.%m.%Y")


@pytest.mark.parametrize("form", ["%d.%m", "YYYY", "%Q", "", "%H:%M", 5, "%d" * 300])
def test_a_format_without_a_whole_day_is_refused(form):
    """Before a file is read."""
    with pytest.raises(ParameterError, match="date_format is"):
        FileOptions.of(date_format=form)


def test_the_format_that_is_named_reads_the_values_it_was_named_for(tmp_path):
    """A time behind the day does not get in its way."""
    texts = ["28/12/2022 16:00", "03/01/2023 16:00"]
    with pytest.raises(InputFileError) as caught:
        days(tmp_path, texts)
    (form,) = re.findall(r'--date-format "(.*?)"', str(caught.value))
    assert days(tmp_path, texts, form) == ["2022-12-28", "2023-01-03"]


@pytest.mark.parametrize("unit", [1, 1_000])
def test_stamps_that_became_floats_are_read(tmp_path, unit):
    """A gap in a column of whole numbers makes pandas write floats; fractions are no stamps."""
    path = tmp_path / "x.csv"
    path.write_text("date\n")
    file = TableFile.open(path)
    column = pa.chunked_array([pa.array([1709856000.0 * unit])])
    assert days_of(file, "date", column) == np.array(["2024-03-08"], "M8[D]")
    with pytest.raises(InputFileError, match="holds double, not text"):
        days_of(file, "date", pa.chunked_array([pa.array([0.5])]))


def test_days_that_are_typed_need_no_format(tmp_path):
    """A Parquet column of dates says what it is."""
    path = tmp_path / "x.csv"
    path.write_text("date\n")
    file = TableFile.open(path, FileOptions.of(date_format="%d.%m.%Y"))
    column = pa.chunked_array([pa.array([dt.date(2024, 3, 8)])])
    assert days_of(file, "date", column) == np.array(["2024-03-08"], "M8[D]")
