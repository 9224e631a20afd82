"""The JSON beside the pages: the same figures, without what another day would change."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from technic.result.json_values import plain, plain_rows
from technic.result.scan_result import ScanResult
from technic.result.symbol_report import SymbolReport
from technic.service.jobs.market_breadth import breadth, sectors
from technic.site.day import Day, TableOfDay
from technic.view.main_columns import MAIN_COLUMNS

__all__ = [
    "columns_of",
    "encode",
    "ledger_document",
    "market_document",
    "symbol_document",
    "table_document",
]

LATER = ("last_session",)
"""What the data say of themselves that another day's data would say otherwise."""


def encode(document: object) -> bytes:
    """Return a document as a file's content."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    return f"{text}\n".encode()


def _about(result: ScanResult) -> dict[str, Any]:
    data = dataclasses.asdict(result.data)
    return {
        "as_of": result.as_of,
        "universe": dataclasses.asdict(result.universe),
        "rs_universe": result.ranks.size,
        "data": {name: value for name, value in data.items() if name not in LATER},
    }


def columns_of(one: TableOfDay) -> list[str]:
    """Return the columns that a table has on its page: the main ones and those it asks for."""
    config, frame = one.table.config, one.result.table
    texts = (*config.columns, *(text for setup in config.setups for text in setup.columns))
    asked = [text.lstrip("+").partition("=")[0].strip() for text in texts]
    names = dict.fromkeys((*(column.name for column in MAIN_COLUMNS), *asked))
    return [name for name in names if name in frame.columns]


def table_document(one: TableOfDay) -> dict[str, Any]:
    """Return a table with all of its rows."""
    result, changes = one.result, one.changes
    return {
        **_about(result),
        "title": one.table.title,
        "where": result.config.where,
        "setups": [setup.name for setup in result.config.setups],
        "sort": str(result.config.sort),
        "warnings": list(one.warnings),
        "ledger": dict(result.ledger.counts),
        "since": dataclasses.asdict(changes),
        "rows": plain_rows(result.table[columns_of(one)]),
    }


def market_document(day: Day) -> dict[str, Any]:
    """Return regime, breadth session by session, and sectors."""
    result = day.main
    return {
        **_about(result),
        "regime": dataclasses.asdict(result.regime),
        "ledger": dict(result.ledger.counts),
        "breadth": breadth(result),
        "sectors": sectors(result),
    }


def ledger_document(day: Day) -> dict[str, Any]:
    """Return what became of every symbol of the universe."""
    result = day.main
    rows = [
        {"symbol": symbol, "outcome": outcome, "detail": detail or ""}
        for symbol, outcome, detail in zip(
            result.ledger.symbols, result.ledger.outcome, result.ledger.detail, strict=True
        )
    ]
    return {**_about(result), "ledger": dict(result.ledger.counts), "symbols": rows}


def symbol_document(report: SymbolReport) -> Mapping[str, Any]:
    """Return rating, plan, conditions and figures of a symbol."""
    document: Any = plain(report.document(with_row=True))
    data = {name: value for name, value in document["data"].items() if name not in LATER}
    return {**document, "data": data}
