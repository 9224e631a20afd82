"""The log of watches: what was judged, what was found, and what became of each message."""

from __future__ import annotations

import json
from typing import Any

from technic.errors import ParameterError
from technic.watches.database import Database
from technic.watches.sending.target import shown_target
from technic.watches.watch_table import WatchTable

__all__ = ["MOST_ENTRIES", "watch_log"]

MOST_ENTRIES = 10_000


def watch_log(database: Database, name: str | None = None, limit: int = 50) -> dict[str, Any]:
    """Return the newest entries, of one watch or of all: ``judgings``, ``events``, ``deliveries``.

    Newest first, at most ``limit`` of each. An event stands here once, whatever was sent how often.
    Raises ParameterError for a name that no watch has or had.
    """
    if not 1 <= limit <= MOST_ENTRIES:
        raise ParameterError("limit", limit, f"a whole number from 1 to {MOST_ENTRIES:,}")
    chosen = "" if name is None else " where name = ?"
    values = (limit,) if name is None else (name, limit)
    with database.reading() as connection:
        judgings, events, deliveries = (
            connection.execute(
                f"select * from {table}{chosen} order by number desc limit ?", values
            ).fetchall()
            for table in ("judgings", "events", "deliveries")
        )
    watches = WatchTable(database)
    if name is not None and not (judgings or events or deliveries or watches.find(name)):
        raise watches.unknown(name)
    return {
        "judgings": [
            {
                "watch": row["name"],
                "session": row["session"],
                "at": row["at"],
                "judged": row["judged"],
                "matches": row["matches"],
                "entered": row["entered"],
                "left": row["left_"],
                "note": row["note"],
            }
            for row in judgings
        ],
        "events": [
            {
                "id": row["id"],
                "watch": row["name"],
                "kind": row["kind"],
                "symbol": row["symbol"],
                "session": row["session"],
                "at": row["at"],
                "detail": json.loads(row["detail"]),
            }
            for row in events
        ],
        "deliveries": [
            {
                "watch": row["name"],
                "target": shown_target(row["target"]),
                "events": json.loads(row["events"]),
                "state": "held" if row["state"] == "waiting" and row["held"] else row["state"],
                "attempts": row["attempts"],
                "at": row["made_at"],
                "settled_at": row["settled_at"],
                "error": row["error"],
            }
            for row in deliveries
        ],
    }
