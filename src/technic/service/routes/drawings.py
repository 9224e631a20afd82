"""Drawings of a result as SVG, as the command line and notebooks have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from technic.charts import Drawing
from technic.service.answers.common import ERRORS, ResultId, about_of, finished_scan
from technic.service.answers.drawings import ledger_drawing, sector_drawing
from technic.service.jobs.result_files import MARKET
from technic.service.requests.caller import Reader
from technic.service.state import service_of

router = APIRouter(prefix="/v1/scans", tags=["results"], responses=ERRORS)


@router.get(
    "/{identity}/drawings/{name}",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
def drawing(
    request: Request,
    caller: Reader,
    identity: ResultId,
    name: Literal["ledger", "sectors"],
    width: Annotated[int, Query(ge=320, le=1_600)] = 960,
    style: bool = True,
) -> Response:
    """Draw where the universe went (``ledger``), or the map of sectors.

    ``style``: with the style sheet in it; a page that has charts.css needs none.
    """
    del caller
    folder = finished_scan(service_of(request), identity)
    about = about_of(folder)
    drawn = _drawn(folder, about, name, width)
    return Response(drawn.svg(style=style), media_type="image/svg+xml")


def _drawn(folder: Path, about: dict[str, Any], name: str, width: int) -> Drawing:
    if name == "ledger":
        return ledger_drawing(about, width)
    path = folder / MARKET
    found = json.loads(path.read_text(encoding="utf-8"))["sectors"] if path.is_file() else []
    drawn = sector_drawing(found, about, width)
    if drawn is None:
        raise HTTPException(404, "the universe of this result names no sectors")
    return drawn
