import pytest

from technic.errors import ParameterError
from technic.tables.column_names import BENCHMARK, PRICES, UNIVERSE, plain_name
from technic.tables.file_options import FileOptions


def test_columns_are_mapped_by_our_names():
    """Blanks around them are not part of them."""
    options = FileOptions.of(" date = Datum , close=Schluss letzter")
    assert options.columns == {"date": "Datum", "close": "Schluss letzter"}


@pytest.mark.parametrize("text", ["date", "date=", "day=Datum", "date=A,date=B", "=x", "a" * 501])
def test_a_map_that_says_nothing_is_refused(text):
    """With the names that there are."""
    with pytest.raises(ParameterError, match="columns_map is .*allowed: "):
        FileOptions.of(text)


@pytest.mark.parametrize("text", ["(", "abc", "(a)(b)", "(?:a)", "a" * 501])
def test_an_expression_without_one_group_is_refused(text):
    """The group is the symbol."""
    with pytest.raises(ParameterError, match="symbol_from is .*allowed: "):
        FileOptions.of(symbol_from=text)


@pytest.mark.parametrize("table", [PRICES, UNIVERSE, BENCHMARK])
def test_no_spelling_means_two_columns(table):
    """And each is written as names are compared; Nasdaq's own symbol may be alone."""
    names = [name for name in table if name != "nasdaq_symbol"]
    spellings = [spelling for name in names for spelling in table[name]]
    assert len(spellings) == len(set(spellings))
    assert [plain_name(spelling) for spelling in spellings] == spellings


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("1. open", "open"), ("5. adjusted close", "adj_close"), ("<TICKVOL>", "tick_volume"),
        ("Adj Close", "adj_close"), ("Eröffnung", "open"), ("Clôture", "close"),
        ("Último", "close"), ("Vol.", "volume"), ("收盘", "close"), ("PX_LAST", "close"),
        ("Adjusted_close", "adj_close"), ("<DTYYYYMMDD>", "date"), ("Close/Last", "close"),
        ("Schlußkurs", "close"), ("Цена", "close"), ("Zamkniecie", "close"),
    ],
)  # fmt: skip
def test_vendors_and_languages_are_known(written, ours):
    """One of each kind."""
    assert plain_name(written) in PRICES[ours]
