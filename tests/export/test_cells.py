"""A cell of CSV that a spreadsheet would compute is text; numbers stay numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from technic.export.cells import guarded, guarded_frame

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0",
    "\t=1", "\r=1", "\n=1", "  =1", "\"=1+1", "'=1+1", "\uff1d1+1", "\uff0b1", "\uff0d1+1",
    "\uff20x", "-", "+", "--1", "=", "+A1", "-A1", "\tx",
]  # fmt: skip
ORDINARY = ["A=B", "Ford Motor", "1+1", "-5", "-5.25", "+3", "-1e-5", "-.5", "-12%", "", "(=1)",
            "BRK.B", "^GSPC", "3M", "é"]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text: str):
    """By an apostrophe before it, which spreadsheets do not show."""
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_no_formula_stays(text: str):
    """Numbers with a sign too."""
    assert guarded(text) == text


@pytest.mark.parametrize("value", [-1.5, None, True, 7])
def test_what_is_no_text_stays(value: object):
    """A number below zero is no text."""
    assert guarded(value) is value


def test_a_table_is_guarded_in_its_texts_alone():
    """Columns of numbers are not touched, and the table that was given is not changed."""
    frame = pd.DataFrame({"name": ["=x", None, "y"], "change": [-1.0, 2.0, float("nan")]})
    text = guarded_frame(frame).to_csv(index=False)
    assert text.splitlines() == ["name,change", "'=x,-1.0", ",2.0", "y,"]
    assert frame["name"][0] == "=x"
