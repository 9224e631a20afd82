"""Answers of bounded size: so many items as fit, and how the rest can be had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from technic.text.outside import LABEL, clean

__all__ = ["MOST_BYTES", "cleaned", "encoded", "fitted"]

MOST_BYTES = 4_000
"""Of the JSON of an answer: what an agent can read without losing sight of its task."""
_DIGITS = 6
"""Digits of a number: prices have no more that count."""


def encoded(answer: Mapping[str, Any]) -> str:
    """Return an answer as JSON, as short as it can be written."""
    return json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def fitted(
    answer: dict[str, Any],
    name: str,
    tool: str,
    arguments: Mapping[str, Any],
    *,
    offset: int = 0,
    total: int | None = None,
) -> dict[str, Any]:
    """Return ``answer`` with as many items of its list ``name`` as fit.

    ``tool``, ``arguments``: the call that has the same list; with another ``offset`` it has the
    rest, and ``next`` says so. ``offset``: of the first item. ``total``: items in all, those that
    are not in the list too.
    """
    items = answer[name]
    every = offset + len(items) if total is None else total

    def cut(count: int) -> dict[str, Any]:
        left = every - offset - count
        more = {"tool": tool, "arguments": {**arguments, "offset": offset + count}, "left": left}
        return {**answer, name: items[:count], "next": more if left > 0 else answer.get("next")}

    low, high = 0, len(items)
    while low < high:
        middle = (low + high + 1) // 2
        if len(encoded(cut(middle)).encode()) <= MOST_BYTES:
            low = middle
        else:
            high = middle - 1
    return cut(low)


def cleaned(value: object, most: int = LABEL) -> Any:
    """Return plain values with their texts as one line of visible characters, numbers short.

    Names of companies, reasons of vendors and names of files were written by others.
    """
    if isinstance(value, str):
        return clean(value, most)
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, Mapping):
        return {cleaned(str(key), 60): cleaned(item, most) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item, most) for item in value]
    return value
