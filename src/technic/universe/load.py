"""Read listings from the files that people have.

A universe file is CSV or Parquet with a header; its columns go by their usual names in any case.
The symbol directories of Nasdaq Trader (``nasdaqlisted.txt``, ``otherlisted.txt``) are such files
too. Symbols become canonical; two rows for one symbol are an error unless they are the same, or of
different days in a column ``as_of`` or ``date``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from technic.errors import InputFileError
from technic.tables.cell_text import bare_cell
from technic.tables.column_names import UNIVERSE
from technic.tables.day_column import days_of_some
from technic.tables.file_options import FileOptions
from technic.tables.table_file import MISSING, TableFile, plain_name
from technic.typing import BoolArray, DateArray, FloatArray
from technic.universe.listing_status import delisting_days, gone_by
from technic.universe.listings import TEXT_COLUMNS, Universe
from technic.universe.market_cap_column import market_caps
from technic.universe.symbols import Convention, canonical, parse_symbols, without_exchange
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["MAX_SYMBOL_LENGTH", "exchange_name", "listing_days", "load_universe"]

logger = logging.getLogger(__name__)

EXCHANGES = {
    "NYSE": ("n", "xnys", "newyorkstockexchange", "newyorkstockexchangeinc", "nyseq", "nyq"),
    "NASDAQ": ("q", "xnas", "nasdaqgs", "nasdaqgm", "nasdaqcm", "nasdaqglobalselect", "nms", "ngm",
               "ncm", "xngs", "xnms", "xncm"),
    "AMEX": ("a", "xase", "nyseamerican", "nysemkt", "nysemktllc", "ase"),
    "ARCA": ("p", "arcx", "nysearca", "pcx"),
    "BATS": ("z", "bats", "cboe", "cboebzx", "batszexchange", "bzx", "cboebzxformerlyknownasbats"),
    "IEX": ("v", "iexg"),
    "CHX": ("m", "xchi", "nysechicago", "chicagostockexchange", "nysetexas"),
}  # fmt: skip
_EXCHANGE_OF = {spelling: name for name, spellings in EXCHANGES.items() for spelling in spellings}

MAX_SYMBOL_LENGTH = 24
_MISSING = frozenset(MISSING)
_DASHES = ("-", "--", "\u2013", "\u2014")
"""What funds' holdings have for cash and other rows without one."""
_YES = ("y", "yes", "true", "t", "1")
_NOT_TEXT = ("market_cap", "as_of", "status", "is_delisted", "delisted_on", "is_test", "is_etf")


def load_universe(
    path: str | Path, day: np.datetime64 | None = None, options: FileOptions | None = None
) -> Universe:
    """Return the listings in a CSV or Parquet file; ``source`` is the file's name.

    Only a symbol column is needed. Of a file with a column of days the latest row of each symbol is
    taken that is not after ``day`` (None: the latest); where it has none, its first row, of which
    the market cap is unknown then unless the whole file is of later days. ``Universe.day`` is the
    latest day taken, for a file without such a column the day on which it was last written. Rows
    of what was delisted by ``day``, and those without a symbol (cash, totals), are left out, and
    said. Raises InputFileError, with row and column where there is one, for a file that is no
    table, a column of symbols that are none, two different rows for one symbol and day, what is no
    day, and a market cap that is no amount.
    """
    import pandas as pd

    file = TableFile.open(Path(path), options)
    found = _columns(file)
    table = file.read(found)
    if not len(table):
        raise InputFileError(str(path), "has a header but no rows")
    texts = {
        name: _texts(file, found[name], table[name], frozenset() if "symbol" in name else _MISSING)
        for name in found
        if name not in _NOT_TEXT
    }
    symbols, nameless = _symbols(file, found["symbol"], texts["symbol"], texts.get("nasdaq_symbol"))
    columns: dict[str, NDArray[np.object_] | FloatArray] = {"symbol": symbols}
    columns |= {name: texts[name] for name in TEXT_COLUMNS if name in texts}
    if "exchange" in columns:
        columns["exchange"] = np.array(
            [exchange_name(text) for text in columns["exchange"]], object
        )
    elif "market_category" in texts:
        columns["exchange"] = np.full(len(table), "NASDAQ", dtype=object)
    flags = {name: _flags(table[name]) for name in found if name in ("is_test", "is_etf")}
    if "type" not in columns and flags:
        columns["type"] = _directory_types(len(table), flags)
    if "market_cap" in found:
        columns["market_cap"] = market_caps(
            file, found["market_cap"], table["market_cap"], file.options.market_cap_unit
        )
    listed = _listed(file, nameless, gone_by(file, found, table, day), day)
    frame = pd.DataFrame(columns)[listed]
    if "as_of" in found:
        days = days_of_some(file, found["as_of"], table["as_of"], ~nameless)
        frame, of_day = _known_on(frame, days[listed], day)
    else:
        of_day = np.datetime64(int(file.path.stat().st_mtime), "s").astype("datetime64[D]")
    return Universe(_each_once(file, frame), Path(path).name, of_day)


def listing_days(path: str | Path, options: FileOptions | None = None) -> DateArray:
    """Return the days, ascending, on which what ``load_universe`` answers may change.

    Those of its column of days and those of delisting; between two of them it is the same.
    """
    file = TableFile.open(Path(path), options)
    wanted = ("symbol", "as_of", "delisted_on")
    found = {name: at for name, at in _columns(file).items() if name in wanted}
    days = [np.empty(0, "datetime64[D]")]
    table = file.read(found) if len(found) > 1 else None
    if table is not None and "as_of" in found:
        named = ~_nameless(_texts(file, found["symbol"], table["symbol"]))
        days.append(days_of_some(file, found["as_of"], table["as_of"], named)[named])
    if table is not None and "delisted_on" in found:
        days.append(delisting_days(file, found["delisted_on"], table))
    return np.unique(np.concatenate(days))


def _columns(file: TableFile) -> dict[str, str]:
    """Match the file's columns; a list without a header is named as what it is."""
    try:
        found = file.match(UNIVERSE, required=("symbol",))
    except InputFileError:
        if not _is_list(file):
            raise
        what = f"has no line of column names, its first is {file.header[0]!r}"
        hint = "--watchlist reads a list of symbols; --universe a table with a column Symbol"
        raise InputFileError(str(file.path), what, hint=hint) from None
    if found.get("nasdaq_symbol") == found["symbol"]:
        del found["nasdaq_symbol"]
    return found


def _is_list(file: TableFile) -> bool:
    """Tell symbols in lines, or all on one, from a table."""
    symbols = parse_symbols(name.removeprefix("$") for name in file.header)
    if file.format != "csv" or not symbols or not all(text.isupper() for text in symbols):
        return False
    return len(file.header) == 1 or not len(file.read({"symbol": file.header[0]}))


def _listed(
    file: TableFile, nameless: BoolArray, gone: BoolArray, day: np.datetime64 | None
) -> BoolArray:
    """Return which rows are of listings; the others are counted in one line."""
    out = gone | nameless
    if out.all():
        raise file.error(
            f"lists no symbol: {count_of(len(out), 'row')}, each delisted or without one"
        )
    if out.any():
        by = "" if day is None else f" by {day}"
        counts = (int((gone & ~nameless).sum()), int(nameless.sum()))
        parts = zip(counts, (f"delisted{by}", "without a symbol"), strict=True)
        why = ", ".join(f"{count} {what}" for count, what in parts if count)
        logger.warning("%s: left out %d of %d rows: %s", file.path, out.sum(), len(out), why)
    return ~out


def _known_on(
    frame: pd.DataFrame, days: DateArray, day: np.datetime64 | None
) -> tuple[pd.DataFrame, np.datetime64]:
    """Return each symbol's rows as they were known on ``day``, and the latest of their days.

    Rows keep their numbers in the file. A market cap of a later day is not known on it, unless the
    whole file is of later days: then there is no other.
    """
    import pandas as pd

    past = days <= (days.max() if day is None else day)
    last = pd.Series(days[past]).groupby(frame["symbol"].to_numpy(object)[past]).max()
    first = pd.Series(days).groupby(frame["symbol"].to_numpy(object)).min()
    chosen = frame["symbol"].map(last.combine_first(first)).to_numpy("datetime64[D]") == days
    taken = frame[chosen].copy()
    own = days[chosen]
    if past.any():
        if "market_cap" in taken.columns:
            taken.loc[~past[chosen], "market_cap"] = np.nan
        own = days[chosen & past]
    return taken, own.max()


@lru_cache(maxsize=256)
def exchange_name(text: str | None) -> str | None:
    """Return the usual name of an exchange that is given by name, MIC or code; others stay."""
    if text is None:
        return None
    plain = "".join(letter for letter in text.lower() if letter.isalnum())
    return _EXCHANGE_OF.get(plain, text.upper() if plain in ("nyse", "nasdaq", "amex") else text)


def _texts(
    file: TableFile, column: str, values: pa.ChunkedArray, missing: Collection[str] = frozenset()
) -> NDArray[np.object_]:
    """Return stripped text, "" where there is none; a column that is not text is an error.

    ``missing``: words that mean none; not for symbols, for NA is a ticker.
    """
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
            or pa.types.is_string_view(kind)):  # fmt: skip
        raise file.error(f"holds {kind}, not text", column=column)
    return _stripped(values, missing)


def _stripped(
    values: pa.ChunkedArray, missing: Collection[str] = frozenset()
) -> NDArray[np.object_]:
    texts = np.empty(len(values), dtype=object)
    stripped = (bare_cell(text or "") for text in values.to_pylist())
    texts[:] = ["" if text in missing else text for text in stripped]
    return texts


def _symbols(
    file: TableFile,
    column: str,
    texts: NDArray[np.object_],
    nasdaq: NDArray[np.object_] | None = None,
) -> tuple[NDArray[np.object_], BoolArray]:
    """Return canonical symbols, and which rows have none: cash, totals, footers.

    ``nasdaq``: a directory's other spelling, which is unambiguous. InputFileError where half of the
    rows or more hold what is no symbol, a dash apart.
    """
    convention: Convention | None = "nasdaq" if plain_name(column) == "nasdaqsymbol" else None
    none = _nameless(texts)
    strange = none & np.array([text not in _DASHES for text in texts], np.bool_)
    if 2 * strange.sum() >= len(none):
        index = int(np.flatnonzero(strange)[0])
        text = texts[index]
        what = f"{text[:MAX_SYMBOL_LENGTH]!r} is no symbol" if text else "has no symbol"
        raise file.error(what, index, column)
    symbols = np.empty(len(texts), dtype=object)
    for index, text in enumerate(texts):
        better = nasdaq[index] if nasdaq is not None else ""
        if none[index]:
            symbols[index] = ""
        elif better:
            symbols[index] = canonical(better, "nasdaq")
        else:
            symbols[index] = canonical(without_exchange(text), convention)
    return symbols, none


def _nameless(texts: NDArray[np.object_]) -> BoolArray:
    """Return which texts can be no symbols."""
    return np.array([not _may_be_symbol(text) for text in texts], np.bool_)


def _may_be_symbol(text: str) -> bool:
    known = text and text not in _DASHES
    return bool(known) and len(text) <= MAX_SYMBOL_LENGTH and text.isprintable()


def _flags(values: pa.ChunkedArray) -> BoolArray:
    """Return where a flag is set: Y, true, 1."""
    texts = _stripped(values.cast(pa.string()))
    return np.array([text.lower() in _YES for text in texts], np.bool_)


def _directory_types(size: int, flags: Mapping[str, BoolArray]) -> NDArray[np.object_]:
    """Return what the flags of a symbol directory say; None where they say nothing."""
    types = np.full(size, None, dtype=object)
    for name, what in (("is_etf", "etf"), ("is_test", "test_issue")):
        if name in flags:
            types[flags[name]] = what
    return types


def _each_once(file: TableFile, frame: pd.DataFrame) -> pd.DataFrame:
    """Drop rows that repeat another one; two different rows for a symbol are an error."""
    if not frame["symbol"].duplicated().any():
        return frame
    distinct = frame.drop_duplicates()
    twice = distinct["symbol"].duplicated().to_numpy()
    if twice.any():
        symbol = distinct["symbol"].to_numpy(object)[twice][0]
        rows = distinct.index[distinct["symbol"] == symbol]
        raise file.error(
            f"{symbol} has another row, {file.line_of(int(rows[0]))}, that says something else",
            int(rows[1]),
            hint="keep one row for each symbol, or add a column as_of with the day of each",
        )
    logger.warning("%s: left out %d rows that repeat one", file.path, len(frame) - len(distinct))
    return distinct
