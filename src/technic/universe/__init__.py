"""Who is scanned: listings, symbol conventions, pre-screen rules."""

from technic.universe.listings import Universe, universe_of
from technic.universe.load import load_symbols, load_universe
from technic.universe.symbols import canonical, format_symbol, parse, parse_symbols

__all__ = [
    "Universe",
    "canonical",
    "format_symbol",
    "load_symbols",
    "load_universe",
    "parse",
    "parse_symbols",
    "universe_of",
]
