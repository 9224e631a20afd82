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

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
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
    names = _Names.of(universe)
    symbols = universe.symbols
    settle = _Settler(code, basis)
    settle.values(_from_type_column(universe.text("type")), "type")
    settle.mask("test_issue", _is_test_symbol(symbols, universe.text("company")), "suffix")
    is_note = names.match(r"(?i)\b(?:notes|debentures?)\b")
    settle.values(_from_suffix(symbols, is_note), "suffix")
    of_fund_exchange = _on_fund_exchange(universe)
    settle.mask("etf", of_fund_exchange & names.match(f"(?i){FUND_WORD}"), "name")
    for name, pattern, exception in NAMED:
        hits = names.match(f"(?i){pattern}")
        if exception and hits.any():
            hits &= ~names.match(f"(?i){exception}")
        settle.mask(name, hits, "name")
    named = np.array([name is not None for name in universe.text("company")], np.bool_)
    no_company = named & ~names.match(f"(?i){COMPANY}")
    settle.mask("etf", of_fund_exchange & no_company, "exchange")
    silent = ~names.match(f"(?i){SAYS_SHARE}")
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


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of ``count`` listings, None where none has one: that needs nothing of Arrow's."""

    texts: pa.Array | None
    count: int

    @classmethod
    def of(cls, universe: Universe) -> _Names:
        if not universe.has("company"):
            return cls(None, len(universe))
        import pyarrow.compute as pc

        companies = from_texts(universe.text("company").tolist())
        shortened = pc.replace_substring_regex(companies, _CLOSED_END, " - closed-end")
        return cls(shortened, len(universe))

    def match(self, pattern: str) -> BoolArray:
        """Tell which names contain ``pattern``; one that is missing contains nothing."""
        if self.texts is None:
            return np.zeros(self.count, np.bool_)
        import pyarrow.compute as pc

        return to_mask(pc.match_substring_regex(self.texts, pattern))


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


def _is_test_symbol(symbols: Sequence[str], names: NDArray[np.object_]) -> BoolArray:
    test = re.compile(TEST_SYMBOL)
    hits = [
        test.search(symbol) is not None or (symbol in TEST_NAMESAKES and not name)
        for symbol, name in zip(symbols, names.tolist(), strict=True)
    ]
    return np.array(hits, dtype=np.bool_)


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
