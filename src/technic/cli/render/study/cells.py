"""Cells and tables of studies: means, intervals and t as people read them."""

from __future__ import annotations

import math

from rich import box
from rich.table import Table

from technic.study.statistics import Interval

__all__ = ["WORD_COLOURS", "between", "number", "study_row", "study_table", "t_text"]

WORD_COLOURS = {"better": "green", "worse": "red", "luck": "yellow", "none": "", "too_few": "dim"}
"""How the words of verdicts are shown."""


def study_table(title: str, *heads: str) -> Table:
    """Return an empty table; columns of words are on the left, of numbers on the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, header_style="bold")
    table.add_column(title, overflow="fold")
    for head in heads:
        left = head in ("verdict", "when", "what", "days", "chosen before")
        table.add_column(head, justify="left" if left else "right", no_wrap=not left)
    return table


def study_row(table: Table, name: str, each: Interval, scale: float) -> None:
    """Add a mean with its hits, interval and t; ``scale``: 100 for percent."""
    table.add_row(
        name, f"{each.hits:,}", number(each.mean, scale), between(each, scale), t_text(each)
    )


def number(value: float, scale: float) -> str:
    """Write a number with its sign, a dash where it is not known."""
    return f"{value * scale:+.2f}" if math.isfinite(value) else "-"


def between(each: Interval, scale: float, places: int = 2) -> str:
    """Write an interval."""
    if not math.isfinite(each.low):
        return "too few"
    return f"{each.low * scale:+.{places}f} to {each.high * scale:+.{places}f}"


def t_text(each: Interval) -> str:
    """Write a t."""
    return f"{each.t:.1f}" if math.isfinite(each.t) else "-"
