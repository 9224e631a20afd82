"""A small simulated market behind the loopback provider, and short ways to ask it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from support.vendor import CALENDAR
from technic.data_engine.interfaces.transport import HttpRequest
from technic.loopback import FaultRules, Loopback, WireOptions, World

__all__ = ["ALPACA_KEYS", "POLYGON_KEY", "ask", "day", "grouped", "old_companies", "small", "span"]

POLYGON_KEY = {"Authorization": "Bearer k"}
ALPACA_KEYS = {"APCA-API-KEY-ID": "k", "APCA-API-SECRET-KEY": "s"}
GROUPED = "/v2/aggs/grouped/locale/us/market/stocks"


def day(text: str) -> np.datetime64:
    """A date."""
    return np.datetime64(text, "D")


def small(
    size: int = 300,
    n_sessions: int = 400,
    faults: FaultRules | None = None,
    options: dict[str, Any] | None = None,
    **settings: Any,
) -> Loopback:
    """A market of 300 symbols over 400 sessions up to 2026-06-30."""
    world = World(CALENDAR, size, n_sessions=n_sessions)
    return Loopback(world, WireOptions(**(options or {})), faults=faults, **settings)


def old_companies(world: World, count: int) -> list[str]:
    """Symbols that are listed and trade from the first session to the last."""
    market = world.market
    quarters = market.paths.quarters
    lasting = (quarters.first == 0) & (quarters.stop >= len(world.sessions))
    bars = market.bars(np.flatnonzero(lasting), 0, len(world.sessions))
    whole = np.bincount(bars.column, bars.complete()) == len(world.sessions)
    return [symbol for symbol, all_ in zip(bars.symbols, whole, strict=True) if all_][:count]


def ask(loopback: Loopback, path: str, status: int = 200, /, **query: object) -> Any:
    """The JSON of an answer, which has to have a certain status."""
    keys = ALPACA_KEYS if is_alpaca(path) else POLYGON_KEY
    params = {name.replace("__", "."): str(value) for name, value in query.items()}
    response = loopback.handle(HttpRequest(f"http://host{path}", params, keys))
    assert response.status == status, response.body[:300]
    assert response.headers["content-type"] == "application/json"
    return json.loads(response.body)


def is_alpaca(path: str) -> bool:
    """Tell whether a path is one of Alpaca's."""
    return path.startswith(("/v2/stocks", "/v2/assets", "/v1/corporate", "/v2/calendar"))


def grouped(loopback: Loopback, session: str, **query: object) -> dict[str, dict[str, Any]]:
    """The rows of a whole-market day, by ticker."""
    answer = ask(loopback, f"{GROUPED}/{session}", **{"adjusted": "false", **query})
    return {row["T"]: row for row in answer.get("results", [])}


def span(loopback: Loopback, ticker: str, first: str, last: str, **query: object) -> Any:
    """The bars of one ticker's range."""
    path = f"/v2/aggs/ticker/{ticker}/range/1/day/{first}/{last}"
    return ask(loopback, path, **{"adjusted": "false", **query}).get("results", [])
