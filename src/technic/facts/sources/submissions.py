"""SEC's submissions: who a company is, when each of its filings was accepted, when it reported.

The time of acceptance ends with ``Z``. For most companies it is UTC; for some it is the clock of
New York all the same, four or five hours earlier than it says. Which one is the company's habit,
and the hours tell: EDGAR takes filings from 06:00 to 22:00 in New York. Where they do not tell,
the later reading counts, so that nothing is known before its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np

from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.rows import ACCOUNTING_FORMS
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.forms import (
    NO_DAY,
    RESULTS,
    RESULTS_ITEM,
    Times,
    cik_of,
    could_be_filing,
    days_of,
    known_at,
    times_of,
)
from technic.facts.sources.lists import require_few
from technic.facts.sources.new_york import minutes_of_day, to_utc
from technic.text.outside import LABEL, clean
from technic.typing import DateArray, IntArray

__all__ = ["SOURCE", "Clock", "Company", "Filings", "add_earnings", "clock_of", "read_submissions"]

SOURCE = "sec submissions"
Clock = Literal["utc", "new_york", "unknown"]
"""Whose time a company's filings were stamped with."""

OPEN, CLOSE = 9 * 60 + 30, 16 * 60
"""Minutes of New York's day."""
EVENING, LEAST_LAG = 17 * 60 + 30, 4 * 60
"""From when on a filing has the next day, and the least by which UTC is ahead."""
REPORTS = frozenset({*ACCOUNTING_FORMS, RESULTS})
FAR = np.timedelta64(31, "D")
"""From results to their publication: whatever is more was typed wrongly."""
ONLY_UTC, ONLY_NEW_YORK = (23, 0, 1, 2), (6, 7, 8, 9)
"""Hours at which EDGAR takes filings by one reading and not by the other."""


class _Arrays(msgspec.Struct, rename="camel"):
    """Filings by column, as ``recent`` and the older pages have them; all of them are texts."""

    accession_number: list[Any]
    filing_date: list[Any]
    report_date: list[Any]
    acceptance_date_time: list[Any]
    form: list[Any]
    items: list[Any]


class _Page(msgspec.Struct):
    name: str


class _Filings(msgspec.Struct):
    recent: _Arrays
    files: list[_Page] = []


class _Submissions(msgspec.Struct, rename="camel"):
    cik: int | str
    filings: _Filings
    name: str | None = None
    sic: str | int | None = None
    tickers: list[str | None] | None = None
    fiscal_year_end: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Filings:
    """Filings of one company, shape ``(n,)``; ``stamped``: times as they stand, whoever's."""

    accn: list[str]
    filed: DateArray
    reported: DateArray
    stamped: Times
    form: list[str]
    items: list[str]

    def with_page(self, other: Filings) -> Filings:
        """Return these and the filings of an older page."""
        join = np.concatenate
        return Filings(
            self.accn + other.accn,
            join([self.filed, other.filed]),
            join([self.reported, other.reported]),
            join([self.stamped, other.stamped]),
            self.form + other.form,
            self.items + other.items,
        )

    @property
    def accepted(self) -> Times:
        """When each was accepted, in UTC."""
        if clock_of(self.stamped) == "utc" and not self._some_by_new_york():
            return self.stamped
        return to_utc(self.stamped)

    def _some_by_new_york(self) -> bool:
        """Tell whether a report's day says that it was stamped with New York's clock.

        What is accepted after 17:30 there has the next day for its own. By UTC the same hours are
        those of an afternoon, which has its own.
        """
        day = self.stamped.astype("datetime64[D]")
        minute = (self.stamped - day).astype("timedelta64[m]").astype(np.int64)
        evening = (minute > EVENING) & (minute <= EVENING + LEAST_LAG) & (self.filed > day)
        return any(self.form[at] in REPORTS for at in np.flatnonzero(evening).tolist())


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """Who files; ``pages``: names of the members that hold older filings. ``sic``: 0 unknown."""

    cik: int
    name: str
    sic: int
    tickers: tuple[str, ...]
    fiscal_year_end: str
    filings: Filings
    pages: tuple[str, ...]


_read = msgspec.json.Decoder(_Submissions).decode
_read_page = msgspec.json.Decoder(_Arrays).decode


def read_submissions(body: bytes) -> Company:
    """Read a company's JSON; BadAnswerError for what is none."""
    require_few(body)
    try:
        found = _read(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(f"not the JSON expected: {error}") from error
    sic = str(found.sic or "")
    return Company(
        cik=cik_of(found.cik),
        name=clean(found.name or "", LABEL),
        sic=int(sic) if sic.isascii() and sic.isdigit() and len(sic) <= 4 else 0,
        tickers=tuple(ticker for ticker in found.tickers or () if ticker),
        fiscal_year_end=found.fiscal_year_end or "",
        filings=_filings(found.filings.recent),
        pages=tuple(page.name for page in found.filings.files),
    )


def read_older_page(body: bytes) -> Filings:
    """Read a page of older filings; BadAnswerError for what is none."""
    require_few(body)
    try:
        return _filings(_read_page(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(f"not the JSON expected: {error}") from error


def clock_of(stamped: Times) -> Clock:
    """Tell whose clock a company's times of acceptance show, from their hours."""
    hours = (stamped[~np.isnat(stamped)].astype("datetime64[h]").astype(np.int64) % 24).tolist()
    if any(hour in ONLY_NEW_YORK for hour in hours):
        return "new_york"
    return "utc" if any(hour in ONLY_UTC for hour in hours) else "unknown"


def add_earnings(rows: FactBlocks, company: Company, symbol: str | None) -> int:
    """Add a row for each publication of results: 0 before the open, 1 during, 2 after the close.

    The day is the filing's report date, else, or where that is weeks away, that of its acceptance.
    Returns how many.
    """
    filings = company.filings
    at = [
        place
        for place, form in enumerate(filings.form)
        if form == RESULTS
        and RESULTS_ITEM in filings.items[place].split(",")
        and could_be_filing(filings.accn[place])
    ]
    accepted = filings.accepted[at]
    at, accepted = _timed(at, accepted)
    minute, day = minutes_of_day(accepted)
    reported = filings.reported[at]
    told = abs(reported - day) <= FAR  # not where there is no day
    rows.add(
        cik=company.cik,
        symbol=symbol,
        concept="earnings_event",
        tag=f"{RESULTS} item {RESULTS_ITEM}",
        unit="code",
        start=np.full(len(at), NO_DAY),
        end=np.where(told, reported, day),
        value=_part_of_day(minute),
        form=RESULTS,
        accn=[filings.accn[place] for place in at],
        known_at=known_at(filings.filed[at], accepted),
    )
    return len(at)


def _timed(at: Sequence[int], accepted: Times) -> tuple[list[int], Times]:
    """Leave out what has no time: when in the day it came nobody knows."""
    known = ~np.isnat(accepted)
    return [place for place, good in zip(at, known.tolist(), strict=True) if good], accepted[known]


def _part_of_day(minute: IntArray) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.where(minute < OPEN, 0.0, np.where(minute < CLOSE, 1.0, 2.0))


def _filings(arrays: _Arrays) -> Filings:
    columns = [_texts(getattr(arrays, name)) for name in arrays.__struct_fields__]
    accn, filed, reported, stamped, form, items = columns
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        raise BadAnswerError(f"columns of filings have different lengths: {sorted(lengths)}")
    return Filings(accn, days_of(filed), days_of(reported), times_of(stamped), form, items)


def _texts(column: list[Any]) -> list[str]:
    """Return a column with an empty text where it has none, so that a filing loses no other."""
    if set(map(type, column)) <= {str}:
        return column
    return [value if isinstance(value, str) else "" for value in column]
