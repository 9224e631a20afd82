"""Links from symbols (OSC 8) to their page of the service, or to TradingView.

A terminal that does not know them would show garbage, and it cannot be asked: so links are written
to a terminal alone, and unless the user insists only to one that is known to have them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO
from urllib.parse import quote

from technic.errors import ParameterError
from technic.export.tradingview import tradingview_name
from technic.result.scan_result import ScanResult

__all__ = ["SymbolLinks", "checked_page_url", "knows_links", "symbol_links"]

CHART = "https://www.tradingview.com/chart/?symbol="
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-_\[\]:]+(/[A-Za-z0-9.\-_~/%]*)?")
MOST = 500
_TERMS = ("alacritty", "contour", "domterm", "foot", "xterm-ghostty", "xterm-kitty")
_PROGRAMS = (
    "Hyper",
    "Tabby",
    "WarpTerminal",
    "WezTerm",
    "ghostty",
    "iTerm.app",
    "mintty",
    "rio",
    "vscode",
)
_MARKS = ("DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WT_SESSION")
_VTE = 5000
"""The first version of VTE (GNOME Terminal and others) whose links do no harm."""
_OFF = ("", "0", "false", "no")


def knows_links(stream: TextIO, environ: Mapping[str, str], wanted: bool | None) -> bool:
    """Tell whether links are written to ``stream``.

    ``wanted``: the user's word, None where there is none. Never into a pipe or a file, and never
    to a terminal that is dumb. NO_COLOR, CI, a multiplexer or an unknown terminal: only if wanted;
    FORCE_HYPERLINK is such a wish, or with 0 the opposite.
    """
    if wanted is False or not stream.isatty() or environ.get("TERM", "") in ("", "dumb"):
        return False
    forced = environ.get("FORCE_HYPERLINK")
    if wanted is None and forced is not None:
        wanted = forced.lower() not in _OFF
    return _is_known(environ) if wanted is None else wanted


def _is_known(environ: Mapping[str, str]) -> bool:
    if environ.get("NO_COLOR") or environ.get("CI", "").lower() not in _OFF:
        return False
    term = environ["TERM"]
    if term.startswith(("screen", "tmux")) or environ.get("TMUX") or environ.get("STY"):
        return False  # what stands behind a multiplexer cannot be told
    version = environ.get("VTE_VERSION", "")
    return (
        term.startswith(_TERMS)
        or environ.get("TERM_PROGRAM") in _PROGRAMS
        or any(environ.get(name) for name in _MARKS)
        or (version.isdecimal() and int(version) >= _VTE)
    )


def checked_page_url(text: str | None) -> str | None:
    """Return the setting ``page_url`` without a slash at its end; ParameterError for no address."""
    if text is None:
        return None
    if len(text) > MOST or not _ADDRESS.fullmatch(text):
        allowed = "an address such as http://127.0.0.1:8000"
        raise ParameterError("page_url", text[:MOST], allowed, "set TECHNIC_PAGE_URL")
    return text.rstrip("/")


@dataclass(frozen=True, slots=True)
class SymbolLinks:
    """``page_url``: where the service's pages are; without it links lead to TradingView.

    TradingView knows no symbol of a simulated market, so there is no link to it then.
    """

    page_url: str | None
    simulated: bool

    def address(self, symbol: str, exchange: object) -> str | None:
        """Return where a symbol leads to; None where nobody can tell."""
        if self.page_url is not None:
            return f"{self.page_url}/symbols/{quote(symbol, safe='')}"
        named = None if self.simulated else tradingview_name(symbol, exchange)
        return None if named is None else CHART + quote(named.text, safe="")


def symbol_links(result: ScanResult, page_url: str | None) -> SymbolLinks:
    """Return the links of a result."""
    return SymbolLinks(page_url, result.data.simulated)
