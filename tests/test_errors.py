"""Errors say what, which value, what is allowed; and they travel between processes."""

from __future__ import annotations

import pickle

import pytest

from technic import errors

EXAMPLES = [
    errors.ParameterError("timeperiod", 0, "a whole number from 1", "use 14"),
    errors.InputFileError("prices.csv", "not a date", 7, "date", "write YYYY-MM-DD"),
    errors.RuleUnavailableError("sector", "column 'sector'", "add it to the universe file"),
    errors.ExpressionError("clse > 5", (0, 4), "'clse' is no name", "did you mean close?"),
    errors.MissingExtraError("--format xlsx", "xlsxwriter", "xlsx"),
    errors.FetchError("files", "AAPL", "no_data", "the file has no such symbol"),
    errors.DirectoryError("otherlisted.txt was cut off"),
    errors.FactsError("status 403: who asks?"),
    errors.NothingToScanError("the universe is empty", "name another file"),
    errors.DatabaseError("postgresql://me@host/technic", "cannot be reached", "is it running"),
    errors.WatchesError("the disk is full", "make room"),
    errors.StoreError("bars", "has schema version 9", "upgrade Technic"),
    errors.RunnerError("ray", "no cluster answers", "use --runner threads"),
]


def test_every_class_of_the_tree_has_an_example_here():
    """A class that is added without a test of its text is noticed."""
    made = {type(example).__name__ for example in EXAMPLES}
    assert made | {"TechnicError", "UsageError"} == set(errors.__all__)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda e: type(e).__name__)
def test_an_error_survives_pickling_and_names_its_fields(error: errors.TechnicError):
    """Ray and process pools pickle exceptions; text and fields must arrive."""
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
    said = [
        value
        for field, value in vars(error).items()
        if field not in ("text", "place", "entries", "as_of")
    ]
    assert all(str(value) in str(error) for value in said)


def test_exit_codes():
    """Wrong usage is 2, a scan that cannot be done is 1."""
    assert {type(e).__name__: e.exit_code for e in EXAMPLES} == {
        "ParameterError": 2,
        "InputFileError": 2,
        "RuleUnavailableError": 2,
        "ExpressionError": 2,
        "MissingExtraError": 2,
        "FetchError": 1,
        "DirectoryError": 1,
        "FactsError": 1,
        "NothingToScanError": 1,
        "StoreError": 1,
        "DatabaseError": 1,
        "WatchesError": 1,
        "RunnerError": 1,
    }


def test_an_expression_error_says_where():
    """Line and column count from 1; the carets stand under the place."""
    error = errors.ExpressionError("close > 5\n  and clse > 5", (16, 20), "'clse' is no name")
    assert str(error) == "'clse' is no name, at line 2, column 7"
    assert error.pointer() == "  and clse > 5\n      ^^^^"


def test_the_pointer_of_a_long_line_shows_what_is_around_the_place():
    """A line of 10,000 characters does not fill the terminal; nothing unprintable reaches it."""
    text = "x" * 5_000 + "\x1b" + "y" * 5_000
    shown, carets = errors.ExpressionError(text, (5_000, 9_000), "wrong").pointer().split("\n")
    assert shown == "x" * 50 + "?" + "y" * 49
    assert carets == " " * 50 + "^" * 50


def test_an_error_without_a_place_points_nowhere():
    """A whole expression may be at fault."""
    error = errors.ExpressionError("1", None, "the expression has too many parts", "split it")
    assert str(error) == "the expression has too many parts; split it"
    assert error.pointer() == ""


def test_a_place_behind_the_text_is_pointed_at():
    """What is missing is missing behind the last character."""
    error = errors.ExpressionError("close >", (7, 8), "a value is expected")
    assert str(error) == "a value is expected, at column 8"
    assert error.pointer() == "close >\n       ^"
