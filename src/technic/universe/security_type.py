"""What kind of security a listing is: by its type column, its suffix, or its name.

Listings rarely carry a type, so it is read off, in this order:

1. the ``type`` column, where it says more than "stock";
2. the suffix of the canonical symbol (``BACpL``, ``AACT.WS``), which is certain;
3. the words of the name ("... Warrant", "Depositary Shares each representing ...");
4. the exchange: what NYSE Arca and Cboe list without calling it a company's stock is a fund;
5. the fifth letter of a Nasdaq symbol (``AACIW``), only where the name has no word for the
   security: that letter is a hint, and names such as CRESY or BELFB show how it fails.

What none of these says is a common share. One-letter symbols are ordinary stocks, and so are
business development companies, whatever an exchange calls them. A fund that is taken for a company
costs a request; a company that is taken for a fund is lost: where a name can be read both ways, it
is a company.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.tables.arrow_arrays import from_texts, to_mask
from technic.typing import BoolArray
from technic.universe.listings import Universe
from technic.universe.security_words import (
    COMPANY,
    FIFTH_LETTER,
    FIVE_LETTER_SHARES,
    FUND_WORD,
    NAMED,
    SAYS_SHARE,
    TEST_NAMESAKES,
    TEST_SYMBOL,
    TYPE_OF,
)
from technic.universe.symbols import parse

__all__ = ["TYPES", "SecurityTypes", "security_types"]

TYPES = (
    "common",
    "adr",
    "preferred",
    "warrant",
    "unit",
    "right",
    "note",
    "etf",
    "etn",
    "closed_end_fund",
    "test_issue",
    "other",
)
_FUND_EXCHANGES = ("ARCA", "BATS")
_CLOSED_END = r"(?i)\s*-\s*closed.end (?:fund|trust)\s*$"


@dataclass(frozen=True, slots=True)
class SecurityTypes:
    """``code``: one of ``TYPES`` for each listing; ``basis``: what it was read off.

    Both are object arrays ``(n,)``; a basis is ``type``, ``suffix``, ``name``, ``exchange``,
    ``fifth letter``, or ``default`` for what nothing speaks against being a common share.
    """

    code: NDArray[np.object_]
    basis: NDArray[np.object_]


def security_types(universe: Universe) -> SecurityTypes:
    """Return what each listing is; a listing's answer does not depend on the other listings."""
    count = len(universe)
    code, basis = np.full(count, None, dtype=object), np.full(count, "default", dtype=object)
    companies = from_texts(universe.text("company").tolist())
    names = pc.replace_substring_regex(companies, _CLOSED_END, " - closed-end")
    symbols = universe.symbols
    settle = _Settler(code, basis)
    settle.values(_from_type_column(universe.text("type")), "type")
    settle.mask("test_issue", _is_test_symbol(symbols, names), "suffix")
    is_note = _matches(names, r"(?i)\b(?:notes|debentures?)\b")
    settle.values(_from_suffix(symbols, is_note), "suffix")
    of_fund_exchange = _on_fund_exchange(universe)
    settle.mask("etf", of_fund_exchange & _matches(names, f"(?i){FUND_WORD}"), "name")
    for name, pattern, exception in NAMED:
        hits = _matches(names, f"(?i){pattern}")
        if exception and hits.any():
            hits &= ~_matches(names, f"(?i){exception}")
        settle.mask(name, hits, "name")
    nameless = to_mask(pc.is_null(names))
    no_company = ~nameless & ~_matches(names, f"(?i){COMPANY}")
    settle.mask("etf", of_fund_exchange & no_company, "exchange")
    silent = ~_matches(names, f"(?i){SAYS_SHARE}")
    settle.values(_from_fifth_letter(universe, silent), "fifth letter")
    code[code == None] = "common"  # noqa: E711  (element by element)
    return SecurityTypes(code, basis)


@dataclass(frozen=True, slots=True)
class _Settler:
    """Writes a code where none is settled yet."""

    code: NDArray[np.object_]
    basis: NDArray[np.object_]

    def values(self, codes: Sequence[str | None], basis: str) -> None:
        for row, found in enumerate(codes):
            if found is not None and self.code[row] is None:
                self.code[row], self.basis[row] = found, basis

    def mask(self, name: str, hits: BoolArray, basis: str) -> None:
        rows = [row for row in np.flatnonzero(hits) if self.code[row] is None]
        self.code[rows], self.basis[rows] = name, basis


def _matches(texts: pa.Array, pattern: str) -> BoolArray:
    """Tell which texts contain ``pattern``; a missing text contains nothing."""
    return to_mask(pc.match_substring_regex(texts, pattern))


def _from_type_column(written: NDArray[np.object_]) -> list[str | None]:
    known: dict[str | None, str | None] = {None: None}
    for text in set(written) - {None}:
        known[text] = TYPE_OF.get("".join(letter for letter in text.lower() if letter.isalnum()))
    return [known[text] for text in written]


def _from_suffix(symbols: Sequence[str], is_note: BoolArray) -> list[str | None]:
    """Exchanges list some notes under preferred suffixes; their name says so."""
    codes: list[str | None] = []
    for row, symbol in enumerate(symbols):
        kind = None if symbol.isalnum() and symbol.isupper() else _suffix_kind(symbol)
        codes.append("note" if kind == "preferred" and is_note[row] else kind)
    return codes


def _is_test_symbol(symbols: Sequence[str], names: pa.Array) -> BoolArray:
    hits = _matches(from_texts(symbols), TEST_SYMBOL)
    namesake = [
        symbol in TEST_NAMESAKES and not name
        for symbol, name in zip(symbols, names.to_pylist(), strict=True)
    ]
    return hits | np.array(namesake, dtype=np.bool_)


def _on_fund_exchange(universe: Universe) -> BoolArray:
    """Tell what is listed where funds are, by a source that does not call it a stock."""
    pairs = zip(universe.text("exchange"), universe.text("type"), strict=True)
    return np.array(
        [exchange in _FUND_EXCHANGES and kind is None for exchange, kind in pairs], dtype=np.bool_
    )


def _from_fifth_letter(universe: Universe, silent: BoolArray) -> list[str | None]:
    exchanges = universe.text("exchange")
    return [
        FIFTH_LETTER.get(symbol[-1])
        if len(symbol) == 5
        and silent[row]
        and exchanges[row] in (None, "NASDAQ")
        and symbol not in FIVE_LETTER_SHARES
        else None
        for row, symbol in enumerate(universe.symbols)
    ]


def _suffix_kind(symbol: str) -> str | None:
    try:
        kind = parse(symbol).kind
    except ParameterError:
        return None
    return None if kind == "share" else kind
