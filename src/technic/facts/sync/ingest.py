"""From files to the store: quarters block by block, settlement days page by page.

Rows go to the store as soon as there are many, so that memory holds few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from technic.facts.concepts import concept_of
from technic.facts.sources import data_sets, short_interest
from technic.facts.sources.company_tickers import CompanyTickers
from technic.facts.sources.data_sets import add_data_set
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.short_interest import ShortRow, add_short_interest
from technic.facts.store import FactStore
from technic.facts.sync.journal import Filings, Problem
from technic.sessions import SessionCalendar

__all__ = ["MANY", "Ingest", "ingest_data_set", "ingest_short_interest"]

MANY = 200_000
"""Rows that go to the store at once."""


@dataclass(slots=True)
class Ingest:
    """Appends what is collected; ``added``: rows that were new, ``dropped``: by reason."""

    store: FactStore
    now: np.datetime64
    added: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def flush(self, *blocks: FactBlocks, least: int = 0) -> None:
        """Append what blocks hold, those of more than ``least`` rows."""
        for block in blocks:
            if block.count > least:
                found = block.take()
                for reason, count in found.dropped.items():
                    self.drop(reason, count)
                self.added += self.store.append(found.table).added

    def drop(self, reason: str, count: int) -> None:
        """Count what is left out."""
        if count:
            self.dropped[reason] = self.dropped.get(reason, 0) + count


def ingest_data_set(ingest: Ingest, path: Path, tickers: CompanyTickers, filings: Filings) -> None:
    """Store the numbers of a quarter's filings that companyfacts does not have."""
    blocks = FactBlocks(data_sets.SOURCE)
    done = add_data_set(
        blocks,
        path,
        concept_of,
        symbol_of=tickers.symbol,
        is_known=filings.has,
        reported=filings.day,
        each_block=lambda: ingest.flush(blocks, least=MANY),
    )
    ingest.drop("its row has another length or no company", done.unreadable)
    ingest.flush(blocks)


def ingest_short_interest(
    ingest: Ingest,
    pages: Sequence[list[ShortRow]],
    calendar: SessionCalendar,
    tickers: CompanyTickers,
    symbols: Sequence[str],
) -> int:
    """Store a settlement day; returns how many of its rows are of no known symbol."""
    blocks = FactBlocks(short_interest.SOURCE)
    flat = tickers.flat(symbols)
    unknown = sum(add_short_interest(blocks, page, calendar, flat, tickers.cik) for page in pages)
    ingest.flush(blocks)
    return unknown
