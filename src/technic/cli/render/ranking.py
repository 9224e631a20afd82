"""The ranked table for a terminal: the columns that fit, the most important ones first to stay."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from technic.cli.render.style import (
    change_text,
    price_text,
    rating_bar,
    rating_style,
    shortened,
    signal_text,
)
from technic.result.scan_result import ScanResult

__all__ = ["ranking_lines"]

GAP = 2
EDGE = 1


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: heading with the unit below, how a cell reads, when it leaves.

    ``rank``: 0 stays always; the largest that does not fit leaves first.
    """

    name: str
    heading: str
    rank: int
    cell: Callable[[Any], Text]
    left: bool = False


def _number(spec: str) -> Callable[[Any], Text]:
    return lambda value: Text(format(value, spec) if _known(value) else "-")


def _price(value: float) -> Text:
    return Text(price_text(value) if _known(value) else "-")


def _short(width: int) -> Callable[[Any], Text]:
    return lambda value: Text(shortened(str(value), width) if _known(value) else "-", "dim")


def _rating(value: float) -> Text:
    return Text(f"{value:.1f}", rating_style(value)) if _known(value) else Text("-")


def _known(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


_COLUMNS = (
    _Column("rank", "\n#", 1, _number("d")),
    _Column("symbol", "\nsymbol", 0, lambda value: Text(str(value), "bold"), left=True),
    _Column("company", "\ncompany", 9, _short(24), left=True),
    _Column("sector", "\nsector", 10, _short(18), left=True),
    _Column("close", "price\n$", 0, _price),
    _Column("return_1_pct", "change\n%", 5, change_text),
    _Column("tech_rating", "rating\n0-100", 0, _rating),
    _Column("rating_bar", "\n", 11, rating_bar, left=True),
    _Column("signal", "\nsignal", 0, signal_text, left=True),
    _Column("rs_rating", "RS\n1-99", 3, _number(".0f")),
    _Column("rel_volume_20", "rel. vol.\nx", 8, _number(".2f")),
    _Column("entry", "entry\n$", 2, _price),
    _Column("stop", "stop\n$", 2, _price),
    _Column("target", "target\n$", 4, _price),
    _Column("reward_risk", "R/R\nx", 7, _number(".1f")),
    _Column("shares", "shares\n", 3, lambda value: Text(f"{value:,.0f}" if value else "-")),
)


def _places(result: ScanResult) -> list[_Column]:
    """Return the columns from left to right: those asked for, else the main ones and the added."""
    if result.chosen:
        names = [name for name in result.chosen if name not in ("symbol", "rank")]
        return [*_COLUMNS[:2], *(_asked(name, rank=0) for name in names)]
    at = [column.name for column in _COLUMNS].index("entry")
    main = {column.name for column in _COLUMNS}
    names = [name for name in result.added if name not in main]
    added = [_asked(name, rank=1 if name == "setups" else 3) for name in names]
    return [*_COLUMNS[:at], *added, *_COLUMNS[at:]]


def _asked(name: str, rank: int) -> _Column:
    """A column that has no place of its own: as a main one, or as whatever it is."""
    known = next((column for column in _COLUMNS if column.name == name), None)
    if known is not None:
        return replace(known, rank=rank)
    return _Column(name, f"\n{name}", rank, _value)


def _value(value: object) -> Text:
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if not _known(value):
        return Text("-")
    if isinstance(value, int | float):
        return Text(f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:.4g}")
    return Text(shortened(str(value), 30))


def ranking_lines(result: ScanResult, limit: int | None, width: int) -> Iterator[Table | Text]:
    """Yield the table, fitted to ``width``, and a line when there are more rows than shown."""
    rows = result.table if limit is None else result.table.head(limit)
    if rows.empty:
        return
    places = _places(result)
    values: dict[str, list[Any]] = {name: rows[name].tolist() for name in rows.columns}
    values["rank"] = list(range(1, len(rows) + 1))
    values["rating_bar"] = values["tech_rating"]
    chosen = [column for column in places if column.name in values]
    cells = {
        column.name: [column.cell(value) for value in values[column.name]] for column in chosen
    }
    chosen = _fitting(chosen, cells, width)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, header_style="bold")
    for column in chosen:
        left = column.left or any(isinstance(value, str) for value in values[column.name])
        table.add_column(column.heading, justify="left" if left else "right", no_wrap=True)
    for row in zip(*(cells[column.name] for column in chosen), strict=True):
        table.add_row(*row)
    yield table
    hidden = len(result.table) - len(rows)
    if hidden:
        yield Text(f" … and {hidden:,} more (--limit 0 shows all)", "dim")


def _fitting(columns: list[_Column], cells: dict[str, list[Text]], width: int) -> list[_Column]:
    """Drop the least important columns until the others fit side by side."""
    widths = {
        column.name: max(
            *(len(line) for line in column.heading.split("\n")),
            *(cell.cell_len for cell in cells[column.name]),
        )
        for column in columns
    }
    kept = list(columns)
    while sum(widths[c.name] + GAP for c in kept) - GAP + 2 * EDGE > width:
        worst = max(kept, key=lambda column: column.rank)
        if worst.rank == 0:
            break
        kept.remove(worst)
    return kept
