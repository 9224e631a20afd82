"""What a result is, in one line: for a log, a file, a notebook, a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from technic.result.info import DataInfo, RankInfo
from technic.result.ledger import KEPT, Ledger
from technic.wording.counts import count_of

__all__ = ["Headline", "headline_of"]


_BASES = {"unknown": "price basis unknown", "raw": "raw prices"}


class _Answer(Protocol):
    """What a scan answers, just run or read back."""

    @property
    def as_of(self) -> str: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def data(self) -> DataInfo: ...
    @property
    def ranks(self) -> RankInfo: ...


@dataclass(frozen=True, slots=True)
class Headline:
    """The parts of a headline; its text has all of them.

    ``as_of``: ``YYYY-MM-DD``; ``kept`` of ``size`` symbols of the universe are in the table.
    """

    as_of: str
    kept: int
    size: int
    data: DataInfo
    ranks: RankInfo

    @property
    def source(self) -> str:
        """Where the bars came from, and up to which day."""
        return f"{self.data.provider} data to {self.data.last_session}"

    @property
    def price_basis(self) -> str:
        """How the prices are adjusted."""
        basis = self.data.price_basis
        return _BASES.get(basis) or basis.replace("_", " ")

    @property
    def market_caps(self) -> str:
        """Of which day the market caps are, where that is much later than the scan's; else ""."""
        day = self.data.market_caps_of
        return "" if day is None else f"market caps of {day}"

    @property
    def unlabelled(self) -> str:
        """The text without the word SIMULATED, for those who show it in another way."""
        ranks = f" · {self.ranks}" if self.ranks.small else ""
        caps = f" · {self.market_caps}" if self.market_caps else ""
        return (
            f"as of {self.as_of} · {self.kept:,} of {count_of(self.size, 'symbol')} kept · "
            f"{self.source} ({self.price_basis}){ranks}{caps}"
        )

    def __str__(self) -> str:
        return f"{self.unlabelled} · SIMULATED" if self.data.simulated else self.unlabelled


def headline_of(answer: _Answer) -> Headline:
    """Return the headline of a ScanResult or a SavedScan."""
    ledger = answer.ledger
    kept = ledger.counts.get(KEPT, 0)
    return Headline(answer.as_of, kept, len(ledger), answer.data, answer.ranks)
