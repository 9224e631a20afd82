"""The facts of the store in the home, as a scan reads them: steps that are kept, rows where not."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.records import Splits
from technic.facts.fields import FIELDS
from technic.facts.reader import FactReader, FactSource, FactSteps
from technic.facts.store import FactStore
from technic.facts.terms import FactTerm
from technic.scan.facts.kept_steps import KeptSteps
from technic.scan.facts.traded_closes import TradedCloses
from technic.sessions import SessionCalendar

__all__ = ["StoredFacts"]

PUBLIC_FLOAT = "public_float"
"""What needs closes."""


class StoredFacts:
    """Reads rows of ``symbols`` and of the fields that are asked for, when they are needed.

    ``home``: where the store is; ``version``: that of the store when it was opened: what a sync
    adds while a scan reads is for the next one. ``closes``: as traded, for the float.
    """

    def __init__(
        self,
        home: Path,
        fields: Sequence[str],
        symbols: Sequence[str],
        calendar: SessionCalendar,
        splits: Splits,
        closes: TradedCloses | None = None,
    ) -> None:
        self.version = FactStore(home).version()
        self._home, self._store = home, FactStore(home, version=self.version)
        self._fields, self._symbols = tuple(fields), tuple(symbols)
        self._calendar, self._splits, self._closes = calendar, splits, closes
        self._rows = f"{self._store.url} {self._store.state()}"
        self._kept = self._kept_by(splits)
        self._readers: dict[tuple[str, ...], FactReader] = {}

    def with_splits(self, splits: Splits) -> StoredFacts:
        """Return the same facts by other splits; rows that are open stay open for both."""
        other = copy(self)
        other._splits, other._kept = splits, self._kept_by(splits)
        return other

    def _kept_by(self, splits: Splits) -> KeptSteps:
        return KeptSteps(self._home / "cache" / "facts", self._rows, self._calendar, splits)

    def steps(
        self, term: FactTerm, symbols: Sequence[str], since: np.datetime64 | None = None
    ) -> FactSteps:
        """Return all steps of symbols, whatever ``since`` says: scans of other days read them.

        Steps with closes of bars that nobody names are not kept.
        """
        said, closes = str(term), self._closes
        if closes is not None and PUBLIC_FLOAT in FIELDS[term.field].concepts:
            if closes.version is None:
                return self._reader(self._symbols).steps(term, symbols, since)
            said += f" by closes of {closes.version}"
        every = self._symbols
        return self._kept.steps(said, symbols, lambda: self._reader(every).steps(term, symbols))

    def provenance(self, term: FactTerm, symbol: str, day: np.datetime64) -> FactSource | None:
        """Return what a value as of ``day`` is made of, from the rows of this symbol."""
        return self._reader((symbol,)).provenance(term, symbol, day)

    def _reader(self, symbols: tuple[str, ...]) -> FactReader:
        """Open the rows of some symbols; the last ones that were opened stay open."""
        if symbols not in self._readers:
            concepts = {name for field in self._fields for name in FIELDS[field].concepts}
            rows = self._store.rows(concepts=concepts, symbols=symbols)
            self._readers.clear()
            self._readers[symbols] = FactReader(rows, self._calendar, closes=self._closes)
        return self._readers[symbols].with_splits(self._splits)
