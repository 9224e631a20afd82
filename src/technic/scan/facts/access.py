"""Where the facts of a scan come from; nothing is opened before an expression names a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from technic.data_engine.interfaces.known_actions import SplitsBySymbol
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

__all__ = ["FactAccess", "FactReading", "OpenFacts", "splits_of"]


class FactReading(Protocol):
    """What a scan needs of a reader of facts."""

    def steps(self, term: FactTerm, symbols: Sequence[str]) -> FactSteps:
        """Return the step functions of symbols; one that is unknown has no step."""

    def provenance(self, term: FactTerm, symbol: str, day: np.datetime64) -> FactSource | None:
        """Return what a value as of ``day`` is made of, None where nothing was known."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenFacts:
    """Facts that are open, and those of them that expressions name (``leaves``).

    ``calendar``: that by which the reader counts; ``splits``: what is known of them.
    """

    reader: FactReading
    leaves: tuple[Node, ...]
    calendar: SessionCalendar
    splits: SplitsBySymbol

    def of(self, symbols: Sequence[str], window: DateArray) -> ScanFacts:
        """Return what some symbols' panels need on the sessions of a window, ascending."""
        from technic.scan.facts.scan_facts import ScanFacts

        sessions = self.calendar.sessions
        return ScanFacts.of(self.reader, self.leaves, symbols, sessions, window, self.splits)


@dataclass(frozen=True, slots=True, eq=False)
class FactAccess:
    """The facts that were given, else those of the store in the home.

    ``given``: a table of facts (``technic.facts.rows.FACT_SCHEMA``), or an open reader.
    """

    settings: Settings
    given: pa.Table | FactReading | None = None

    def require(self, leaves: Sequence[Node]) -> None:
        """Raise RuleUnavailableError, naming the first of ``leaves``, where there are no facts."""
        from technic.facts import have_facts
        from technic.language.evaluation.panel_facts import FACTS_HINT

        if leaves and self.given is None and not have_facts(self.settings):
            raise RuleUnavailableError(str(leaves[0]), "facts of companies", FACTS_HINT)

    def open(
        self,
        leaves: Sequence[Node],
        symbols: Sequence[str],
        calendar: SessionCalendar,
        splits: SplitsBySymbol,
    ) -> OpenFacts:
        """Open the facts that ``leaves`` need of some symbols.

        Raises RuleUnavailableError where there are none at all, ParameterError for what was given
        as facts and is none.
        """
        from technic.facts import open_facts
        from technic.scan.facts.terms import term_of

        self.require(leaves)
        given, known = self.given, splits_of(symbols, splits)
        if given is None:
            terms = [term_of(leaf) for leaf in leaves]
            reader: FactReading = open_facts(self.settings, calendar, terms, symbols, known)
        elif callable(getattr(given, "steps", None)):
            reader = given
        else:
            reader = _of_table(given, calendar, known)
        return OpenFacts(reader, tuple(leaves), calendar, splits)


def _of_table(given: object, calendar: SessionCalendar, splits: Splits) -> FactReading:
    import pyarrow as pa

    from technic.facts.reader import FactReader

    if not isinstance(given, pa.Table):
        raise ParameterError("facts", given, "a table of facts, or an open reader of facts")
    return FactReader(given, calendar, splits)


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
