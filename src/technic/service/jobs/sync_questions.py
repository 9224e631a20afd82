"""What a worker answers about data without changing it: the plan of a sync, where files end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from technic.panel import BarPanel
from technic.scan.complete_day import last_complete_session
from technic.scan.config_json import config_from_json
from technic.scan.request_plan import open_scope, plan_scope
from technic.settings import Settings

__all__ = ["MOST_REQUESTS", "data_end", "sync_plan"]

MOST_REQUESTS = 100
"""Requests of a plan that are named; the counts are of all."""
_LAST_SESSIONS = 15


def sync_plan(config: Mapping[str, Any], now: str | None, settings: Settings) -> dict[str, Any]:
    """Return the plan of a sync at ``now`` (ISO 8601, with a zone), or at once.

    Nobody is asked, not even what is listed: who was listed before, or is stored, is planned for.
    """
    scope = open_scope(
        config_from_json(config, "the request"),
        settings=settings,
        now=None if now is None else dt.datetime.fromisoformat(now),
        ask_listings=False,
    )
    planned = plan_scope(scope)
    requests = planned.plan.requests
    shown = {name: value for name, value in planned.document().items() if name != "store"}
    return {
        **shown,  # not where the store is on this machine
        "planned_requests": len(requests),
        "listed_requests": [
            {
                "kind": one.kind,
                "first": str(one.first),
                "last": str(one.last),
                "symbols": len(one.symbols),
                "label": one.label,
            }
            for one in requests[:MOST_REQUESTS]
        ],
    }


def data_end(config: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return the last session, and the last one that nearly all symbols have, of local bars."""
    scope = open_scope(
        config_from_json(config, "the request"), settings=settings, days=_LAST_SESSIONS
    )
    bars = scope.provider.history(scope.symbols, scope.sessions).bars
    complete, last = last_complete_session(BarPanel.from_long(bars, scope.sessions))
    return {"complete_until": str(complete.day), "last_session": str(last.day)}
