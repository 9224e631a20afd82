"""A scan as a Markdown page: headline, main columns, ledger."""

from __future__ import annotations

import math
import re

from technic.export.rendered import Rendered
from technic.result.scan_result import ScanResult
from technic.view.column_table import ColumnTable
from technic.view.main_columns import MAIN_COLUMNS, main_columns

__all__ = ["render"]

_SIGNS = re.compile(r"[\\`|\[\]]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
ANY = "*"
"""The format of a column that was asked for: numbers as they are, or text."""


def render(result: ScanResult, limit: int | None = None) -> Rendered:
    """Return the main columns as a Markdown table under the headline; the ledger follows."""
    rows = result.ranking.head(limit)
    chosen = [column for column in _places(result, rows) if column[0] in rows]
    lines = ["# Technic scan", "", f"**{_plain(result.headline())}**", ""]
    lines += [f"> {_plain(warning)}" for warning in result.warnings]
    if result.warnings:
        lines.append("")
    lines.append(_line(["#", *(_plain(heading) for _, heading, _ in chosen)]))
    lines.append(_line(["--:", *("--:" if spec else ":--" for _, _, spec in chosen)]))
    values = [[_cell(value, spec) for value in rows[name].tolist()] for name, _, spec in chosen]
    days = [name for name, _, _ in chosen].index("last_bar")
    values[days] = [day if day == result.as_of else f"**{day}**" for day in values[days]]
    lines += [_line([str(i), *cells]) for i, cells in enumerate(zip(*values, strict=True), 1)]
    if not len(rows):
        lines += ["", "Nothing qualifies."]
    lines += ["", _line(["outcome", "symbols"]), _line([":--", "--:"])]
    lines += [_line([name, f"{count:,}"]) for name, count in result.ledger.counts.items()]
    lines.append(_line(["**universe**", f"**{result.universe.size:,}**"]))
    return Rendered.of_text("\n".join(lines) + "\n")


def _places(result: ScanResult, rows: ColumnTable) -> list[tuple[str, str, str]]:
    """Return name, heading and number format from left to right.

    They are the columns that were asked for, else the main ones and those that setups added.
    """
    last_bar = ("last_bar", "last bar", "")
    main = {column.name: (column.name, column.heading, column.number) for column in MAIN_COLUMNS}
    if result.chosen:
        names = dict.fromkeys(("symbol", *result.chosen, "last_bar"))
        return [{**main, "last_bar": last_bar}.get(name, (name, name, ANY)) for name in names]
    shown = [main[column.name] for column in main_columns(rows)]
    added = ((name, name, ANY) for name in result.added if name not in main)
    return [*shown, *added, last_bar]


def _cell(value: object, spec: str) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "-"
    if spec == ANY and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:.4g}"
    if spec in ("", ANY):
        return _plain(str(value))
    return format(value, spec)


def _plain(text: str) -> str:
    """Return text that no Markdown makes anything of: no cell, tag, link, picture or code."""
    text = _ENTITY.sub("&amp;", " ".join(text.split()))
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    return _SIGNS.sub(r"\\\g<0>", text)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
