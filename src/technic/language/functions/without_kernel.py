"""Functions that evaluation itself carries out: longer bars, and what was known of companies.

The expression inside weekly(...) and monthly(...) is evaluated on those bars. A fact is looked up
by the day of each bar.
"""

from __future__ import annotations

from functools import partial
from typing import NoReturn

from technic.indicators.lookback import so_many
from technic.language.functions._define import HERE, X
from technic.language.functions.function import Function, Parameter

__all__ = ["FACT_FUNCTIONS", "MOST_QUARTERS", "TIMEFRAMES"]

MOST_QUARTERS = 40
"""Ten years."""


def _not_a_kernel(name: str, *_: object) -> NoReturn:
    """Refuse: what it gives is made from the panel, or looked up, and no array says it."""
    raise TypeError(f"{name} has no kernel; evaluate carries it out itself")


TIMEFRAMES = (
    Function(
        "weekly",
        (X,),
        "number",
        "timeframe",
        partial(_not_a_kernel, "weekly"),
        "Value of the expression inside on weekly bars, the running week included.",
        HERE,
        lookback=partial(so_many, 5),
    ),
    Function(
        "monthly",
        (X,),
        "number",
        "timeframe",
        partial(_not_a_kernel, "monthly"),
        "Value of the expression inside on monthly bars, the running month included.",
        HERE,
        lookback=partial(so_many, 21),
    ),
)

FACT_FUNCTIONS = (
    Function(
        "fq",
        (Parameter("field", "fact"), Parameter("n", "bars", None, 0, MOST_QUARTERS)),
        "number",
        "fact",
        partial(_not_a_kernel, "fq"),
        "A reported field n fiscal quarters before the latest one, as known on the day of the bar.",
        HERE,
    ),
    Function(
        "age",
        (Parameter("field", "fact", words=("fq",)),),
        "number",
        "fact",
        partial(_not_a_kernel, "age"),
        "Sessions since a fact became known: 0 on the first one on whose close it is.",
        HERE,
    ),
)
"""For a vocabulary that has names of facts."""
