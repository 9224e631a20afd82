"""What SEC's files have in common: numbers of companies, days, times, when a filing is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.rows import end_of_day
from technic.typing import DateArray

__all__ = [
    "NO_DAY",
    "NO_TIME",
    "RESULTS",
    "RESULTS_ITEM",
    "Times",
    "cik_of",
    "could_be_filing",
    "days_of",
    "known_at",
    "times_of",
]

RESULTS, RESULTS_ITEM = "8-K", "2.02"
"""The form and its item that say that results were published: an earnings event."""

Times = NDArray[np.datetime64]
"""Moments in UTC, ``datetime64[us]``, shape ``(n,)``; NaT where there is none."""

EARLIEST = np.timedelta64(10, "h")
"""It makes none public before 06:00 in New York of the day that is the filing's: what is accepted
in the evening has the day after."""
MOST_BEFORE = np.timedelta64(7, "D")
"""From the evening on which a filing is accepted to its day, over a long weekend and more."""
CIK_DIGITS = 10
ACCN_LETTERS = 20
NO_TIME = np.datetime64("NaT", "us")
NO_DAY = np.datetime64("NaT", "D")


def known_at(filed: DateArray, accepted: Times) -> Times:
    """Return since when filings are known, in UTC.

    ``filed``: the day of each; ``accepted``: when it was, NaT where that is not known: then it is
    known after the close of its day, as it is where the two are far apart.
    """
    day = filed.astype("datetime64[us]")
    times = np.maximum(accepted, day + EARLIEST)
    long_before: Times = (day - MOST_BEFORE).astype("datetime64[us]")
    untold = np.isnat(accepted) | (accepted < long_before)
    return np.where(untold, end_of_day(filed), times).astype("datetime64[us]")


def cik_of(number: int | str) -> int:
    """Read a company's number; BadAnswerError for what is none. SEC writes some with zeros."""
    text = str(number)
    if not (
        text.isascii() and text.isdigit() and int(text[:CIK_DIGITS]) > 0 and len(text) <= CIK_DIGITS
    ):
        raise BadAnswerError(f"{text[:20]!r} is no CIK")
    return int(text)


def could_be_filing(number: str) -> bool:
    """Tell whether a text may go by as the number of a filing, ``0000320193-23-000106``."""
    return 0 < len(number) <= ACCN_LETTERS and number.isascii() and number.isprintable()


def days_of(texts: Sequence[str | None]) -> DateArray:
    """Read ``2024-11-01``; NaT for what is no such day."""
    # numpy takes "today" and "2024" as well
    plain = [text if text is not None and _is_day(text) else "NaT" for text in texts]
    try:
        return np.array(plain, "datetime64[D]")
    except ValueError:
        return np.array([_parsed(text, "D") for text in plain], "datetime64[D]")


def times_of(texts: Sequence[str]) -> Times:
    """Read ``2024-11-01T06:01:36.000Z`` without its ``Z``; NaT for what is no such time."""
    plain = [
        text.removesuffix("Z") if len(text) >= SECONDS and _is_day(text[:10]) else "NaT"
        for text in texts
    ]
    try:
        return np.array(plain, "datetime64[us]")
    except ValueError:
        return np.array([_parsed(text, "us") for text in plain], "datetime64[us]")


SECONDS = len("2024-11-01T06:01:36")


FIRST_YEAR, LAST_YEAR = "1900", "2199"
"""Others are typed wrongly; what tells a day's clock knows no year 0."""


def _is_day(text: str) -> bool:
    shaped = len(text) == 10 and text[4] == "-" and text[7] == "-"
    return shaped and text[:4].isdecimal() and FIRST_YEAR <= text[:4] <= LAST_YEAR


def _parsed(text: str, unit: Literal["D", "us"]) -> np.datetime64:
    """Read one that stood among some that cannot be read."""
    try:
        return np.datetime64(text, unit)
    except ValueError:
        return np.datetime64("NaT", unit)
