"""What a result is called at a prompt: short, however much it holds."""

from __future__ import annotations

from technic.text.outside import clean

__all__ = ["MOST", "short_repr"]

MOST = 1_500
"""Characters; a REPL shows as much without scrolling."""


def short_repr(value: object, *parts: str) -> str:
    """Return ``<Type part · part>`` in one line of at most ``MOST`` characters."""
    said = clean(" \u00b7 ".join(part for part in parts if part), MOST)
    return f"<{type(value).__name__} {said}>"
