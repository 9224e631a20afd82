"""Errors say what, which value, what is allowed; and they travel between processes."""

from __future__ import annotations

import pickle

import pytest

from technic import errors

EXAMPLES = [
    errors.ParameterError("timeperiod", 0, "a whole number from 1", "use 14"),
    errors.InputFileError("prices.csv", "not a date", 7, "date", "write YYYY-MM-DD"),
    errors.RuleUnavailableError("sector", "column 'sector'", "add it to the universe file"),
    errors.MissingExtraError("--format xlsx", "xlsxwriter", "xlsx"),
    errors.FetchError("files", "AAPL", "no_data", "the file has no such symbol"),
    errors.NothingToScanError("the universe is empty", "name another file"),
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
    assert all(str(arg) in str(error) for arg in error.args)


def test_exit_codes():
    """Wrong usage is 2, a scan that cannot be done is 1."""
    assert {type(e).__name__: e.exit_code for e in EXAMPLES} == {
        "ParameterError": 2,
        "InputFileError": 2,
        "RuleUnavailableError": 2,
        "MissingExtraError": 2,
        "FetchError": 1,
        "NothingToScanError": 1,
        "StoreError": 1,
        "RunnerError": 1,
    }
