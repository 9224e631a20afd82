"""What came of a study: the document, the hits, the report."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, Response

from technic.service.answers.common import ERRORS
from technic.service.answers.study_answer import StudyId, finished_study
from technic.service.requests.caller import Reader
from technic.service.state import service_of
from technic.service.studies.kept_hits import hits_page
from technic.service.studies.report_policy import report_policy
from technic.service.studies.study_files import DOCUMENT, HITS, REPORT

router = APIRouter(prefix="/v1/studies", tags=["studies"], responses=ERRORS)

PARQUET = "application/vnd.apache.parquet"
HTML = "text/html"


@router.get("/{identity}/result", response_model=dict[str, Any])
def result(request: Request, caller: Reader, identity: StudyId) -> Response:
    """Return the object of ``technic study --format json``: verdicts and every number behind."""
    del caller
    folder = finished_study(service_of(request), identity)
    return FileResponse(folder / DOCUMENT, media_type="application/json")


@router.get(
    "/{identity}/hits",
    response_model=None,
    responses={200: {"content": {"application/json": {}, PARQUET: {}}}},
)
def hits(
    request: Request,
    caller: Reader,
    identity: StudyId,
    format: Literal["json", "parquet"] = "json",
    limit: Annotated[int, Query(ge=1, le=5_000)] = 500,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Any:
    """Return the hits, a row each, in the order of days: some as JSON, or all as Parquet.

    A row has what was known on its day, what came after it, and the grade of its plan.
    """
    del caller
    folder = finished_study(service_of(request), identity)
    if format == "parquet":
        first, last = _days(folder / DOCUMENT)
        name = f"technic-study-{first}-{last}.parquet"
        return FileResponse(folder / HITS, media_type=PARQUET, filename=name)
    total, rows = hits_page(folder, limit, offset)
    return {"id": folder.name, "total": total, "offset": offset, "rows": rows}


@router.get("/{identity}/report", response_class=Response, responses={200: {"content": {HTML: {}}}})
def report(request: Request, caller: Reader, identity: StudyId) -> Response:
    """Return the report, one page that needs nothing else and opens anywhere.

    It may load and ask for nothing, and runs no script but its own, apart from this site.
    """
    del caller
    path = finished_study(service_of(request), identity) / REPORT
    if not path.is_file():
        raise HTTPException(404, "this study was kept without a report; run it again")
    headers = {"Content-Security-Policy": report_policy(path)}
    return FileResponse(path, media_type=HTML, headers=headers)


def _days(path: Any) -> tuple[str, str]:
    document = json.loads(path.read_text(encoding="utf-8"))
    return document["first"], document["last"]
