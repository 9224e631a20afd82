"""Massive's short interest and float, with a key.

Short interest is FINRA's and counts as it does. A float has no day on which it became known: it
counts from when it was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from technic.facts.rows import short_interest_known_at
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.forms import NO_DAY
from technic.facts.sources.massive_page import day_of, number_of, symbol_of
from technic.sessions import SessionCalendar

__all__ = ["FloatRow", "ShortInterestRow", "add_floats", "add_short_interest"]


class ShortInterestRow(msgspec.Struct):
    """A symbol on a settlement day."""

    ticker: str | None = None
    settlement_date: str | None = None
    short_interest: float | None = None
    avg_daily_volume: float | None = None


class FloatRow(msgspec.Struct):
    """A symbol's shares that others than insiders hold."""

    ticker: str | None = None
    effective_date: str | None = None
    free_float: float | None = None


def add_short_interest(
    rows: FactBlocks,
    page: Sequence[ShortInterestRow],
    calendar: SessionCalendar,
    cik_of: Mapping[str, int],
) -> None:
    """Add a page of short interest; it counts as FINRA's does, whose numbers these are."""
    for concept, field in (
        ("short_interest", "short_interest"),
        ("short_average_volume", "avg_daily_volume"),
    ):
        found = _of_symbols(page, "settlement_date", field)
        days = np.array([day for _, day, _ in found], "datetime64[D]")
        _add_of_symbols(
            rows, concept, field, found, cik_of, short_interest_known_at(days, calendar)
        )


def add_floats(
    rows: FactBlocks, page: Sequence[FloatRow], now: np.datetime64, cik_of: Mapping[str, int]
) -> None:
    """Add a page of floats, which count from ``now`` (UTC)."""
    found = _of_symbols(page, "effective_date", "free_float")
    known = np.full(len(found), now.astype("datetime64[us]"))
    _add_of_symbols(rows, "float_shares", "free_float", found, cik_of, known)


def _of_symbols(
    page: Sequence[ShortInterestRow | FloatRow], day_field: str, field: str
) -> list[tuple[str, np.datetime64, float]]:
    found = []
    for row in page:
        symbol, day = symbol_of(row.ticker), day_of(getattr(row, day_field))
        value = number_of(getattr(row, field))
        if symbol and day is not None and value is not None and value >= 0.0:
            found.append((symbol, day, value))
    return found


def _add_of_symbols(
    rows: FactBlocks,
    concept: str,
    field: str,
    found: Sequence[tuple[str, np.datetime64, float]],
    cik_of: Mapping[str, int],
    known_at: np.ndarray[tuple[int], np.dtype[np.datetime64]],
) -> None:
    rows.add(
        cik=np.array([cik_of.get(symbol, 0) for symbol, _, _ in found], np.int64),
        symbol=[symbol for symbol, _, _ in found],
        concept=concept,
        tag=f"massive:{field}",
        unit="shares",
        start=np.full(len(found), NO_DAY),
        end=np.array([day for _, day, _ in found], "datetime64[D]"),
        value=np.array([value for _, _, value in found], np.float64),
        form=None,
        accn=None,
        known_at=known_at,
    )
