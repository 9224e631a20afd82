"""The ledger of a result: counts, and the symbols of each outcome with the reason."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from technic.service.answers.common import ERRORS, ResultId, about_of, finished_scan
from technic.service.answers.kept import kept_answer
from technic.service.requests.caller import Reader
from technic.service.state import service_of

router = APIRouter(tags=["results"], responses=ERRORS)


@router.get("/v1/scans/{identity}/ledger", response_model=dict[str, Any])
def ledger(
    request: Request,
    caller: Reader,
    identity: ResultId,
    outcome: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=20_000)] = 1_000,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """Count the outcomes; with ``outcome`` also list its symbols, each with its detail.

    ``outcome`` is one of the counts' names, or a stage such as ``gate``.
    """
    del caller
    folder = finished_scan(service_of(request), identity)
    asked = (outcome, limit, offset)
    return kept_answer(
        request, folder, "ledger", asked, lambda: _part(folder, outcome, limit, offset)
    )


def _part(folder: Path, outcome: str | None, limit: int, offset: int) -> dict[str, Any]:
    document = about_of(folder)
    answer: dict[str, Any] = {
        name: document[name] for name in ("as_of", "universe", "rs_universe", "data", "ledger")
    }
    if outcome is not None:
        rows = [row for row in _rows(folder) if outcome in (row["outcome"], row["stage"])]
        answer["total"] = len(rows)
        shown = rows[offset : offset + limit]
        answer["symbols"] = [{k: row[k] for k in ("symbol", "outcome", "detail")} for row in shown]
    return answer


@lru_cache(maxsize=8)
def _rows(folder: Path) -> list[dict[str, str]]:
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "ledger.parquet", columns=["symbol", "outcome", "detail"])
    rows = table.to_pylist()
    for row in rows:
        row["detail"] = row["detail"] or ""
        row["stage"] = row["outcome"].partition(".")[0]
    return list(rows)
