"""What kind of security a listing is: by its type column, its suffix, or its name.

Listings rarely carry a type, so it is read off, in this order:

1. the ``type`` column, where it says more than "stock";
2. the suffix of the canonical symbol (``BACpL``, ``AACT.WS``), which is certain;
3. the words of the name ("... Warrant", "Depositary Shares each representing ...");
4. the fifth letter of a Nasdaq symbol (``AACIW``), only where the name has no word for the
   security: that letter is a hint, and names such as CRESY or BELFB show how it fails.

What none of these says is a common share. One-letter symbols are ordinary stocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.typing import BoolArray
from technic.universe.listings import Universe
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

# What sources write in a type column, without case and punctuation. Words that sources use for
# anything listed ("stock", "equity") are not here: they say nothing.
_WRITTEN = {
    "common": "cs commonstock common commonshare commonshares os ordinaryshare ordinaryshares nyrs "
              "reit mlp limitedpartnership royaltytrust trackingstock",
    "adr": "adr adrc ads gdr americandepositaryreceipt americandepositaryshares depositaryreceipt",
    "preferred": "pfd preferred preferredstock preferredshare preferredshares preference adrp",
    "warrant": "warrant warrants wrt adrw",
    "unit": "unit units",
    "right": "right rights adrr",
    "note": "note notes bond bonds debt debenture structuredproduct sp eqlk",
    "etf": "etf etfs etp etv ets exchangetradedfund",
    "etn": "etn etns exchangetradednote",
    "closed_end_fund": "fund cef closedendfund mutualfund closedend",
    "test_issue": "testissue test",
    "other": "other index basket lt agen",
}  # fmt: skip
_TYPE_OF = {word: code for code, words in _WRITTEN.items() for word in words.split()}

_COMMON = r"(?:common|ordinary|capital) (?:stock|share)"
_PREFERRED = (
    r"\b(?:prefer+ed|preference|pfd)\s+(?:stock|share|securit|unit|series|class|limited|ser\b)"
    r"|\b(?:preferred|pfd)[.\s]*$|\b(?:cumulative|perpetual|redeemable)\b.*\bprefer(?:red|ence)\b"
)
_NOTE = (
    r"\b(?:notes|debentures?|bonds)\b.*\b(?:due|20\d\d)\b|\bnote due\b|\bdebentures?\b|"
    r"\b(?:senior|subordinated|sub|unsecured) notes?\b|\bnotes[.)\s]*$|"
    r"\bstrats\b|\bcorts\b|asset-backed|\bcorp\w* backed tr"
)
_RIGHT = (
    r"\brights?[.)\s]*$|\brights? (?:to (?:receive|acquire|purchase)|exp)|"
    r"contingent value rights?|subscription rights?"
)
_FUND_HOUSE = (
    r"abrdn|aberdeen|allspring|blackrock|calamos|cohen & steers|dws|doubleline|eaton vance|"
    r"first trust|franklin|gabelli|gamco|guggenheim|invesco|john hancock|kayne anderson|mfs|"
    r"neuberger|nuveen|pgim|pimco|pioneer|putnam|royce|templeton|virtus|voya|western asset"
)
_FUND = (
    r"\bfunds?\b|\bmuni\w*\b.*\b(?:trust|portfolio|inc)\b|"
    rf"\b(?:{_FUND_HOUSE})\b.*\b(?:trust|term|portfolio|beneficial)\b|"
    r"\b(?:alternative income|income term|term) trust\b"
)

# (code, pattern, pattern that rules it out); the first that applies wins.
_NAMED: tuple[tuple[str, str, str | None], ...] = (
    ("test_issue", r"\btest (?:issue|stock|security|symbol|one|two)\b", None),
    ("etn", r"\betns?\b|exchange.traded notes?\b", None),
    ("etf", r"\betfs?\b|exchange.traded (?:fund|product)|physical \w+ (?:\w+ )?trust\b", None),
    ("unit", r"\bunits?\b.*\b(?:consist|compris|warrant|one share)", r"american deposit"),
    ("warrant", r"\bwarr+ants?\b|\badw\b", None),
    ("right", _RIGHT, r"purchase rights?[.)\s]*$|american deposit"),
    (
        "adr",
        r"american deposit[ao]ry|global deposit[ao]ry|\bad[rs]s?[.)\s]*(?:$|\(|each|repr)",
        None,
    ),
    ("note", _NOTE, _COMMON),
    ("preferred", _PREFERRED, rf"(?:prefer|pfd).*\b{_COMMON}|\bpfd income fund|purchase right"),
    ("preferred", r"\bdeposit[ao]ry (?:share|shs)", None),
    (
        "closed_end_fund",
        _FUND,
        r"mortgage (?:investment )?trust|\bfunds? (?:corp|holdings)|property trust",
    ),
    (
        "unit",
        r"\b(?:sub)?units?\b|\bteus?\b",
        r"common unit|partnership|limited partner|beneficial|royalty|depositary unit|\bl\.?p\b|"
        r"\btrust\b|voting|class [a-c] units",
    ),
)

_SAYS_SHARE = r"\b(?:stock|shares?|ads|adr|interests?|units?)\b|\bclass [a-c]\b"
_TEST_SYMBOL = r"^(?:Z[A-Z]ZZT|[A-Z]TEST(?:\..*)?|ZXYZ(?:\..*)?)$"
_FIFTH_LETTER = {"W": "warrant", "U": "unit", "R": "right"}


@dataclass(frozen=True, slots=True)
class SecurityTypes:
    """``code``: one of ``TYPES`` for each listing; ``basis``: what it was read off.

    Both are object arrays ``(n,)``; a basis is ``type``, ``suffix``, ``name``, ``fifth letter``,
    or ``default`` for what nothing speaks against being a common share.
    """

    code: NDArray[np.object_]
    basis: NDArray[np.object_]


def security_types(universe: Universe) -> SecurityTypes:
    """Return what each listing is; a listing's answer does not depend on the other listings."""
    count = len(universe)
    code, basis = np.full(count, None, dtype=object), np.full(count, "default", dtype=object)
    names = pa.array(universe.text("company"), pa.string())
    symbols = universe.symbols
    settle = _Settler(code, basis)
    settle.values(_from_type_column(universe.text("type")), "type")
    settle.mask("test_issue", _matches(pa.array(symbols, pa.string()), _TEST_SYMBOL), "suffix")
    is_note = _matches(names, r"(?i)\b(?:notes|debentures?)\b")
    settle.values(_from_suffix(symbols, is_note), "suffix")
    for name, pattern, exception in _NAMED:
        hits = _matches(names, f"(?i){pattern}")
        if exception and hits.any():
            hits &= ~_matches(names, f"(?i){exception}")
        settle.mask(name, hits, "name")
    silent = ~_matches(names, f"(?i){_SAYS_SHARE}")
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
    hits = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return np.asarray(hits.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _from_type_column(written: NDArray[np.object_]) -> list[str | None]:
    known: dict[str | None, str | None] = {None: None}
    for text in set(written) - {None}:
        known[text] = _TYPE_OF.get("".join(letter for letter in text.lower() if letter.isalnum()))
    return [known[text] for text in written]


def _from_suffix(symbols: Sequence[str], is_note: BoolArray) -> list[str | None]:
    """Exchanges list some notes under preferred suffixes; their name says so."""
    codes: list[str | None] = []
    for row, symbol in enumerate(symbols):
        kind = None if symbol.isalnum() and symbol.isupper() else _suffix_kind(symbol)
        codes.append("note" if kind == "preferred" and is_note[row] else kind)
    return codes


def _from_fifth_letter(universe: Universe, silent: BoolArray) -> list[str | None]:
    exchanges = universe.text("exchange")
    return [
        _FIFTH_LETTER.get(symbol[-1])
        if len(symbol) == 5 and silent[row] and exchanges[row] in (None, "NASDAQ")
        else None
        for row, symbol in enumerate(universe.symbols)
    ]


def _suffix_kind(symbol: str) -> str | None:
    try:
        kind = parse(symbol).kind
    except ParameterError:
        return None
    return None if kind == "share" else kind
