"""Tiingo's list of tickers: a zipped table of all it ever had, of which what trades today is kept.

A ticker that two companies had one after the other is there twice; the later one counts.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np

from technic.data_engine.interfaces.ceilings import MAX_ANSWER_BYTES, MAX_TABLE_ROWS
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.providers.vendors.http import from_wire, require_ok
from technic.universe import Universe, universe_of
from technic.universe.exchanges import EXCHANGES, exchange_name

__all__ = ["listed_tickers"]

STILL_TRADING_DAYS = 10
COLUMNS = ("ticker", "exchange", "assetType", "priceCurrency", "endDate")
KINDS = ("Stock", "ETF")


def listed_tickers(response: HttpResponse) -> Universe:
    """Read the list: stocks and ETFs of US exchanges whose prices reach these days."""
    require_ok(response)
    rows = [
        row
        for row in _rows(response.body)
        if row["assetType"] in KINDS
        and row["priceCurrency"] == "USD"
        and exchange_name(row["exchange"]) in EXCHANGES
        and row["ticker"]
        and row["endDate"]
    ]
    try:
        end = np.array([row["endDate"] for row in rows], dtype="datetime64[D]")
    except ValueError as error:
        raise BadAnswerError("the list of tickers has an end date that is none") from error
    if not len(end) or np.isnat(end).any():
        raise BadAnswerError("the list of tickers holds no US stock")
    fresh = np.flatnonzero(end >= end.max() - STILL_TRADING_DAYS)
    by_end = [rows[at] for at in fresh[np.argsort(end[fresh], kind="stable")]]
    latest = {from_wire(row["ticker"], "tiingo"): row for row in by_end}
    names = sorted(latest)
    kept = [latest[name] for name in names]
    columns = {
        "exchange": [exchange_name(row["exchange"]) for row in kept],
        "type": [row["assetType"] for row in kept],
    }
    return universe_of(names, "Tiingo tickers", columns)


def _rows(body: bytes) -> Iterator[dict[str, str]]:
    """Yield the rows of the table one by one: a hundred thousand are there, a tenth is kept."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            (member,) = [info for info in archive.infolist() if info.filename.endswith(".csv")]
            if member.file_size > MAX_ANSWER_BYTES:
                raise BadAnswerError("the list of tickers is larger than it can be")
            text = archive.read(member).decode("utf-8")
        table = csv.DictReader(io.StringIO(text, newline=""), restval="")
        for number, row in enumerate(table):
            if not number and not set(COLUMNS) <= row.keys():
                raise BadAnswerError(f"the list of tickers lacks one of {', '.join(COLUMNS)}")
            if number >= MAX_TABLE_ROWS:
                raise BadAnswerError(f"the list of tickers has more than {MAX_TABLE_ROWS:,} rows")
            yield row
    except (
        zipfile.BadZipFile,
        zlib.error,
        csv.Error,
        EOFError,
        OSError,
        ValueError,  # not one table, not UTF-8
        RuntimeError,  # encrypted
        NotImplementedError,  # packed in a way that Python does not know
    ) as error:
        raise BadAnswerError(f"the list of tickers is no zipped table: {error}") from error
