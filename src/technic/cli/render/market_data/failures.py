"""Symbols that could not be had, as a CSV file: symbol, reason, detail."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from technic.data_engine.interfaces.records import Failure
from technic.errors import ParameterError
from technic.export.cells import guarded
from technic.export.targets import check_file, replacing

__all__ = ["check_failures_target", "write_failures"]


def check_failures_target(path: Path) -> None:
    """Raise ParameterError unless ``path`` can be a CSV file."""
    if path.suffix.lower() != ".csv":
        raise ParameterError("failures", str(path), "a file ending in .csv")
    check_file("failures", path)


def write_failures(failures: Mapping[str, Failure], path: Path) -> None:
    """Write one row for each symbol, in order; the header alone where there is none."""
    with (
        replacing("failures", path) as beside,
        beside.open("w", encoding="utf-8", newline="") as file,
    ):
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("symbol", "reason", "detail"))
        rows.writerows(
            map(guarded, (symbol, one.reason, one.detail)) for symbol, one in failures.items()
        )
