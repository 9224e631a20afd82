"""Weekly and monthly bars: the expression inside is evaluated on those."""

from __future__ import annotations

from functools import partial
from typing import NoReturn

from technic.language.functions._define import HERE, X
from technic.language.functions.function import Function

__all__ = ["TIMEFRAMES"]


def _not_a_kernel(name: str, *_: object) -> NoReturn:
    """Refuse: bars of another length are made from the panel, not from an array."""
    raise TypeError(f"{name} has no kernel; evaluate computes what is inside on its own bars")


def _sessions(sessions: int, *_: float) -> int:
    return sessions


TIMEFRAMES = (
    Function(
        "weekly",
        (X,),
        "number",
        "timeframe",
        partial(_not_a_kernel, "weekly"),
        "Value of the expression inside on weekly bars, the running week included.",
        HERE,
        lookback=partial(_sessions, 5),
    ),
    Function(
        "monthly",
        (X,),
        "number",
        "timeframe",
        partial(_not_a_kernel, "monthly"),
        "Value of the expression inside on monthly bars, the running month included.",
        HERE,
        lookback=partial(_sessions, 21),
    ),
)
