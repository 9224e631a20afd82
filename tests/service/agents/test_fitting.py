"""Answers of bounded size, whatever is in them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.errors import UsageError
from technic.service.agents.fitting import MOST_BYTES, cleaned, encoded, fitted


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=60), max_size=6), max_size=150))
def test_pages_hold_every_item_once_and_in_order(items: list[list[str]]) -> None:
    """However long each is when written in UTF-8."""
    whole = cleaned(items)
    found: list[Any] = []
    offset: int | None = 0
    while offset is not None:
        answer = {"next": None, "rows": whole[offset:]}
        page = fitted(answer, "rows", "tool", {"id": "x"}, offset=offset)
        assert len(encoded(page).encode()) <= MOST_BYTES
        assert page["rows"] or not whole[offset:]
        found += page["rows"]
        following = page["next"]
        offset = None if following is None else following["arguments"]["offset"]
        assert following is None or following["left"] == len(whole) - len(found)
    assert found == whole


def test_texts_become_one_line_and_numbers_short() -> None:
    """At any depth; what is no number stays away from JSON."""
    plain = cleaned({"a\nb": ["x\x1b[2Jy\u202e", 1.23456789, 3, None, True, "\ud800"]})
    assert plain == {"a b": ["xy", 1.23457, 3, None, True, ""]}
    assert json.loads(encoded(plain)) == plain
    assert cleaned(1e300) == 1e300
    assert not math.isnan(cleaned(0.0))


def test_a_row_that_is_too_long_is_shortened_and_no_call_is_told_twice():
    """A condition of many terms: its texts are cut, and the next call goes on after it."""
    terms = {f"sma(close, {n})" * 4: f"{n}" * 40 for n in range(200)}
    rows = [["where", "x" * 3_000, terms], ["where", "y" * 3_700, {}]]
    answer = fitted({"rows": rows}, "rows", "why_not", {"symbol": "A"})
    assert len(encoded(answer).encode()) <= MOST_BYTES
    assert answer["rows"][0][1].startswith("xxx")
    assert answer["rows"][0][1].endswith("…")
    assert answer["next"]["arguments"]["offset"] == 1
    rest = fitted({"rows": rows[1:]}, "rows", "why_not", {"symbol": "A"}, offset=1)
    assert (rest["rows"], rest["next"]) == (rows[1:], None)


def test_an_answer_whose_head_alone_is_too_long_is_refused():
    """Forty columns with long names: the call that is told would get the same again, for ever."""
    columns = [f"{n} = {'close + ' * 20}" for n in range(40)]
    with pytest.raises(UsageError, match="ask for fewer columns"):
        fitted({"columns": columns, "rows": [[1] * 40]}, "rows", "scan", {"show": columns})
    with pytest.raises(UsageError, match="ask for fewer columns"):
        fitted({"columns": columns, "rows": []}, "rows", "scan", {})
