"""Where a value came from: its filing, its period, when it became known, by which route."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["FactPart", "FactSource", "filing_link"]


@dataclass(frozen=True, slots=True)
class FactPart:
    """One number as it was filed; ``period_start``: None for an instant, ``cik``: 0 unknown."""

    cik: int
    concept: str
    period_start: np.datetime64 | None
    period_end: np.datetime64
    value: float
    unit: str
    form: str
    accn: str
    known_at: np.datetime64
    source: str
    tag: str

    @property
    def link(self) -> str:
        """The filing's address, empty where it has none."""
        return filing_link(self.cik, self.accn)


@dataclass(frozen=True, slots=True)
class FactSource:
    """A value as of a day, and what it was computed from.

    ``value``: NaN where it is known to be missing, and ``route`` says why. ``parts``: the numbers
    it comes from; the first one belongs to the filing that made it known. ``age``: sessions since
    ``known_from``, the first session at whose close it was known.
    """

    field: str
    value: float
    unit: str
    period_end: np.datetime64
    known_from: np.datetime64
    age: int
    route: str
    parts: tuple[FactPart, ...]

    @property
    def form(self) -> str:
        """The form of the filing that made it known."""
        return self.parts[0].form if self.parts else ""

    @property
    def accn(self) -> str:
        """The accession number of that filing."""
        return self.parts[0].accn if self.parts else ""

    @property
    def link(self) -> str:
        """The address of that filing, empty where it has none."""
        return self.parts[0].link if self.parts else ""

    @property
    def known_at(self) -> np.datetime64 | None:
        """The moment that filing became known (UTC)."""
        return self.parts[0].known_at if self.parts else None


def filing_link(cik: int, accn: str) -> str:
    """Return the address of a filing at the SEC; empty for what is no accession number.

    The number begins with who sent the filing, often an agent; the address has whose it is.
    """
    digits = accn.replace("-", "")
    if cik <= 0 or len(digits) != 18 or not (digits.isascii() and digits.isdigit()):
        return ""
    return f"https://www.sec.gov/Archives/edgar/data/{cik}/{digits}/{accn}-index.htm"
