"""Answers of bounded size, whatever is in them."""

from __future__ import annotations

import json
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

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
