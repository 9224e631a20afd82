"""FINRA's consolidated short interest: shares sold short of every symbol, twice a month.

What was short on a settlement day is published on the eighth business day after it, after the
close: a scan knows it from the session after that on. Class shares come without their dot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TypeVar

import msgspec
import numpy as np

from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.rows import short_interest_known_at
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.forms import NO_DAY, days_of
from technic.facts.sources.lists import read_list
from technic.sessions import SessionCalendar
from technic.typing import DateArray
from technic.wording.counts import count_of

__all__ = [
    "ATTRIBUTION",
    "PAGE",
    "SOURCE",
    "add_short_interest",
    "query",
    "read_partitions",
    "read_short_interest",
]

T = TypeVar("T")

SOURCE = "finra"
ATTRIBUTION = (
    "Short interest: FINRA, for personal or professional non-commercial use. "
    "The data are the property of FINRA."
)
PAGE = 5_000
"""Rows of one answer, at most."""
FIELDS = (
    "symbolCode", "currentShortPositionQuantity", "averageDailyVolumeQuantity", "settlementDate",
)  # fmt: skip


class ShortRow(msgspec.Struct, rename="camel"):
    """A symbol on a settlement day."""

    symbol_code: str | None
    settlement_date: str
    current_short_position_quantity: float | None = None
    average_daily_volume_quantity: float | None = None


NOBODY = ShortRow(None, "")
_read_page = msgspec.json.Decoder(list[ShortRow]).decode


class _Partition(msgspec.Struct):
    partitions: list[str]


class _Partitions(msgspec.Struct, rename="camel"):
    available_partitions: list[_Partition]


def query(settlement: np.datetime64, offset: int = 0) -> bytes:
    """Return the body that asks for a page of a settlement day."""
    wanted = {
        "fields": list(FIELDS),
        "compareFilters": [
            {
                "fieldName": "settlementDate",
                "fieldValue": str(settlement),
                "compareType": "equal",
            }
        ],
        "offset": offset,
        "limit": PAGE,
    }
    return json.dumps(wanted).encode()


def read_short_interest(body: bytes) -> list[ShortRow]:
    """Read a page; BadAnswerError for what is none.

    A row that cannot be read is one of nobody.
    """
    try:
        read = read_list(body, _read_page, ShortRow)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(f"not the JSON expected: {error}") from error
    if read and not any(read):
        raise BadAnswerError(f"none of its {count_of(len(read), 'row')} can be read")
    return [NOBODY if row is None else row for row in read]


def read_partitions(body: bytes) -> DateArray:
    """Read the settlement days there are, ascending; BadAnswerError for what is no list of them."""
    found: _Partitions = _decoded(body, _Partitions)
    days = days_of([one.partitions[0] for one in found.available_partitions if one.partitions])
    return np.unique(days[~np.isnat(days)])


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(f"not the JSON expected: {error}") from error


def add_short_interest(
    rows: FactBlocks,
    page: Sequence[ShortRow],
    calendar: SessionCalendar,
    symbols: Mapping[str, str],
    cik_of: Mapping[str, int],
) -> int:
    """Add a page; returns how many of its rows are of no symbol that is known.

    ``symbols``: canonical symbols by how they are written without separators. ``cik_of``: the
    company of a symbol; 0 where there is none (a fund).
    """
    named = [(row, symbols.get(row.symbol_code or "")) for row in page]
    for concept, tag, quantity in (
        ("short_interest", FIELDS[1], attrgetter("current_short_position_quantity")),
        ("short_average_volume", FIELDS[2], attrgetter("average_daily_volume_quantity")),
    ):
        found = [(row, symbol) for row, symbol in named if symbol and quantity(row) is not None]
        days = days_of([row.settlement_date for row, _ in found])
        rows.add(
            cik=np.array([cik_of.get(symbol, 0) for _, symbol in found], np.int64),
            symbol=[symbol for _, symbol in found],
            concept=concept,
            tag=f"finra:{tag}",
            unit="shares",
            start=np.full(len(found), NO_DAY),
            end=days,
            value=np.array([quantity(row) for row, _ in found], np.float64),
            form=None,
            accn=None,
            known_at=short_interest_known_at(days, calendar),
        )
    return sum(1 for _, symbol in named if not symbol)
