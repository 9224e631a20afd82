"""Assets, corporate actions and the calendar in Alpaca's format."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import numpy as np

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.alpaca_format import alpaca_name, bad_request, limit_of
from technic.loopback.vendor_plans import WireOptions
from technic.loopback.wire import (
    Call,
    Route,
    as_day,
    as_number,
    decode_cursor,
    encode_cursor,
    json_reply,
)
from technic.loopback.world import NEW_YORK, World

__all__ = ["AlpacaReference"]

EXCHANGES = {"NASDAQ": "NASDAQ", "NYSE": "NYSE", "AMEX": "AMEX", "NYSE ARCA": "ARCA"}
ACTION_TYPES = ("forward_split", "reverse_split", "cash_dividend", "name_change")
DEFAULT_ACTIONS, MOST_ACTIONS = 100, 1_000
PAID_AFTER = np.timedelta64(14, "D")
"""A dividend is processed when it is paid, this long after its ex-date."""


class AlpacaReference:
    """Answers for everything that is no bar."""

    def __init__(self, world: World, options: WireOptions) -> None:
        self._world, self._options = world, options

    def routes(self) -> list[Route]:
        """Return what this answers."""
        return [
            Route("assets", "alpaca", ("v2", "assets"), self.assets),
            Route("corporate_actions", "alpaca", ("v1", "corporate-actions"), self.actions),
            Route("calendar", "alpaca", ("v2", "calendar"), self.calendar),
        ]

    def assets(self, call: Call) -> HttpResponse:
        """Answer ``/v2/assets``: one list of everything, without types."""
        world, at = self._world, self._world.now_position
        names = world.symbols_on(at).tolist()
        rows = [
            self._asset(row, names[row], "active" if at < world.stop[row] else "inactive")
            for row in range(len(names))
            if world.first[row] <= at
        ]
        for name in ("status", "exchange"):
            if name in call.query:
                rows = [row for row in rows if row[name] == call.query[name]]
        return json_reply(rows)

    def _asset(self, row: int, symbol: str, status: str) -> dict[str, Any]:
        entry = self._world.descriptions
        active = status == "active"
        return {
            "id": _uuid(0, row, 0), "class": "us_equity", "symbol": alpaca_name(symbol),
            "exchange": EXCHANGES[entry["exchange"][row] or ""], "name": entry["company"][row],
            "status": status, "tradable": active, "marginable": active, "shortable": active,
            "easy_to_borrow": active, "fractionable": active, "attributes": [],
        }  # fmt: skip

    def actions(self, call: Call) -> HttpResponse:
        """Answer ``/v1/corporate-actions``, by the day on which they are processed."""
        query, today = call.query, str(self._world.today)
        first, last = as_day(query.get("start", today)), as_day(query.get("end", today))
        if first is None or last is None:
            raise bad_request("invalid start or end")
        types = [name for name in query.get("types", "").split(",") if name] or ACTION_TYPES
        rows = [row for row in self._actions(first, last) if row[0] in types]
        symbols = {name for name in query.get("symbols", "").split(",") if name}
        if symbols:
            rows = [row for row in rows if symbols & {row[1].get("symbol"),
                    row[1].get("old_symbol"), row[1].get("new_symbol")}]  # fmt: skip
        rows.sort(key=lambda row: str(row[1]["process_date"]), reverse=query.get("sort") == "desc")
        limit = limit_of(query, DEFAULT_ACTIONS, MOST_ACTIONS)
        offset = _offset(query.get("page_token"))
        page: dict[str, list[dict[str, Any]]] = {}
        for kind, row in rows[offset : offset + limit]:
            page.setdefault(f"{kind}s", []).append(row)
        more = offset + limit < len(rows)
        token = encode_cursor({"offset": offset + limit}) if more else None
        return json_reply({"corporate_actions": page, "next_page_token": token})

    def _actions(
        self, first: np.datetime64, last: np.datetime64
    ) -> list[tuple[str, dict[str, Any]]]:
        """All actions that are processed from ``first`` to ``last``, with their type."""
        rows = [*self._splits(), *self._dividends(first, last), *self._renames()]
        return [row for row in rows if str(first) <= row[1]["process_date"] <= str(last)]

    def _splits(self) -> list[tuple[str, dict[str, Any]]]:
        world, found = self._world, []
        for split in world.actions.splits(world.now_position):
            kind = "forward_split" if split.ratio > 1 else "reverse_split"
            cusips = {"cusip": _cusip(split.row)}
            if kind == "reverse_split":
                cusips = {"old_cusip": _cusip(split.row), "new_cusip": _cusip(split.row, 1)}
            name, day = self._named(split.row, split.position)
            found.append((kind, {
                "id": _uuid(1, split.row, split.position), "symbol": name, **cusips,
                "old_rate": split.split_from, "new_rate": split.split_to,
                "ex_date": day, "process_date": day,
            }))  # fmt: skip
        return found

    def _dividends(
        self, first: np.datetime64, last: np.datetime64
    ) -> list[tuple[str, dict[str, Any]]]:
        world, found = self._world, []
        low = int(world.sessions.searchsorted(first - PAID_AFTER))
        high = int(world.sessions.searchsorted(last - PAID_AFTER, side="right"))
        for paid in world.actions.dividends(low, high, world.now_position):
            name, day = self._named(paid.row, paid.position)
            processed = str(world.sessions[paid.position] + PAID_AFTER)
            found.append(("cash_dividend", {
                "id": _uuid(2, paid.row, paid.position), "symbol": name,
                "cusip": _cusip(paid.row), "rate": paid.amount, "special": False,
                "foreign": False, "ex_date": day, "record_date": day,
                "payable_date": processed, "process_date": processed,
            }))  # fmt: skip
        return found

    def _renames(self) -> list[tuple[str, dict[str, Any]]]:
        world = self._world
        return [
            ("name_change", {
                "id": _uuid(3, rename.row, rename.position),
                "old_symbol": alpaca_name(rename.old), "old_cusip": _cusip(rename.row),
                "new_symbol": alpaca_name(rename.new), "new_cusip": _cusip(rename.row, 1),
                "process_date": str(world.sessions[rename.position]),
            })
            for rename in world.renames
            if rename.position <= world.now_position
        ]  # fmt: skip

    def _named(self, row: int, position: int) -> tuple[str, str]:
        """Symbol of a row on a session, and the session."""
        return alpaca_name(self._world.symbols_on(position)[row]), str(
            self._world.sessions[position]
        )

    def calendar(self, call: Call) -> HttpResponse:
        """Answer ``/v2/calendar`` for the days the market has."""
        world = self._world
        first = as_day(call.query.get("start", "")) or world.sessions[0]
        last = as_day(call.query.get("end", "")) or world.sessions[-1]
        low = int(world.sessions.searchsorted(first))
        high = int(world.sessions.searchsorted(last, side="right"))
        closes = world.closes[low:high].astype("datetime64[s]").tolist()
        return json_reply([
            {"date": str(day), "open": "09:30", "close": _new_york_time(close),
             "session_open": "0400", "session_close": "2000"}
            for day, close in zip(world.sessions[low:high], closes, strict=True)
        ])  # fmt: skip


def _new_york_time(moment: dt.datetime) -> str:
    return moment.replace(tzinfo=dt.UTC).astimezone(NEW_YORK).strftime("%H:%M")


def _uuid(kind: int, row: int, position: int) -> str:
    return str(UUID(int=(kind << 64) + (row << 32) + position + 1))


def _cusip(row: int, edition: int = 0) -> str:
    return f"{row:05d}X{edition:02d}0"


def _offset(token: str | None) -> int:
    if not token:
        return 0
    offset = as_number((decode_cursor(token) or {}).get("offset", ""), 0, 10**9)
    if offset is None:
        raise bad_request("invalid page_token")
    return offset
