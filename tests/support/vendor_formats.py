"""Every vendor's format in a few lines: a market whose last session comes late, and counts."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import numpy as np

from support.vendor import reply
from technic.data_engine.interfaces.remote_provider import RemoteProvider
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.providers.vendors.alpaca import PLUS, AlpacaProvider
from technic.data_engine.providers.vendors.polygon import PAID, PolygonProvider
from technic.data_engine.providers.vendors.polygon_files import FLAT_FILES, PolygonFiles
from technic.data_engine.providers.vendors.tiingo import POWER, TiingoProvider
from technic.data_engine.providers.vendors.yahoo import PLAN, YahooProvider
from technic.panel import LongBars

__all__ = ["ADAPTERS", "Market"]

NEW_YORK = ZoneInfo("America/New_York")
FIELDS = ("open", "high", "low", "close", "volume")


def _polygon(*kinds: str) -> Callable[[], RemoteProvider]:
    plan = replace(PAID, kinds=frozenset(kinds), least_market_rows=1)
    return lambda: PolygonProvider("key", plan=plan)


ADAPTERS: dict[str, Callable[[], RemoteProvider]] = {
    "polygon-range": _polygon("symbol_range"),
    "polygon-day": _polygon("market_day"),
    "polygon-snapshot": _polygon("symbol_range", "snapshot"),
    "polygon-files-day": lambda: PolygonFiles(
        "key", plan=replace(FLAT_FILES, kinds=frozenset({"market_day"}), least_market_rows=1)
    ),
    "alpaca-batch": lambda: AlpacaProvider("key", "secret", plan=PLUS),
    "tiingo-range": lambda: TiingoProvider("key", plan=replace(POWER, requests_per_minute=None)),
    "yahoo-range": lambda: YahooProvider(plan=replace(PLAN, requests_per_minute=None)),
}
"""Each adapter with one kind of request; none waits for a rate."""


@dataclass
class Market:
    """``bars`` as every vendor would send them; what ``missing`` marks is not there yet.

    ``date``: the vendor's clock, told in each answer. ``asked``: requests for bars by path.
    """

    bars: LongBars
    missing: np.ndarray
    date: dt.datetime | None = None
    asked: Counter[str] = field(default_factory=Counter)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer in the format that the path belongs to."""
        answer = self._answer(request)
        if self.date is None:
            return answer
        date = format_datetime(self.date.astimezone(dt.UTC), usegmt=True)
        return replace(answer, headers={**answer.headers, "date": date})

    def _answer(self, request: HttpRequest) -> HttpResponse:
        path = request.url.split("//", 1)[1].partition("?")[0]
        parts = path.split("/")
        if parts[-1] == "splits":
            return reply({"status": "OK", "results": []})
        if parts[-1] == "corporate-actions":
            return reply({"corporate_actions": {}, "next_page_token": None})
        self.asked[path] += 1
        if "grouped" in parts:
            return self._day(np.datetime64(parts[-1]))
        if "snapshot" in parts:
            return self._snapshot()
        if path.endswith(".csv.gz"):
            return self._file(np.datetime64(parts[-1].removesuffix(".csv.gz")))
        if parts[-1] == "bars":
            return self._batch(request)
        if "range" in parts:
            return self._range(parts[4], np.datetime64(parts[-2]), np.datetime64(parts[-1]))
        if "tiingo" in parts:
            return self._tiingo(parts[-2], np.datetime64(request.params["startDate"]))
        return self._chart(parts[-1], request)

    def _rows(self, symbol: str | None, first: np.datetime64, last: np.datetime64) -> LongBars:
        keep = ~self.missing & (self.bars.session >= first) & (self.bars.session <= last)
        if symbol is not None:
            keep &= self.bars.column == self.bars.symbols.index(symbol)
        return self.bars.rows(keep)

    def _prices(self, bars: LongBars, names: str) -> list[dict[str, float]]:
        columns = [getattr(bars, name).tolist() for name in FIELDS]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def _aggregates(self, rows: list[dict[str, object]]) -> HttpResponse:
        counts = {"queryCount": len(rows), "resultsCount": len(rows)}
        return reply({"status": "OK", "adjusted": False, "results": rows, **counts})

    def _day(self, day: np.datetime64) -> HttpResponse:
        bars = self._rows(None, day, day)
        stamp = _moment(day, 16) * 1000
        prices = self._prices(bars, "ohlcv")
        return self._aggregates(
            [{"T": bars.symbols[c], "t": stamp, **row}
             for c, row in zip(bars.column, prices, strict=True)]
        )  # fmt: skip

    def _range(self, symbol: str, first: np.datetime64, last: np.datetime64) -> HttpResponse:
        bars = self._rows(symbol, first, last)
        prices = self._prices(bars, "ohlcv")
        return self._aggregates(
            [{"t": _moment(day, 0) * 1000, **row}
             for day, row in zip(bars.session, prices, strict=True)]
        )  # fmt: skip

    def _snapshot(self) -> HttpResponse:
        last = self.bars.session.max()
        bars = self._rows(None, last, last)
        stamp = _moment(last, 16) * 10**9
        prices = self._prices(bars, "ohlcv")
        rows = [{"ticker": bars.symbols[c], "updated": stamp, "day": row}
                for c, row in zip(bars.column, prices, strict=True)]  # fmt: skip
        return reply({"status": "OK", "count": len(rows), "tickers": rows})

    def _file(self, day: np.datetime64) -> HttpResponse:
        bars = self._rows(None, day, day)
        if not len(bars):
            return HttpResponse(404, {}, b"")
        lines = ["ticker,volume,open,close,high,low,window_start,transactions"]
        for c, row in zip(bars.column, self._prices(bars, "ohlcv"), strict=True):
            stamp = _moment(day, 0) * 10**9
            values = [row[name] for name in "vochl"]
            lines.append(",".join(map(str, [bars.symbols[c], *values, stamp, 1])))
        return HttpResponse(200, {}, gzip.compress("\n".join(lines).encode()))

    def _batch(self, request: HttpRequest) -> HttpResponse:
        first, last = (np.datetime64(request.params[end][:10]) for end in ("start", "end"))
        found = {}
        for symbol in request.params["symbols"].split(","):
            bars = self._rows(symbol, first, last)
            prices = self._prices(bars, "ohlcv")
            rows = [{"t": f"{day}T05:00:00Z", **row}
                    for day, row in zip(bars.session, prices, strict=True)]  # fmt: skip
            if rows:
                found[symbol] = rows
        return reply({"bars": found, "next_page_token": None})

    def _tiingo(self, symbol: str, first: np.datetime64) -> HttpResponse:
        bars = self._rows(symbol, first, np.datetime64("2999-01-01"))
        columns = [getattr(bars, name).tolist() for name in FIELDS]
        rows = [
            {"date": f"{day}T00:00:00.000Z", **dict(zip(FIELDS, row, strict=True)),
             "splitFactor": 1.0}
            for day, row in zip(bars.session, zip(*columns, strict=True), strict=True)
        ]  # fmt: skip
        return HttpResponse(200, {"content-type": "application/json"}, json.dumps(rows).encode())

    def _chart(self, symbol: str, request: HttpRequest) -> HttpResponse:
        first, end = (
            np.datetime64(int(request.params[name]), "s").astype("datetime64[D]")
            for name in ("period1", "period2")
        )
        bars = self._rows(symbol, first, end - 1)
        quote = {name: getattr(bars, name).tolist() for name in FIELDS}
        result = {
            "meta": {"symbol": symbol, "dataGranularity": "1d"},
            "timestamp": [_moment(day, 10) for day in bars.session],
            "indicators": {"quote": [quote]},
        }
        return reply({"chart": {"result": [result], "error": None}})


def _moment(day: np.datetime64, hour: int) -> int:
    """Epoch seconds of an hour in New York."""
    date = dt.date.fromisoformat(str(day))
    return int(dt.datetime.combine(date, dt.time(hour), NEW_YORK).timestamp())
