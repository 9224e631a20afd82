"""A call of each function of the scan language, over operands that begin late."""

from __future__ import annotations

from technic.language import BASE, read
from technic.language.functions import FUNCTIONS
from technic.language.syntax.nodes import Node

__all__ = ["OF_BARS", "call_of"]

OF_BARS = [
    name
    for name, one in FUNCTIONS.items()
    if one.memory in ("point", "window", "recursive")
    and "text" not in (part.takes for part in one.parameters)
]
"""Functions that have a value at every bar."""

_OPERANDS = {
    "x": "rsi(close, 5)",
    "a": "sma(close, 3)",
    "b": "open",
    "base": "sma(close, 3)",
    "whole": "sma(close, 3)",
    "low": "low",
    "high": "high",
    "instead": "open",
    "condition": "close > sma(close, 3)",
}
_PERIODS = {"n": 4, "timeperiod": 6, "within": 12}


def call_of(name: str) -> Node:
    """A checked call with short periods."""
    given = [
        _OPERANDS[p.name]
        if p.takes in ("series", "condition")
        else f'"{p.default}"'
        if p.takes == "word"
        else str(_PERIODS.get(p.name, p.default))
        for p in FUNCTIONS[name].parameters
    ]
    return read(f"{name}({', '.join(given)})", BASE).node
