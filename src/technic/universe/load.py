"""Listings from a file as they were known on a day."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from technic.tables.file_options import FileOptions
from technic.universe.listing_file import ListingFile
from technic.universe.listings import Universe

__all__ = ["load_universe"]


def load_universe(
    path: str | Path, day: np.datetime64 | None = None, options: FileOptions | None = None
) -> Universe:
    """Return the listings in a CSV or Parquet file on ``day``; ``source`` is the file's name.

    None: the latest that the file has. Rows of what was delisted by ``day``, of what was not listed
    yet, and those without a symbol (cash, totals), are left out, and that is logged. All else as
    `ListingFile`, which raises InputFileError for what cannot be read.
    """
    file = ListingFile.open(path, options)
    file.log_left_out(day)
    return file.on(day)
