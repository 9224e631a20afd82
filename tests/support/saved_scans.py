"""Saved results to tamper with, and files and stores that they were scanned from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from support.made_up_market import NOW
from support.vendor import Vendor, syncer
from technic import ScanConfig, ScanResult, run_scan
from technic.data_engine.sync.store_provider import StoredProvider
from technic.panel import LongBars
from technic.settings import Settings

__all__ = ["edit_document", "edit_frame", "edited_bar", "scan_of_store", "write_prices"]

FIELDS = ("open", "high", "low", "close", "volume")


def edit_document(folder: Path, **changes: Any) -> None:
    """Replace keys of scan.json."""
    path = folder / "scan.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | changes), encoding="utf-8")


def edit_frame(folder: Path, name: str, row: str, /, **values: object) -> None:
    """Change cells of the symbol ``row`` in a Parquet file, and nothing else in it."""
    path = folder / f"{name}.parquet"
    table = pq.read_table(path)
    frame = table.to_pandas()
    for column, value in values.items():
        frame.loc[frame["symbol"] == row, column] = value
    edited = pa.Table.from_pandas(frame, schema=table.schema, preserve_index=False)
    pq.write_table(edited.replace_schema_metadata(table.schema.metadata), path)


def edited_bar(bars: LongBars, symbol: str, back: int, factor: float = 1.01) -> LongBars:
    """The bars with one close of a symbol raised, so many bars before its last one."""
    rows = np.flatnonzero(bars.column == bars.symbols.index(symbol))
    close = bars.close.copy()
    close[rows[-1 - back]] *= factor
    high = np.maximum(bars.high, close)
    return replace(bars, close=close, high=high)


def write_prices(bars: LongBars, path: Path) -> Path:
    """One long CSV file with every digit."""
    columns = {name: getattr(bars, name) for name in FIELDS}
    symbols = np.array(bars.symbols, dtype=object)[bars.column]
    frame = pd.DataFrame({"symbol": symbols, "date": bars.session.astype(str), **columns})
    frame.to_csv(path, index=False)
    return path


def scan_of_store(
    vendor: Vendor, home: Path, config: ScanConfig, **options: Any
) -> tuple[ScanResult, StoredProvider]:
    """Scan a vendor through the store that the settings of ``home`` name for it."""
    provider = StoredProvider(syncer(vendor, home / "store" / "loopback", NOW))
    settings = Settings(home=home, **options)
    return run_scan(config, provider=provider, settings=settings, now=NOW), provider
