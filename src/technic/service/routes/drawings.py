"""Drawings of a result as SVG, as the command line and notebooks have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from technic.charts import Drawing, Provenance, Tile, flow, treemap
from technic.service.answers.common import ERRORS, ResultId, about_of, finished_scan
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
    drawn = _ledger(about, width) if name == "ledger" else _sectors(folder, about, width)
    return Response(drawn.svg(style=style), media_type="image/svg+xml")


def _ledger(about: dict[str, Any], width: int) -> Drawing:
    return flow(about["ledger"], _provenance(about), width=width)


def _sectors(folder: Path, about: dict[str, Any], width: int) -> Drawing:
    path = folder / MARKET
    found = json.loads(path.read_text(encoding="utf-8"))["sectors"] if path.is_file() else []
    size = "market_cap" if all(one["market_cap"] for one in found) else "symbols"
    tiles = [Tile(one["sector"], float(one[size]), one["change_pct"]) for one in found]
    if not tiles:
        raise HTTPException(404, "the universe of this result names no sectors")
    return treemap(
        tiles,
        _provenance(about),
        title=f"Sectors by {'market value' if size == 'market_cap' else 'number of symbols'}",
        size_name=size.replace("_", " "),
        value_name="change of the day %",
        width=width,
        height=360 if width >= 600 else 420,
    )


def _provenance(about: dict[str, Any]) -> Provenance:
    return Provenance(
        as_of=about["as_of"],
        source=f"{about['data']['provider']} data",
        price_basis=str(about["data"]["price_basis"]).replace("_", " "),
        universe=about["universe"]["size"],
        simulated=about["data"]["simulated"],
    )
