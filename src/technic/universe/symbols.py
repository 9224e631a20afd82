"""Symbols as different sources write them, and the one form Technic uses.

The canonical form is the CQS symbol, in which case matters: ``BRK.B`` is a class share, ``BACpL``
a preferred, ``AACT.WS`` a warrant, ``AACT.U`` a unit, ``JACSr`` a right, ``Xw`` a when-issued
share. Nasdaq-listed symbols have no separators and are the same everywhere. A convention's table
holds only spellings that are known; where none is, ``format_symbol`` raises instead of guessing.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from technic.errors import ParameterError

__all__ = [
    "CONVENTIONS",
    "Convention",
    "Kind",
    "SymbolParts",
    "canonical",
    "format_symbol",
    "parse",
    "parse_symbols",
    "require_symbol",
    "without_exchange",
]

Kind = Literal["share", "preferred", "warrant", "unit", "right"]
Convention = Literal[
    "cqs", "act", "nasdaq", "cms", "alpaca", "yahoo", "tiingo", "slash", "tradingview"
]
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)

RESERVED_SERIES = frozenset("PRUW")
"""Letters that mean preferred, right, unit and warrant, never a class of shares."""
_ALSO_RESERVED: Mapping[str, frozenset[str]] = {"act": frozenset("V")}
"""And in one convention: V means when issued there; elsewhere MKC.V is a class of shares."""

# Kind -> suffixes; * stands for the series letter, a trailing w in the key for "when issued".
_SUFFIXES: dict[Convention, dict[str, tuple[str, ...]]] = {
    "cqs": {
        "share": ("", ".*"),
        "share w": ("w", ".*w"),
        "preferred": ("p", "p*"),
        "preferred w": ("pw", "p*w"),
        "warrant": (".WS", ".WS.*"),
        "warrant w": (".WSw",),
        "unit": (".U",),
        "right": ("r",),
        "right w": ("rw",),
    },
    "act": {
        "share": ("", ".*"),
        "share w": (".V",),
        "preferred": ("$", "$*"),
        "warrant": (".W",),
        "unit": (".U",),
        "right": (".R",),
    },
    "nasdaq": {
        "share": ("", ".*"),
        "share w": ("#", ".*#"),
        "preferred": ("-", "-*"),
        "preferred w": ("-#", "-*#"),
        "warrant": ("+", "+*"),
        "warrant w": ("+#",),
        "unit": ("=",),
        "right": ("^",),
        "right w": ("^#",),
    },
    "cms": {
        "share": ("", " *"),
        "share w": (" WI", " *WI"),
        "preferred": (" PR", " PR*"),
        "preferred w": (" PRWI", " PR*WI"),
        "warrant": (" WS", " WS*"),
        "warrant w": (" WSWI",),
        "unit": (" U",),
        "right": (" RT",),
        "right w": (" RTWI",),
    },
    "alpaca": {
        "share": ("", ".*"),
        "preferred": (".PR", ".PR*"),
        "warrant": (".WS", ".WS.*"),
        "unit": (".U",),
        "right": (".RT",),
    },
    "yahoo": {
        "share": ("", "-*"),
        "share w": ("-WI",),
        "preferred": ("-P", "-P*"),
        "warrant": ("-WT", "-WT*"),
        "unit": ("-UN",),
        "right": ("-RI",),
        "right w": ("-RIWI",),
    },
    "tiingo": {
        "share": ("", "-*"),
        "preferred": ("-P", "-P-*"),
        "warrant": ("-WS", "-WS-*"),
        "unit": ("-U",),
        "right": ("-R",),
    },
    "slash": {
        "share": ("", "/*"),
        "share w": ("/WI",),
        "preferred": ("^", "^*"),
        "warrant": ("/WS", "/WS/*"),
        "unit": ("/U",),
        "right": ("/R",),
    },
    "tradingview": {
        "share": ("", ".*"),
        "preferred": ("/P", "/P*"),
        "warrant": (".WS", ".WS.*"),
        "unit": (".U",),
        "right": ("/R",),
    },
}

# Also read, never written: the slash convention as charting sites write it, and Tiingo's as
# Alpha Vantage writes it.
_READ_ONLY: dict[Convention, dict[str, tuple[str, ...]]] = {
    "slash": {"preferred": ("/P", "/P*", "/PR*"), "warrant": ("/W",), "right": ("/RT",)},
    "tiingo": {
        "warrant": ("-W", "-W-*", "-WS*"),
        "unit": ("-UN",),
        "right": ("-RT",),
    },
}

# The order in which an unnamed convention is tried. Some suffixes are ambiguous: "X-B" is read as
# a class share (Yahoo) before a preferred (Nasdaq), "X-U" as a unit (Tiingo) before a preferred
# (Nasdaq), "X^" as a preferred before a right (Nasdaq), "X.V" as a class share before a when-issued
# one (ACT). Where a column says whose symbols it holds, that convention is named.
_GUESS_ORDER: tuple[Convention, ...] = (
    "cqs",
    "slash",
    "act",
    "alpaca",
    "cms",
    "yahoo",
    "tiingo",
    "nasdaq",
)

_ROOT = re.compile(r"[A-Z][A-Z0-9]*")
_PLACE_BEHIND = re.compile(
    r"(?i)(?<=.)(?:\.(?:US|OQ|XNAS|XNYS|XASE|ARCX|BATS|NASDAQ|NYSE|AMEX|ARCA|NYSEARCA)"
    r"| US(?: Equity)?| U[AFNPQRVW] Equity)$"
)
"""How Stooq, EODHD, Bloomberg, Refinitiv and others write of which market a symbol is."""
_PLACE_BEFORE = re.compile(
    r"(?i)^(?:\$|US\.|XNAS\.|XNYS\.|XASE\.|ARCX\.|BATS\.)(?=[A-Z][A-Z0-9]*(?:[./^-]|$))"
)
"""The same, and a cashtag's dollar."""
_EXCHANGE_PREFIX = re.compile(r"[A-Za-z][A-Za-z_ ]*:(?=.)")


@dataclass(frozen=True, slots=True)
class SymbolParts:
    """What a symbol says: root, kind of security, series letter, whether it is when-issued."""

    root: str
    kind: Kind = "share"
    series: str = ""
    when_issued: bool = False

    def __post_init__(self) -> None:
        if not _ROOT.fullmatch(self.root):
            raise ParameterError("root", self.root, "a capital letter, then capitals and digits")
        if self.kind not in get_args(Kind):
            raise ParameterError("kind", self.kind, ", ".join(get_args(Kind)))
        if self.series and (len(self.series) > 1 or self.series not in string.ascii_uppercase):
            raise ParameterError("series", self.series, "one capital letter, or nothing")
        if self.kind == "share" and self.series in RESERVED_SERIES and self.series:
            raise ParameterError("series", self.series, "a class of shares, not one of P R U W")


def parse(text: str, convention: Convention = "cqs") -> SymbolParts:
    """Read a symbol as ``convention`` writes it; ParameterError when it does not write it so."""
    root = _ROOT.match(text)
    suffixes = _readable(convention)
    if root is None or text[root.end() :] not in suffixes:
        raise ParameterError("symbol", text, f"a symbol as {convention} writes them")
    kind, series, when_issued = suffixes[text[root.end() :]]
    return SymbolParts(root.group(), kind, series, when_issued)


def format_symbol(parts: SymbolParts, convention: Convention = "cqs") -> str:
    """Write a symbol as ``convention`` does; ParameterError where no spelling is known."""
    key = f"{parts.kind} w" if parts.when_issued else parts.kind
    for suffix in _table(convention).get(key, ()):
        if ("*" in suffix) == bool(parts.series) and parts.series not in _unused(
            parts.kind, convention
        ):
            return parts.root + suffix.replace("*", parts.series)
    described = f"{parts.root} ({key}{' ' + parts.series if parts.series else ''})"
    raise ParameterError("symbol", described, f"what {convention} is known to have a spelling for")


def canonical(text: str, convention: Convention | None = None) -> str:
    """Return the canonical form of a symbol; without ``convention`` it is told by its suffix.

    What says of which market it is is taken off (``AAPL.US``, ``AAPL.XNAS``, ``US.AAPL``), and a
    cashtag's dollar. Small letters are taken for capitals
    unless the symbol is a CQS one (``BACpL``). A symbol that no convention explains is kept as it
    is: it will be reported as unknown, not lost. Raises ParameterError for blank text.
    """
    text = text.strip()
    if not text:
        raise ParameterError("symbol", text, "text that is not blank")
    if not text.isascii():
        return text
    if convention is None:
        text = _PLACE_BEFORE.sub("", _PLACE_BEHIND.sub("", text), count=1)
    tried = (convention,) if convention else _GUESS_ORDER
    for spelling in (text, text.upper()):
        root = _ROOT.match(spelling)
        if root is None:
            continue
        suffix = spelling[root.end() :]
        if not suffix:
            return spelling
        for name in tried:
            if suffix in _readable(name):
                return format_symbol(parse(spelling, name), "cqs")
    return text


def parse_symbols(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the canonical symbols of ``texts``, each once, in order.

    Takes away an exchange before a colon (``NASDAQ:AAPL``) and skips blanks.
    """
    bare = map(without_exchange, texts)
    return tuple(dict.fromkeys(canonical(text) for text in bare if text.strip()))


def without_exchange(text: str) -> str:
    """Return ``AAPL`` of ``NASDAQ:AAPL`` and ``NASDAQ: AAPL``."""
    return _EXCHANGE_PREFIX.sub("", text.strip(), count=1).lstrip()


def require_symbol(text: str) -> str:
    """Return the canonical form of one symbol as typed; ParameterError where it is not one."""
    symbols = parse_symbols([text]) if isinstance(text, str) else ()
    if len(symbols) != 1:
        raise ParameterError("symbol", text, "one symbol, such as AAPL")
    return symbols[0]


def _table(convention: Convention) -> Mapping[str, tuple[str, ...]]:
    if convention not in _SUFFIXES:
        raise ParameterError("convention", convention, ", ".join(CONVENTIONS))
    return _SUFFIXES[convention]


@cache
def _readable(convention: Convention) -> Mapping[str, tuple[Kind, str, bool]]:
    """Return every suffix that a convention may have, with what it means."""
    readable: dict[str, tuple[Kind, str, bool]] = {}
    for table in (_table(convention), _READ_ONLY.get(convention, {})):
        for key, suffixes in table.items():
            name, _, when_issued = key.partition(" ")
            kind = next(kind for kind in get_args(Kind) if kind == name)
            for suffix in suffixes:
                for series in _series(kind, convention) if "*" in suffix else ("",):
                    meaning = (kind, series, bool(when_issued))
                    readable.setdefault(suffix.replace("*", series), meaning)
    return readable


def _series(kind: Kind, convention: Convention) -> list[str]:
    unused = _unused(kind, convention)
    return [letter for letter in string.ascii_uppercase if letter not in unused]


def _unused(kind: Kind, convention: Convention) -> frozenset[str]:
    """Return the letters that never name a series of ``kind`` in ``convention``."""
    if kind != "share":
        return frozenset()
    return RESERVED_SERIES | _ALSO_RESERVED.get(convention, frozenset())
