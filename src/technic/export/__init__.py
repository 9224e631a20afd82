"""Scan results for other programs and people: csv, json, parquet, xlsx, md, TradingView.

The ranked table for a terminal is the command line's; here nothing is shortened or rounded but in
``md``, which is for reading.
"""

from technic.export.ledger import check_ledger_target, write_ledger
from technic.export.targets import FORMATS, check_target, format_of
from technic.export.write import write

__all__ = ["FORMATS", "check_ledger_target", "check_target", "format_of", "write", "write_ledger"]
