"""Massive's flat files: one more way to cover a day, a file for each session over S3.

``us_stocks_sip/day_aggs_v1/YYYY/MM/YYYY-MM-DD.csv.gz`` in the bucket ``flatfiles``; unadjusted
prices, ``window_start`` in nanoseconds at midnight in New York. A file appears about 11:00 New York
on the following day, so the session of today cannot be asked. Everything else (single ranges,
splits, dividends, listings) is asked as ``polygon`` does.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pyarrow as pa

from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    BarRequest,
    Capabilities,
    NotYetError,
    RefusedError,
    UnavailableError,
)
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.interfaces.unpacking import Body, InFlight
from technic.data_engine.providers.vendors.http import endpoint
from technic.data_engine.providers.vendors.polygon import PAID, PolygonProvider
from technic.data_engine.providers.vendors.rows import bar_times, long_bars, trading_days
from technic.panel import FIELDS, LongBars
from technic.wording.counts import count_of

__all__ = ["FLAT_FILES", "PolygonFiles"]

BUCKET = "flatfiles/us_stocks_sip/day_aggs_v1"
COLUMNS = ("ticker", *FIELDS, "window_start")
NS_A_MS = 1_000_000

FLAT_FILES = replace(
    PAID,
    kinds=frozenset({"symbol_range", "market_day"}),
    same_day=False,
    least_market_rows=1_000,
    final_after=dt.timedelta(hours=19),
)
"""Whole-market days from files, single ranges from the interface of paid plans. A day's file is
there "by approximately 11:00 AM ET the following day", 19 hours after the close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolygonFiles(PolygonProvider):
    """Polygon with whole-market days from flat files; its transport has to answer ``s3://``."""

    plan: Capabilities = field(default=FLAT_FILES, repr=False)

    name = "polygon-files"
    key_settings: ClassVar[tuple[str, ...]] = (
        "TECHNIC_POLYGON_KEY",
        "TECHNIC_POLYGON_S3_KEY",
        "TECHNIC_POLYGON_S3_SECRET",
    )

    def bars(self, request: BarRequest) -> Endpoint[LongBars]:
        """A day's file, or one symbol's range from the interface."""
        # not super(): a dataclass with slots is a new class, which super() does not know
        if request.kind != "market_day":
            return PolygonProvider.bars(self, request)
        day = str(request.first)
        url = f"s3://{BUCKET}/{day[:4]}/{day[5:7]}/{day}.csv.gz"
        least = self.plan.least_market_rows
        return endpoint(
            request.label,
            lambda _: HttpRequest(url),
            lambda response: (day_file(response, request, least), None),
        )


def day_file(response: HttpResponse, request: BarRequest, least_rows: int) -> LongBars:
    """Read a day's file; rows that lack a price stay in, as NaN."""
    if response.status == 404:
        raise NotYetError(f"{request.label}: there is no file of that day (yet)")
    if response.status in (401, 403):
        raise RefusedError(f"{request.label}: the S3 keys may not read it")
    if response.status != 200:
        raise UnavailableError(f"{request.label}: status {response.status}")
    table = _table(response.body, request.label)
    if table.num_rows < least_rows:
        raise BadAnswerError(
            f"{request.label}: {count_of(table.num_rows, 'row')}, fewer than {least_rows}"
        )
    stamps = bar_times(table["window_start"].to_numpy() / NS_A_MS)
    session = trading_days(stamps)
    if (session != request.first).any():
        raise BadAnswerError(f"{request.label}: the file holds bars of other days")
    names = table["ticker"].to_pylist()
    if not all(names):
        raise BadAnswerError(f"{request.label}: a row without a symbol")
    values = [table[name].to_numpy().astype(np.float64) for name in FIELDS]
    return long_bars(names, session, values, market=True)


def _table(body: bytes, label: str) -> pa.Table:
    from pyarrow import csv

    kinds = {name: pa.float64() for name in FIELDS}
    options = csv.ConvertOptions(
        include_columns=list(COLUMNS),
        column_types={**kinds, "ticker": pa.string(), "window_start": pa.float64()},
        strings_can_be_null=False,
    )
    try:
        return csv.read_csv(io.BytesIO(_unpacked(body, label)), convert_options=options)
    except (pa.ArrowException, KeyError) as error:
        raise BadAnswerError(f"{label}: not the file expected: {error}") from error


def _unpacked(body: bytes, label: str) -> bytes:
    """Unpack a file, held to the same ceiling as every answer."""
    file = Body("gzip", InFlight(1), label)
    file.feed(body)
    return file.finish()
