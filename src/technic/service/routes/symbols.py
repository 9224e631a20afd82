"""One symbol: everything that a result has on it, and why it is not in the table."""

from __future__ import annotations

from concurrent.futures import TimeoutError as TooLongError
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request

from technic.service.jobs.worker_process import WorkerGoneError
from technic.service.routes.answers import ERRORS, finished_scan
from technic.service.routes.caller import Reader
from technic.service.state import Service, service_of

router = APIRouter(prefix="/v1/symbols", tags=["symbols"], responses=ERRORS)

WAIT_S = 30.0
"""An answer about a symbol waits so long for a worker that scans."""
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
    question = {"kind": "symbol", "result": folder.name, "folder": str(folder), "symbol": symbol}
    future = service.dispatcher.ask(question, folder.name)
    try:
        answer = future.result(WAIT_S)
    except TooLongError:
        future.cancel()
        raise HTTPException(503, "a scan is running; try again", {"Retry-After": "5"}) from None
    except WorkerGoneError:
        raise HTTPException(
            503, "the service restarts a worker; try again", {"Retry-After": "2"}
        ) from None
    if answer["state"] != "done":
        raise HTTPException(404, str(answer["message"]))
    detail: dict[str, Any] = answer["outcome"]
    service.remember(folder.name, symbol, detail)
    return detail
