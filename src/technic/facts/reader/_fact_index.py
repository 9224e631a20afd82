"""The indexes of one table of facts, each made when it is first needed."""

from __future__ import annotations

import threading
from functools import cached_property

import numpy as np
import pyarrow as pa

from technic.facts.concepts import Concept, catalog
from technic.facts.fields import FactField
from technic.facts.reader._columns import ConceptRows, FactColumns
from technic.facts.reader._earnings import EarningsDays
from technic.facts.reader._evaluator import Evaluator, Trace
from technic.facts.reader._field_values import ClosesOf, FieldValues
from technic.facts.reader._identity import Identities
from technic.facts.reader._period_index import PeriodIndex, month_slot
from technic.facts.reader._routes import ROUTES, RouteIndex
from technic.facts.reader._split_index import SplitIndex
from technic.facts.rows import SIC
from technic.sessions import SessionCalendar
from technic.typing import BoolArray, IntArray

__all__ = ["FactIndex"]


class FactIndex:
    """Concepts, identities, kinds of company and days of results of one table."""

    def __init__(self, table: pa.Table, calendar: SessionCalendar) -> None:
        self.columns = FactColumns(table, calendar)
        self._sessions = calendar.sessions.astype("datetime64[D]").astype(np.int64)
        self._indexes: dict[str, PeriodIndex] = {}
        self._making = threading.Lock()

    @cached_property
    def identities(self) -> Identities:
        """Which company a symbol stands for."""
        return Identities(self.columns)

    @cached_property
    def routes(self) -> RouteIndex:
        """Which kind a company is of."""
        return RouteIndex(*self._of_companies(SIC))

    @cached_property
    def earnings(self) -> EarningsDays:
        """Days of results."""
        events, dates = (self._of_companies(n) for n in ("earnings_event", "earnings_date"))
        return EarningsDays(events, dates, self._sessions)

    def events(self, concept: str) -> IntArray:
        """Return sorted keys of owner and session at which rows of a concept became known."""
        if catalog().concepts[concept].kind == "event":
            return self.earnings.keys
        return self.period_index(concept).events

    def period_index(self, concept: str) -> PeriodIndex:
        """Return the index of a concept."""
        with self._making:
            if concept not in self._indexes:
                self._indexes[concept] = self._made(catalog().concepts[concept])
            return self._indexes[concept]

    def field_values(
        self,
        field: FactField,
        splits: SplitIndex,
        closes: ClosesOf | None,
        trace: Trace | None,
    ) -> FieldValues:
        """Return what computes a field."""
        indexes = {name: self.period_index(name) for name in field.concepts}
        return FieldValues(Evaluator(catalog(), indexes, self.routes, splits, trace), closes)

    def _of_companies(self, name: str) -> tuple[ConceptRows, IntArray]:
        rows = self.columns.rows_of(catalog().concepts[name])
        company = self.identities.company_of(rows)
        there = company >= 0
        return rows.take(there), company[there]

    def _made(self, concept: Concept) -> PeriodIndex:
        rows = self.columns.rows_of(concept)
        owner = rows.security if concept.of == "security" else self.identities.company_of(rows)
        rank = self._rank(concept, rows, owner)
        use = (owner >= 0) & (rank >= 0) & _span_fits(concept, rows)
        use &= ~_behind_filings(rows, owner, self.columns.of_vendor[rows.row], use, concept)
        accn = self.columns.table["accn"].combine_chunks()
        return PeriodIndex(
            rows.take(use), owner[use], rank[use], accn, by_day=not concept.quarterly
        )

    def _rank(self, concept: Concept, rows: ConceptRows, owner: IntArray) -> IntArray:
        """Return the place of each row's tag in the chain of its company's kind as of its day."""
        tags = self.columns.tags
        used = np.unique(rows.tag)
        table = np.zeros((len(ROUTES), len(tags) + 1), np.int64)
        for at in used:
            tag = str(tags[at]) if at >= 0 else ""
            table[:, at] = [concept.rank(tag, route) for route in ROUTES]
        free = concept.of == "security" or len(concept.routes) == 1
        kind = np.zeros(len(rows), np.int64) if free else self.routes.at(owner, rows.known)
        rank: IntArray = table[kind, rows.tag]
        return rank


def _behind_filings(
    rows: ConceptRows, owner: IntArray, of_vendor: BoolArray, use: BoolArray, concept: Concept
) -> BoolArray:
    """Tell which rows of a vendor are of a period that was filed by then, and so do not count."""
    filed = np.flatnonzero(~of_vendor & use)
    if not of_vendor.any() or not len(filed):
        return np.zeros(len(rows), np.bool_)
    end = month_slot(rows.end) if concept.quarterly else rows.end
    period = owner << 24 | end << 4 | rows.quarters + 1
    filed = filed[np.lexsort((rows.known[filed], period[filed]))]
    periods, first = np.unique(period[filed], return_index=True)
    since = rows.known[filed[first]]
    at = np.minimum(np.searchsorted(periods, period), len(periods) - 1)
    behind: BoolArray = of_vendor & (periods[at] == period) & (since[at] <= rows.known)
    return behind


def _span_fits(concept: Concept, rows: ConceptRows) -> BoolArray:
    first, last = (1, 4) if concept.kind == "duration" else (0, 0)
    fits: BoolArray = (rows.quarters >= first) & (rows.quarters <= last)
    return fits
