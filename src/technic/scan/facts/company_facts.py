"""What was known of one company on a day, as its page shows it: quarters, twelve months, results.

As-of rule: each number is the one that a scan of that day reads, whatever was filed later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.known_actions import SplitsBySymbol
from technic.facts.fields import FIELDS
from technic.facts.reader import FactReader, FactSource
from technic.facts.reader.reader import ClosesOn
from technic.facts.store import FactStore
from technic.facts.terms import FactTerm
from technic.scan.facts.access import SIMULATED_HINT, splits_of
from technic.scan.facts.attribution import attribution_of
from technic.sessions import SessionCalendar

__all__ = ["MOST_QUARTERS", "NONE_STORED", "CompanyFacts", "Quarter", "company_facts"]

MOST_QUARTERS = 12
BARS = ("revenue", "eps")
"""What is shown quarter by quarter."""
VALUES = (
    "revenue_ttm", "net_income_ttm", "eps_ttm", "free_cash_flow_ttm", "revenue_growth_yoy",
    "eps_growth_yoy", "gross_margin_ttm", "net_margin_ttm", "roe_ttm", "debt_to_equity",
    "shares_outstanding", "float_shares", "short_interest", "days_to_cover",
)  # fmt: skip
NONE_STORED = "No facts of companies are stored: technic facts sync brings them."
NONE_SIMULATED = f"No facts of companies are stored: {SIMULATED_HINT}."
_INTO_MONTH = np.timedelta64(15, "D")
"""Up to so many days into a month, a period belongs to the month before."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """A fiscal quarter: what of ``BARS`` is known of it; ``end``: its last day."""

    end: np.datetime64
    values: Mapping[str, FactSource]


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What was known of a symbol's company at the close of ``session``.

    ``stored``: whether any facts are. ``quarters``: oldest first, at most ``MOST_QUARTERS``, those
    of which nothing is known left out; ``values``: what of ``VALUES`` was known. ``last_results``,
    ``next_results``: the session of each, None where nobody knows. ``simulated``: then no filing
    has an address.
    """

    symbol: str
    session: str
    stored: bool
    simulated: bool
    quarters: tuple[Quarter, ...] = ()
    values: tuple[FactSource, ...] = ()
    last_results: tuple[str, FactSource] | None = None
    next_results: tuple[str, FactSource] | None = None

    @property
    def sentence(self) -> str:
        """Why there is nothing to see, empty where there is something."""
        if not self.stored:
            return NONE_SIMULATED if self.simulated else NONE_STORED
        known = self.quarters or self.values or self.last_results
        return "" if known else f"Nothing was known of {self.symbol} on {self.session}."

    @property
    def attribution(self) -> tuple[str, ...]:
        """Sentences in which the sources are to be named."""
        return attribution_of(self._sources(), simulated=self.simulated)

    def document(self) -> dict[str, object]:
        """Return plain values, None where something is not known."""
        return {
            "symbol": self.symbol,
            "as_of": self.session,
            "stored": self.stored,
            "simulated": self.simulated,
            "sentence": self.sentence,
            "quarters": [
                {"end": str(one.end), **{name: self._plain(one.values.get(name)) for name in BARS}}
                for one in self.quarters
            ],
            "values": [self._plain(one) for one in self.values],
            "last_results": self._results(self.last_results),
            "next_results": self._results(self.next_results),
            "attribution": list(self.attribution),
        }

    def _sources(self) -> Iterator[FactSource]:
        for quarter in self.quarters:
            yield from quarter.values.values()
        yield from self.values
        yield from (one[1] for one in (self.last_results, self.next_results) if one is not None)

    def _results(self, one: tuple[str, FactSource] | None) -> dict[str, object] | None:
        if one is None:
            return None
        session, source = one
        about = {"session": session, "estimate": source.route.startswith("estimate")}
        return {**about, **(self._plain(source) or {})}

    def _plain(self, source: FactSource | None) -> dict[str, object] | None:
        if source is None:
            return None
        known_at = source.known_at
        return {
            "field": source.field,
            "value": None if math.isnan(source.value) else source.value,
            "unit": source.unit,
            "period_end": None if np.isnat(source.period_end) else str(source.period_end),
            "known_at": None if known_at is None else f"{known_at.astype('datetime64[s]')}Z",
            "known_from": str(source.known_from),
            "age": source.age,
            "form": source.form or None,
            "accession_number": source.accn or None,
            "link": (source.link or None) if not self.simulated else None,
            "route": source.route,
        }


def company_facts(
    home: Path,
    symbol: str,
    day: np.datetime64,
    calendar: SessionCalendar,
    splits: SplitsBySymbol,
    *,
    closes: ClosesOn | None = None,
    simulated: bool = False,
) -> CompanyFacts:
    """Read what was known at the close of ``day``, a session, from the store in ``home``.

    ``splits``: of the symbol, those in its prices; ``closes``: as traded, None where nobody has
    them: then a float that only a 10-K says is missing. Nothing is read where nothing is stored.
    Raises StoreError for a store that cannot be read.
    """
    store = FactStore(home)
    if not store.is_there():
        return CompanyFacts(symbol, str(day), stored=False, simulated=simulated)
    fields = (*BARS, *VALUES, "days_since_earnings", "days_to_earnings")
    concepts = {concept for field in fields for concept in FIELDS[field].concepts}
    rows = store.rows(concepts=concepts, symbols=[symbol])
    reader = FactReader(rows, calendar, splits_of([symbol], splits), closes)

    def found(term: FactTerm) -> FactSource | None:
        return reader.provenance(term, symbol, day)

    values = [source for name in VALUES if (source := found(FactTerm(name))) is not None]
    since, until = (found(FactTerm(name)) for name in fields[-2:])
    return CompanyFacts(
        symbol,
        str(day),
        stored=True,
        simulated=simulated,
        quarters=_quarters(
            {name: [found(FactTerm(name, back)) for back in range(MOST_QUARTERS)] for name in BARS}
        ),
        values=tuple(one for one in values if not math.isnan(one.value)),
        last_results=_session(calendar, day, since, -1),
        next_results=_session(calendar, day, until, 1),
    )


def _quarters(found: Mapping[str, Sequence[FactSource | None]]) -> tuple[Quarter, ...]:
    """Put the values of the same fiscal quarter together, oldest first."""
    ends: dict[np.datetime64, np.datetime64] = {}
    values: dict[np.datetime64, dict[str, FactSource]] = {}
    for name, sources in found.items():
        for source in sources:
            if source is None or np.isnat(source.period_end):
                continue
            month = (source.period_end - _INTO_MONTH).astype("datetime64[M]")
            ends.setdefault(month, source.period_end)
            values.setdefault(month, {})[name] = source
    months = sorted(values)[-MOST_QUARTERS:]
    return tuple(Quarter(ends[month], values[month]) for month in months)


def _session(
    calendar: SessionCalendar, day: np.datetime64, source: FactSource | None, sign: int
) -> tuple[str, FactSource] | None:
    """Return the session that a number of sessions before or after ``day`` names."""
    if source is None or math.isnan(source.value):
        return None
    at = int(np.searchsorted(calendar.sessions, day)) + sign * int(source.value)
    return str(calendar.sessions[at]), source
