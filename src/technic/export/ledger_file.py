"""The ledger as a file: one row for each symbol of the universe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from technic.errors import NothingToScanError, ParameterError
from technic.export.cells import guarded_frame
from technic.export.targets import check_file, replacing
from technic.result.scan_result import ScanResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_ledger_target", "write_failed_ledger", "write_ledger"]

_ENDINGS = (".csv", ".parquet")


def check_ledger_target(path: Path) -> None:
    """Raise ParameterError unless ``path`` can be a CSV or Parquet file."""
    if path.suffix.lower() not in _ENDINGS:
        raise ParameterError("ledger", str(path), f"a file ending in {' or '.join(_ENDINGS)}")
    check_file("ledger", path)


def write_ledger(result: ScanResult, path: Path) -> None:
    """Write symbol, outcome, detail and the scan's day, as CSV or Parquet by the ending.

    With the rules of the chart pattern that kept a symbol out, where one was asked for.
    """
    check_ledger_target(path)
    frame = result.ledger.frame()
    if result.conditions:  # a plain scan needs no language, its ledger neither
        from technic.result.pattern_rules import ledger_with_rules

        frame = ledger_with_rules(result)
    _write(frame.assign(as_of=result.as_of), path)


def write_failed_ledger(error: NothingToScanError, path: Path) -> None:
    """Write the same of a scan in which no symbol could be scanned."""
    import pandas as pd

    check_ledger_target(path)
    frame = pd.DataFrame(list(error.entries), columns=["symbol", "outcome", "detail"])
    _write(frame.assign(as_of=error.as_of), path)


def _write(frame: pd.DataFrame, path: Path) -> None:
    with replacing("ledger", path) as beside:
        if path.suffix.lower() == ".csv":
            guarded_frame(frame).to_csv(beside, index=False, lineterminator="\n")
        else:
            frame.to_parquet(beside, index=False)
