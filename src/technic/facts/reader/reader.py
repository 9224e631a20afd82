"""FactReader: from a table of facts to what was known on a day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from technic.data_engine.interfaces.records import Splits
from technic.facts.reader.source import FactSource
from technic.facts.reader.steps import FactSteps
from technic.facts.terms import FactTerm
from technic.sessions import SessionCalendar
from technic.typing import DateArray, FloatArray

__all__ = ["FactReader"]


class FactReader:
    """Reads facts as of days.

    facts: ``FACT_SCHEMA``, in any order. splits: what is known of splits; without them numbers per
    share of different filings are combined as they were filed.
    """

    def __init__(
        self, facts: pa.Table, calendar: SessionCalendar, splits: Splits | None = None
    ) -> None: ...

    def steps(self, term: FactTerm, symbols: Sequence[str]) -> FactSteps:
        """Return the step functions of symbols; one that is unknown has no step."""
        raise NotImplementedError

    def values(
        self,
        term: FactTerm,
        symbols: Sequence[str],
        sessions: DateArray,
        splits: Splits | None = None,
    ) -> FloatArray:
        """Return (n_sessions, n_symbols) values at each session's close, NaN where missing.

        Values per share are in the basis of their session. ``splits``: the reader's by default.
        """
        raise NotImplementedError

    def provenance(self, term: FactTerm, symbol: str, day: np.datetime64) -> FactSource | None:
        """Return what a value as of ``day`` is made of, None where nothing was known."""
        raise NotImplementedError
