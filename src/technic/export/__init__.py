"""Scan results for other programs and people: csv, json, parquet, xlsx, md, TradingView.

The ranked table for a terminal is the command line's; here nothing is shortened or rounded but in
``md``, which is for reading. One module a format; ``formats`` names them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic._lazy import lazy_names

if TYPE_CHECKING:
    from technic.export.formats import FORMATS
    from technic.export.ledger_file import check_ledger_target, write_failed_ledger, write_ledger
    from technic.export.targets import check_target, format_of
    from technic.export.write_result import write

__all__ = [
    "FORMATS",
    "check_ledger_target",
    "check_target",
    "format_of",
    "write",
    "write_failed_ledger",
    "write_ledger",
]

__getattr__ = lazy_names(
    __name__,
    {
        "FORMATS": "technic.export.formats",
        "check_ledger_target": "technic.export.ledger_file",
        "check_target": "technic.export.targets",
        "format_of": "technic.export.targets",
        "write": "technic.export.write_result",
        "write_failed_ledger": "technic.export.ledger_file",
        "write_ledger": "technic.export.ledger_file",
    },
)
