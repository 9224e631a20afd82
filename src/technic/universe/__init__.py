"""Who is scanned: listings, symbol conventions, pre-screen rules."""

from technic.universe.listings import Universe, universe_of
from technic.universe.load import load_universe
from technic.universe.prescreen import Prescreened, prescreen
from technic.universe.prescreen_rules import PrescreenRules
from technic.universe.security_type import SecurityTypes, security_types
from technic.universe.symbols import canonical, format_symbol, parse, parse_symbols, require_symbol
from technic.universe.watchlist import load_symbols

__all__ = [
    "PrescreenRules",
    "Prescreened",
    "SecurityTypes",
    "Universe",
    "canonical",
    "format_symbol",
    "load_symbols",
    "load_universe",
    "parse",
    "parse_symbols",
    "prescreen",
    "require_symbol",
    "security_types",
    "universe_of",
]
