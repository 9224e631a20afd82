"""A row of the table as a part of a value, and a route in words."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from technic.facts.fields import FactField
from technic.facts.reader._evaluator import Trace
from technic.facts.reader.source import FactPart

__all__ = ["part_of_row", "route_text"]

EARNINGS = {
    ("days_since_earnings", "earnings_event"): "8-K item 2.02",
    (
        "days_to_earnings",
        "earnings_event",
    ): "estimate: the event of the same quarter a year before, 364 days later",
    ("days_to_earnings", "earnings_date"): "a day that a vendor gives",
}


def part_of_row(table: pa.Table, row: int) -> FactPart:
    """Return one row of the table of facts."""
    said = {name: table[name][row].as_py() for name in table.column_names if name != "known_at"}
    start = said["period_start"]
    return FactPart(
        cik=said["cik"],
        concept=said["concept"],
        period_start=None if start is None else np.datetime64(start, "D"),
        period_end=np.datetime64(said["period_end"], "D"),
        value=said["value"],
        unit=said["unit"] or "",
        form=said["form"] or "",
        accn=said["accn"] or "",
        known_at=np.datetime64(table["known_at"][row].value, "us"),
        source=said["source"] or "",
        tag=said["tag"] or "",
    )


def route_text(
    field: FactField, trace: Trace, parts: tuple[FactPart, ...], *, missing: bool
) -> str:
    """Say how a value came about."""
    if missing:
        return f"missing: {trace.missing or 'the latest period lacks what it is computed from'}"
    if parts and (field.name, parts[0].concept) in EARNINGS:
        return EARNINGS[field.name, parts[0].concept]
    said = "; ".join(trace.route)
    if field.ratio is not None:
        return f"{field.ratio.above} / {field.ratio.below}: {said}"
    if field.growth_of:
        return f"{field.growth_of} against a year before: {said}"
    return said or "as filed"
