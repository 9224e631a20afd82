"""Marks in the ranked table: why a row has no shares to buy, in a line below it."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from technic.view.column_table import ColumnTable

__all__ = ["PlanMarks", "plan_marks"]

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class PlanMarks:
    """A mark for each row, "" where there are shares, and a line for each mark."""

    of_row: tuple[str, ...]
    legend: tuple[Text, ...]


def plan_marks(rows: ColumnTable) -> PlanMarks:
    """Number the reasons in the order in which the rows have them; equal ones share a number."""
    names = ("shares", "has_plan", "plan_note")
    if not all(name in rows for name in names):
        return PlanMarks(("",) * len(rows), ())
    marks: dict[str, str] = {}
    of_row = []
    for shares, has_plan, note in zip(*(rows[name].tolist() for name in names), strict=True):
        known = not shares and isinstance(note, str)
        note = note if has_plan else f"no plan: {note}"
        if known and note not in marks:
            marks[note] = str(len(marks) + 1).translate(_SUPERSCRIPT)
        of_row.append(marks[note] if known else "")
    legend = (Text(f" {mark} {note}", "dim") for note, mark in marks.items())
    return PlanMarks(tuple(of_row), tuple(legend))
