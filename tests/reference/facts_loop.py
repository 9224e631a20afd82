"""What was known of a company on a day, found by looking through all rows: the slow twin.

Rows are dictionaries as the table has them. No splits; one company; a calendar of closes.
"""

from __future__ import annotations

import bisect
import datetime as dt
import math
from collections.abc import Mapping, Sequence

Row = Mapping[str, object]

BANK_REVENUE = ("net_interest_income", "noninterest_income")
SUMS = {
    "gross_profit": ((1, "revenue"), (-1, "cost_of_revenue")),
    "free_cash_flow": ((1, "operating_cash_flow"), (-1, "capital_expenditure")),
    "net_interest_income": ((1, "interest_income"), (-1, "interest_expense")),
    "equity": ((1, "total_equity"),),
}
INSTANTS = ("equity", "total_equity")
QUARTER = 91.3125


class Company:
    """The rows of one company that were known by a moment; ``chains``: tags by concept."""

    def __init__(
        self,
        rows: Sequence[Row],
        closes: Sequence[dt.datetime],
        close: dt.datetime,
        chains: Mapping[tuple[str, str], Sequence[str]],
    ) -> None:
        self.chains = chains
        codes = sorted(
            (row["known_at"], row["value"])
            for row in rows
            if row["concept"] == "sic" and row["known_at"] < close
        )
        self.bank = bool(codes) and codes[-1][1] == 6021
        self.rows = []
        for row in rows:
            if not row["known_at"] < close:
                continue
            told = closes[bisect.bisect_right(closes, row["known_at"])]
            kinds = sorted(
                (other["known_at"], other["value"])
                for other in rows
                if other["concept"] == "sic" and other["known_at"] < told
            )
            kind = "bank" if kinds and kinds[-1][1] == 6021 else "general"
            rank = self._rank(str(row["concept"]), str(row["tag"]), kind)
            if rank is not None:
                self.rows.append({**row, "rank": rank, "session": told})

    def _rank(self, concept: str, tag: str, kind: str) -> int | None:
        tags = self.chains.get((concept, kind), self.chains.get((concept, "general"), ()))
        if tag in tags:
            return list(tags).index(tag)
        everywhere = [
            name for (one, _), names in self.chains.items() if one == concept for name in names
        ]
        return None if tag in everywhere else 99

    def sum_of(self, concept: str) -> tuple[tuple[int, str], ...]:
        """Return what a concept is derived from."""
        if concept == "revenue":
            return tuple((1, part) for part in BANK_REVENUE) if self.bank else ()
        if concept == "gross_profit" and self.bank:
            return ()
        return SUMS.get(concept, ())

    def latest(self, concept: str, end: dt.date, quarters: int, rank: int | None = None):
        """Return the latest row of a period that ends about a day."""
        for shift in (0, -1, 1) if 8 <= end.day <= 23 else (0,):
            found = [
                row
                for row in self.rows
                if row["concept"] == concept
                and row["quarters"] == quarters
                and slot(row["period_end"]) == slot(end) + shift
                and (rank is None or row["rank"] == rank)
            ]
            if found:
                best = max(
                    found,
                    key=lambda row: (
                        row["session"], row["known_at"], row["accn"], -row["rank"], row["value"],
                    ),
                )  # fmt: skip
                if abs((best["period_end"] - end).days) <= 25:
                    return best
        return None

    def greatest_end(self, concept: str) -> dt.date | None:
        """Return the end of the latest period."""
        spans = (0,) if concept in INSTANTS else (1, 2, 3, 4)
        ends = [
            row["period_end"]
            for row in self.rows
            if row["concept"] == concept and row["quarters"] in spans
        ]
        parts = [self.greatest_end(part) for _, part in self.sum_of(concept)]
        if parts and None not in parts:
            ends.append(min(parts))
        return max(ends, default=None)

    def quarter(self, concept: str, end: dt.date) -> float:
        """Return a quarter, or an instant."""
        own = self._own_quarter(concept, end)
        if not math.isnan(own) or not self.sum_of(concept):
            return own
        return sum(sign * self.quarter(part, end) for sign, part in self.sum_of(concept))

    def _own_quarter(self, concept: str, end: dt.date) -> float:
        filed = self.latest(concept, end, 0 if concept in INSTANTS else 1)
        if filed is not None:
            return filed["value"]
        if concept in INSTANTS:
            return math.nan
        for quarters in (2, 3, 4):
            span = self.latest(concept, end, quarters)
            if span is not None:
                before = back(span["period_end"], 1)
                less = self.latest(concept, before, quarters - 1, span["rank"])
                if less is not None:
                    return span["value"] - less["value"]
        year = self.latest(concept, end, 4)
        if year is None:
            return math.nan
        others = [
            self.latest(concept, back(year["period_end"], number), 1, year["rank"])
            for number in (1, 2, 3)
        ]
        if None in others:
            return math.nan
        total = year["value"]
        for other in others:
            total = total - other["value"]
        return total

    def twelve_months(self, concept: str, end: dt.date) -> float:
        """Return the sum of the latest twelve months."""
        year = self.latest(concept, end, 4)
        if year is not None:
            return year["value"]
        total = 0.0
        for number in range(4):
            total = total + self.quarter(concept, back(end, number))
        if math.isnan(total) and self.sum_of(concept):
            total = 0.0
            for sign, part in self.sum_of(concept):
                total = total + sign * self.twelve_months(part, end)
        return total

    def value(self, field: str, quarters_back: int = 0) -> float:
        """Return a concept or its twelve months."""
        concept = field.removesuffix("_ttm")
        end = self.greatest_end(concept)
        if end is None:
            return math.nan
        at = back(end, quarters_back)
        return self.twelve_months(concept, at) if field != concept else self.quarter(concept, at)


def slot(end: dt.date) -> int:
    """Number the month end nearest to a day."""
    return end.year * 12 + end.month - (end.day <= 15)


def back(end: dt.date, quarters: int) -> dt.date:
    """Return the day some quarters before."""
    return end - dt.timedelta(days=round(quarters * QUARTER))
