"""Bars and snapshots in Alpaca's format: many symbols a request, page by page."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from dataclasses import dataclass

import msgspec
import numpy as np

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.alpaca_format import (
    AlpacaFormat,
    bad_request,
    limit_of,
    moment,
)
from technic.loopback.grid import VOLUME
from technic.loopback.minutes import MINUTE_SPANS, minute_bars
from technic.loopback.polygon_format import split_adjusted, trade_statistics
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import Call, Route, json_reply
from technic.loopback.world import Span, World
from technic.typing import FloatArray

__all__ = ["AlpacaBars"]

DEFAULT_LIMIT, MOST_BARS = 1_000, 10_000
SHORT_PAGE = 0.75
FRAMES = {"Day": 0, "D": 0, "Min": 1, "T": 1, "Hour": 60, "H": 60}
ADJUSTMENTS = ("raw", "split")


class BarRow(msgspec.Struct):
    """A bar; ``t`` is its start. Bars without trades have ``n`` 0 and their price as ``vw``."""

    t: str
    o: float
    h: float
    l: float  # noqa: E741 - the vendor's name
    c: float
    v: int
    n: int
    vw: float


@dataclass(frozen=True, slots=True)
class Window:
    """What of each symbol is asked: moments in epoch ms, minutes of a bar (0: a day)."""

    start_ms: int
    end_ms: int
    minutes: int
    adjusted: bool
    asof: str | None
    descending: bool


class AlpacaBars:
    """Answers for bars and snapshots."""

    def __init__(self, world: World, options: WireOptions) -> None:
        self._world, self._options = world, options
        self._format = AlpacaFormat(world, options)

    def routes(self) -> list[Route]:
        """Return what this answers."""
        stocks = ("v2", "stocks")
        return [
            Route("bars", "alpaca", (*stocks, "bars"), self.bars),
            Route("snapshots", "alpaca", (*stocks, "snapshots"), self.snapshots),
        ]

    def bars(self, call: Call) -> HttpResponse:
        """Answer ``/v2/stocks/bars``: sorted by symbol, then by time; the limit is for them all."""
        names = self._format.asked(call)
        window = self._window(call)
        limit = limit_of(call.query, DEFAULT_LIMIT, MOST_BARS)
        if self._options.short_pages:
            limit = max(int(limit * SHORT_PAGE), 1)
        after, last_t = _read_token(call.query.get("page_token"))
        bars: dict[str, list[BarRow]] = {}
        room, token = limit, None
        for name in sorted(names):
            if after is not None and name < after:
                continue
            rows = self._rows(names[name], window)
            if name == after:
                rows = [row for row in rows if (row.t < last_t if window.descending
                                                else row.t > last_t)]  # fmt: skip
            if rows and not room:
                break
            if rows:
                bars[name] = rows[:room]
            room -= len(bars.get(name, ()))
            token = _token(name, bars[name][-1].t) if name in bars else token
            if len(rows) > len(bars.get(name, ())):
                break
        else:
            token = None
        return json_reply({"bars": bars, "next_page_token": token})

    def snapshots(self, call: Call) -> HttpResponse:
        """Answer ``/v2/stocks/snapshots``: before the open, the day's bar is still the last one."""
        world = self._world
        self._format.require_plan(call, world.now)
        found: dict[str, dict[str, object]] = {}
        for name, symbol in self._format.asked(call).items():
            whole = Window(0, int(world.now.timestamp()) * 1000, 0, False, None, False)
            low = max(world.now_position - 40, 0)
            rows = self._rows(symbol, whole, low)
            if rows:
                last = rows[-1]
                found[name] = {
                    "dailyBar": last,
                    "prevDailyBar": rows[-2] if len(rows) > 1 else None,
                    "minuteBar": last,
                    "latestTrade": {"t": last.t, "p": last.c, "s": 100, "x": "V", "z": "A"},
                    "latestQuote": None,
                }
        return json_reply(found)

    def _window(self, call: Call) -> Window:
        query, now = call.query, self._world.now
        midnight, end_of_day = dt.time(0), dt.time(23, 59, 59)
        today = dt.datetime.combine(now.date(), midnight, now.tzinfo)
        delay = dt.timedelta(0) if self._options.alpaca.recent else dt.timedelta(minutes=15)
        start = moment(query.get("start"), today, midnight)
        end = moment(query.get("end"), now - delay, end_of_day)
        self._format.require_plan(call, end)
        adjustment = query.get("adjustment", "raw")
        if adjustment not in ADJUSTMENTS:
            raise bad_request(f"adjustment {adjustment}: the loopback has {ADJUSTMENTS}")
        stamps = (int(start.timestamp()) * 1000, int(end.timestamp()) * 1000)
        descending = query.get("sort", "asc") == "desc"
        asof = query.get("asof") or None
        minutes = _minutes(query.get("timeframe", ""))
        return Window(*stamps, minutes, adjustment == "split", asof, descending)

    def _rows(self, symbol: str, window: Window, low: int = 0) -> list[BarRow]:
        world, rows = self._world, []
        stamps = world.midnight_array
        inside = np.searchsorted(stamps, (window.start_ms, window.end_ms + 1))
        first, stop = max(int(inside[0]), low), int(inside[1])
        if window.minutes:
            first = max(first - 1, 0)  # the day that is under way at the start
        for span in self._format.spans(symbol, window.asof):
            part = Span(span.row, max(span.first, first), min(span.stop, stop))
            places, values = world.span(part)
            if window.adjusted:
                divisor = world.actions.divisors(span.row, places, world.now_position)
                values = split_adjusted(values, divisor)
            if window.minutes:
                found, values = minute_bars(world, span.row, places, values, window.minutes)
                kept = [at for at, t in enumerate(found) if window.start_ms <= t <= window.end_ms]
                rows += _bar_rows([_written(found[at]) for at in kept], values[:, kept])
            else:
                rows += _bar_rows([world.midnight_text[at] for at in places.tolist()], values)
        return rows[::-1] if window.descending else rows


def _bar_rows(stamps: list[str], values: FloatArray) -> list[BarRow]:
    middle, trades = trade_statistics(values)
    volumes = np.rint(values[VOLUME]).astype(np.int64).tolist()
    open_, high, low, close, _ = values.tolist()
    fields = zip(stamps, open_, high, low, close, volumes, trades, middle, strict=True)
    return [
        BarRow(t, o, h, bottom, c, v, n or 0, c if vw is None else vw)
        for t, o, h, bottom, c, v, n, vw in fields
    ]


def _minutes(timeframe: str) -> int:
    """Minutes of a timeframe such as ``5Min``; 0 for ``1Day``."""
    number = timeframe.rstrip("DayMinTHour")
    unit = FRAMES.get(timeframe[len(number) :])
    if number.isdigit() and unit is not None:
        if unit == 0 and number == "1":
            return 0
        if unit * int(number) in MINUTE_SPANS:
            return unit * int(number)
    raise bad_request(f"invalid timeframe: {timeframe}")


def _written(stamp_ms: int) -> str:
    return dt.datetime.fromtimestamp(stamp_ms / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _token(name: str, t: str) -> str:
    """Name the last bar of a page."""
    return base64.b64encode(f"{name}|{t}".encode()).decode()


def _read_token(token: str | None) -> tuple[str | None, str]:
    if not token:
        return None, ""
    try:
        name, _, t = base64.b64decode(token, validate=True).decode().partition("|")
    except (binascii.Error, UnicodeDecodeError):
        raise bad_request("invalid page_token") from None
    if not t:
        raise bad_request("invalid page_token")
    return name, t
