"""Answers of bounded size: so many items as fit, and how the rest can be had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from technic.errors import UsageError
from technic.text.outside import LABEL, clean

__all__ = ["MOST_BYTES", "cleaned", "encoded", "fitted"]

MOST_BYTES = 4_000
"""Of the JSON of an answer: what an agent can read without losing sight of its task."""
_SHORTER = ((150, 12), (80, 8), (40, 4), (20, 2))
"""Characters of a text, and entries of an object, in an item that is too long as it is."""
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
    are not in the list too. An item that does not fit alone is there with its texts cut: a call
    never leads to the same call. Raises UsageError where nothing fits beside the other fields.
    """
    items = list(answer[name])
    every = offset + len(items) if total is None else total

    def cut(count: int) -> dict[str, Any]:
        left = every - offset - count
        more = {"tool": tool, "arguments": {**arguments, "offset": offset + count}, "left": left}
        return {**answer, name: items[:count], "next": more if left > 0 else answer.get("next")}

    def fits(count: int) -> bool:
        return len(encoded(cut(count)).encode()) <= MOST_BYTES

    first = items[:1]
    for texts, entries in _SHORTER:
        if fits(len(first)):
            break
        items[:1] = [_shortened(one, texts, entries) for one in first]
    if not fits(len(first)):
        raise UsageError(f"the answer has more than {MOST_BYTES:,} bytes: ask for fewer columns")
    low, high = len(first), len(items)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return cut(low)


def _shortened(value: object, texts: int, entries: int) -> Any:
    """Return an item with its texts cut, and so many of the entries of what is in it."""
    if isinstance(value, str):
        return clean(value, texts)
    if isinstance(value, Mapping):
        shown = [(clean(str(key), texts), one) for key, one in list(value.items())[:entries]]
        left = len(value) - len(shown)
        more = {"…": f"{left:,} more"} if left > 0 else {}
        return {key: _shortened(one, texts, entries) for key, one in shown} | more
    if isinstance(value, list | tuple):
        return [_shortened(one, texts, entries) for one in value]
    return value


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
