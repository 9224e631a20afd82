"""FactReader: from a table of facts to what was known on a day.

1. Rows are indexed concept by concept, when a field first needs one.
2. The sessions at which something of a symbol became known are listed, and the field's value is
   computed for all of them at once, each from the rows known by its session.
3. What is left of them where the value changes are the steps; a day is one binary search in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy

import numpy as np
import pyarrow as pa

from technic.data_engine.interfaces.records import Splits
from technic.errors import ParameterError
from technic.facts.concepts import catalog
from technic.facts.fields import FIELDS, FactField
from technic.facts.reader._evaluator import Trace
from technic.facts.reader._fact_index import FactIndex
from technic.facts.reader._numbers import Asked, Numbers
from technic.facts.reader._period_index import NO_DAY, month_slot
from technic.facts.reader._provenance import part_of_row, route_text
from technic.facts.reader._split_index import SplitIndex
from technic.facts.reader._step_maker import asked_at, make_steps
from technic.facts.reader.source import FactSource
from technic.facts.reader.steps import FactSteps, Reading, read_steps
from technic.facts.terms import FactTerm
from technic.sessions import SessionCalendar
from technic.typing import DateArray, FloatArray, IntArray
from technic.wording.nearest import nearest

__all__ = ["ClosesOn", "FactReader"]

ClosesOn = Callable[[Sequence[str], DateArray], FloatArray]
"""Closes as traded of symbol i on or right before day i, NaN where there is none."""

READINGS: Mapping[str, Reading] = {
    "days_since_earnings": "sessions_since",
    "days_to_earnings": "sessions_until",
}


class FactReader:
    """Reads facts as of days.

    facts: a table of ``FACT_SCHEMA``, in any order, with all rows of a company that there are of
    the concepts that fields need. splits: by which numbers of shares of different filings are
    brought together, and values into the shares of a day; None: as they were filed. closes: for
    ``float_shares`` from the public float; None: a vendor's count or nothing.
    """

    def __init__(
        self,
        facts: pa.Table,
        calendar: SessionCalendar,
        splits: Splits | None = None,
        closes: ClosesOn | None = None,
    ) -> None:
        self._calendar, self._splits, self._closes = calendar, splits, closes
        self._index = FactIndex(facts, calendar)

    def with_splits(self, splits: Splits | None) -> FactReader:
        """Return a reader of the same rows by other splits; what is indexed serves both."""
        other = copy(self)
        other._splits = splits
        return other

    @property
    def facts(self) -> pa.Table:
        """The table that ``FactSteps.source_row`` points into."""
        return self._index.columns.table

    def steps(
        self, term: FactTerm, symbols: Sequence[str], since: np.datetime64 | None = None
    ) -> FactSteps:
        """Return the step functions of symbols; one of which nothing is known has no step.

        An age has the steps of its value, to be read as sessions since. ``since``: a session from
        which on values are wanted; older steps may be left out, and the first one may begin later
        than its value became known. Ages have all of theirs. Raises ParameterError for an unknown
        field, and for quarters or an age of a field that has none.
        """
        field = _checked(term)
        splits = SplitIndex(self._splits, symbols)
        asked = self._asked(field, symbols)
        if since is not None and term.aspect == "value":
            asked = asked.held_from(int(np.searchsorted(self._calendar.sessions, since)))
        numbers, period = self._numbers(field, term, asked, symbols, splits, None)
        made = make_steps(
            asked,
            numbers,
            period,
            count=len(symbols),
            per_share=field.per_share,
            splits=splits,
            sessions=self._calendar.sessions,
            reading=READINGS.get(field.name, "level"),
        )
        return made if term.aspect == "value" else self._ages(made)

    def values(
        self,
        term: FactTerm,
        symbols: Sequence[str],
        sessions: DateArray,
        splits: Splits | None = None,
    ) -> FloatArray:
        """Return (n_sessions, n_symbols) values at each session's close, NaN where missing.

        Values per share and numbers of shares are in the shares of their session. ``sessions``
        ascend; ``splits``: those of the reader where none are given.
        """
        since = sessions[0] if splits is None and len(sessions) else None
        splits = self._splits if splits is None else splits
        steps = self.steps(term, symbols, since)
        return read_steps(steps, tuple(symbols), sessions, self._calendar, splits)

    def provenance(self, term: FactTerm, symbol: str, day: np.datetime64) -> FactSource | None:
        """Return what a value as of ``day`` is made of, None where nothing was known.

        ``day``: a session, or a day after one, which then counts.
        """
        field = _checked(term)
        steps = self.steps(FactTerm(term.field, term.quarters_back), [symbol])
        day = day.astype("datetime64[D]")
        at = int(np.searchsorted(steps.known_from, day, side="right")) - 1
        if at < 0:
            return None
        session = self._calendar.last(1, day)[0]
        trace = Trace()
        asked = self._asked_on(symbol, steps.known_from[at])
        splits = SplitIndex(self._splits, [symbol])
        numbers, _ = self._numbers(field, term, asked, [symbol], splits, trace)
        first = int(numbers.row[0])
        rows = list(dict.fromkeys(row for row in (first, *trace.rows) if row >= 0))
        parts = tuple(part_of_row(self.facts, row) for row in rows)
        position = np.searchsorted(self._calendar.sessions, [steps.known_from[at], session])
        value = self.values(term, [symbol], np.array([session], "datetime64[D]"))
        return FactSource(
            field=str(term),
            value=float(value[0, 0]),
            unit="sessions" if term.aspect == "age" else field.unit,
            period_end=steps.period_end[at],
            known_from=steps.known_from[at],
            age=int(position[1] - position[0]),
            route=route_text(field, trace, parts, missing=bool(np.isnan(numbers.value[0]))),
            parts=parts,
        )

    def _asked(self, field: FactField, symbols: Sequence[str]) -> Asked:
        concepts = [catalog().concepts[name] for name in field.concepts]
        index = self._index
        company = [index.events(one.name) for one in concepts if one.of == "company"]
        security = [index.events(one.name) for one in concepts if one.of == "security"]
        if any(len(one.routes) > 1 for one in concepts):
            company.append(index.routes.key)
        return asked_at(index.identities.claims(symbols), company, security)

    def _asked_on(self, symbol: str, session: np.datetime64) -> Asked:
        claims = self._index.identities.claims([symbol])
        at = np.array([np.searchsorted(self._calendar.sessions, session)])
        place = np.zeros(1, np.int64)
        return Asked(place, claims.company_at(place, at), claims.security, at)

    def _numbers(
        self,
        field: FactField,
        term: FactTerm,
        asked: Asked,
        symbols: Sequence[str],
        splits: SplitIndex,
        trace: Trace | None,
    ) -> tuple[Numbers, IntArray]:
        if field.name in READINGS:
            earnings = self._index.earnings
            since = field.name == "days_since_earnings"
            numbers = (earnings.since if since else earnings.until)(asked)
            return numbers, np.where(numbers.row >= 0, numbers.end, -1)
        values = self._index.field_values(field, splits, self._closes_of(symbols), trace)
        numbers, end = values.of(field, asked, term.quarters_back)
        period = month_slot(np.maximum(end, 0)) if field.quarterly else end
        return numbers, np.where(end == NO_DAY, -1, period)

    def _closes_of(
        self, symbols: Sequence[str]
    ) -> Callable[[IntArray, DateArray], FloatArray] | None:
        closes = self._closes
        if closes is None:
            return None
        return lambda places, days: closes([symbols[at] for at in places], days)

    def _ages(self, steps: FactSteps) -> FactSteps:
        """Return steps whose number is the position of the session that knew each value."""
        position = np.searchsorted(self._calendar.sessions, steps.known_from).astype(np.float64)
        position[np.isnan(steps.value)] = np.nan
        no_day = np.full(len(position), np.datetime64("NaT", "D"))
        return FactSteps(
            steps.known_from,
            position,
            no_day,
            0,
            steps.offsets,
            steps.period_end,
            steps.source_row,
            "sessions_since",
        )


def _checked(term: FactTerm) -> FactField:
    field = FIELDS.get(term.field)
    if field is None:
        near = nearest(term.field, FIELDS)
        hint = f"did you mean {near}?" if near else ""
        raise ParameterError("field", term.field, "a field of facts", hint)
    if term.quarters_back and not field.quarterly:
        raise ParameterError("quarters_back", term.quarters_back, f"0 for {field.name}")
    if term.aspect == "age" and field.name in READINGS:
        raise ParameterError("aspect", "age", f"value for {field.name}, which counts sessions")
    return field
