"""Rows, envelopes and refusals of Polygon's format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from technic.loopback.grid import VOLUME
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import Call, WireError, decode_cursor
from technic.loopback.world import World
from technic.typing import FloatArray

__all__ = ["GroupedRow", "PolygonFormat", "RangeRow", "failed", "flag", "junk_rows",
           "not_authorized", "not_found", "range_rows", "request_id", "split_adjusted",
           "trade_statistics", "with_cursor"]  # fmt: skip

TOO_EARLY = "Attempted to request today's data before end of day. Please upgrade your plan."
TOO_OLD = "Your plan doesn't include this data timeframe. Please upgrade your plan."
NOT_ENTITLED = "You are not entitled to this data. Please upgrade your plan."
TWINS = 3


class RangeRow(msgspec.Struct, omit_defaults=True):
    """A bar of a range; ``t`` is its start. Bars without trades lack ``vw`` and ``n``."""

    v: float
    o: float
    c: float
    h: float
    l: float  # noqa: E741 - the vendor's name
    t: int
    vw: float | None = None
    n: int | None = None


class GroupedRow(msgspec.Struct, omit_defaults=True):
    """A bar of a whole-market day; ``t`` is its end."""

    T: str
    v: float
    o: float
    c: float
    h: float
    l: float  # noqa: E741 - the vendor's name
    t: int
    vw: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class PolygonFormat:
    """What the answers of one key have in common: its plan, and the envelope around rows."""

    world: World
    options: WireOptions

    def require_plan(self, first: np.datetime64, last: np.datetime64, path: str) -> np.datetime64:
        """Refuse days that the plan does not have; return the first one that it answers."""
        plan, today = self.options.polygon, self.world.today
        if not plan.same_day and first >= today:
            raise not_authorized(TOO_EARLY, path)
        if plan.history_days is None:
            return first
        edge = np.datetime64(today - np.timedelta64(plan.history_days, "D"))
        if first >= edge:
            return first
        if last < edge or self.options.history_edge == "refuse":
            raise not_authorized(TOO_OLD, path)
        return edge

    def envelope(
        self, results: Sequence[object], path: str, extra: Mapping[str, object]
    ) -> dict[str, object]:
        """Put bars between what stands before and after them."""
        head = {"queryCount": len(results), "resultsCount": len(results)}
        tail = {"status": self.options.polygon.status, "request_id": request_id(path)}
        return {**extra, **head, **self._results(results), **tail, "count": len(results)}

    def listing(
        self, results: Sequence[object], path: str, extra: Mapping[str, object]
    ) -> dict[str, object]:
        """Put reference rows into their envelope."""
        return {"status": "OK", "request_id": request_id(path), "results": results, **extra}

    def _results(self, results: Sequence[object]) -> dict[str, object]:
        if results or self.options.empty == "list":
            return {"results": results}
        return {"results": None} if self.options.empty == "null" else {}

    def with_volumes(self, values: FloatArray, position: int | NDArray[np.intp]) -> FloatArray:
        """Give volumes a fraction where that is asked for, the same one every time."""
        if not self.options.fractional_volumes:
            return values
        values = values.copy()
        cents = (values[VOLUME] * 7 + np.asarray(position) * 13) % 97 / 100
        values[VOLUME] += np.where(values[VOLUME] > 0, cents, 0.0)
        return values


def request_id(text: str) -> str:
    """Return something like the vendor's id of a request."""
    return f"{crc32(text.encode()):032x}"


def failed(status: int, text: str, path: str = "") -> WireError:
    """Return an error in the words of the older half of the vendor: its text is in ``error``."""
    return WireError(status, {"status": "ERROR", "request_id": request_id(path), "error": text})


def not_authorized(text: str = NOT_ENTITLED, path: str = "") -> WireError:
    """Return a 403, whose text is in ``message``."""
    payload = {"status": "NOT_AUTHORIZED", "request_id": request_id(path), "message": text}
    return WireError(403, payload)


def not_found(text: str, path: str = "") -> WireError:
    """Return a 404, whose text is in ``message``."""
    payload = {"status": "NOT_FOUND", "request_id": request_id(path), "message": text}
    return WireError(404, payload)


def flag(text: str) -> bool:
    """Read a truth value of a query."""
    return text.lower() != "false"


def with_cursor(call: Call) -> Mapping[str, str]:
    """Return the query that a cursor stands for, else the query itself."""
    cursor = call.query.get("cursor")
    if cursor is None:
        return call.query
    values = decode_cursor(cursor)
    if values is None:
        raise failed(400, "cursor cannot be read", call.path)
    return values


def split_adjusted(values: FloatArray, divisor: FloatArray) -> FloatArray:
    """Adjust prices and volumes ``(5, n)`` for splits."""
    if np.all(divisor == 1.0):
        return values
    result = np.round(values / divisor, 6)
    result[VOLUME] = values[VOLUME] * divisor
    return result


def range_rows(values: FloatArray, stamps: Sequence[int]) -> list[RangeRow]:
    """Return bars ``(5, n)`` as rows of a range."""
    open_, high, low, close, volume = values.tolist()
    middle, trades = trade_statistics(values)
    fields = (volume, open_, close, high, low, stamps, middle, trades)
    return [RangeRow(*row) for row in zip(*fields, strict=True)]


def trade_statistics(values: FloatArray) -> tuple[list[float | None], list[int | None]]:
    """Average price and number of trades, made up; None for bars without volume."""
    _, high, low, close, volume = values
    traded = volume > 0
    middle: list[float | None] = np.round((high + low + close) / 3, 4).tolist()
    trades: list[int | None] = (np.where(traded, volume, 0) // 120 + 1).astype(np.int64).tolist()
    for at in np.flatnonzero(~traded).tolist():
        middle[at] = trades[at] = None
    return middle, trades


def junk_rows(rows: Sequence[GroupedRow]) -> list[GroupedRow]:
    """Return rows as they turn up among real ones: no security at all, twins by letter case."""
    known = {row.T for row in rows}
    small = [row for row in rows if row.T.upper() != row.T and row.T.upper() not in known]
    twins = [msgspec.structs.replace(row, T=row.T.upper(), c=1.0) for row in small[:TWINS]]
    stamp = rows[0].t if rows else 0
    return [*twins, GroupedRow("ZJUNK9.", 1.0, 0.01, 0.01, 0.01, 0.01, stamp)]
