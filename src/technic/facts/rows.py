"""The one table of facts: a row is one number of one filing, with the moment it became known.

A row is never changed and never taken away: what is restated is one more row. So whoever asks
about a day reads the rows known by then, and gets the same answer for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.sessions import SessionCalendar
from technic.typing import BoolArray, DateArray

__all__ = [
    "ACCOUNTING_FORMS",
    "FACT_SCHEMA",
    "LAST_DAY",
    "LISTED_AS",
    "SIC",
    "FactRows",
    "end_of_day",
    "fact_table",
    "known_rows",
    "quarters_of",
    "require_facts",
    "short_interest_known_at",
]

FACT_SCHEMA = pa.schema(
    [
        ("cik", pa.int64()),  # 0 where a source knows only the symbol
        ("symbol", pa.string()),  # canonical; null where unknown
        ("concept", pa.string()),  # a name of concepts.toml
        ("period_start", pa.date32()),  # null: an instant
        ("period_end", pa.date32()),
        ("quarters", pa.int8()),  # 0 an instant, 1 to 4, -1 a span of another length
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("form", pa.string()),
        ("accn", pa.string()),
        ("known_at", pa.timestamp("us", tz="UTC")),
        ("source", pa.string()),
        ("tag", pa.string()),  # "us-gaap:Revenues"
    ]
)

LISTED_AS = "listed_as"
"""Concept of a row that says under which symbol a company is listed, value 1: one a class."""
SIC = "sic"
"""Concept of a row whose value is the industry code that a filing gives."""

_WITH_AMENDMENTS = ("10-K", "10-Q", "20-F", "40-F", "6-K")
ACCOUNTING_FORMS = frozenset(form + ending for form in _WITH_AMENDMENTS for ending in ("", "/A"))
"""Other forms repeat numbers too, and are known to be off by a factor of 1,000."""
NO_ACCOUNTS = frozenset({LISTED_AS, SIC, "earnings_event", "earnings_date"})
"""Concepts that may come from any form."""
NEVER_NULL = ("cik", "concept", "period_end", "quarters", "value", "known_at", "source")
AHEAD = frozenset({"earnings_date"})
"""Concepts whose day lies in the future when it becomes known."""

SPANS = ((1, 80, 100), (2, 170, 190), (3, 260, 285), (4, 350, 380))
"""Quarters, and the least and most days of a span of so many, both ends counted."""
FIRST_DAY, LAST_DAY = np.datetime64("1985-01-01"), np.datetime64("2200-01-01")
LARGEST = 1e18
"""Of a value: more than all money and all shares there are, and sums of some stay numbers."""
SHORT_INTEREST_DAYS = 8
"""Business days."""
DAY_IS_OVER = np.timedelta64(29, "h")
"""05:00 UTC of the next day: midnight in New York, or an hour later."""


@dataclass(frozen=True, slots=True)
class FactRows:
    """Rows that may be stored, and how many were left out for which reason."""

    table: pa.Table
    dropped: Mapping[str, int] = field(default_factory=dict)


def quarters_of(start: DateArray, end: DateArray) -> NDArray[np.int8]:
    """Count the quarters of spans: 0 for an instant (``start`` NaT), -1 for no such span."""
    days = (end - start).astype("timedelta64[D]").astype(np.int64) + 1
    found = np.full(len(end), -1, np.int8)
    for quarters, least, most in SPANS:
        found[(days >= least) & (days <= most)] = quarters
    found[np.isnat(start)] = 0
    return found


def end_of_day(days: DateArray) -> NDArray[np.datetime64]:
    """Return when something is known of which only the day is: when that day is over.

    So it counts from the session after. ``days``: (n,), calendar days of New York; returns UTC
    times (``datetime64[us]``), NaT where there is no day.
    """
    midnight: NDArray[np.datetime64] = days.astype("datetime64[D]").astype("datetime64[us]")
    return (midnight + DAY_IS_OVER).astype("datetime64[us]")


def short_interest_known_at(
    settlement: DateArray, calendar: SessionCalendar
) -> NDArray[np.datetime64]:
    """Return when the short interest of settlement days is published.

    That is the 8th business day after, after the close; NaT where the calendar ends before. On
    Columbus Day and Veterans Day the exchange is open, and banks and what settles with them are
    not: they are no business days.
    """
    business = calendar.sessions[~_banks_closed(calendar.sessions)]
    at = np.searchsorted(business, settlement, side="right") + SHORT_INTEREST_DAYS - 1
    inside = at < len(business)
    published = np.full(len(at), np.datetime64("NaT", "D"))
    published[inside] = business[at[inside]]
    return end_of_day(published)


def _banks_closed(sessions: DateArray) -> BoolArray:
    """Tell which sessions are Columbus Day or Veterans Day, its Monday where it is a Sunday."""
    month = sessions.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (sessions - sessions.astype("datetime64[M]")).astype(np.int64) + 1
    monday = (sessions.astype(np.int64) + 3) % 7 == 0  # 1970 began on a Thursday
    columbus = (month == 10) & monday & (day >= 8) & (day <= 14)
    veterans = (month == 11) & ((day == 11) | (monday & (day == 12)))
    closed: BoolArray = columbus | veterans
    return closed


def fact_table(columns: Mapping[str, Any]) -> FactRows:
    """Make a checked table of facts from columns.

    columns: by name of ``FACT_SCHEMA``, each an array, a list or one value for all rows;
        ``period_start``, ``symbol``, ``form``, ``accn``, ``tag`` and ``unit`` may be left out
        (null), ``cik`` too (0), and ``quarters``, which is counted from the span then.

    Left out, and counted by reason: values that are no number or beyond 10^18, forms that are no
    annual or quarterly report (of a source that begins with ``sec``), days outside of 1985 to 2199,
    spans that end before they start, facts without the time they became known, and facts that end
    after it. Raises ParameterError for a column that is not there or unknown, or of the wrong type.
    """
    table = _assembled(columns)
    keep = np.ones(len(table), np.bool_)
    dropped: dict[str, int] = {}
    for reason, wrong in _wrong(table):
        count = int(np.count_nonzero(wrong & keep))
        if count:
            dropped[reason] = count
            keep &= ~wrong
    return FactRows(table if keep.all() else table.filter(pa.array(keep)), dropped)


def require_facts(table: pa.Table) -> pa.Table:
    """Return a table that was given as facts; ParameterError where ``fact_table`` made it not."""
    what = "a table as technic.facts.rows.fact_table makes it"
    for one in FACT_SCHEMA:
        at = table.schema.get_field_index(one.name)
        if at < 0:
            raise ParameterError("facts", f"a table without {one.name}", what)
        kind = table.schema.field(at).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        if kind != one.type:
            raise ParameterError("facts", f"a table with {one.name} of type {kind}", what)
        if one.name in NEVER_NULL and table[one.name].null_count:
            raise ParameterError("facts", f"a table with rows without {one.name}", what)
    for reason, wrong in _wrong(table.select(FACT_SCHEMA.names).cast(FACT_SCHEMA)):
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0]) + 1
            raise ParameterError("facts", f"a table in whose row {row} {reason}", what)
    return table


def known_rows(table: pa.Table, before: np.datetime64 | None) -> pa.Table:
    """Return the rows that were known before a time (UTC); None: all.

    Rows that say who the companies are stay: they are known since the first sync that asked.
    """
    if before is None:
        return table
    known = table["known_at"].to_numpy() < before.astype("datetime64[us]")
    who = pc.is_in(table["concept"].cast(pa.string()), pa.array([LISTED_AS, SIC]))
    return table.filter(pc.or_(pa.array(known), who))


def _assembled(columns: Mapping[str, Any]) -> pa.Table:
    unknown = sorted(set(columns) - set(FACT_SCHEMA.names))
    if unknown:
        raise ParameterError("columns", ", ".join(unknown), ", ".join(FACT_SCHEMA.names))
    for name in ("concept", "period_end", "value", "known_at", "source"):
        if name not in columns:
            raise ParameterError("columns", ", ".join(columns), f"{name} among them")
    count = len(columns["value"])
    made = {
        name: _column(FACT_SCHEMA.field(name), columns.get(name), count)
        for name in FACT_SCHEMA.names
    }
    if columns.get("cik") is None:
        made["cik"] = pa.array(np.zeros(count, np.int64))
    if columns.get("quarters") is None:
        made["quarters"] = pa.array(
            quarters_of(_days(made["period_start"]), _days(made["period_end"]))
        )
    return pa.table(made, schema=FACT_SCHEMA)


def _column(field: pa.Field, given: Any, count: int) -> pa.Array:
    if given is None or isinstance(given, str | int | float):
        return pa.repeat(pa.scalar(given, field.type), count)
    try:
        if pa.types.is_timestamp(field.type) and isinstance(given, np.ndarray):
            return pa.array(given.astype("datetime64[us]")).cast(field.type)
        made = pa.array(given) if isinstance(given, np.ndarray) else given
        if isinstance(made, pa.ChunkedArray):
            made = made.combine_chunks()
        made = made.cast(field.type) if isinstance(made, pa.Array) else pa.array(made, field.type)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise ParameterError(field.name, str(error), f"values of type {field.type}") from error
    if len(made) != count:
        raise ParameterError(field.name, len(made), f"as many rows as there are values, {count}")
    return made


def _days(column: pa.Array) -> DateArray:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype="datetime64[D]")


def _wrong(table: pa.Table) -> list[tuple[str, BoolArray]]:
    start, end = (_days(table[name].combine_chunks()) for name in ("period_start", "period_end"))
    known = np.asarray(table["known_at"].to_numpy(), dtype="datetime64[us]")
    value = table["value"].to_numpy()
    # Not a number compares as false, so what is not surely right is wrong.
    return [
        ("the value is no number", ~(abs(value) <= LARGEST)),
        ("the form is no annual or quarterly report", _other_form(table)),
        ("the day is out of range", ~((end >= FIRST_DAY) & (end < LAST_DAY))),
        ("it starts after its end", start > end),
        ("nobody says when it was known", np.isnat(known)),
        (
            "it ends after it was known",
            (end > known.astype("datetime64[D]")) & ~_one_of(table["concept"], AHEAD),
        ),
    ]


def _other_form(table: pa.Table) -> BoolArray:
    official: BoolArray = pc.starts_with(table["source"], "sec").to_numpy(zero_copy_only=False)
    free = _one_of(table["concept"], NO_ACCOUNTS)
    return official.astype(np.bool_) & ~free & ~_one_of(table["form"], ACCOUNTING_FORMS)


def _one_of(column: pa.ChunkedArray, names: frozenset[str]) -> BoolArray:
    found = pc.is_in(column, value_set=pa.array(sorted(names), pa.string()))
    return np.asarray(found.to_numpy(), dtype=np.bool_)
