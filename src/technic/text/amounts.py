"""Numbers as people write them: 250_000, 250K, $2.5B, 2%."""

from __future__ import annotations

__all__ = ["amount_of"]

_UNITS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


def amount_of(text: str) -> float:
    """Parse ``250000``, ``250_000``, ``250,000``, ``250K``, ``$2.5B``; ValueError for what is none.

    A percent sign at the end says that the number counts in percent, and changes nothing.
    """
    plain = text.strip().removesuffix("%").removeprefix("$").replace(",", "").strip().upper()
    unit = _UNITS.get(plain[-1:], 1.0)
    return float(plain[:-1] if unit > 1 else plain) * unit
