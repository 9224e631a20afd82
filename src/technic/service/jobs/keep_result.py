"""What a service keeps of a result: the saved folder, and what its pages and exports read."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from technic.export.formats import FORMATS
from technic.result.json_values import plain_rows
from technic.result.summary import summary
from technic.service.jobs.market_breadth import breadth, closes, sectors
from technic.service.jobs.rating_history import keep_ratings
from technic.service.jobs.result_files import ABOUT, CLOSES, MARKET, SUMMARY, TABLE, export_name
from technic.service.jobs.summary_file import write_summary
from technic.view.view import view_of

if TYPE_CHECKING:
    from technic.result.scan_result import ScanResult

__all__ = ["keep_export", "keep_result"]

TOP = 10


def keep_result(result: ScanResult, folder: Path) -> dict[str, Any]:
    """Write everything about ``result`` into ``folder``, all of it or nothing.

    Exports other than Parquet are written when somebody asks for them: ``keep_export``. Returns
    what a list of results says of it.
    """
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    result.save(part)
    document = summary(result)
    write_summary(part / SUMMARY, document)
    about = {name: value for name, value in document.items() if name != "rows"}
    about["row_count"] = len(result.table)
    view = view_of(result.config)
    about["view"] = view.own_floors
    (part / ABOUT).write_text(json.dumps(about, allow_nan=False), encoding="utf-8")
    market = {
        "breadth": breadth(result),
        "sectors": sectors(result),
        "top": plain_rows(result.rows()[view.shows(result.table)].head(TOP)),
        "view": str(view),
    }
    (part / MARKET).write_text(json.dumps(market, allow_nan=False), encoding="utf-8")
    closes(result).to_parquet(part / CLOSES, index=False)
    keep_ratings(result, part)
    (part / TABLE).write_bytes(FORMATS["parquet"].render(result).content)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(part, folder)
    return {
        "headline": result.headline(),
        "as_of": result.as_of,
        "universe": document["universe"],
        "rs_universe": document["rs_universe"],
        "data": document["data"],
        "kept": len(result.table),
        "seconds": round(result.stats.total_seconds, 3),
    }


def keep_export(result: ScanResult, folder: Path, name: str) -> dict[str, Any]:
    """Write the table in one more format, whole or not at all."""
    part = folder / f".{export_name(name)}.part"
    part.write_bytes(FORMATS[name].render(result).content)  # type: ignore[index]
    os.replace(part, folder / export_name(name))
    return {"bytes": (folder / export_name(name)).stat().st_size}
