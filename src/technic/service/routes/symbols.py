"""One symbol: everything that a result has on it, and why it is not in the table."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from technic.errors import ParameterError
from technic.service.answers.ask_worker import ask_worker
from technic.service.answers.common import ERRORS, finished_scan
from technic.service.requests.caller import Reader
from technic.service.state import Service, service_of

router = APIRouter(prefix="/v1/symbols", tags=["symbols"], responses=ERRORS)

Symbol = Annotated[str, Path(max_length=24, examples=["AAPL"])]
Result = Annotated[str, Query(alias="scan", max_length=32, description="A scan's id, or latest.")]

Columns = Annotated[str | None, Query(max_length=4_000, examples=["close,tech_rating"])]


@router.get("/{symbol}")
def symbol(
    request: Request,
    caller: Reader,
    symbol: Symbol,
    scan: Result = "latest",
    columns: Columns = None,
) -> dict[str, Any]:
    """Return bars, figures, rating with every contribution, votes, plan, conditions and outcome.

    ``columns``: of the figures under ``row`` only these; all of them unless given.
    """
    del caller
    detail = _detail(service_of(request), scan, symbol)
    if columns is None or detail["row"] is None:
        return detail
    wanted = columns.split(",")
    unknown = [name for name in wanted if name not in detail["row"]]
    if unknown:
        hint = "GET /v1/symbols/SYMBOL without columns has all of them under row"
        raise ParameterError("columns", unknown[0][:60], "columns of this result", hint)
    return {**detail, "row": {name: detail["row"][name] for name in wanted}}


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
