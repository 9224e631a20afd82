"""Lines of a CSV file that are no rows of its table: footers, comments, events, headers again."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from technic.tables.column_names import plain_name
from technic.tables.csv_layout import CsvLayout

__all__ = ["remark_lines"]

MAX_FOOTER = 30
LONG_REMARK = 24
FEW = 4
"""Numbers from which a line may be a bar."""
_NUMBER = re.compile(r"[-+]?\$?\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?")
_EVENT = re.compile(r"(?i)dividend|split|capital gain|distribution|earnings")
_DATED = re.compile(r"(?i)\W*(?:\d|(?:mon|tue|wed|thu|fri|sat|sun|[a-zé]{3,9}\.? \d))")
_TOTAL = re.compile(
    r"(?i)\W*(?:grand |sub)?(?:totals?|sums?|averages?|avg|means?|medians?|max(?:imum)?"
    r"|min(?:imum)?|highs?|highest|lows?|lowest|std|stdev|counts?|change|summary|summe|durchschnitt|mittelwert"
    r"|moyenne|media|promedio)\b"
)
_COMMENT = ("#", "//")


def remark_lines(
    texts: Sequence[str], layout: CsvLayout, day_at: int | None, *, inside: bool
) -> dict[int, str]:
    """Return the lines (from 0) that are no rows of the table, and what they say.

    These are lines without a date after the last row, and with ``inside`` also those that tell of
    a dividend or split, repeat the header, name units below it, are comments, or hold no value at
    all. A row that was cut off is none of them.
    """
    found: dict[int, str] = {}
    width = len(layout.pairs) or len(layout.header)
    names = [plain_name(name) for name in layout.header]
    ending = True
    for at in range(len(texts) - 1, layout.header_line - 1, -1):
        text = texts[at].strip().removeprefix("\ufeff").strip()
        if not text.strip(layout.delimiter + '" '):
            if (text and inside) or (not text and texts[at].strip("\r")):
                found[at] = text or "a line of blanks"
            continue
        if not ending and not inside:
            break
        cells = _cells(text, layout.delimiter)
        if cells is None:
            ending = False
            continue
        if inside and _is_between(cells, text, layout, names, first=at == layout.header_line):
            found[at] = text
            continue
        ending = ending and len(found) < MAX_FOOTER
        event = inside and _EVENT.search(text) is not None
        if not ending and not event:
            continue  # most lines
        few = sum(_NUMBER.fullmatch(cell) is not None for cell in cells) < FEW
        ending = ending and (
            _is_total(cells, day_at)
            or _is_count(cells, texts[layout.header_line : at])
            or (text.startswith(_COMMENT) and len(cells) != width)
            or (few and _is_footer(cells, width, day_at))
        )
        if ending or (few and event):
            found[at] = text
    return found


def _is_between(
    cells: Sequence[str], text: str, layout: CsvLayout, names: Sequence[str], *, first: bool
) -> bool:
    """Tell lines between rows: the header again, the units of the columns, comments."""
    if not layout.pairs and [plain_name(cell) for cell in cells] == names:
        return True
    if text.startswith(_COMMENT) and len(cells) != len(layout.header):
        return True
    return first and not re.search(r"\d", text)


def _is_total(cells: Sequence[str], day_at: int | None) -> bool:
    """Tell a line of totals: it says so where a day or a symbol would stand."""
    if day_at is None:
        return False
    word = next(cell for cell in cells if cell)
    day = cells[day_at] if day_at < len(cells) else ""
    return bool(_TOTAL.match(word)) and (not day or day == word)


def _is_count(cells: Sequence[str], before: Sequence[str]) -> bool:
    """Tell a last line that says how many rows there are."""
    return (
        len(cells) == 1
        and cells[0].isascii()
        and cells[0].isdigit()
        and len(cells[0]) < LONG_REMARK
        and int(cells[0]) == sum(bool(line.strip()) for line in before)
    )


def _is_footer(cells: Sequence[str], width: int, day_at: int | None) -> bool:
    if day_at is not None:
        day = cells[day_at] if day_at < len(cells) else cells[0]
        return not _DATED.match(day) and (len(cells) != width or not day or not day[0].isdigit())
    filled = [cell for cell in cells if cell]
    return len(cells) != width and len(filled) == 1 and len(filled[0]) > LONG_REMARK


def _cells(text: str, delimiter: str) -> list[str] | None:
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter))]
    except (csv.Error, StopIteration):
        return None
