"""One symbol: everything that a result has on it, and why it is not in the table."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from technic.service.answers.ask_worker import ask_worker
from technic.service.answers.common import ERRORS, finished_scan
from technic.service.requests.caller import Reader
from technic.service.state import Service, service_of

router = APIRouter(prefix="/v1/symbols", tags=["symbols"], responses=ERRORS)

Symbol = Annotated[str, Path(max_length=24, examples=["AAPL"])]
Result = Annotated[str, Query(alias="scan", max_length=32, description="A scan's id, or latest.")]


@router.get("/{symbol}")
def symbol(
    request: Request, caller: Reader, symbol: Symbol, scan: Result = "latest"
) -> dict[str, Any]:
    """Return bars, figures, rating with every contribution, votes, plan, conditions and outcome."""
    del caller
    return _detail(service_of(request), scan, symbol)


@router.get("/{symbol}/why-not")
def why_not(
    request: Request, caller: Reader, symbol: Symbol, scan: Result = "latest"
) -> dict[str, Any]:
    """Return which part of which rule kept a symbol out of the table, with its numbers."""
    del caller
    detail = _detail(service_of(request), scan, symbol)
    names = ("symbol", "as_of", "universe", "rs_universe", "data", "outcome")
    return {**{name: detail[name] for name in names}, **detail["why_not"]}


def _detail(service: Service, scan: str, symbol: str) -> dict[str, Any]:
    folder = finished_scan(service, scan)
    known = service.answers.get((folder.name, symbol))
    if known is not None:
        return known
    detail = ask_worker(service, folder, kind="symbol", symbol=symbol)
    service.remember(folder.name, symbol, detail)
    return detail
