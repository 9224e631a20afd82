"""Read watchlists: lists of symbols as people keep, export and paste them.

A list has its symbols in lines or parted by commas, semicolons, tabs or blanks, as ``AAPL``,
``$AAPL`` or ``NASDAQ:AAPL``; what follows a ``#`` is a comment, ``###NAME`` a section of a
TradingView watchlist. A table is told by a column called Symbol or Ticker, wherever it stands and
whatever stands above and below it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from technic.errors import InputFileError
from technic.tables.file_options import FileOptions
from technic.tables.table_file import MISSING, plain_name
from technic.tables.text_file import read_lines
from technic.universe.listing_columns import MAX_SYMBOL_LENGTH
from technic.universe.load import load_universe
from technic.universe.symbols import parse_symbols

__all__ = ["load_symbols"]

MAX_PREAMBLE = 60
"""Lines in which the names of a table's columns are looked for."""
DELIMITERS = ",;\t|"
_HEADER_WORDS = frozenset({"symbol", "symbols", "ticker", "tickers", "tickersymbol", "stocksymbol"})
"""What a column of symbols is called in a table; words that are symbols too do not tell one."""
_NO_SYMBOL = frozenset(text for text in MISSING if not text.isalpha()) | {"Symbol", "Ticker"}
"""What stands where no symbol is; words such as NA, nan and ND are tickers."""
_ALSO_HEADERS = frozenset({"stock", "stocks", "instrument", "code", "security"})
"""The same, where the line holds other words that are no symbols."""
_NO_POSITION = re.compile(r"(?i)(?:account |grand )totals?|cash (?:&|and) .*|pending activity")
"""What brokers write in a column of symbols for what is none."""
_OF_TWS = re.compile(r"(?:DES|SYM),([^,]+),.*")
"""A line of a watchlist of Interactive Brokers."""
_SECTION = re.compile(r"###[^,;\t]*")
LONGEST_NAME = 200
"""Characters of a cell that may be a company's name and its symbol; it is looked through twice."""
_NUMBERED_ROW = re.compile(r"\d+[.)]?")
_NUMBERED = re.compile(r"\d+[.)]|[-*•]")
_NAMED = re.compile(r"[^(]*[a-z.][^(]*\((?:[A-Za-z ]+:\s*)?([A-Z][A-Z0-9.^/-]*)\)")
"""A company's name and its symbol: ``Apple Inc. (AAPL)``, ``Apple (NASDAQ: AAPL)``."""
_COMPANY = re.compile(r"(?=.*[a-z])[A-Z][\w.&',-]+(?: .*)?")
"""A cell that is a name: a capital, then small letters."""
_OF_THE_US = re.compile(r"(?i)\s+US(?:\s+Equity)?$")
_SYMBOL = re.compile(
    r"(?:[A-Za-z_]+:)?\$?[A-Z0-9^][A-Z0-9]*(?:[-.^/$+=#pwr][A-Zp.w]*)?\*?|\d+[.)]|[-*•]"
)
_CMS = re.compile(r"[A-Z][A-Z0-9]* (?:[AB]|PR[A-Z]?(?:WI)?|WS[A-Z]?|RT)")
"""A symbol with a blank in it, as the tape writes it: ``BRK B``, ``BAC PRL``."""


def load_symbols(path: str | Path, options: FileOptions | None = None) -> tuple[str, ...]:
    """Return the symbols of a watchlist, canonical, each once, in the order of the file.

    Raises InputFileError, with the row, for a file that is no text, a symbol that is none, and a
    file that names no symbol.
    """
    path = Path(path)
    if path.suffix.lower() in (".parquet", ".pq"):
        return load_universe(path, options=options).symbols
    lines = read_lines(path)
    mapped = (options or FileOptions()).columns.get("symbol")
    header = _header(lines, _HEADER_WORDS if mapped is None else {plain_name(mapped)})
    texts = _listed(path, lines) if header is None else _column(path, lines, *header)
    symbols = parse_symbols(texts)
    if not symbols:
        raise InputFileError(
            str(path), "names no symbol", hint="one symbol a line, or a table with a column Symbol"
        )
    return symbols


def _header(lines: Sequence[str], words: Collection[str]) -> tuple[int, int, str] | None:
    """Return the line that names a column of symbols, its place in it, and the delimiter."""
    for number, line in enumerate(lines[:MAX_PREAMBLE]):
        delimiter = max(DELIMITERS, key=line.count)
        names = [plain_name(cell) for cell in _cells(line, delimiter)]
        place = next((at for at, name in enumerate(names) if name in words), None)
        if place is None and len(names) > 1 and not line.isupper():
            place = next((at for at, name in enumerate(names) if name in _ALSO_HEADERS), None)
        if place is not None:
            return number, place, delimiter
    return None


def _column(
    path: Path, lines: Sequence[str], header: int, place: int, delimiter: str
) -> Iterator[str]:
    """Yield the symbols of a table; lines that have no such cell are remarks or totals."""
    width = len(_cells(lines[header], delimiter))
    for row, line in enumerate(lines[header + 1 :], header + 2):
        cells = _cells(line, delimiter)
        if place >= len(cells) or (width > 1 and len(cells) == 1):
            continue
        text = _bare(cells[place])
        if text not in _NO_SYMBOL and not _NO_POSITION.fullmatch(text):
            yield _checked(path, text, row)


def _listed(path: Path, lines: Sequence[str]) -> list[str]:
    """Return the symbols of a list; blanks part them but in a list of the tape's symbols."""
    of_tws = [_OF_TWS.fullmatch(line.strip()) for line in lines if line.strip()]
    if all(of_tws):
        return [
            _checked(path, _bare(match[1]), row) for row, match in enumerate(of_tws, 1) if match
        ]
    table = _beside_names(lines)
    if table is not None:
        place, delimiter = table
        return list(_column(path, lines, -1, place, delimiter))
    cells = [
        (row, cell)
        for row, line in enumerate(lines, 1)
        for text in re.split(r"[,;\t|]", _SECTION.sub("", line).partition("#")[0])
        if (cell := _bare(re.sub(r":\s+", ":", text)))
    ]
    of_the_tape = all(" " not in cell or _CMS.fullmatch(cell) for _, cell in cells)
    words = (
        (row, word)
        for row, cell in cells
        for word in ([cell] if of_the_tape or not _are_symbols(cell) else map(_bare, cell.split()))
    )
    return [
        _checked(path, word, row)
        for row, word in words
        if word not in _NO_SYMBOL and not _NUMBERED.fullmatch(word)
    ]


def _beside_names(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return the column of symbols, and the delimiter, of a table without a line of names.

    It is told by a column in which companies' names stand, so that none of these is a symbol.
    """
    filled = [line for line in lines if line.strip()]
    delimiter = max(DELIMITERS, key="".join(filled).count)
    cells = [_cells(line, delimiter) for line in filled]
    if len(cells) < 2 or len(cells[0]) < 2 or len({len(row) for row in cells}) > 1:
        return None
    rows = [[*map(_bare, row)] for row in cells]
    columns = [*zip(*rows, strict=True)]
    if not any(2 * sum(map(bool, map(_COMPANY.fullmatch, one))) > len(rows) for one in columns):
        return None
    distinct = (
        at for at, one in enumerate(columns)
        if all(map(_SYMBOL.fullmatch, one)) and len({*one}) == len(one)
        and not all(map(_NUMBERED_ROW.fullmatch, one))
    )  # fmt: skip
    place = next(distinct, None)
    return None if place is None else (place, delimiter)


def _are_symbols(cell: str) -> bool:
    """Tell symbols parted by blanks from a company's name or a sentence."""
    capitals = all(_SYMBOL.fullmatch(word) for word in cell.split())
    return capitals or (cell.islower() and len(cell) <= MAX_SYMBOL_LENGTH)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _bare(text: str) -> str:
    """Return a symbol without quotes, brackets, a cashtag's dollar and marks of footnotes.

    That of ``Apple Inc. (AAPL)`` stands behind the name.
    """
    if len(text) <= LONGEST_NAME and (named := _NAMED.fullmatch(text.strip(" \"'\u00a0"))):
        return named[1]
    text = _OF_THE_US.sub("", text.strip(" \"'()[]\u00a0"))
    return text.removeprefix("$").rstrip("*")


def _checked(path: Path, text: str, row: int) -> str:
    if len(text) > MAX_SYMBOL_LENGTH or not text.isprintable():
        start = text[:MAX_SYMBOL_LENGTH] + "…" * (len(text) > MAX_SYMBOL_LENGTH)
        raise InputFileError(str(path), f"{start!r} is no symbol", row)
    return text
