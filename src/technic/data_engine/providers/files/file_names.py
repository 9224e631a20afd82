"""The symbol after which a file is named.

Names of well-known exports are understood: ``BATS_AAPL, 1D.csv``, ``daily_AAPL``, ``aapl_us_d``,
``AAPL_Daily_202201030000_202403080000``, ``AAPL Historical Data``. In a folder of folders the
folder may be named after the symbol instead (``AAPL/daily.csv``, ``symbol=AAPL/part-0.parquet``).
What is left in a name beside the symbol makes it doubtful.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from technic.data_engine.providers.files.file_paths import ENDINGS, PACKED
from technic.errors import InputFileError
from technic.text.outside import clean
from technic.universe import canonical

__all__ = ["NamedFile", "name_files"]

MAX_PLAIN = 12
"""Letters of a name that may be a symbol without a doubt."""
_BEFORE = frozenset((
    "daily", "adjusted", "time", "series", "historical", "history", "prices", "price", "stock",
    "stocks", "ohlcv", "data", "eod", "wiki", "us", "nasdaq", "nyse", "amex", "arca", "bats",
    "cboe", "otc", "nysearca", "nyseamerican", "iex", "table", "historicalquotes", "macrotrends",
    "download", "xnas", "xnys", "yahoo", "stooq",
))  # fmt: skip
"""Words before a symbol."""
_AFTER = frozenset((
    "daily", "day", "1d", "d", "d1", "1day", "us", "usd", "historical", "history", "data",
    "prices", "price", "stock", "stocks", "quotes", "ohlc", "ohlcv", "eod", "adjusted", "adj",
    "adjsplit", "adjsplitdiv", "unadjusted", "split", "full", "max", "csv", "bars", "1440", "5y",
    "10y", "20y", "1y", "historicaldata", "chart", "export", "nasdaq", "nyse", "yfinance", "yahoo",
    "trades", "last", "price-history", "pricehistory", "quote", "historische", "kurse", "donnees",
    "historiques", "cotizaciones", "historicos", "smart", "equity",
))  # fmt: skip
"""Words behind a symbol; dates and stamps, too."""
_STAMP = re.compile(r"\d{6,}|\d{4}-\d{2}-\d{2}|\d{2}-\d{2}-\d{4}|(?:19|20)\d{2}|to|1")
_PLAIN_FOLDER = re.compile(r"(?i)(?:data|daily|csv|prices?|files?|\d+)")
_COPY = re.compile(r" ?\(\d+\)$")
_GENERIC = frozenset((
    "daily", "data", "prices", "price", "ohlc", "ohlcv", "history", "historical", "bars", "day",
    "days", "1d", "d1", "1day", "eod", "quotes", "adjusted", "raw", "stock", "close",
))  # fmt: skip
"""File names that say what is in the file, not whose it is."""
_PART = re.compile(r"(?i)(?:part|data|chunk|file)?[-_.]?\d+(?:[-_.].*)?|[0-9a-f-]{16,}(?:[-_.].*)?")
_KEYED_DAY = re.compile(r"(?i)(?:date|day|session|trade_?date|dt)=(\d{4}-\d{2}-\d{2}|\d{8})")
_DAYS = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])|(?<!\d)(?:19|20)\d{6}(?!\d)")
_KEYED = re.compile(r"(?i)(?:symbol|ticker|sym|code)=(.+)")
_MT4 = re.compile(r"(?<=[A-Za-z])1440$")
"""The minutes of a day, which MetaTrader 4 puts behind the symbol."""
_EXCHANGE = re.compile(r"(?i)(?:nasdaq|nyse|amex|arca|bats|nysearca|xnas|xnys)-(?=[a-z])")
_TRADINGVIEW = re.compile(r"[A-Z][A-Z0-9]*(?:_DLY)?_([A-Z0-9.!]+), \w+.*")
_BETWEEN = re.compile(
    r"[_,\s\u2013\u2014]+|(?<=[A-Za-z])-(?=\d{4}|\d\d-\d\d-\d{4}$)|(?<=\d{8})-(?=\d{8}$)|\s-\s|\.(?=(?i:last|daily|day|1d|d1|eod)$)"
)
"""What parts the words of a name."""
_NOTHING = frozenset((
    "historicaldata", "historical", "history", "data", "prices", "price", "stock", "stocks",
    "daily", "export", "chart", "table", "ohlc", "ohlcv", "quotes", "eod",
))  # fmt: skip
"""Words that are no symbol where more than one was in a name."""
_LETTERS = re.compile(r"[A-Za-z][A-Za-z0-9]{0,9}(?:[.\-/^$=+][A-Za-z]{1,3}){0,2}|\d{4,6}")


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file's symbol by its name; ``doubtful``: the name holds more than that.

    ``day``: the one day (YYYY-MM-DD) after which the file or a folder ``date=…`` is named, else "".
    """

    symbol: str
    doubtful: bool = False
    day: str = ""


def name_files(
    paths: Sequence[Path], root: Path, symbol_from: re.Pattern[str] | None = None
) -> dict[Path, NamedFile]:
    """Return whose bars each file holds by its name, or by that of its folder.

    ``root``: the folder that was given. ``symbol_from``: what of a name is the symbol, as the user
    says: its group. Raises InputFileError for a name that it does not fit.
    """
    stems = {path: _stem(path) for path in paths}
    same = len(set(stems.values())) == 1 and len({path.parent for path in paths}) > 1
    return {
        path: replace(_named(path, stem, root, same, symbol_from), day=_day_of(path, stem, root))
        for path, stem in stems.items()
    }


def _day_of(path: Path, stem: str, root: Path) -> str:
    """Return the day of ``2024-03-08.csv``, ``NASDAQ_20240308.csv``, ``date=2024-03-08/x.csv``."""
    texts = [_KEYED_DAY.fullmatch(part) for part in path.parts[len(root.parts) :][:-1]]
    found = [match[1] for match in texts if match] or _DAYS.findall(stem)
    digits = {text.replace("-", "") for text in found}
    try:
        return (
            str(dt.datetime.strptime(f"{digits.pop()}Z", "%Y%m%d%z").date())
            if len(digits) == 1
            else ""
        )
    except ValueError:
        return ""


def _named(
    path: Path, stem: str, root: Path, same: bool, symbol_from: re.Pattern[str] | None
) -> NamedFile:
    if symbol_from is not None:
        inside = path.relative_to(root).as_posix() if root in path.parents else path.name
        found = (symbol_from.search(name) for name in (stem, path.name, inside))
        match = next((match for match in found if match), None)
        text = match[1] if match else None
        if not text or not text.strip():
            reason = f"--symbol-from {symbol_from.pattern!r} finds no symbol in its name"
            raise InputFileError(str(path), reason, hint="its one group is the symbol")
        return NamedFile(canonical(text))
    folder = path.parent
    for part in (*path.parts[len(root.parts) :][:-1], stem):
        if keyed := _KEYED.fullmatch(part):
            return NamedFile(canonical(clean(unquote(keyed[1])) or "?"))
    nested = folder != root and root in folder.parents
    generic = stem.lower() in _GENERIC or bool(_PART.fullmatch(stem)) or same
    if nested and generic and not _PLAIN_FOLDER.fullmatch(folder.name):
        return _of_text(folder.name)
    return _of_text(stem)


def _stem(path: Path) -> str:
    """Return a file's name without its endings and a browser's ``(1)``."""
    stem = path.name
    endings = sorted((*ENDINGS, *PACKED), key=len, reverse=True)
    while ending := next((one for one in endings if stem.lower().endswith(one)), ""):
        stem = stem[: -len(ending)]  # an editor may have added its own: AAPL.csv.txt
    return clean(_COPY.sub("", stem).strip()) or clean(path.name) or "?"


def _of_text(text: str) -> NamedFile:
    """Find the symbol in a name."""
    if match := _TRADINGVIEW.fullmatch(text):
        return NamedFile(canonical(match[1]))
    bare = _MT4.sub("", _EXCHANGE.sub("", text, count=1))
    words = [word for word in _BETWEEN.split(bare) if word.strip("-")]
    while len(words) > 1 and (words[0].lower() in _BEFORE or _STAMP.fullmatch(words[0])):
        words.pop(0)
    while len(words) > 1 and _is_behind(words[-1]):
        words.pop()
    if len(words) == 1 and _LETTERS.fullmatch(words[0]) and not _is_noise(text, words[0]):
        return NamedFile(canonical(words[0]))
    plain = len(words) == 1 and _is_plain(text) and text.lower() not in _NOTHING
    return NamedFile(canonical(text), doubtful=not plain)


def _is_behind(word: str) -> bool:
    plain = _without_accents(word.lower())
    return plain in _AFTER or bool(_STAMP.fullmatch(plain))


def _without_accents(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _is_noise(text: str, word: str) -> bool:
    """Tell whether a word that is left of a name says nothing: HistoricalData_17099..."""
    return word.lower() in _NOTHING or (word != text and len(word) > MAX_PLAIN)


def _is_plain(text: str) -> bool:
    return len(text) <= MAX_PLAIN and bool(re.fullmatch(r"[\w.\-^=$+]+", text))
