"""How much of a market a field covers: by names, and by market capitalization."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic.errors import ParameterError
from technic.facts.reader.reader import FactReader
from technic.facts.terms import FactTerm
from technic.typing import FloatArray

__all__ = ["FieldCoverage", "coverage"]


@dataclass(frozen=True, slots=True)
class FieldCoverage:
    """Of ``names`` symbols ``known`` have a value; ``cap_share``: their part of the market's worth.

    ``cap_share``: 0 to 1, of the symbols whose market capitalization is known; NaN where none is.
    """

    field: str
    names: int
    known: int
    cap_share: float

    @property
    def name_share(self) -> float:
        """Part of the symbols that have a value, 0 to 1; NaN of no symbols."""
        return self.known / self.names if self.names else math.nan


def coverage(
    reader: FactReader,
    fields: Sequence[str],
    symbols: Sequence[str],
    market_cap: FloatArray,
    day: np.datetime64,
) -> list[FieldCoverage]:
    """Return the coverage of fields at the close of ``day``, a session.

    market_cap: (n_symbols,), NaN where it is not known. Raises ParameterError for an unknown field.
    """
    if len(market_cap) != len(symbols):
        raise ParameterError("market_cap", len(market_cap), f"one a symbol, {len(symbols)}")
    whole = math.fsum(market_cap[np.isfinite(market_cap)])
    found = []
    for field in fields:
        values = reader.values(FactTerm(field), symbols, np.array([day], "datetime64[D]"))
        known = ~np.isnan(values[0])
        part = math.fsum(market_cap[known & np.isfinite(market_cap)])
        share = part / whole if whole > 0.0 else math.nan
        found.append(FieldCoverage(field, len(symbols), int(np.count_nonzero(known)), share))
    return found
