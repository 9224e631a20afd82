"""What a scan said of each symbol of its universe, in one small file for each session.

A result keeps that of its own day; beside it stand those of earlier sessions that were scanned
again on request. As-of rule: the file of a session comes from a scan as of it, which reads no bar
after it, so it says what a scan of that day says, bit by bit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from technic.result.json_values import plain

if TYPE_CHECKING:
    import pandas as pd

    from technic.result.scan_result import ScanResult

__all__ = ["keep_ratings", "rating_of", "replayed_days"]

FILE = "ratings-{}.parquet"
COLUMNS = ("tech_rating", "rs_rating", "signal", "close")


def keep_ratings(result: ScanResult, folder: Path) -> None:
    """Write the file of the result's day into ``folder``, whole or not at all."""
    path = folder / FILE.format(result.as_of)
    part = path.with_suffix(".part")
    _ratings(result).to_parquet(part, index=False)
    os.replace(part, path)


def _ratings(result: ScanResult) -> pd.DataFrame:
    """Return a row for each symbol of the universe; ``place``: its row in the table, from 1."""
    import pandas as pd

    names = ["symbol", *COLUMNS]
    frames = [one[names] for one in (result.table, result.filtered()) if len(one)]
    rows = result.ledger.frame()[["symbol", "outcome"]]
    rows = rows.merge(pd.concat(frames), on="symbol", how="left") if frames else rows
    place = {str(symbol): at for at, symbol in enumerate(result.table["symbol"], 1)}
    places = pd.array([place.get(str(symbol)) for symbol in rows["symbol"]], dtype="Int64")
    return rows.reindex(columns=["symbol", "outcome", *COLUMNS]).assign(
        place=places, rows=len(result.table)
    )


def replayed_days(folder: Path) -> Iterator[str]:
    """Yield the sessions of which the folder of a result has ratings."""
    before, _, after = FILE.partition("{}")
    for path in folder.glob(FILE.format("*")):
        yield path.name.removeprefix(before).removesuffix(after)


def rating_of(folder: Path, day: str, symbol: str) -> Mapping[str, Any] | None:
    """Return what the scan of a session said of a symbol; None where it says nothing."""
    import pyarrow.parquet as pq

    path = folder / FILE.format(day)
    if not path.is_file():
        return None
    rows = pq.read_table(path, filters=[("symbol", "=", symbol)]).to_pylist()
    return {name: plain(value) for name, value in rows[0].items()} if rows else None
