"""A scan as a TradingView watchlist: ``EXCHANGE:SYMBOL``, separated by commas, best first.

TradingView names exchanges in its own way: NYSE American and NYSE Arca are both ``AMEX``, Cboe BZX
listings are ``CBOE`` (``BATS:`` is a feed there, not a listing). Import the file with "Import list"
in the menu of a watchlist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from technic.errors import ParameterError
from technic.export.rendered import Rendered
from technic.result.scan_result import ScanResult
from technic.universe import format_symbol, parse
from technic.universe.exchanges import exchange_name
from technic.wording.counts import count_of

__all__ = ["Named", "render", "tradingview_name"]

PREFIXES = {
    "NASDAQ": "NASDAQ",
    "NYSE": "NYSE",
    "AMEX": "AMEX",
    "ARCA": "AMEX",
    "BATS": "CBOE",
    "OTC": "OTC",
}
"""Exchange, as listings have it, to the prefix."""
SIMULATED = "###SIMULATED DATA - NO REAL SYMBOLS"
_APART = re.compile(r"[,;#\s]+")
SHOWN = 6
"""Symbols that a sentence names."""


@dataclass(frozen=True, slots=True)
class Named:
    """A symbol as TradingView writes it; ``bare``: without an exchange, which it then guesses."""

    text: str
    bare: bool


def tradingview_name(symbol: str, exchange: object) -> Named | None:
    """Return ``NYSE:BRK.B``, or ``BRK.B`` where the exchange is unknown to TradingView or to us.

    None for a symbol whose TradingView spelling is not known.
    """
    try:
        spelt = format_symbol(parse(symbol), "tradingview")
    except ParameterError:
        return None
    prefix = PREFIXES.get(exchange_name(exchange if isinstance(exchange, str) else None) or "")
    return Named(spelt, True) if prefix is None else Named(f"{prefix}:{spelt}", False)


def render(result: ScanResult, limit: int | None = None) -> Rendered:
    """Return the symbols of the table, in its order; those of several setups in sections.

    A symbol that meets several setups stands in the section of the first, for a list holds a symbol
    once. A symbol of an unknown exchange has no prefix, then TradingView guesses; one whose
    TradingView spelling is unknown is left out. The notes name both. A section says the scan's day
    and the data's, and one that the symbols are simulated.
    """
    rows = result.ranking.head(limit)
    symbols = list(map(str, rows["symbol"].tolist()))
    exchanges = rows["exchange"].tolist() if "exchange" in rows else [None] * len(symbols)
    entries: dict[str, str] = {}
    bare: list[str] = []
    unspelt: list[str] = []
    for symbol, exchange in zip(symbols, exchanges, strict=True):
        named = tradingview_name(symbol, exchange)
        if named is None:
            unspelt.append(symbol)
            continue
        if named.bare:
            bare.append(symbol)
        entries[symbol] = named.text
    lines = [SIMULATED] if result.data.simulated else []
    lines += [f"###AS OF {result.as_of} - DATA TO {result.data.last_session}"]
    lines += _sections(result, entries)
    notes = (
        *_note(bare, "have no exchange that TradingView has a prefix for and stand without one"),
        *_note(unspelt, "are left out, for how TradingView spells them is not known"),
    )
    return Rendered.of_text("\n".join(lines) + "\n", notes)


def _sections(result: ScanResult, entries: dict[str, str]) -> Iterator[str]:
    """Yield the lines: all symbols, or a heading and the symbols of each setup."""
    left = dict(entries)
    if len(result.config.setups) > 1:
        for setup in result.config.setups:
            own = [left.pop(symbol) for symbol in result.met(setup.name) if symbol in left]
            if own:
                yield f"###{' '.join(_APART.split(setup.title)).strip()}"
                yield ",".join(own)
    if left or not entries:
        yield ",".join(left.values())


def _note(symbols: Sequence[str], complaint: str) -> list[str]:
    if not symbols:
        return []
    shown = ", ".join(symbols[:SHOWN]) + (" …" if len(symbols) > SHOWN else "")
    return [f"{count_of(len(symbols), 'symbol')} {complaint}: {shown}"]
