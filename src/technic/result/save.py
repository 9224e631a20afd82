"""Saving a result with all it takes to run the scan again and compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from technic.code_version import code_version, environment
from technic.data_engine.data_version import BAR_PROVENANCE, bar_provenance, hash_of
from technic.result.folder import write_folder
from technic.result.json_values import plain
from technic.result.summary import summary
from technic.scan.config_json import config_to_json

if TYPE_CHECKING:
    from technic.result.scan_result import ScanResult

__all__ = ["save_result"]


def save_result(result: ScanResult, folder: str | Path) -> Path:
    """Save everything that it takes to run the scan again and compare.

    ``load_saved`` reads it, ``technic verify`` runs it again; docs/verify-and-diff.md has the
    files. Raises ParameterError where a file of that name is.
    """
    config = config_to_json(result.config)
    document = {**summary(result, limit=0), "config": config, **_origin(result)}
    del document["rows"]
    frames = {
        "table": result.table,
        "filtered": result.filtered(),
        "ledger": result.ledger.frame(),
        "universe": result.listings.union(result.compared).frame,
        "bars": pd.DataFrame(bar_provenance(result.prices.bars), columns=list(BAR_PROVENANCE)),
    }
    note = {"headline": result.headline(), "as_of": result.as_of, "config": config}
    content: Mapping[str, object] = {key: plain(value) for key, value in document.items()}
    write_folder(Path(folder), frames, content, note)
    return Path(folder)


def _origin(result: ScanResult) -> dict[str, object]:
    """Return what the result came from: code, packages, data, benchmark, who was ranked."""
    benchmark = None
    if result.benchmark is not None:
        closes = hash_of(result.benchmark.closes)
        benchmark = {"name": result.benchmark.name, "hash": closes}
    return {
        "code": code_version(),
        "environment": environment(),
        "data_version": result.data_version.provenance(),
        "benchmark": benchmark,
        "ranks": asdict(result.ranks),
        "facts": None if result.facts is None else result.facts.said(),
    }
