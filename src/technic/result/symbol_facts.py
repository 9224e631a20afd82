"""What of a company was known on the scan's day: each fact that the scan names, with its filing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from technic.scan.facts.access import OpenFacts

if TYPE_CHECKING:
    from technic.facts.reader import FactSource
    from technic.facts.terms import FactTerm
    from technic.language.syntax.nodes import Node

__all__ = ["SymbolFact", "named_sources", "symbol_facts"]

NOTHING = "nothing was known by then"


@dataclass(frozen=True, slots=True)
class SymbolFact:
    """One fact that a scan names, of one symbol.

    ``term``: as expressions write it; ``value``: on the scan's day, in its shares, None where it is
    missing. ``period_end``: of the latest period in it; ``form``, ``accn``, ``link``: the filing
    that made it known, ``known_at``: when (UTC); ``known_from``: the first session on whose close
    it was; ``age``: sessions since; all None where there is none. ``route``: how the value came
    about, or why it is missing.
    """

    term: str
    value: float | None
    unit: str
    route: str
    period_end: str | None = None
    form: str | None = None
    accn: str | None = None
    link: str | None = None
    known_at: str | None = None
    known_from: str | None = None
    age: int | None = None

    @property
    def sentence(self) -> str:
        """Say all of it in one line."""
        if self.known_from is None:
            return f"{self.term}: {self.route}"
        shown = "missing" if self.value is None else f"{_number(self.value)} {self.unit}".rstrip()
        said = [f"{self.term} {shown}"]
        if self.period_end:
            said.append(f"to {self.period_end}")
        filing = " ".join(part for part in (self.form, self.accn) if part)
        known = f"known {self.known_at} UTC" if self.known_at else f"known from {self.known_from}"
        ago = "today" if not self.age else f"{self.age:,} session{'s' * (self.age != 1)} ago"
        return ", ".join([*said, *([filing] if filing else []), f"{known} ({ago})", self.route])


def symbol_facts(facts: OpenFacts | None, symbol: str, as_of: str) -> Iterator[SymbolFact]:
    """Yield each fact that the scan names, as known of a symbol on the close of a day.

    Filings of simulated companies have no link.
    """
    if facts is None:
        return
    from technic.facts.fields import FIELDS

    for leaf, term, found in _found(facts, symbol, as_of):
        unit = "sessions" if term.aspect == "age" else FIELDS[term.field].unit
        if found is None:
            yield SymbolFact(str(leaf), None, unit, NOTHING)
        else:
            one = _fact(str(leaf), unit, found)
            yield replace(one, link=None) if facts.simulated else one


def named_sources(facts: OpenFacts | None, symbol: str, as_of: str) -> tuple[str, ...]:
    """Return the sentences that name whose these facts are, as their sources ask for."""
    if facts is None:
        return ()
    from technic.scan.facts.attribution import attribution_of

    found = [one for _, _, one in _found(facts, symbol, as_of) if one is not None]
    return attribution_of(found, simulated=facts.simulated)


def _found(
    facts: OpenFacts, symbol: str, as_of: str
) -> Iterator[tuple[Node, FactTerm, FactSource | None]]:
    """Yield each fact that the scan names, and how it came about; None where none was known."""
    from technic.scan.facts.terms import term_of

    day = np.datetime64(as_of, "D")
    for leaf in facts.leaves:
        term = term_of(leaf)
        yield leaf, term, facts.reader.provenance(term, symbol, day)


def _fact(term: str, unit: str, source: FactSource) -> SymbolFact:
    known_at = source.known_at
    return SymbolFact(
        term=term,
        value=None if math.isnan(source.value) else float(source.value),
        unit=unit,
        route=source.route,
        period_end=_day(source.period_end),
        form=source.form or None,
        accn=source.accn or None,
        link=source.link or None,
        known_at=None if known_at is None else str(known_at.astype("datetime64[s]")),
        known_from=_day(source.known_from),
        age=source.age,
    )


def _number(value: float) -> str:
    """Write six digits, or all before the point: nobody reads shares as 1.02e+07."""
    return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:,.6g}"


def _day(day: np.datetime64) -> str | None:
    return None if np.isnat(day) else str(day.astype("datetime64[D]"))
