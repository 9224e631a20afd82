"""What is asked of Massive with a key, and how its pages become rows: statements, shorts, float."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.open_provider import open_remote
from technic.data_engine.providers.vendors.http import require_ok
from technic.data_engine.providers.vendors.polygon import PolygonProvider
from technic.facts.sources.company_tickers import CompanyTickers
from technic.facts.sources.fact_blocks import FactBlocks
from technic.facts.sources.massive_page import SOURCE, read_page, symbol_of
from technic.facts.sources.massive_shares import (
    FloatRow,
    ShortInterestRow,
    add_floats,
    add_short_interest,
)
from technic.facts.sources.massive_statements import (
    STATEMENTS,
    HeldRows,
    StatementRow,
    add_statements,
    read_statements,
)
from technic.facts.store import FactStore
from technic.facts.sync.ingest import Ingest
from technic.sessions import SessionCalendar
from technic.settings import Settings

__all__ = [
    "ITEMS",
    "Item",
    "Window",
    "ingest_massive",
    "massive_endpoint",
    "open_massive",
    "windows",
]

Item = Literal[
    "income-statements", "balance-sheets", "cash-flow-statements", "short-interest", "float"
]
ITEMS: tuple[Item, ...] = get_args(Item)
Window = tuple[np.datetime64, np.datetime64]

PAGE, FLOAT_PAGE = 50_000, 5_000
"""Rows of one answer, at most."""
FIRST_YEAR = 2009
AGAIN_DAYS = 10
"""Before the last sync: days of filing that are asked for once more, for what came late."""
RECENT_DAYS = 45
"""Of short interest. Older settlement days may be in the shares after a split: FINRA has them."""


def open_massive(name: str, settings: Settings) -> PolygonProvider:
    """Open the vendor's interface with the user's key; ParameterError where there is none."""
    found = open_remote(name, settings)
    assert isinstance(found, PolygonProvider)
    return found


def windows(item: Item, since: np.datetime64 | None, today: np.datetime64) -> Iterator[Window]:
    """Yield the first and last days to ask for, a year at a time where nothing was asked before."""
    if item not in STATEMENTS:
        yield today - RECENT_DAYS, today
    elif since is not None:
        yield since - AGAIN_DAYS, today
    else:
        for year in range(FIRST_YEAR, int(str(today)[:4]) + 1):
            last = np.datetime64(f"{year}-12-31", "D")
            yield np.datetime64(f"{year}-01-01", "D"), min(last, today)


def massive_endpoint(provider: PolygonProvider, item: Item, window: Window) -> Endpoint[list[Any]]:
    """Return one item's endpoint; a window is of days of filing, or of settlement days."""
    first, last = window
    path, field, kind = _PATHS.get(item, (f"/stocks/financials/v1/{item}", "filing_date", None))
    params = {"limit": str(FLOAT_PAGE if item == "float" else PAGE), "sort": "ticker.asc"}
    if field:
        params |= {f"{field}.gte": str(first), f"{field}.lte": str(last), "sort": f"{field}.asc"}
    if kind is None:
        params["timeframe.any_of"] = "quarterly,annual"

    def read(response: HttpResponse) -> tuple[list[Any], str | None]:
        require_ok(response)
        if kind is None:
            return read_statements(item, response.body)
        return read_page(response.body, kind)

    return provider.paged(f"{item} {first}…{last}", path, params, read)


_PATHS: Mapping[str, tuple[str, str, type | None]] = {
    "short-interest": ("/stocks/v1/short-interest", "settlement_date", ShortInterestRow),
    "float": ("/stocks/vX/float", "", FloatRow),
}


def ingest_massive(
    ingest: Ingest,
    item: Item,
    pages: Sequence[list[Any]],
    calendar: SessionCalendar,
    tickers: CompanyTickers,
) -> None:
    """Store the pages of an item; rows that are broken, of no company or period are counted."""
    ingest.drop("a row cannot be read", sum(row is None for page in pages for row in page))
    pages = [[row for row in page if row is not None] for page in pages]
    blocks = FactBlocks(SOURCE)
    held = _held(ingest.store, item, pages, ingest.now) if item in STATEMENTS else None
    settled = _settled(ingest.store, ingest.now) if item == "short-interest" else frozenset()
    for page in pages:
        if held is not None:
            strange = add_statements(blocks, item, page, held, tickers.symbol)
            ingest.drop("no company, period or day of filing is named", strange)
        elif item == "short-interest":
            new = [
                row for row in page if (symbol_of(row.ticker), row.settlement_date) not in settled
            ]
            add_short_interest(blocks, new, calendar, tickers.cik)
        else:
            add_floats(blocks, page, ingest.now, tickers.cik)
    ingest.flush(blocks)


def _settled(store: FactStore, now: np.datetime64) -> frozenset[tuple[str, str]]:
    """Return the symbols and settlement days that are stored, whoever said them first.

    What is said of them later may be in the shares after a split: it would change what was known.
    """
    rows = store.rows(concepts=["short_interest"])
    days = np.asarray(_days(rows["period_end"]), "datetime64[D]")
    recent = np.flatnonzero(days >= now.astype("datetime64[D]") - 2 * RECENT_DAYS)
    symbols = rows["symbol"].take(recent).to_pylist()
    return frozenset(zip(symbols, map(str, days[recent]), strict=True))


def _held(
    store: FactStore, item: Item, pages: Sequence[list[StatementRow]], now: np.datetime64
) -> HeldRows:
    """Return what is stored of the vendor of the companies in some pages."""
    said = {row.cik for page in pages for row in page if row.cik}
    ciks = sorted({int(one) for one in said if one.isascii() and one.isdigit()})
    concepts = list(STATEMENTS[item].values())
    rows = store.rows(concepts=concepts, ciks=[one for one in ciks if one < 10**10])
    rows = rows.filter(pc.equal(rows["source"], SOURCE)).sort_by("known_at")
    names = ("cik", "concept", "quarters", "value")
    columns = [rows[name].to_pylist() for name in names]
    ends, known = (_days(rows["period_end"]), rows["known_at"].to_numpy().astype("datetime64[us]"))
    latest = {
        (cik, concept, end, quarters): (value, moment)
        for cik, concept, quarters, value, end, moment in zip(*columns, ends, known, strict=True)
    }
    return HeldRows(latest, now)


def _days(column: pa.ChunkedArray) -> list[np.datetime64]:
    return list(np.asarray(column.to_numpy(), "datetime64[D]"))
