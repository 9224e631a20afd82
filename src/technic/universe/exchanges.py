"""Exchanges go by their usual names, however they are written."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["EXCHANGES", "exchange_name"]

EXCHANGES = {
    "NYSE": ("n", "xnys", "newyorkstockexchange", "newyorkstockexchangeinc", "nyseq", "nyq"),
    "NASDAQ": ("q", "xnas", "nasdaqgs", "nasdaqgm", "nasdaqcm", "nasdaqglobalselect", "nms", "ngm",
               "ncm", "xngs", "xnms", "xncm"),
    "AMEX": ("a", "xase", "nyseamerican", "nysemkt", "nysemktllc", "ase"),
    "ARCA": ("p", "arcx", "nysearca", "pcx"),
    "BATS": ("z", "bats", "cboe", "cboebzx", "batszexchange", "bzx", "cboebzxformerlyknownasbats"),
    "IEX": ("v", "iexg"),
    "CHX": ("m", "xchi", "nysechicago", "chicagostockexchange", "nysetexas"),
}  # fmt: skip
_EXCHANGE_OF = {spelling: name for name, spellings in EXCHANGES.items() for spelling in spellings}


@lru_cache(maxsize=256)
def exchange_name(text: str | None) -> str | None:
    """Return the usual name of an exchange that is given by name, MIC or code; others stay."""
    if text is None:
        return None
    plain = "".join(letter for letter in text.lower() if letter.isalnum())
    return _EXCHANGE_OF.get(plain, text.upper() if plain in ("nyse", "nasdaq", "amex") else text)
