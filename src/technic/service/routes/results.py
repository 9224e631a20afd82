"""Results: the table in every format, and what changed between two."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response

from technic.export.formats import FORMATS
from technic.service.answers.ask_worker import ask_worker
from technic.service.answers.common import ERRORS, ResultId, about_of, finished_scan
from technic.service.answers.kept import kept_answer, stamped_answer
from technic.service.jobs.result_diff import diff_document, result_diff
from technic.service.jobs.result_files import SUMMARY, export_name
from technic.service.jobs.summary_file import read_rows
from technic.service.requests.caller import Reader
from technic.service.state import service_of

router = APIRouter(tags=["results"], responses=ERRORS)

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown; charset=utf-8",
    "tradingview": "text/plain; charset=utf-8",
}
CHANGES, MOST_CHANGES = 100, 500
"""Of each kind in one answer: to take a rating apart costs some milliseconds."""
Side = Annotated[str, Query(description="A scan's id, or latest.", examples=["latest"])]
Format = Literal["json", "csv", "parquet", "xlsx", "md", "tradingview"]


@router.get(
    "/v1/scans/{identity}/result",
    response_model=None,
    responses={200: {"content": {"application/json": {}, **{name: {} for name in TYPES.values()}}}},
)
def result(
    request: Request,
    caller: Reader,
    identity: ResultId,
    format: Format = "json",
    limit: Annotated[int | None, Query(ge=0, le=10**9)] = None,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """Return the table: the object of ``technic scan --format json``, or a file of another format.

    ``limit``, ``offset``: rows of the JSON; all unless given. ``identity`` may be ``latest``.
    """
    del caller
    service = service_of(request)
    folder = finished_scan(service, identity)
    if format == "json" and limit is None and offset == 0:
        return FileResponse(folder / SUMMARY, media_type="application/json")
    if format == "json":
        return kept_answer(
            request, folder, "result", (limit, offset), lambda: _page(folder, limit, offset)
        )
    path = folder / export_name(format)
    if not path.is_file():
        ask_worker(service, folder, kind="export", format=format)
    ending = FORMATS[format].ending or ".txt"
    name = f"technic-{about_of(folder)['as_of']}{ending}"
    return FileResponse(path, media_type=TYPES[format], filename=name)


def _page(folder: Path, limit: int | None, offset: int) -> dict[str, Any]:
    document = {
        name: value for name, value in about_of(folder).items() if name not in ("row_count", "view")
    }
    return {**document, "rows": read_rows(folder / SUMMARY, offset, limit)}


@router.get("/v1/diff", response_model=dict[str, Any])
def difference(
    request: Request,
    caller: Reader,
    before: Side,
    after: Side,
    limit: Annotated[int, Query(ge=0, le=MOST_CHANGES)] = CHANGES,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """Return what entered, left and moved between two results, and why.

    ``limit``: at most so many of each, from the one after ``offset`` on; ``counts`` has them all.
    """
    del caller
    service = service_of(request)
    sides = [finished_scan(service, identity) for identity in (before, after)]
    stamp = (*map(_written, sides), limit, offset)
    return stamped_answer(
        request, "diff", stamp, lambda: diff_document(result_diff(*sides), limit, offset)
    )


def _written(folder: Path) -> tuple[Path, tuple[tuple[str, int, int], ...]]:
    """Return what changes whenever a file of a result does: whoever alters one is told of."""
    with os.scandir(folder) as files:
        found = sorted((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in files)
    return folder, tuple(found)
