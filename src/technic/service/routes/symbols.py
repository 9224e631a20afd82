"""One symbol: everything that a result has on it, and why it is not in the table."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from technic.errors import ParameterError
from technic.service.answers.common import ERRORS, finished_scan
from technic.service.answers.symbol_answer import facts_answer, symbol_answer
from technic.service.requests.caller import Reader
from technic.service.state import service_of

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
    company: bool = False,
) -> dict[str, Any]:
    """Return bars, figures, rating with every contribution, votes, plan, conditions and outcome.

    ``columns``: of the figures under ``row`` only these; all of them unless given. ``company``:
    also what was known of the company, as GET /v1/symbols/{symbol}/facts has it.
    """
    del caller
    service = service_of(request)
    folder = finished_scan(service, scan)
    detail = symbol_answer(service, folder, symbol)
    if company:
        detail = {**detail, "company": facts_answer(service, folder, symbol)}
    if columns is None or detail["row"] is None:
        return detail
    wanted = columns.split(",")
    unknown = [name for name in wanted if name not in detail["row"]]
    if unknown:
        hint = "GET /v1/symbols/SYMBOL without columns has all of them under row"
        raise ParameterError("columns", unknown[0][:60], "columns of this result", hint)
    return {**detail, "row": {name: detail["row"][name] for name in wanted}}


@router.get("/{symbol}/facts")
def facts(
    request: Request, caller: Reader, symbol: Symbol, scan: Result = "latest"
) -> dict[str, Any]:
    """Return what was known of the symbol's company at the close of the result's day.

    ``quarters``: revenue and earnings a share of up to twelve fiscal quarters, oldest first;
    ``values``: twelve months, growth, margins, short interest; ``last_results``, ``next_results``:
    their sessions, ``estimate`` where nobody has said the day. Each number has its filing, when it
    became known, its age in sessions, and how it came about. ``sentence`` says why there is
    nothing; ``attribution`` names the sources, as they ask for.
    """
    del caller
    service = service_of(request)
    return facts_answer(service, finished_scan(service, scan), symbol)


@router.get("/{symbol}/why-not")
def why_not(
    request: Request, caller: Reader, symbol: Symbol, scan: Result = "latest"
) -> dict[str, Any]:
    """Return which part of which rule kept a symbol out of the table, with its numbers."""
    del caller
    service = service_of(request)
    detail = symbol_answer(service, finished_scan(service, scan), symbol)
    names = ("symbol", "as_of", "universe", "rs_universe", "data", "outcome")
    return {**{name: detail[name] for name in names}, **detail["why_not"]}
