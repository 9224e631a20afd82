"""The market of a result: regime, breadth over time, sectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from technic.service.answers.common import ERRORS, ResultId, about_of, finished_scan
from technic.service.answers.kept import kept_answer
from technic.service.jobs.result_files import MARKET
from technic.service.requests.caller import Reader
from technic.service.state import service_of

router = APIRouter(tags=["results"], responses=ERRORS)


@router.get("/v1/scans/{identity}/market", response_model=dict[str, Any])
def market(request: Request, caller: Reader, identity: ResultId) -> Response:
    """Return regime, breadth session by session, and sectors, as of the result's day.

    ``breadth``: columns of equal length; of the symbols ranked that day, so that earlier sessions
    lack those that are gone since.
    """
    del caller
    folder = finished_scan(service_of(request), identity)
    if not (folder / MARKET).is_file():
        raise HTTPException(404, "this result was kept without its market; scan again")
    return kept_answer(request, folder, "market", (), lambda: _market(folder))


def _market(folder: Path) -> dict[str, Any]:
    document = about_of(folder)
    names = ("as_of", "universe", "rs_universe", "data", "regime", "ledger", "warnings")
    kept: dict[str, Any] = json.loads((folder / MARKET).read_text(encoding="utf-8"))
    return {
        **{name: document[name] for name in names},
        "id": folder.name,
        **kept,
    }
