"""Rows for grids and small charts: only the columns asked for, column by column."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, HTTPException, Query, Request, Response

from technic.columns import COLUMNS
from technic.columns.aliases import canonical
from technic.errors import ParameterError
from technic.scan.expressions.vocabulary import vocabulary
from technic.service.answers.common import ERRORS, ResultId, about_of, finished_scan
from technic.service.answers.kept import kept_answer
from technic.service.jobs.result_files import CLOSES, TABLE
from technic.service.requests.caller import Reader
from technic.service.state import service_of
from technic.typing import FloatArray
from technic.view.main_columns import MAIN_COLUMNS
from technic.view.number_formats import OF_COMPANY, PER_SHARE, fact_unit

router = APIRouter(prefix="/v1/scans", tags=["results"], responses=ERRORS)

_ABOUT = ("as_of", "universe", "rs_universe", "data", "sort", "where", "setups", "warnings")
_HEADINGS = {column.name: column.heading for column in MAIN_COLUMNS}
_PLAIN_UNITS = {OF_COMPANY: "shares", PER_SHARE: "price"}
Names = Annotated[str | None, Query(max_length=4_000, examples=["symbol,close,tech_rating"])]


@router.get("/{identity}/rows", response_model=dict[str, Any])
def rows(
    request: Request,
    caller: Reader,
    identity: ResultId,
    columns: Names = None,
    skip_unknown: bool = False,
) -> Response:
    """Return the table column by column, in the order of its ranking, every row of it.

    ``view``: the least price and dollar volume of the rows that a page shows first; rows and ranks
    here are of all. ``columns``: names with commas; the main ones unless given. ``values`` has a
    list for each, and ``available`` says which others there are, with heading and unit.
    ``skip_unknown``: names that this result does not have are left out, not refused.
    """
    del caller
    folder = finished_scan(service_of(request), identity)
    known = _names(folder)
    asked = () if columns is None else (name.strip() for name in columns.split(","))
    wanted = [name if name in known else canonical(name) for name in asked]
    if columns is None:
        wanted = [name for name in _HEADINGS if name in known]
    if skip_unknown:
        wanted = [name for name in wanted if name in known]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        hint = f"GET /v1/scans/{identity[:32]}/rows lists them under available"
        raise ParameterError("columns", unknown[0][:60], "columns of this result", hint)
    return kept_answer(request, folder, "rows", tuple(wanted), lambda: _table(folder, wanted))


@router.get("/{identity}/closes", response_model=dict[str, Any])
def closes(
    request: Request,
    caller: Reader,
    identity: ResultId,
    bars: Annotated[int, Query(ge=2, le=60)] = 30,
) -> Response:
    """Return the last closes of each row, oldest first, for small charts."""
    del caller
    folder = finished_scan(service_of(request), identity)
    if not (folder / CLOSES).is_file():
        raise HTTPException(404, "this result was kept without its closes; scan again")
    return kept_answer(request, folder, "closes", bars, lambda: _small_charts(folder, bars))


def _table(folder: Path, wanted: list[str]) -> dict[str, Any]:
    document = about_of(folder)
    return {
        "view": document.get("view", {}),
        **{name: document[name] for name in _ABOUT},
        "id": folder.name,
        "rows": document["row_count"],
        "columns": wanted,
        "values": [_values(folder, name) for name in wanted],
        "available": [_described(name) for name in _names(folder)],
    }


def _small_charts(folder: Path, bars: int) -> dict[str, Any]:
    document = about_of(folder)
    about = {name: document[name] for name in _ABOUT[:4]}
    return {**about, "bars": bars, "closes": _closes(folder, bars)}


def _described(name: str) -> dict[str, Any]:
    column = COLUMNS.get(name) or vocabulary().names.get(name)
    unit = fact_unit(name, name) if column is None else column.unit
    return {
        "name": name,
        "heading": _HEADINGS.get(name, name.replace("_", " ")),
        "unit": _PLAIN_UNITS.get(unit or "", unit or None),
        "description": None if column is None else column.description,
    }


@lru_cache(maxsize=8)
def _names(folder: Path) -> tuple[str, ...]:
    import pyarrow.parquet as pq

    return tuple(pq.read_schema(folder / TABLE).names)


def _values(folder: Path, name: str) -> list[Any]:
    import pyarrow.parquet as pq

    column = pq.read_table(folder / TABLE, columns=[name]).column(0)
    values = column.to_pylist()
    return [None if isinstance(v, float) and not np.isfinite(v) else v for v in values]


def _closes(folder: Path, bars: int) -> dict[str, list[float]]:
    import pyarrow.parquet as pq

    table = pq.read_table(folder / CLOSES)
    if not table.num_rows:  # columns of nothing have no type
        return {}
    names = [name for name in table.column_names if name != "symbol"][-bars:]
    values = np.column_stack([table.column(name).to_numpy() for name in names])
    symbols = table.column("symbol").to_pylist()
    rounded, there = _five_digits(values), np.isfinite(values)
    return {
        symbol: row[held].tolist()
        for symbol, row, held in zip(symbols, rounded, there, strict=True)
    }


def _five_digits(values: FloatArray) -> FloatArray:
    """Round each value to five digits: by whole powers of ten, so that they are written short."""
    with np.errstate(divide="ignore", invalid="ignore"):
        places = 4 - np.floor(np.log10(np.abs(values)))
        up, down = 10.0 ** np.maximum(places, 0.0), 10.0 ** np.maximum(-places, 0.0)
        rounded: FloatArray = np.round(values * up / down) * down / up
    return np.where(values == 0.0, 0.0, rounded)
