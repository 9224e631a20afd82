"""How much of the store's market is answered, session by session."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request

from technic.errors import StoreError, UsageError
from technic.service.answers.common import ERRORS
from technic.service.requests.caller import Reader
from technic.service.state import service_of
from technic.sessions import load_calendar
from technic.typing import DateArray

if TYPE_CHECKING:
    from technic.data_engine.interfaces.coverage import Coverage

router = APIRouter(prefix="/v1/data", tags=["data"], responses=ERRORS)


@router.get("/coverage")
def coverage(
    request: Request, caller: Reader, last: Annotated[int, Query(ge=1, le=2_600)] = 504
) -> dict[str, Any]:
    """Say which share of the store's symbols is answered on each of the last sessions."""
    from technic.data_engine.provider_store import open_store

    del caller
    service = service_of(request)
    settings = service.settings.settings
    provider, _ = settings.source()
    answer: dict[str, Any] = {"provider": provider, "symbols": 0, "sessions": [], "share": []}
    try:
        store = open_store(provider, settings).store
        stats = store.stats()
    except (StoreError, UsageError):
        return answer
    if stats.first is None or stats.last is None:
        return answer
    today = dt.datetime.fromtimestamp(service.clock(), dt.UTC).date()
    sessions = load_calendar(today, settings.home).between(stats.first, stats.last)[-last:]
    share = answered_share(store.coverage(), sessions, stats.symbols)
    answer["symbols"] = stats.symbols
    answer["sessions"] = [str(day) for day in sessions]
    answer["share"] = [round(float(value), 4) for value in share]
    return answer


def answered_share(known: Coverage, sessions: DateArray, symbols: int) -> np.ndarray[Any, Any]:
    """Return the share of ``symbols`` that is answered on each of ``sessions``, from 0 to 1."""
    start = np.searchsorted(sessions, known.first, side="left")
    end = np.searchsorted(sessions, known.last, side="right")
    changes = np.zeros(len(sessions) + 1)
    np.add.at(changes, start, 1.0)
    np.add.at(changes, end, -1.0)
    share = np.minimum(1.0, np.cumsum(changes)[:-1] / max(symbols, 1))
    share[np.isin(sessions, known.sessions)] = 1.0
    return share
