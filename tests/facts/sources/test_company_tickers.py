"""SEC's list of companies: whose symbol is whose, and how FINRA writes them."""

from __future__ import annotations

import json

import pytest

from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources.company_tickers import read_company_tickers

ROWS = [
    [320193, "Apple Inc.", "AAPL", "Nasdaq"],
    [1067983, "BERKSHIRE HATHAWAY INC", "BRK-B", "NYSE"],
    [1067983, "BERKSHIRE HATHAWAY INC", "BRK-A", "NYSE"],
    [70858, "BANK OF AMERICA", "BAC-PL", "NYSE"],
    [5, "No symbol", None, None],
    [6, "Blank", " ", "NYSE"],
    [-1, "No company", "NONE", "NYSE"],
    [7, "Short"],
]


def table(rows=ROWS, fields=("cik", "name", "ticker", "exchange")) -> bytes:
    """The file."""
    return json.dumps({"fields": fields, "data": rows}).encode()


def test_symbols_are_canonical_and_the_first_of_a_company_is_its_own():
    """Class shares with a dot, a preferred with a small p."""
    found = read_company_tickers(table())
    assert dict(found.cik) == {
        "AAPL": 320193, "BRK.B": 1067983, "BRK.A": 1067983, "BACpL": 70858,
    }  # fmt: skip
    assert found.symbol[1067983] == "BRK.B"
    assert found.name[5] == "No symbol"


def test_columns_are_found_by_name():
    """In another order, with one more."""
    rows = [["Nasdaq", "AAPL", 1, "Apple", 320193]]
    found = read_company_tickers(table(rows, ["exchange", "ticker", "x", "name", "cik"]))
    assert dict(found.cik) == {"AAPL": 320193}


def test_flat_symbols_are_told_from_those_that_are_written_so():
    """BRKB is Berkshire's, unless somebody is called so; what two could be is nobody's."""
    found = read_company_tickers(table())
    assert found.flat()["BRKB"] == "BRK.B"
    assert found.flat(["BRKB"])["BRKB"] == "BRKB"
    assert "BACPL" not in found.flat()
    assert "BRKB" not in found.flat(["BR.KB"])


@pytest.mark.parametrize(
    "bad",
    [None, {}, [True, "x", "T", "N"], [1.5, "x", "T", "N"], [10**30, "x", "T", "N"],
     [5, ["x"], "T", "N"], ["5", "x", "T", "N"], [5, "x", 7, "N"], [5, "x", "A\nB", "N"]],
    ids=str,
)  # fmt: skip
def test_a_row_of_another_shape_takes_no_other_with_it(bad):
    """The others have their symbols."""
    assert dict(read_company_tickers(table([bad, ROWS[0]])).cik) == {"AAPL": 320193}


BAD = {
    "rows that are none": table([None, {}]),
    "nothing": b"",
    "a page": b"<html>",
    "no rows": table([]),
    "no tickers": table([[1, "x"]], ["cik", "name"]),
    "cut off": table()[:-30],
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_such_list_is_refused(name):
    """One error."""
    with pytest.raises(BadAnswerError):
        read_company_tickers(BAD[name])
