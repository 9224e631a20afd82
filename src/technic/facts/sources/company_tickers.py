"""SEC's list of companies and their tickers of today: which company a symbol is of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from technic.data_engine.interfaces.ceilings import MAX_ROWS_A_PAGE
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources.lists import read_list
from technic.text.outside import LABEL, clean, could_be_symbol
from technic.universe.symbols import canonical
from technic.wording.counts import count_of

__all__ = ["CompanyTickers", "read_company_tickers"]

FIELDS = ("cik", "name", "ticker", "exchange")
LARGEST_CIK = 10**10 - 1
"""It is written with ten digits."""


_Row = list[int | str | None]
_read_rows = msgspec.json.Decoder(list[_Row]).decode


class _Table(msgspec.Struct):
    fields: list[str]
    data: msgspec.Raw


@dataclass(frozen=True, slots=True)
class CompanyTickers:
    """Companies by symbol; the first symbol of a company is the one that SEC names first."""

    cik: Mapping[str, int]
    name: Mapping[int, str]
    symbol: Mapping[int, str]

    def flat(self, others: Iterable[str] = ()) -> dict[str, str]:
        """Symbols by how they are written without separators (``BRKB``), where that is unique.

        A symbol that is written so itself wins over one that only looks so without its dot.
        """
        found: dict[str, str] = {}
        for symbol in sorted({*self.cik, *others}):
            bare = "".join(letter for letter in symbol if letter.isalnum())
            if bare != symbol:
                found[bare] = "" if bare in found else symbol
        found |= {symbol: symbol for symbol in (*self.cik, *others) if symbol.isalnum()}
        return {bare: symbol for bare, symbol in found.items() if symbol}


def read_company_tickers(body: bytes) -> CompanyTickers:
    """Read ``company_tickers_exchange.json``; BadAnswerError for what is none.

    Rows without a ticker, and those whose ticker could be no symbol, are no news to a scan: they
    are left out, as are rows of another length and those that are none.
    """
    try:
        table = msgspec.json.decode(body, type=_Table)
        rows = read_list(table.data, _read_rows, _Row)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(f"not the JSON expected: {error}") from error
    missing = [name for name in FIELDS if name not in table.fields]
    if missing:
        raise BadAnswerError(f"the list of companies has no field {missing[0]!r}")
    if not 0 < len(rows) <= MAX_ROWS_A_PAGE or not any(rows):
        raise BadAnswerError(
            f"the list of companies has {count_of(len(rows), 'row')}, of which "
            f"{sum(map(bool, rows))} can be read"
        )
    at_cik, at_name, at_ticker = (table.fields.index(name) for name in FIELDS[:3])
    ciks: dict[str, int] = {}
    names: dict[int, str] = {}
    symbols: dict[int, str] = {}
    for row in rows:
        if row is None or len(row) != len(table.fields):
            continue
        cik, ticker = row[at_cik], row[at_ticker]
        if not isinstance(cik, int) or not 0 < cik <= LARGEST_CIK:
            continue
        names.setdefault(cik, clean(str(row[at_name] or ""), LABEL))
        if isinstance(ticker, str) and could_be_symbol(ticker.strip()):
            symbol = canonical(ticker, "yahoo")
            ciks.setdefault(symbol, cik)
            symbols.setdefault(cik, symbol)
    return CompanyTickers(ciks, names, symbols)
