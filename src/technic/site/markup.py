"""Pieces of HTML; every text is escaped as it comes in."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence

from markupsafe import Markup

from technic.view.main_columns import MAIN_COLUMNS
from technic.view.number_formats import fact_unit, formatter

__all__ = ["cell", "file_name", "link", "named", "signed", "table", "tone", "whole"]

_FORMATS = {column.name: column.number for column in MAIN_COLUMNS}
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?:\.|$)")
"""Names that no file of Windows may have."""
NOTHING = "\u2013"


def file_name(symbol: str) -> str:
    """Return a name of a file that no other symbol has, on any file system and in any address."""
    name = re.sub(r"[^A-Z0-9.-]|^\.", lambda found: f"_{ord(found[0]):02x}", symbol)
    return f"_{name}" if _RESERVED.match(name) else name


def link(address: str, text: str) -> Markup:
    """Return a link within the site."""
    return Markup('<a href="{}">{}</a>').format(address, text)


def tone(value: float, text: str) -> Markup:
    """Return a change in its color, which its sign says as well."""
    name = "up" if value > 0 else "down" if value < 0 else "flat"
    return Markup('<span class="{}">{}</span>').format(name, text)


def signed(value: object, places: int = 2) -> str:
    """Write a number with its sign."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return NOTHING
    return f"{round(float(value), places) + 0.0:+,.{places}f}"  # no -0.00


def whole(value: object) -> str:
    """Write a count."""
    known = isinstance(value, int | float) and math.isfinite(value)
    return f"{value:,.0f}" if known else NOTHING


def cell(name: str, value: object, fact: str | None = None) -> str | Markup:
    """Write a value of a column as the service's tables do; ``fact``: its unit where it is one."""
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "signal":
        text = str(value)
        return Markup('<span class="signal {}">{}</span>').format(text, text.replace("_", " "))
    if isinstance(value, int | float) and fact is not None:
        return formatter(fact, (value,))(value)
    if isinstance(value, int | float):
        size = abs(value)
        form = ",.4g" if size < 1_000 else ",.2f" if size < 100_000 else ",.0f"
        text = format(value, _FORMATS.get(name) or form)
        return tone(value, text) if name.endswith("return_1_pct") else text
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str | Markup]],
    *,
    words: bool = False,
    texts: Collection[int] = (),
) -> Markup:
    """Return a table; ``words``: its cells are texts, not numbers; ``texts``: those columns are."""
    kinds = [Markup(' class="text"') if at in texts else "" for at in range(len(heads))]
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(kind, name)
        for kind, name in zip(kinds, heads, strict=True)
    )
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<th scope="row">{1}</th>' if not at else "<td{0}>{1}</td>").format(
                    kinds[at], one
                )
                for at, one in enumerate(row)
            )
        )
        for row in rows
    )
    return Markup(
        '<table{}><caption class="unseen">{}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format(Markup(' class="words"') if words else "", caption, head, body)


def named(pairs: Iterable[tuple[str, object]]) -> list[tuple[str, str | Markup]]:
    """Return names and values as a page shows them."""
    return [(name.replace("_", " "), cell(name, value, fact_unit(name))) for name, value in pairs]
