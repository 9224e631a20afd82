"""Days as text: the spellings that have one reading, and those that a format settles."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

from technic.tables.month_names import named_month_day

__all__ = [
    "EPOCH",
    "YEARS",
    "day_number",
    "formatted_day",
    "readings",
    "serial_days",
    "strange_year",
]

YEARS = range(1900, 2200)
EPOCH = dt.date(1970, 1, 1).toordinal()
SERIAL_EPOCH = 25_569
"""The serial number that spreadsheets give 1970-01-01; smaller ones are no days of ours."""
_YEAR_FIRST = re.compile(
    r"(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})[日일.]?(?:[T ].*)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]\d{1,2}.*|\d{4}|\d{6})?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,].*)?")
_WHOLE = re.compile(r"(\d+)\.0*")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_SHORT = re.compile(r"\d{6}")
_TIME_BEHIND = re.compile(r"(?:\s*[T ,]\s*)\d{1,2}:\d{2}.*")
_TIME_OF_A_FORMAT = re.compile(r"%[HIMSfpXTRc]")
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))
_EPOCH_UNITS = {10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}
_MONTHS = 12
_RARE = ("%Y-%d-%m", "%d%m%Y", "%m%d%Y", "%Y-%j", "%Y%j", "%G-W%V-%u", "%GW%V%u")
"""Spellings that are named only where days are written so throughout."""


@lru_cache(maxsize=1 << 14)
def day_number(text: str, order: str) -> int | None:
    """Return days since 1970 of 2024-03-08 (or with a time), 20240308, Mar 8, 2024, an epoch stamp.

    ``order``: ``%m/%d/%Y`` where 3/8/2024 is known to be in March. None for what is no day.
    """
    try:
        day = _date(text, order)
    except (ValueError, OverflowError):
        return None
    return day.toordinal() - EPOCH if day is not None and day.year in YEARS else None


def _date(text: str, order: str) -> dt.date | None:
    text = text.translate(_HYPHENS)
    if match := _YEAR_FIRST.fullmatch(text):
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    if order and (match := _YEAR_LAST.fullmatch(text)):
        return dt.date(int(match[4]), int(match[1]), int(match[3]))
    if text.isascii():
        if match := _WHOLE.fullmatch(text):
            text = match[1]  # a whole number that was written as a fraction
        if match := _COMPACT.fullmatch(text):
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
        if text.isdigit() and len(text) in _EPOCH_UNITS:
            seconds = int(text) // _EPOCH_UNITS[len(text)]
            return dt.datetime.fromtimestamp(seconds, dt.UTC).date()
    return named_month_day(text)


@lru_cache(maxsize=1 << 14)
def formatted_day(text: str, format_: str) -> int | None:
    """Return days since 1970 of a day written as the user says; a time behind it is passed over.

    The time, too, is read where the format has one.
    """
    if not _TIME_OF_A_FORMAT.search(format_):
        text = _TIME_BEHIND.sub("", text)
    try:
        day = dt.datetime.strptime(text, format_).replace(tzinfo=dt.UTC).date()
    except (ValueError, OverflowError):
        return None
    return day.toordinal() - EPOCH if day.year in YEARS else None


def serial_days(texts: Sequence[str]) -> list[int] | None:
    """Return days since 1970 where all are serial numbers as spreadsheets count days, else None.

    Counted from 1900; those counted from 1904 would fall four years and a day early, on Sundays.
    """
    matches = [_SERIAL.fullmatch(text) for text in texts]
    days = [int(match[1]) - SERIAL_EPOCH for match in matches if match is not None]
    known = len(days) == len(texts) and bool(days) and min(days) >= 0
    return days if known and max(days) + EPOCH < dt.date(YEARS.stop, 1, 1).toordinal() else None


def strange_year(text: str) -> bool:
    """Tell a day that only its year keeps from being one."""
    match = _YEAR_FIRST.fullmatch(text)
    year = match[1] if match else None
    if year is None and (match := _YEAR_LAST.fullmatch(text)) and len(match[4]) > 2:
        year = match[4]
    return year is not None and int(year) not in YEARS


def readings(texts: Sequence[str]) -> list[str]:
    """Return the formats that all days in numbers with the year last, or of six digits, fit."""
    if texts and all(_SHORT.fullmatch(text) for text in texts):
        return _fitting(texts, ("%y%m%d", "%d%m%y", "%m%d%y"))
    found = [match for text in texts if (match := _YEAR_LAST.fullmatch(text))]
    if not found:
        return _fitting(texts, _RARE)
    parts = {match[2] for match in found}
    widths = {len(match[4]) for match in found}
    if len(parts) > 1 or len(widths) > 1:
        return []
    mark, year = parts.pop(), "%Y" if widths == {4} else "%y"
    first = max(int(match[1]) for match in found) <= _MONTHS
    second = max(int(match[3]) for match in found) <= _MONTHS
    month_first, day_first = (mark.join((*two, year)) for two in (("%m", "%d"), ("%d", "%m")))
    return [format_ for format_, fits in ((month_first, first), (day_first, second)) if fits]


def _fitting(texts: Sequence[str], formats: Sequence[str]) -> list[str]:
    """Return the formats that all texts fit."""
    return [
        one
        for one in formats
        if texts and all(formatted_day(text, one) is not None for text in texts)
    ]
