"""Every ceiling has the value that the documentation says; what is no number is none."""

from __future__ import annotations

import email.utils
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.data_engine.interfaces import ceilings
from technic.data_engine.interfaces.ceilings import (
    header_number,
    most_pages,
    shown_bytes,
    shown_time,
)
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.network import aiohttp_transport
from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.network.rate_limiter import Limiter
from technic.data_engine.providers.vendors.http import retry_after_s
from technic.data_engine.sync import store_hold, write_buffer
from technic.testing import FakeClock

PAGE = (Path(__file__).parents[3] / "docs" / "reliability.md").read_text("utf-8")


def said(what: str) -> str:
    """What the table says of a ceiling."""
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("|")]
    (found,) = [row[2].strip() for row in rows if row[1].strip().startswith(what)]
    return found


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("connecting", f"{aiohttp_transport.CONNECT_TIMEOUT_S:g} s"),
        ("one answer, from", f"{aiohttp_transport.TOTAL_TIMEOUT_S:g} s"),
        ("one answer, from", f"{FetchRules().request_timeout_s:g} s"),
        ("one answer, unpacked", shown_bytes(ceilings.MAX_ANSWER_BYTES)),
        ("all answers", shown_bytes(ceilings.MAX_BYTES_IN_FLIGHT)),
        ("rows of one answer", f"{ceilings.MAX_ROWS_A_PAGE:,}"),
        ("a line of an answer", f"{ceilings.MAX_HEADER_CHARACTERS // 1024} KiB"),
        ("pages of a listing",
         f"{ceilings.MAX_PAGES} pages, {shown_bytes(ceilings.MAX_FEED_BYTES)}"),
        ("pages of a range", f"four times what its bars fill, and {ceilings.SPARE_PAGES}"),
        ("rows of a table", f"{ceilings.MAX_TABLE_ROWS:,}"),
        ("a pause", f"{shown_time(ceilings.MAX_PAUSE_S)}, once or in all until a page comes"),
        ("no page", shown_time(ceilings.MAX_STALL_S)),
        ("tries of", f"{FetchRules().attempts}"),
        ("retries of", f"{FetchRules().retry_floor}, and one for each request"),
        ("waiting for another", shown_time(store_hold.PATIENCE_S)),
    ],
)  # fmt: skip
def test_the_page_has_the_values_of_the_code(what: str, value: str):
    """Row by row."""
    assert said(what) == value


def test_an_answer_is_written_within_the_minute_that_the_page_says():
    """Its age, and the time until somebody looks, leave room for the write itself."""
    assert said("an answer that has come") == "1 minute"
    assert write_buffer.OLDEST_S + write_buffer.CHECK_S <= 45


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0.0), ("7", 7.0), (" 1.5 ", 1.5), ("9" * 15, 999_999_999_999_999.0), ("9" * 16, None),
     ("²", None), ("٣", None), ("-1", None), ("+1", None), ("1e3", None), ("1_0", None),
     ("nan", None), ("inf", None), ("0x1", None), ("", None), (None, None), ("9" * 5_000, None)],
)  # fmt: skip
def test_only_a_plain_number_is_one(text: str | None, number: float | None):
    """Python would take several of these for numbers, and fail at others."""
    assert header_number(text) == number


headers = st.one_of(
    st.text(max_size=80),
    st.from_regex(
        re.compile(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,6} [0-9:+ -]{0,20}")
    ),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(email.utils.format_datetime),
)


@given(after=headers, date=headers, left=headers, reset=headers)
def test_no_header_breaks_anything(after: str, date: str, left: str, reset: str):
    """A wait from 0 or none, whatever is written there; a quota never pauses beyond its ceiling."""
    named = {"retry-after": after, "date": date}
    asked = retry_after_s(HttpResponse(429, named, b""))
    assert asked is None or asked >= 0
    clock = FakeClock()
    limiter = Limiter(None, clock)
    pauses: list[float] = []
    limiter.heed(
        {"x-ratelimit-remaining": left, "x-ratelimit-reset": reset},
        0.0,
        lambda seconds: bool(pauses.append(seconds)),
    )
    assert all(0 < seconds <= ceilings.MAX_PAUSE_S for seconds in pauses)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "0.5 seconds"), (59, "59 seconds"), (60, "1 minute"), (90, "90 seconds"),
     (900, "15 minutes"), (3_600, "1 hour"), (5_400, "90 minutes"), (86_400, "1 day"),
     (315_360_000, "10 years"), (1e15, "1,000,000 years")],
)  # fmt: skip
def test_times_are_written_for_people(seconds: float, text: str):
    """In the largest unit that says it well."""
    assert shown_time(seconds) == text


@pytest.mark.parametrize(("rows", "pages"), [(0, 20), (1, 24), (50_000, 24), (50_001, 28)])
def test_pages_are_held_to_what_bars_fill(rows: int, pages: int):
    """Four times as many, and twenty."""
    assert most_pages(rows, 50_000) == pages
