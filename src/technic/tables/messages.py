"""What other libraries say, as part of a sentence."""

from __future__ import annotations

__all__ = ["sentence"]


def sentence(error: Exception) -> str:
    """Return the first line of another library's message, without the full stop."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
