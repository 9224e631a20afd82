"""Where the facts of a scan come from; nothing is opened before an expression names a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

import numpy as np

from technic.data_engine.interfaces.known_actions import SplitsBySymbol
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.records import Splits
from technic.errors import ParameterError, RuleUnavailableError
from technic.sessions import SessionCalendar
from technic.settings import Settings
from technic.typing import DateArray

if TYPE_CHECKING:
    import pyarrow as pa

    from technic.facts.reader import FactSource, FactSteps
    from technic.facts.terms import FactTerm
    from technic.language import Node
    from technic.scan.facts.scan_facts import ScanFacts

__all__ = [
    "SIMULATED_HINT",
    "FactAccess",
    "FactReading",
    "FactStepper",
    "GivenFacts",
    "OpenFacts",
    "splits_of",
]

SIMULATED_HINT = "technic marketsim serves simulated ones: technic facts sync --provider loopback"


class FactStepper(Protocol):
    """What of a reader of facts a scan needs."""

    def steps(
        self, term: FactTerm, symbols: Sequence[str], since: np.datetime64 | None = None
    ) -> FactSteps:
        """Return the step functions of symbols; one that is unknown has no step.

        ``since``: the first session on which values are wanted.
        """


class FactReading(FactStepper, Protocol):
    """What explaining a scan needs besides."""

    def provenance(self, term: FactTerm, symbol: str, day: np.datetime64) -> FactSource | None:
        """Return what a value as of ``day`` is made of, None where nothing was known."""


GivenFacts: TypeAlias = "pa.Table | FactReading"
"""A table of facts (``technic.facts.rows.FACT_SCHEMA``), or an open reader."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenFacts:
    """Facts that are open, and those of them that expressions name (``leaves``).

    ``calendar``: that by which the reader counts; ``splits``: what is known of them. ``simulated``:
    whether they are of companies that are, of which no filing is anywhere.
    """

    reader: FactReading
    leaves: tuple[Node, ...]
    calendar: SessionCalendar
    splits: SplitsBySymbol
    simulated: bool = False

    def said(self) -> dict[str, object]:
        """Return the terms, and the version of the store that has them; None for other facts."""
        version = getattr(self.reader, "version", None)
        return {"terms": [str(leaf) for leaf in self.leaves], "store_version": version}

    def of(self, symbols: Sequence[str], window: DateArray) -> ScanFacts:
        """Return what some symbols' panels need on the sessions of a window, ascending."""
        from technic.scan.facts.scan_facts import ScanFacts

        sessions = self.calendar.sessions
        since = window[0] if len(window) else None
        every = ScanFacts.of(self.reader, self.leaves, symbols, sessions, since)
        return every.within(window, self.splits)


@dataclass(frozen=True, slots=True, eq=False)
class FactAccess:
    """The facts that were given, else those of the store in the home.

    ``simulated``: whether the prices are, and with them the companies. ``prices``: who has closes
    as they were traded, for the float; None: nobody. ``known_before``: a time (UTC) from which on
    nothing has become known, for who asks what was; an open reader that was given knows what it
    knows.
    """

    settings: Settings
    simulated: bool
    given: GivenFacts | None = None
    prices: Provider | None = None
    known_before: np.datetime64 | None = None

    def until(self, day: np.datetime64) -> FactAccess:
        """Return the facts that were known when a day was over."""
        from technic.facts.rows import end_of_day

        return replace(self, known_before=end_of_day(np.array([day]))[0])

    @property
    def home(self) -> Path:
        """Where the store is."""
        from technic.facts.place import fact_home

        return fact_home(self.settings.home, simulated=self.simulated)

    def is_there(self) -> bool:
        """Tell whether there are facts; none is read."""
        from technic.facts.store import FactStore

        return self.given is not None or FactStore(self.home).is_there()

    def require(self, leaves: Sequence[Node]) -> None:
        """Raise RuleUnavailableError, naming the first of ``leaves``, where there are no facts."""
        from technic.language.evaluation.panel_facts import FACTS_HINT

        if leaves and not self.is_there():
            hint = SIMULATED_HINT if self.simulated else FACTS_HINT
            raise RuleUnavailableError(str(leaves[0]), "a store of facts of companies", hint)

    def open(
        self,
        leaves: Sequence[Node],
        symbols: Sequence[str],
        calendar: SessionCalendar,
        splits: SplitsBySymbol,
    ) -> OpenFacts:
        """Open the facts that ``leaves`` need, of some symbols, and no others.

        Raises RuleUnavailableError where there are none at all, ParameterError for what was given
        as facts and is none, StoreError for a store that cannot be read.
        """
        self.require(leaves)
        reader = self.given
        if not callable(getattr(reader, "steps", None)):
            reader = self._reader(leaves, symbols, calendar, splits)
        made_up = self.simulated and self.given is None
        return OpenFacts(cast("FactReading", reader), tuple(leaves), calendar, splits, made_up)

    def _reader(
        self,
        leaves: Sequence[Node],
        symbols: Sequence[str],
        calendar: SessionCalendar,
        splits: SplitsBySymbol,
    ) -> FactReading:
        from technic.facts.reader import FactReader
        from technic.scan.facts.stored_facts import StoredFacts
        from technic.scan.facts.terms import term_of
        from technic.scan.facts.traded_closes import TradedCloses

        known = splits_of(symbols, splits)
        closes = None if self.prices is None else TradedCloses.of(self.prices, calendar)
        fields = [term_of(leaf).field for leaf in leaves]
        if self.given is None and self.known_before is None:
            return StoredFacts(self.home, fields, symbols, calendar, known, closes)
        return FactReader(self._rows(fields, symbols), calendar, known, closes)

    def _rows(self, fields: Sequence[str], symbols: Sequence[str]) -> pa.Table:
        """Return the rows that were given, else those of the store; those that were known."""
        import pyarrow as pa

        from technic.facts.fields import FIELDS
        from technic.facts.rows import known_rows, require_facts
        from technic.facts.store import FactStore

        if self.given is None:
            concepts = {name for field in fields for name in FIELDS[field].concepts}
            rows = FactStore(self.home).rows(concepts=concepts, symbols=symbols)
        elif isinstance(self.given, pa.Table):
            rows = require_facts(self.given)
        else:
            allowed = "a table of facts, or an open reader of facts"
            raise ParameterError("facts", self.given, allowed)
        return known_rows(rows, self.known_before)


def splits_of(symbols: Sequence[str], records: SplitsBySymbol) -> Splits:
    """Return the splits of some symbols, one row each."""
    held: Mapping[str, DateArray] = {
        name: records[name].session for name in symbols if name in records
    }
    names = [name for name, days in held.items() for _ in days]
    symbol = np.empty(len(names), object)
    symbol[:] = names
    days = np.concatenate([np.empty(0, "datetime64[D]"), *held.values()])
    ratio = np.concatenate([np.empty(0), *(records[name].ratio for name in held)])
    sure = np.isfinite(ratio)
    return Splits(symbol[sure], days[sure].astype("datetime64[D]"), ratio[sure])
