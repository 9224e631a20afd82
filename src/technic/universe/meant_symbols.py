"""Which symbols may be meant by a text that is none of the universe's."""

from __future__ import annotations

from technic.errors import ParameterError
from technic.universe.listings import Universe
from technic.universe.symbols import require_symbol
from technic.wording.counts import count_of
from technic.wording.nearest import near

__all__ = ["meant_symbols", "require_known", "unknown_symbol"]

MOST = 3
_LEAST_OF_A_NAME = 3


def meant_symbols(text: str, universe: Universe) -> str:
    """Return a hint: companies whose name has the text, else symbols spelt like it; "" for none."""
    named = _by_company(text, universe)
    if named:
        return f"did you mean {', '.join(f'{symbol} ({name})' for symbol, name in named)}?"
    found = near(text, universe.symbols, MOST)
    return f"the nearest: {', '.join(found)}" if found else ""


def unknown_symbol(text: str, universe: Universe) -> ParameterError:
    """Return the error for a text that is no symbol of a universe, with what may be meant."""
    allowed = f"one of the {count_of(len(universe), 'symbol')} of the universe"
    return ParameterError("symbol", text, allowed, meant_symbols(text, universe))


def require_known(text: str, universe: Universe) -> None:
    """Raise ParameterError for a text that is no symbol of a universe, such as a company's name."""
    if " " in text.strip() or require_symbol(text) not in universe.symbols:
        raise unknown_symbol(text, universe)


def _by_company(text: str, universe: Universe) -> list[tuple[str, str]]:
    """Return symbols and names of companies: those that begin with the text first."""
    asked = " ".join(text.casefold().split())
    if len(asked) < _LEAST_OF_A_NAME or not universe.has("company"):
        return []
    names = universe.text("company")
    rows = [
        (not name.casefold().startswith(asked), len(name), symbol, name)
        for symbol, name in zip(universe.symbols, names, strict=True)
        if isinstance(name, str) and asked in name.casefold()
    ]
    return [(symbol, name) for _, _, symbol, name in sorted(rows)[:MOST]]
