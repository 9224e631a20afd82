"""What a concept's numbers were, as of many sessions at once.

1. Of each period the latest filing known by the session counts.
2. A quarter is what was filed as one; else the months so far less those of the quarter before;
   else the full year less nine months, or less three quarters. Both ends of a difference carry
   the same tag.
3. Twelve months are a full year as filed that ends with the period; else four quarters in a row.
4. Where nothing of that is there, the concept's sum of others over the same period.

Numbers per share of different filings are brought to the shares of the later one first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from technic.facts.concepts import Concept
from technic.facts.concepts.catalog import Catalog
from technic.facts.reader._numbers import Asked, Numbers
from technic.facts.reader._period_index import NO_DAY, NONE, PeriodIndex
from technic.facts.reader._routes import RouteIndex
from technic.facts.reader._split_index import SplitIndex
from technic.typing import FloatArray, IntArray

__all__ = ["QUARTER_DAYS", "Evaluator", "Measure", "Trace"]

Measure = Literal["latest", "ttm"]
"""The latest quarter, or instant; or the latest twelve months."""
QUARTER_DAYS = 365.25 / 4
SAID = {
    1: "as filed",
    2: "six months less the first quarter",
    3: "nine months less six months",
    4: "full year less nine months",
}


@dataclass
class Trace:
    """What one number was made of: places of rows in the table, and the route in words.

    ``missing``: why it is not there, where more is known of that than of other numbers.
    """

    rows: list[int] = field(default_factory=list)
    route: list[str] = field(default_factory=list)
    missing: str = ""

    def mark(self) -> tuple[int, int]:
        """Return how much is noted."""
        return len(self.rows), len(self.route)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Forget what was noted since."""
        del self.rows[mark[0] :]
        del self.route[mark[1] :]

    def note(self, numbers: Numbers, text: str) -> None:
        """Note the filing of one number, and its route where there is something to say."""
        self.rows += [int(row) for row in numbers.row if row >= 0]
        if text:
            self.route.append(text)


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Computes numbers from indexes of concepts; ``trace``: notes the parts, of a single one."""

    catalog: Catalog
    indexes: Mapping[str, PeriodIndex]
    routes: RouteIndex
    splits: SplitIndex
    trace: Trace | None = None

    def greatest_end(self, name: str, asked: Asked) -> IntArray:
        """Return the last day of the latest period known of a concept, ``NO_DAY`` for none."""
        concept = self.catalog.concepts[name]
        end = self.indexes[name].greatest_end(_owner(concept, asked), asked.session)
        for route, parts in self._sums(concept):
            at = self.routes.where(route, concept, asked)
            if not len(at):
                continue
            some = asked.take(at)
            ends = [self.greatest_end(part, some) for _, part in parts]
            end[at] = np.maximum(end[at], np.minimum.reduce(ends))
        return end

    def number(self, name: str, measure: Measure, asked: Asked, end: IntArray) -> Numbers:
        """Return a concept's numbers for the periods that end about ``end``."""
        concept = self.catalog.concepts[name]
        own = self._twelve_months if measure == "ttm" else self._latest
        found = own(concept, asked, end)
        for route, parts in self._sums(concept):
            left = found.gaps()
            left = left[self.routes.matches(route, concept, asked.take(left))]
            if len(left):
                made = self._sum(concept, parts, measure, asked.take(left), end[left])
                found.fill(left, made)
        return found

    def restated(
        self, concept: Concept, asked: Asked, numbers: Numbers, basis: IntArray
    ) -> FloatArray:
        """Return the values in the shares of the days ``basis``."""
        return self.splits.restated(
            numbers.value, asked.symbol, numbers.basis, basis, concept.per_share
        )

    def _sums(self, concept: Concept) -> list[tuple[str, tuple[tuple[int, str], ...]]]:
        return [
            (name, route.sum)
            for name, route in concept.routes.items()
            if route.sum and all(self._is_filed(part) for _, part in route.sum)
        ]

    def _is_filed(self, name: str) -> bool:
        """Tell whether anybody files a concept or all that it may be derived from."""
        if len(self.indexes[name].rank):
            return True
        return bool(self._sums(self.catalog.concepts[name]))

    def _sum(
        self,
        concept: Concept,
        parts: tuple[tuple[int, str], ...],
        measure: Measure,
        asked: Asked,
        end: IntArray,
    ) -> Numbers:
        mark = self.trace.mark() if self.trace else (0, 0)
        numbers = [(sign, self.number(name, measure, asked, end)) for sign, name in parts]
        made = self._added(concept, asked, numbers)
        if self.trace and np.isnan(made.value).all():
            self.trace.back_to(mark)
        elif self.trace:
            text = " ".join(f"{'+' if sign > 0 else '-'} {name}" for sign, name in parts)
            self.trace.route.insert(mark[1], f"{concept.name} = {text.removeprefix('+ ')}")
        return made

    def _added(self, concept: Concept, asked: Asked, numbers: list[tuple[int, Numbers]]) -> Numbers:
        """Add numbers with their signs, in the shares of the latest; one missing is missing."""
        basis = np.maximum.reduce([one.basis for _, one in numbers])
        total, total_value = None, np.zeros(len(asked))
        for sign, one in numbers:
            total_value = total_value + sign * self.restated(concept, asked, one, basis)
            total = one if total is None else total.combined(one, total_value, basis)
        assert total is not None
        return Numbers(total_value, total.row, total.known, basis, numbers[0][1].end)

    def _twelve_months(self, concept: Concept, asked: Asked, end: IntArray) -> Numbers:
        found = self._filed(concept, asked, end, 4)
        self._note(found, "full year as filed")
        left = found.gaps()
        if not len(left):
            return found
        some, last = asked.take(left), end[left]
        mark = self.trace.mark() if self.trace else (0, 0)
        quarters = [
            (1, self.number(concept.name, "latest", some, _back(last, number)))
            for number in range(4)
        ]
        made = self._added(concept, some, quarters)
        if self.trace and np.isnan(made.value).all():
            self.trace.back_to(mark)
        elif self.trace:
            self.trace.route.insert(mark[1], "sum of four quarters")
        found.fill(left, made)
        return found

    def _latest(self, concept: Concept, asked: Asked, end: IntArray) -> Numbers:
        if concept.kind != "duration":
            found = self._filed(concept, asked, end, 0)
            self._note(found, SAID[1])
            return found
        found = self._filed(concept, asked, end, 1)
        self._note(found, SAID[1])
        for quarters in (2, 3, 4):
            left = found.gaps()
            if not len(left):
                return found
            other = self._difference if concept.additive else self._longer
            found.fill(left, other(concept, asked.take(left), end[left], quarters))
        left = found.gaps()
        if concept.additive and len(left):
            found.fill(left, self._last_quarter(concept, asked.take(left), end[left]))
        return found

    def _longer(self, concept: Concept, asked: Asked, end: IntArray, quarters: int) -> Numbers:
        """Return an average over more than a quarter, as filed."""
        found = self._filed(concept, asked, end, quarters)
        self._note(found, f"average of {quarters} quarters as filed")
        return found

    def _difference(self, concept: Concept, asked: Asked, end: IntArray, quarters: int) -> Numbers:
        """Return the months so far less those up to the quarter before."""
        span, rank = self._ranked(concept, asked, end, quarters)
        before = self._filed(concept, asked, _back(span.end, 1), quarters - 1, rank)
        return self._less(concept, asked, span, [before], SAID[quarters])

    def _last_quarter(self, concept: Concept, asked: Asked, end: IntArray) -> Numbers:
        """Return the full year less its first three quarters."""
        year, rank = self._ranked(concept, asked, end, 4)
        others = [
            self._filed(concept, asked, _back(year.end, number), 1, rank) for number in (1, 2, 3)
        ]
        return self._less(concept, asked, year, others, "full year less three quarters")

    def _less(
        self, concept: Concept, asked: Asked, span: Numbers, others: list[Numbers], text: str
    ) -> Numbers:
        made = self._added(concept, asked, [(1, span), *((-1, other) for other in others)])
        if self.trace and not np.isnan(made.value).all():
            for part in (span, *others):
                self.trace.note(part, "")
            self.trace.route.append(text)
        return made

    def _ranked(
        self, concept: Concept, asked: Asked, end: IntArray, quarters: int
    ) -> tuple[Numbers, IntArray]:
        index = self.indexes[concept.name]
        at = index.latest(_owner(concept, asked), end, quarters, asked.session)
        rank = np.where(at == NONE, 0, index.rank[at]) if len(index.rank) else np.zeros_like(at)
        return _numbers(index, at, end), rank

    def _filed(
        self,
        concept: Concept,
        asked: Asked,
        end: IntArray,
        quarters: int,
        rank: IntArray | None = None,
    ) -> Numbers:
        index = self.indexes[concept.name]
        at = index.latest(_owner(concept, asked), end, quarters, asked.session, rank)
        return _numbers(index, at, end)

    def _note(self, numbers: Numbers, text: str) -> None:
        if self.trace and not np.isnan(numbers.value).all():
            self.trace.note(numbers, text)


def _owner(concept: Concept, asked: Asked) -> IntArray:
    return asked.security if concept.of == "security" else asked.company


def _back(end: IntArray, quarters: int) -> IntArray:
    """Return the day some quarters before; where there is none, none."""
    return np.where(end == NO_DAY, NO_DAY, end - round(quarters * QUARTER_DAYS))


def _numbers(index: PeriodIndex, at: IntArray, end: IntArray) -> Numbers:
    made = Numbers.missing(end)
    there = np.flatnonzero(at != NONE)
    if len(there):
        rows = at[there]
        for name in ("value", "row", "known", "basis", "end"):
            getattr(made, name)[there] = getattr(index.rows, name)[rows]
    return made
