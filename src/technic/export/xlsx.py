"""A scan as an Excel workbook: the table with number formats, and the ledger."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import xlsxwriter

from technic.export.rendered import Rendered
from technic.result.json_values import plain
from technic.result.scan_result import ScanResult
from technic.view.number_formats import OF_COMPANY, fact_unit

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["render"]

HEADER_ROW = 2
"""Rows above it hold the headline and the warnings; counted from 0."""
_WHOLE = ("shares", "volume", "bars", "market_cap", "rs_rating")
WHOLE, RATING, PERCENT, PLAIN = "#,##0", "0.0", "+0.00;-0.00;0.00", "#,##0.00"
"""Number formats; a percentage shows its sign and is no fraction, so Excel's own % is wrong."""
_WIDTHS = {"symbol": 9, "company": 32, "sector": 22, "industry": 28, "plan_note": 32}


def render(result: ScanResult, limit: int | None = None) -> Rendered:
    """Return sheets "scan" and "ledger"; the headline says data time, and SIMULATED where it is."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.set_properties({"title": f"Technic scan {result.headline()}"})
        rows = result.rows(limit)
        _write_scan(book, book.add_worksheet("scan"), result, rows)
        _write_ledger(book, book.add_worksheet("ledger"), result)
    return Rendered(file.getvalue())


def _write_scan(book: Workbook, sheet: Worksheet, result: ScanResult, rows: pd.DataFrame) -> None:
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    marked = book.add_format({"bold": True, "bg_color": "#FFC000"})
    simulated = result.data.simulated
    title = f"Technic scan {result.headline()}"
    sheet.write_string(0, 0, title, marked if simulated else bold)
    sheet.write_string(1, 0, " ".join(result.warnings))
    if simulated:
        sheet.set_tab_color("#FFC000")
    specs = (WHOLE, RATING, PERCENT, PLAIN)
    styles = {spec: book.add_format({"num_format": spec}) for spec in specs}
    asked = {*result.chosen, *result.wanted, *result.added}
    for column, name in enumerate(map(str, rows.columns)):
        sheet.write_string(HEADER_ROW, column, name, head)
        values = rows[name].tolist()
        unit = fact_unit(name, result.expressions.get(name, name)) if name in asked else None
        style = styles[_number_format(name) if unit is None else _fact_format(unit, values)]
        sheet.set_column(column, column, _WIDTHS.get(name, 11 if unit is None else 16))
        for row, value in enumerate(values, HEADER_ROW + 1):
            _write_cell(sheet, row, column, plain(value), style)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    if len(rows):
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(rows), len(rows.columns) - 1)


def _number_format(name: str) -> str:
    if name in _WHOLE or "dollar_volume" in name:
        return WHOLE
    if name == "tech_rating" or name.startswith("score_"):
        return RATING
    return PERCENT if name.endswith("_pct") else PLAIN


def _fact_format(unit: str, values: Sequence[object]) -> str:
    """Return how facts of a company are written: large amounts and counts whole, no sign."""
    counts = unit == "sessions" and all(
        value.is_integer() for value in values if isinstance(value, float) and math.isfinite(value)
    )
    return WHOLE if counts or unit in ("$", OF_COMPANY) else PLAIN


def _write_cell(sheet: Worksheet, row: int, column: int, value: object, style: Format) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float) and math.isfinite(value):
        sheet.write_number(row, column, value, style)
    elif value is not None:
        sheet.write_string(row, column, str(value))


def _write_ledger(book: Workbook, sheet: Worksheet, result: ScanResult) -> None:
    bold = book.add_format({"bold": True})
    frame = result.ledger.frame()
    for column, (name, width) in enumerate((("symbol", 10), ("outcome", 30), ("detail", 80))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, bold)
        for row, value in enumerate(frame[name], 1):
            sheet.write_string(row, column, str(value or ""))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(frame), 2)
