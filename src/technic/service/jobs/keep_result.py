"""What a service keeps of a result: the saved folder and every export, ready to be served."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from technic.export.formats import FORMATS
from technic.result.summary import summary

if TYPE_CHECKING:
    from technic.result.scan_result import ScanResult

__all__ = ["SUMMARY", "keep_result"]

SUMMARY = "summary.json"
"""The object that ``technic scan --format json`` prints, with all rows."""


def keep_result(result: ScanResult, folder: Path) -> dict[str, Any]:
    """Write everything about ``result`` into ``folder``, all of it or nothing.

    Returns what a list of results says of it.
    """
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    result.save(part)
    document = summary(result)
    (part / SUMMARY).write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
    for name, one in FORMATS.items():
        if name != "json":  # that is the summary
            (part / f"table.{name}").write_bytes(one.render(result).content)
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
