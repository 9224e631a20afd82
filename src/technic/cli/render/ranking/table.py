"""The ranked table for a terminal: the columns that fit, the most important ones first to stay."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rich import box
from rich.style import Style
from rich.table import Table
from rich.text import Text

from technic.cli.render.ranking.links import SymbolLinks
from technic.cli.render.ranking.plan_marks import plan_marks
from technic.cli.render.ranking.sparkline import CLOSES, LEAST_CELLS, closes_of, sparkline
from technic.cli.render.style import (
    change_text,
    price_text,
    rating_bar,
    rating_style,
    shortened,
    signal_text,
)
from technic.columns.aliases import alias_of
from technic.result.scan_result import ScanResult
from technic.scan.config import SortOrder
from technic.view.column_table import ColumnTable
from technic.view.main_columns import MAIN_COLUMNS, main_columns
from technic.view.number_formats import PER_SHARE, formatter, unit_of_column
from technic.view.view import EVERYTHING, View

__all__ = ["NO_EXTRAS", "Extras", "ranking_lines"]

WIDEST_HEADING = 24
GAP = 2
EDGE = 1


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: heading with the unit below, how a cell reads, when it leaves.

    ``priority`` as in ``MainColumn``.
    """

    name: str
    heading: str
    priority: int
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


_CELLS: Mapping[str, Callable[[Any], Text]] = {
    "symbol": lambda value: Text(str(value), "bold"),
    "company": _short(24),
    "sector": _short(18),
    "close": _price,
    "return_1_pct": change_text,
    "tech_rating": _rating,
    "signal": signal_text,
    "entry": _price,
    "stop": _price,
    "target": _price,
    "shares": lambda value: Text(f"{value:,.0f}" if value else "-"),
}
"""Main columns that a terminal shows in its own way; the others in their number format."""


def _main_columns() -> Iterator[_Column]:
    """Yield the main columns, and what only a terminal shows: the row's number and a bar."""
    yield _Column("rank", "\n#", 4, _number("d"))
    for column in MAIN_COLUMNS:
        cell = _CELLS.get(column.name) or _number(column.number)
        left = not column.number
        yield _Column(column.name, column.short, column.priority, cell, left)
        if column.name == "tech_rating":
            yield _Column("rating_bar", "\n", 11, rating_bar, left=True)


_COLUMNS = tuple(_main_columns())


def _places(result: ScanResult, rows: ColumnTable) -> list[_Column]:
    """Return the columns from left to right: those asked for, else the main ones and the added.

    What rows are sorted by, and what the user adds, stays on the narrowest terminal. Where a row's
    last bar is not of the scan's day, the days stand beside the symbols.
    """
    first = [*_COLUMNS[:2], *([_last_bar(result.as_of)] if result.has_older_bars else [])]
    if result.chosen:
        names = [name for name in result.chosen if name not in ("symbol", "rank", "last_bar")]
        return [*first, *(_asked(result, rows, name, priority=0) for name in names)]
    told = {column.name for column in main_columns(rows)}
    main = {column.name for column in _COLUMNS}
    silent = {column.name for column in MAIN_COLUMNS} - told
    keys = [key.column for key in SortOrder.keys(result.config.sort)]
    stay = {*keys, *result.wanted}
    columns = [
        replace(column, priority=0) if column.name in stay else column
        for column in _COLUMNS
        if column.name not in silent or column.name in stay
    ]
    at = [column.name for column in columns].index("entry")
    more = dict.fromkeys((*keys, *result.wanted, *result.added))
    added = [
        _asked(result, rows, name, priority=0 if name in stay else 1 if name == "setups" else 3)
        for name in more
        if name not in main
    ]
    return [*first, *columns[2:at], *added, *columns[at:]]


def _last_bar(as_of: str) -> _Column:
    """The day of each row's last bar, marked where it is older than the scan's."""

    def cell(day: object) -> Text:
        return Text(str(day), "dim" if day == as_of else "bold yellow")

    return _Column("last_bar", "last\nbar", 0, cell, left=True)


def _asked(result: ScanResult, rows: ColumnTable, name: str, priority: int) -> _Column:
    """A column that has no place of its own: as a main one, or as what it counts in reads."""
    known = next((column for column in _COLUMNS if column.name == name), None)
    if known is not None:
        return replace(known, priority=priority)
    unit = unit_of_column(name, result.expressions.get(name, name))
    write = formatter(unit, rows[name].tolist() if name in rows else ())
    heading = shortened(alias_of(name) or name, WIDEST_HEADING)
    return _Column(
        name,
        f"{heading}\n{_SHORT_UNITS.get(unit, '')}" if unit in _SHORT_UNITS else f"\n{heading}",
        priority,
        lambda value: Text(shortened(write(value), 30)),
    )


_SHORT_UNITS = {"%": "%", "$": "$", "price": "$", PER_SHARE: "$", "0-100": "0-100", "1-99": "1-99"}
"""How a heading says what its numbers count in."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What a terminal shows beyond text: where symbols lead to, None for nowhere; small lines."""

    links: SymbolLinks | None = None
    sparklines: bool = False


NO_EXTRAS = Extras()


def ranking_lines(
    result: ScanResult,
    limit: int | None,
    width: int,
    extras: Extras = NO_EXTRAS,
    view: View = EVERYTHING,
) -> Iterator[Table | Text]:
    """Yield the table, fitted to ``width``, and a line when there are more rows than shown."""
    whole = result.ranking
    seen = view.shows(whole)
    sorted_by = {n: v for n, v in result.sort_values.items() if n not in whole}
    rows = ColumnTable({**whole.columns, **sorted_by}).take(np.flatnonzero(seen)[:limit])
    if not len(rows):
        return
    places = _places(result, rows)
    values: dict[str, list[Any]] = {name: rows[name].tolist() for name in rows.columns}
    values["rank"] = list(range(1, len(rows) + 1))
    values["rating_bar"] = values["tech_rating"]
    chosen = [column for column in places if column.name in values]
    cells = {
        column.name: [column.cell(value) for value in values[column.name]] for column in chosen
    }
    marks = plan_marks(rows)
    if "shares" in cells:
        cells["shares"] = [
            cell + mark for cell, mark in zip(cells["shares"], marks.of_row, strict=True)
        ]
    symbols = [str(symbol) for symbol in rows["symbol"].tolist()]
    if extras.links is not None:
        exchanges = rows["exchange"].tolist() if "exchange" in rows else [None] * len(rows)
        targets = map(extras.links.address, symbols, exchanges)
        linked = zip(cells["symbol"], targets, strict=True)
        cells["symbol"] = [_linked(cell, target) for cell, target in linked]
    if extras.sparklines:
        values[_LINES.name] = closes_of(result, symbols)
        chosen = _fitting_with_lines(chosen, cells, values[_LINES.name], width)
    else:
        chosen = _fitting(chosen, cells, width)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, header_style="bold")
    for column in chosen:
        left = column.left or any(isinstance(value, str) for value in values[column.name])
        table.add_column(column.heading, justify="left" if left else "right", no_wrap=True)
    for row in zip(*(cells[column.name] for column in chosen), strict=True):
        table.add_row(*row)
    yield table
    if any(column.name == "shares" for column in chosen):
        yield from marks.legend
    more = int(seen.sum()) - len(rows)
    if more:
        yield Text(f" … and {more:,} more (--limit 0 shows all)", "dim")
    yield from _out_of_view(view, len(whole) - int(seen.sum()))


def _out_of_view(view: View, hidden: int) -> Iterator[Text]:
    """Say how many rows the view leaves out, and what shows them."""
    if hidden:
        yield Text(f" … and {hidden:,} not in view ({view.remedy} shows all)", "dim")


_LINES = _Column(f"{CLOSES} days", f"\n{CLOSES} days", 10, Text, left=True)
"""What only a terminal shows: a small line, which leaves before any column that has numbers."""


def _fitting_with_lines(
    columns: list[_Column], cells: dict[str, list[Text]], closes: list[list[float]], width: int
) -> list[_Column]:
    """Fit the columns, the small lines among them, which then take the room that is left."""
    cells[_LINES.name] = [sparkline(one, LEAST_CELLS) for one in closes]
    kept = _fitting(_before_numbers(columns), cells, width)
    if _LINES not in kept:  # what left after them may have made room
        kept = _before_numbers(kept)
    room = LEAST_CELLS + width - _width(kept, _widths(kept, cells))
    if room < LEAST_CELLS:
        return [column for column in kept if column is not _LINES]
    cells[_LINES.name] = [sparkline(one, min(room, CLOSES)) for one in closes]
    return kept


def _before_numbers(columns: list[_Column]) -> list[_Column]:
    """Put the lines after the company, or after the symbol."""
    names = [column.name for column in columns]
    at = names.index("company" if "company" in names else "symbol") + 1
    return [*columns[:at], _LINES, *columns[at:]]


def _linked(cell: Text, target: str | None) -> Text:
    if target is None:
        return cell
    linked = cell.copy()
    linked.stylize(Style(link=target))
    return linked


def _widths(columns: list[_Column], cells: dict[str, list[Text]]) -> dict[str, int]:
    return {
        column.name: max(
            *(len(line) for line in column.heading.split("\n")),
            *(cell.cell_len for cell in cells[column.name]),
        )
        for column in columns
    }


def _width(columns: list[_Column], widths: dict[str, int]) -> int:
    return sum(widths[column.name] + GAP for column in columns) - GAP + 2 * EDGE


def _fitting(columns: list[_Column], cells: dict[str, list[Text]], width: int) -> list[_Column]:
    """Drop the least important columns until the others fit side by side."""
    widths = _widths(columns, cells)
    kept = list(columns)
    while _width(kept, widths) > width:
        worst = max(kept, key=lambda column: column.priority)
        if worst.priority == 0:
            break
        kept.remove(worst)
    return kept
