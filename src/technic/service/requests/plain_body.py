"""Objects of JSON in requests: of bounded depth, with text and numbers that can be kept."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator

__all__ = ["PlainObject", "plain"]

_DEPTH = 16
_LARGEST = 2**63
"""What databases and arrays hold."""


def plain(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object of JSON whose parts can be kept; ValueError says what cannot."""
    _look(value, 0)
    return value


def _look(value: object, depth: int) -> None:
    if depth > _DEPTH:
        raise ValueError(f"at most {_DEPTH} lists and objects in each other are taken")
    if isinstance(value, dict):
        for key, item in value.items():
            _look(key, depth)
            _look(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _look(item, depth + 1)
    elif isinstance(value, str):
        if any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in value):
            raise ValueError("text holds half a character or NUL")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and infinity are no numbers of JSON")
    elif isinstance(value, int) and abs(value) >= _LARGEST:
        raise ValueError("numbers of up to 18 digits are taken")


PlainObject = Annotated[dict[str, Any], AfterValidator(plain)]
"""The body of a request whose keys are looked at later."""
