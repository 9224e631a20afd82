"""Bars in Polygon's format: whole-market days and one ticker's range."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import msgspec
import numpy as np

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.minutes import MINUTE_SPANS, minute_bars
from technic.loopback.polygon_format import (
    GroupedRow,
    PolygonFormat,
    RangeRow,
    failed,
    flag,
    junk_rows,
    range_rows,
    split_adjusted,
    trade_statistics,
    with_cursor,
)
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import (
    Call,
    Route,
    as_day,
    as_number,
    encode_cursor,
    json_reply,
)
from technic.loopback.world import Span, World

__all__ = ["PolygonBars"]

DEFAULT_LIMIT, MOST_BARS = 5_000, 50_000
KEPT_DAYS = 400
PATH_FROM, PATH_TO = 7, 8
DAY_MS = 86_400_000
LATEST_MS = 10**14
_encode = msgspec.json.Encoder().encode


class PolygonBars:
    """Answers for bars; bodies of whole-market days are kept once encoded."""

    def __init__(self, world: World, options: WireOptions) -> None:
        self._world, self._options = world, options
        self._format = PolygonFormat(world, options)
        self._days: dict[tuple[object, ...], bytes] = {}

    def routes(self) -> list[Route]:
        """Return what this answers."""
        grouped = ("v2", "aggs", "grouped", "locale", "us", "market", "stocks", "*")
        ranged = ("v2", "aggs", "ticker", "*", "range", "*", "*", "*", "*")
        return [
            Route("grouped", "polygon", grouped, self.grouped),
            Route("range", "polygon", ranged, self.range),
            Route("previous", "polygon", ("v2", "aggs", "ticker", "*", "prev"), self.previous),
        ]

    def grouped(self, call: Call, text: str) -> HttpResponse:
        """Answer ``/v2/aggs/grouped/locale/us/market/stocks/{date}``."""
        day = as_day(text)
        if day is None:
            raise failed(400, f"Could not parse the date {text!r}", call.path)
        self._format.require_plan(day, day, call.path)
        at = self._world.position(day)
        adjusted = flag(call.query.get("adjusted", "true"))
        if at is None or at >= self._world.visible:
            return json_reply(self._format.envelope([], call.path, {"adjusted": adjusted}))
        return json_reply(self.day_body(at, adjusted=adjusted))

    def day_body(self, position: int, *, adjusted: bool = False) -> bytes:
        """Return the encoded answer for session ``position``, the one kept if there is one."""
        world = self._world
        running = world.is_running(position)
        key = (position, adjusted, world.edition, running, world.today if adjusted else None)
        body = self._days.pop(key, None)
        if body is None:
            body = self._encode_day(position, adjusted=adjusted)
        self._days[key] = body  # at the end: the least recently used go first
        while len(self._days) > KEPT_DAYS:
            del self._days[next(iter(self._days))]
        return body

    def _encode_day(self, position: int, *, adjusted: bool) -> bytes:
        world = self._world
        rows, values = world.day(position)
        if adjusted:
            values = split_adjusted(
                values, world.actions.day_divisors(position, world.now_position)[rows]
            )
        values = self._format.with_volumes(values, position)
        open_, high, low, close, volume = values.tolist()
        middle, trades = trade_statistics(values)
        names = world.symbols_on(position)[rows].tolist()
        stamps = [world.end_ms[position]] * len(names)
        fields = (names, volume, open_, close, high, low, stamps, middle, trades)
        results = [GroupedRow(*row) for row in zip(*fields, strict=True)]
        if self._options.junk:
            results += junk_rows(results)
        return _encode(self._format.envelope(results, f"day {position}", {"adjusted": adjusted}))

    def range(
        self, call: Call, ticker: str, multiplier: str, timespan: str, start: str, end: str
    ) -> HttpResponse:
        """Answer ``/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}``."""
        query = with_cursor(call)
        limit = as_number(query.get("limit", str(DEFAULT_LIMIT)), 1, MOST_BARS)
        if limit is None:
            raise failed(400, f"limit is a number from 1 to {MOST_BARS}", call.path)
        since, first = _moment(start, call.path)
        until, last = _moment(end, call.path, whole=DAY_MS - 1)
        first = self._format.require_plan(first, last, call.path)
        adjusted = flag(query.get("adjusted", "true"))
        minutes = _minutes(multiplier, timespan, call.path)
        rows = self._rows(ticker, first, last, minutes, adjusted=adjusted)
        if minutes:
            rows = [row for row in rows if since <= row.t <= until]
        if query.get("sort", "asc") == "desc":
            rows.reverse()
        extra: dict[str, object] = {"ticker": ticker, "adjusted": adjusted}
        if len(rows) > limit:
            extra["next_url"] = self._next_url(call, query, rows[limit - 1].t, rows[limit].t)
        return json_reply(self._format.envelope(rows[:limit], call.path, extra))

    def previous(self, call: Call, ticker: str) -> HttpResponse:
        """Answer ``/v2/aggs/ticker/{ticker}/prev``: the bar of the last session that is over."""
        world = self._world
        at = world.visible - (2 if world.is_running(world.visible - 1) else 1)
        adjusted = flag(call.query.get("adjusted", "true"))
        day = world.sessions[max(at, 0)]
        rows = self._rows(ticker, day, day, 0, adjusted=adjusted)
        results = [{"T": ticker, **msgspec.structs.asdict(row), "t": world.end_ms[at]}
                   for row in rows]  # fmt: skip
        extra = {"ticker": ticker, "adjusted": adjusted}
        return json_reply(self._format.envelope(results, call.path, extra))

    def _rows(
        self,
        ticker: str,
        first: np.datetime64,
        last: np.datetime64,
        minutes: int,
        *,
        adjusted: bool,
    ) -> list[RangeRow]:
        """Bars under a ticker, whoever had it; ``minutes`` is 0 for days."""
        world, rows = self._world, []
        low = int(np.searchsorted(world.sessions, first))
        high = int(np.searchsorted(world.sessions, last, side="right"))
        for span in world.spans(ticker):
            part = Span(span.row, max(span.first, low), min(span.stop, high))
            places, values = world.span(part)
            if adjusted:
                divisor = world.actions.divisors(span.row, places, world.now_position)
                values = split_adjusted(values, divisor)
            if minutes:
                stamps, values = minute_bars(world, span.row, places, values, minutes)
            else:
                stamps = [world.midnight_ms[at] for at in places.tolist()]
                values = self._format.with_volumes(values, places)
            rows += range_rows(values, stamps)
        return rows

    def _next_url(self, call: Call, query: Mapping[str, str], last_ms: int, next_ms: int) -> str:
        """Address of the next page: one end of the range moved on, the query packed away."""
        parts = list(call.parts)
        parts[PATH_TO if next_ms < last_ms else PATH_FROM] = str(next_ms)
        packed = {name: query[name] for name in ("limit", "sort", "adjusted") if name in query}
        cursor = encode_cursor({"sort": "asc", **packed})
        return f"{self._options.next_host}/{'/'.join(map(quote, parts))}?cursor={cursor}"


def _moment(text: str, path: str, whole: int = 0) -> tuple[int, np.datetime64]:
    """Read a day (of which ``whole`` ms count) or epoch ms: (the ms, the day in New York)."""
    day = as_day(text)
    if day is not None:
        return int(day.astype("datetime64[ms]").astype(np.int64)) + whole, day
    stamp = as_number(text, 0, LATEST_MS)
    if stamp is None:
        raise failed(400, f"Could not parse the time {text!r}", path)
    shifted = np.datetime64(stamp - 4 * 3_600_000, "ms")  # midnight there is 04:00 or 05:00 UTC
    return stamp, shifted.astype("datetime64[D]")


def _minutes(multiplier: str, timespan: str, path: str) -> int:
    """Length of the bars asked for in minutes, 0 for days."""
    if (multiplier, timespan) == ("1", "day"):
        return 0
    length = {"minute": 1, "hour": 60}.get(timespan, 0)
    minutes = length * (as_number(multiplier, 1, 60) or 0)
    if minutes not in MINUTE_SPANS:
        raise failed(400, f"{multiplier} {timespan}: no such bars here", path)
    return minutes
