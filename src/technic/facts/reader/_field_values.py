"""What a field was, as of many sessions at once: concepts, twelve months, ratios, growth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from technic.facts.fields import FIELDS, FactField, Ratio
from technic.facts.reader._evaluator import QUARTER_DAYS, Evaluator, Measure, Trace
from technic.facts.reader._numbers import Asked, Numbers
from technic.facts.reader._period_index import NO_DAY
from technic.typing import DateArray, FloatArray, IntArray

__all__ = ["ClosesOf", "FieldValues"]

ClosesOf = Callable[[IntArray, DateArray], FloatArray]
"""Closes as traded, of symbols (places among those asked for) on or right before days."""


@dataclass(frozen=True, slots=True)
class FieldValues:
    """Computes fields with an evaluator; ``closes``: None where no prices are there."""

    evaluator: Evaluator
    closes: ClosesOf | None = None

    def of(self, field: FactField, asked: Asked, quarters_back: int) -> tuple[Numbers, IntArray]:
        """Return a field's numbers, and the latest period end they were looked for at."""
        end = self._greatest_end(field, asked)
        at = np.where(end == NO_DAY, NO_DAY, end - round(quarters_back * QUARTER_DAYS))
        return self._at(field, asked, at), end

    def _greatest_end(self, field: FactField, asked: Asked) -> IntArray:
        if field.ratio is not None:
            above, below = (FIELDS[name] for name in (field.ratio.above, field.ratio.below))
            return np.maximum(self._greatest_end(above, asked), self._greatest_end(below, asked))
        if field.growth_of:
            return self._greatest_end(FIELDS[field.growth_of], asked)
        end = self.evaluator.greatest_end(field.concept, asked)
        if field.name == "float_shares":
            end = np.maximum(end, self.evaluator.greatest_end("public_float", asked))
        return end

    def _at(self, field: FactField, asked: Asked, end: IntArray) -> Numbers:
        if field.ratio is not None:
            return self._ratio(field.ratio, asked, end)
        if field.growth_of:
            return self._growth(FIELDS[field.growth_of], asked, end)
        if field.name == "float_shares":
            return self._float(asked, end)
        measure: Measure = "ttm" if field.kind == "ttm" else "latest"
        return self.evaluator.number(field.concept, measure, asked, end)

    def _ratio(self, ratio: Ratio, asked: Asked, end: IntArray) -> Numbers:
        """Divide; what is below must be positive, or the ratio says nothing."""
        fields = FIELDS[ratio.above], FIELDS[ratio.below]
        ends = [end if ratio.aligned else self._greatest_end(field, asked) for field in fields]
        above, below = (self._at(field, asked, at) for field, at in zip(fields, ends, strict=True))
        basis = np.maximum(above.basis, below.basis)
        top, bottom = (
            self.evaluator.splits.restated(
                part.value, asked.symbol, part.basis, basis, field.per_share
            )
            for part, field in zip((above, below), fields, strict=True)
        )
        return above.combined(below, _quotient(top, bottom, ratio.times), basis)

    def _growth(self, field: FactField, asked: Asked, end: IntArray) -> Numbers:
        """Return growth in percent against a year before, which must have been positive."""
        now = self._at(field, asked, end)
        year = np.where(end == NO_DAY, NO_DAY, end - round(4 * QUARTER_DAYS))
        before = self._at(field, asked, year)
        basis = np.maximum(now.basis, before.basis)
        value, base = (
            self.evaluator.splits.restated(
                part.value, asked.symbol, part.basis, basis, field.per_share
            )
            for part in (now, before)
        )
        return now.combined(before, _quotient(value - base, base, 100.0), basis)

    def _float(self, asked: Asked, end: IntArray) -> Numbers:
        """Return a vendor's count, else the public float over the close of its day.

        The value of all classes over the price of one would be wrong: only where the cover page
        counts shares without naming classes.
        """
        found = self.evaluator.number("float_shares", "latest", asked, end)
        left = found.gaps()
        if len(left):
            found.fill(left, self._from_public_float(asked.take(left)))
        return found

    def _from_public_float(self, asked: Asked) -> Numbers:
        mark = self.evaluator.trace.mark() if self.evaluator.trace else (0, 0)
        last = self.evaluator.greatest_end("public_float", asked)
        worth = self.evaluator.number("public_float", "latest", asked, last)
        filed = ~np.isnan(worth.value)
        one_class = self.evaluator.greatest_end("shares_outstanding", asked) != NO_DAY
        close = np.full(len(asked), np.nan)
        there = np.flatnonzero(filed & one_class)
        if self.closes is not None and len(there):
            days = worth.end[there].astype("datetime64[D]")
            close[there] = self.closes(asked.symbol[there], days)
        made = replace(worth, value=_quotient(worth.value, close, 1.0), basis=worth.end)
        if self.evaluator.trace and filed.any():
            self._say(self.evaluator.trace, mark, made, one_class=bool(one_class[0]))
        return made

    def _say(self, trace: Trace, mark: tuple[int, int], made: Numbers, *, one_class: bool) -> None:
        """Note whence the float of one symbol comes, or why it is missing."""
        day = made.end[0].astype("datetime64[D]")
        if not np.isnan(made.value[0]):
            del trace.route[mark[1] :]
            trace.route.append(f"10-K float, {day}")
            return
        trace.back_to(mark)
        if not one_class:
            trace.missing = "the cover page counts no shares of a single class"
        elif self.closes is None:
            trace.missing = f"prices as they were traded on {day} are not known"
        else:
            trace.missing = f"the data has no close of {day}, the day of the public float"


def _quotient(above: FloatArray, below: FloatArray, times: float) -> FloatArray:
    found = np.full(len(above), np.nan)
    with np.errstate(over="ignore"):
        np.divide(above, below, out=found, where=below > 0.0)
        found *= times
    found[np.isinf(found)] = np.nan  # by next to nothing
    return found
