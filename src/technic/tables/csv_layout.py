"""Where a CSV file's header is: below a preamble, of one or two lines, or nowhere.

A header is the line that holds the most names of columns that are known; without any, the first
line. A first line that is a row of a daily bar means that there is no header.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from technic.errors import InputFileError
from technic.tables.column_names import KNOWN, PRICES, SYMBOL, TWO_LEVEL, plain_name
from technic.tables.messages import sentence
from technic.tables.text_file import is_utf8, not_utf8
from technic.tables.two_level import pairs_of_flat_names

__all__ = ["CsvLayout", "csv_problem", "find_layout"]

DELIMITERS = ",;\t|"
MAX_PREAMBLE = 60
"""Lines before the header."""
ENOUGH = 4
"""Known names that make a line the header without a look at others."""
SERIES = 2
"""Columns of a day and its value."""
UNNAMED = "Unnamed: 0"
"""What pandas calls a first column without a name."""
PRICES_ALONE = frozenset({"open", "high", "low", "close"})
MAX_LINES = 200
"""Lines that are looked at, blank ones included."""
_DATES = frozenset(PRICES["date"])
_DAY = re.compile(
    r"\d{4}[-/.]?\d{2}[-/.]?\d{2}(?:[T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    r"|\d{1,2}[- ]?[A-Za-z]{3}[- ]?\d{2,4}"
)
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?|0|0{4}|0{6}")
_NUMBER = re.compile(r"[-+]?\$?\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?")
_TICKER = re.compile(r"[A-Z][A-Z.-]{0,9}")
_SEP = re.compile(r'"?sep=(.)"?[,;\t ]*')


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """The names of the columns, what parts them, and the number of lines before the rows.

    ``pairs``: where columns have two names, the field and the symbol of each; the first is None.
    ``note``: what a reader should know.
    """

    header: tuple[str, ...]
    delimiter: str
    header_line: int
    pairs: tuple[tuple[str, str] | None, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a head that is not blank: its number from 1, its delimiter and its cells."""

    number: int
    delimiter: str
    cells: tuple[str, ...]


def find_layout(path: Path, head: bytes, complete: bool, mapped: Collection[str]) -> CsvLayout:
    """Look at the first bytes of a file; ``mapped``: more names of columns, as the user says.

    ``complete``: whether these are all. Raises InputFileError where a line is no text.
    """
    known = KNOWN | {plain_name(name) for name in mapped}
    lines = _lines(path, head, complete)
    first = best = next(lines, None)
    if first is None or best is None:
        raise InputFileError(str(path), "is empty")
    seen, score = [first], _known_names(first, known)
    while score < ENOUGH and len(seen) < MAX_PREAMBLE and (line := next(lines, None)):
        seen.append(line)
        names = _known_names(line, known)
        if names > score and (names > 1 or _is_header(line)) and not _single_letters(line):
            best, score = line, names
    if not score and not mapped:
        layout = _without_header(first)
        if layout is not None:
            return layout
    elif not score and all(name.isdigit() for name in mapped):
        width = len(first.cells)
        return CsvLayout(tuple(map(str, range(1, width + 1))), first.delimiter, first.number - 1)
    at = next(place for place, line in enumerate(seen) if line is best)
    seen += _following(lines)
    here = {plain_name(cell) for cell in best.cells}
    starts = (max(at - 1, 0), at) if at or not _DATES & here else ()
    layouts = [_two_level(seen[start : start + 3]) for start in starts]
    if not here >= PRICES_ALONE and not mapped:
        layouts.append(_flat(best))
    cells = _fitted(best.cells, seen[at + 1].cells if len(seen) > at + 1 else ())
    own = CsvLayout(cells, best.delimiter, best.number)
    return next((layout for layout in layouts if layout is not None), own)


def _following(lines: Iterator[_Line]) -> list[_Line]:
    """Return the two lines that follow, which need not be readable yet."""
    try:
        return [line for line in (next(lines, None), next(lines, None)) if line]
    except InputFileError:
        return []


def _lines(path: Path, head: bytes, complete: bool) -> Iterator[_Line]:
    """Yield the lines that are not blank; ``sep=;`` on the first says what parts the others."""
    delimiters, texts = DELIMITERS, head.split(b"\n", MAX_LINES)
    if len(texts) > MAX_LINES or (not complete and len(texts) > 1):
        texts.pop()  # the rest, or cut off
    for number, line in enumerate(texts, 1):
        if not is_utf8(line) and (complete or len(texts) > 1):
            raise not_utf8(path, number)
        text = line.decode("utf-8", "replace").removeprefix("\ufeff").strip("\r\n ")
        if not text.strip(DELIMITERS + '" '):
            continue
        if number == 1 and (sep := _SEP.fullmatch(text)):
            delimiters = sep[1]
            continue
        delimiter = max(delimiters, key=text.count)
        try:
            cells = next(csv.reader([text], delimiter=delimiter))
        except csv.Error as error:
            raise InputFileError(str(path), csv_problem(error), number) from error
        yield _Line(number, delimiter, tuple(cell.strip() for cell in cells))


def _known_names(line: _Line, known: Collection[str]) -> int:
    return len({name for name in map(plain_name, line.cells) if name in known})


def _single_letters(line: _Line) -> bool:
    """Tell whether what looks like names may be symbols: O, H, L, C and V are."""
    return all(len(cell) <= 1 for cell in line.cells if plain_name(cell) in KNOWN)


def _is_header(line: _Line) -> bool:
    """Tell a line of one known name: that of symbols, or of days beside values without a name."""
    names = [plain_name(cell) for cell in line.cells]
    if any(name in SYMBOL for name in names):
        return True
    values = any(_DAY.fullmatch(cell) or _NUMBER.fullmatch(cell) for cell in line.cells)
    return not values and len(line.cells) == SERIES and names[0] in _DATES


def _fitted(names: tuple[str, ...], row: tuple[str, ...]) -> tuple[str, ...]:
    """Return a header as wide as the first row, and a name for a first column of days without.

    Rows end with a delimiter where the header does not, or begin with the number or day that R
    and pandas give each of them.
    """
    of_days = bool(row) and _DAY.fullmatch(row[0]) is not None
    no_day = not _DATES & {plain_name(name) for name in names}
    if len(row) == len(names) + 1:
        if not row[-1]:
            return (*names, "")
        if row[0].isdigit() or (of_days and no_day):
            names = ("", *names)
    if of_days and no_day and names[0] == "":
        return (UNNAMED, *names[1:])
    return names


def _flat(line: _Line) -> CsvLayout | None:
    """Return the layout of a table whose columns are called ``AAA.Open`` and the like."""
    pairs = pairs_of_flat_names(line.cells)
    if not pairs:
        return None
    fields = dict.fromkeys(pair[0] for pair in pairs if pair is not None)
    return CsvLayout(("symbol", "date", *fields), line.delimiter, line.number, pairs)


def _without_header(line: _Line) -> CsvLayout | None:
    """Return the layout of a file that begins with a bar: [symbol] [D] day [time] o h l c [v].

    The symbol may follow the day as well. Or with a day and its close.
    """
    cells = list(line.cells)
    day = next((at for at, cell in enumerate(cells[:3]) if _DAY.fullmatch(cell)), None)
    if day is None:
        return None
    names = [*("symbol", "period")[:day], "date"]
    if any(not re.search(r"[A-Za-z]", cell) for cell in cells[:day]):
        return None
    if len(cells) == SERIES and day == 0 and _NUMBER.fullmatch(cells[1]):
        note = "has no line of column names; its columns are taken as date, close"
        return CsvLayout(("date", "close"), line.delimiter, line.number - 1, (), note)
    rest = cells[day + 1 :]
    if rest and _TIME.fullmatch(rest[0]):
        names.append("time")
        rest = rest[1:]
    if names == ["date"] and rest and _TICKER.fullmatch(rest[0]):
        names.append("symbol")
        rest = rest[1:]
    names += ["open", "high", "low", "close", "volume", "open interest"][: len(rest)]
    if len(rest) not in (4, 5, 6) or not all(_NUMBER.fullmatch(cell) for cell in rest):
        return None
    low, high = (float(re.sub(r"[$,]", "", rest[at])) for at in (2, 1))
    if not all(low <= float(re.sub(r"[$,]", "", rest[at])) <= high for at in (0, 3)):
        return None
    note = f"has no line of column names; its columns are taken as {', '.join(names)}"
    return CsvLayout(tuple(names), line.delimiter, line.number - 1, (), note)


def _two_level(lines: Sequence[_Line]) -> CsvLayout | None:
    """Return the layout of a table of one column for each field and symbol, or None."""
    if len(lines) < 2 or len(lines[0].cells) != len(lines[1].cells) or len(lines[0].cells) < 5:
        return None
    upper, lower = ([cell.strip() for cell in line.cells[1:]] for line in lines[:2])
    if all(plain_name(cell) in TWO_LEVEL for cell in lower[:4]):
        fields, symbols = lower, upper
    else:
        fields, symbols = upper, lower
    here = {TWO_LEVEL.get(plain_name(cell)) for cell in fields}
    if not here >= PRICES_ALONE:
        return None
    if not all(symbols) or any(_NUMBER.fullmatch(cell) and "." in cell for cell in symbols):
        return None
    pairs = tuple(
        (TWO_LEVEL.get(plain_name(field), ""), symbol)
        for field, symbol in zip(fields, symbols, strict=True)
    )
    used = [pair for pair in pairs if pair[0]]
    whole = {symbol for _, symbol in used if {(name, symbol) for name in PRICES_ALONE} <= {*used}}
    if len(set(used)) < len(used) or not whole:
        return None  # a table has all prices of a symbol, a row of numbers that looks so has not
    third = lines[2] if len(lines) > 2 else None
    blank = third is not None and not any(third.cells[1:])
    last = third.number if third is not None and blank else lines[1].number
    names = tuple(dict.fromkeys(field for field, _ in used))
    return CsvLayout(("symbol", "date", *names), lines[0].delimiter, last, (None, *pairs))


def csv_problem(error: csv.Error) -> str:
    """Say what is wrong, without advice for programmers."""
    return f"cannot be read as CSV: {sentence(error).partition(' - ')[0]}"
