"""What a function of the scan language is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from technic.indicators.lookback import one_bar, stable_at_once
from technic.typing import FloatArray

__all__ = ["OPERANDS", "Function", "Kind", "Memory", "Parameter", "Scope"]

Kind = Literal["number", "condition", "text"]
"""What a value is. Conditions are numbers inside: 1.0 true, 0.0 false, NaN unknown."""

Scope = Literal["constant", "bar", "day", "market", "listing"]
"""Where a value exists: at every bar; on the scan's day only; once all symbols are known; in the
listings."""

Memory = Literal["point", "window", "recursive", "day", "market", "timeframe", "fact"]
"""What a kernel has to see: the bar itself; its last ``lookback`` bars; everything from the
symbol's first bar; the same, for a value of the scan's day alone; all symbols; bars of another
length; no bar at all, but what was known of the company."""


OPERANDS = ("series", "condition", "text")
"""What a parameter takes that is a value; all else is a constant of the text."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: a value that changes from bar to bar, or a constant of the text.

    ``takes``: ``series``, ``condition`` and ``text`` are arrays, ``bars`` a whole number from
    ``least`` to ``most``, ``number`` a constant, ``group`` the name of a text column, ``word`` a
    text in quotes: one of ``words``, any where there are none; ``fact`` the name of a fact, or a
    call of one of the functions ``words``. ``default``: None means that it must be given.
    """

    name: str
    takes: Literal["series", "condition", "text", "bars", "number", "group", "word", "fact"]
    default: float | str | None = None
    least: float = 1
    most: float = 2_520
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its parameters, what it gives, how much history it needs, how it is computed.

    ``fields``: fields of the bar that the kernel gets before its arguments (``atr(14)`` reads high,
    low and close). ``lookback``: bars of its inputs up to and with the first that has a value,
    given the constants. ``unstable_period``: further bars until the weight of the seed is under
    1e-4, 0 where there is no seed. ``kernel``: arrays ``(n_bars, n_symbols)`` and constants in, one
    array of that shape out; with the memory ``day`` the rows of the scan's day follow the arrays
    and ``(n_symbols,)`` comes out. ``costly``: computed only where it can still matter.
    ``together``, of the memory ``day``: as the kernel, and gives the arrays of several functions by
    name; those that have the same one are computed once for the same arguments. ``at_places``: the
    same for many days at once: the arrays, then a row and a column for each place, ``(n_places,)``.
    ``unit``: what its values count in, where it says that itself.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: Kind
    memory: Memory
    kernel: Callable[..., Any]
    description: str
    source: str
    fields: tuple[str, ...] = ()
    lookback: Callable[..., int] = one_bar
    unstable_period: Callable[..., int] = stable_at_once
    costly: bool = False
    together: Callable[..., Mapping[str, FloatArray]] | None = None
    at_places: Callable[..., Mapping[str, FloatArray]] | None = None
    unit: str = ""
