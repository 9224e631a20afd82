"""A symbol against the benchmark: beta, correlation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from technic.indicators import comovement
from technic.indicators.lookback import period_plus
from technic.language.functions._define import bars, finite_of
from technic.language.functions.function import Function, Parameter
from technic.typing import FloatArray

__all__ = ["COMOVEMENT"]


def _function(
    name: str, kernel: Callable[..., FloatArray], period: int, what: str, source: str
) -> Function:
    series = Parameter("x", "series", "close"), Parameter("base", "series", "benchmark")
    return Function(
        name,
        (*series, bars("timeperiod", period, least=2)),
        "number",
        "window",
        partial(finite_of, kernel),
        what,
        source,
        lookback=partial(period_plus, 1),
    )


COMOVEMENT = (
    _function(
        "beta",
        comovement.beta,
        252,
        "Slope of the changes of x over those of the base, bar by bar, over the last bars.",
        "TA-Lib BETA (base first)",
    ),
    _function(
        "correlation",
        comovement.correlation,
        63,
        "Correlation of the changes of x and of the base, -1 to 1.",
        "TA-Lib CORREL (of changes)",
    ),
)
