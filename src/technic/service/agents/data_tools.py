"""data_status: where bars come from and how new they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from technic.service.agents.desk import Asking, about_nothing, desk_of
from technic.service.agents.fitting import cleaned, fitted
from technic.service.agents.question import Offset
from technic.service.answers.data_answer import data_answer
from technic.service.state import Service

__all__ = ["data_status"]

_UPLOADS = 20


async def data_status(asking: Asking, offset: Offset = 0) -> dict[str, Any]:
    """Say where bars come from, up to which session, and which symbols have problems.

    Each row is a symbol that its vendor cannot serve: symbol, reason, until when it is left alone.
    """
    desk = desk_of(asking)
    return await desk.do(_data, desk.service, offset)


def _data(service: Service, offset: int) -> dict[str, Any]:
    found = data_answer(service)
    problems = [[one["symbol"], one["reason"], one["until"]] for one in found["problems"]]
    answer = {
        "about": about_nothing(service),
        "next": None,
        "provider": cleaned(found["provider"]),
        "store": cleaned(found["store"]),
        "trouble": cleaned(found["trouble"], 300),
        "last_sync": _sync(found["last_sync"]),
        "last_scan": service.finished.latest(),
        "uploads": cleaned(found["uploads"][:_UPLOADS], 60),
        "problems": len(problems),
        "rows": cleaned(problems[offset:]),
    }
    return fitted(answer, "rows", "data_status", {}, offset=offset)


def _sync(job: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return when the last sync ended and what it brought."""
    if job is None:
        return None
    outcome = job["outcome"] or {}
    names = ("requests", "bars", "failed", "complete", "complete_until", "trouble")
    about = {"finished_at": job["finished_at"], **{name: outcome.get(name) for name in names}}
    found: dict[str, Any] = cleaned(about)
    return found
