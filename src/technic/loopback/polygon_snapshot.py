"""The snapshot of the current session in Polygon's format."""

from __future__ import annotations

import numpy as np

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.polygon_format import (
    PolygonFormat,
    not_authorized,
    not_found,
    request_id,
)
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import Call, Route, json_reply
from technic.loopback.world import World
from technic.typing import FloatArray

__all__ = ["PolygonSnapshot"]

ZERO_BAR = {"o": 0, "h": 0, "l": 0, "c": 0, "v": 0, "vw": 0}
NS_PER_MS = 1_000_000


class PolygonSnapshot:
    """Answers for the whole-market snapshot and for one ticker's."""

    def __init__(self, world: World, options: WireOptions) -> None:
        self._world, self._options = world, options
        self._format = PolygonFormat(world, options)

    def routes(self) -> list[Route]:
        """Return what this answers."""
        path = ("v2", "snapshot", "locale", "us", "markets", "stocks", "tickers")
        return [
            Route("snapshot", "polygon", path, self.market),
            Route("snapshot_one", "polygon", (*path, "*"), self.ticker),
        ]

    def market(self, call: Call) -> HttpResponse:
        """Answer the whole market, or the ``tickers`` asked for."""
        rows = self._rows(call.path)
        asked = [name for name in call.query.get("tickers", "").split(",") if name]
        if asked:
            rows = {name: rows[name] for name in asked if name in rows}
        head = {"status": self._options.polygon.status, "request_id": request_id(call.path)}
        return json_reply({**head, "count": len(rows), "tickers": list(rows.values())})

    def ticker(self, call: Call, ticker: str) -> HttpResponse:
        """Answer one ticker; 404 for one that is not listed."""
        row = self._rows(call.path).get(ticker)
        if row is None:
            raise not_found("Ticker not found.", call.path)
        head = {"status": self._options.polygon.status, "request_id": request_id(call.path)}
        return json_reply({**head, "ticker": row})

    def _rows(self, path: str) -> dict[str, dict[str, object]]:
        """Everything listed, by ticker.

        Before the open the day's bar is all zeros; without a session today it is still the last.
        """
        if not self._options.polygon.snapshot:
            raise not_authorized(path=path)
        world = self._world
        at = world.now_position
        day, before = self._bars(at), self._bars(at - 1)
        stamp = min(int(world.now.timestamp()) * 1000, world.end_ms[at])
        names = world.symbols_on(at).tolist()
        listed = np.flatnonzero((world.first <= at) & (at < world.stop)).tolist()
        return {
            names[row]: _row(names[row], day.get(row), before.get(row), stamp) for row in listed
        }

    def _bars(self, position: int) -> dict[int, FloatArray]:
        rows, values = self._world.day(max(position, 0))
        values = self._format.with_volumes(values, position)
        return dict(zip(rows.tolist(), values.T, strict=True))


def _row(
    name: str, day: FloatArray | None, before: FloatArray | None, stamp_ms: int
) -> dict[str, object]:
    row: dict[str, object] = {
        "ticker": name,
        "day": _bar(day),
        "prevDay": _bar(before),
        "min": {**ZERO_BAR, "av": 0, "t": 0, "n": 0},
        "todaysChange": 0,
        "todaysChangePerc": 0,
        "updated": 0,
    }
    if day is None:
        return row
    close, volume = float(day[3]), float(day[4])
    minute = {"o": close, "h": close, "l": close, "c": close, "v": 0, "vw": close}
    row["min"] = {**minute, "av": volume, "t": stamp_ms // 60_000 * 60_000, "n": 1}
    row["updated"] = stamp_ms * NS_PER_MS
    row["lastTrade"] = {
        "p": close,
        "s": 100,
        "t": stamp_ms * NS_PER_MS,
        "x": 4,
        "c": [12],
        "i": "1",
    }
    if before is not None and before[3] > 0:
        change = close - float(before[3])
        row["todaysChange"] = round(change, 4)
        row["todaysChangePerc"] = round(100 * change / float(before[3]), 4)
    return row


def _bar(values: FloatArray | None) -> dict[str, float]:
    if values is None:
        return dict(ZERO_BAR)
    open_, high, low, close, volume = values.tolist()
    return {"o": open_, "h": high, "l": low, "c": close, "v": volume,
            "vw": round((high + low + close) / 3, 4)}  # fmt: skip
