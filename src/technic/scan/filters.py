"""Which scored symbols a scan leaves out, and why: filters first, then its own conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from technic.scan.config import FilterRules
from technic.scan.expressions.conditions import WHERE
from technic.scan.expressions.values import ExpressionValues
from technic.typing import BoolArray
from technic.wording.counts import count_of

if TYPE_CHECKING:
    from technic.scan.scored_market import Market

__all__ = ["FilterResult", "filter_conditions", "filter_market"]


@dataclass(frozen=True, slots=True, eq=False)
class FilterResult:
    """The filter that each symbol failed first, None where it failed none, and the reason."""

    rule: NDArray[np.object_]
    detail: NDArray[np.object_]


def filter_market(market: Market, rules: FilterRules) -> FilterResult:
    """Apply the filters in the order of ``FilterRules``; a value that is missing fails."""
    n = len(market.symbols)
    rule: NDArray[np.object_] = np.full(n, None, dtype=object)
    detail: NDArray[np.object_] = np.full(n, "", dtype=object)
    checks = (
        ("min_price", "close", rules.min_price, 1),
        ("max_price", "close", rules.max_price, -1),
        ("min_rating", "tech_rating", rules.min_rating, 1),
        ("min_rs_rating", "rs_rating", rules.min_rs_rating, 1),
        ("min_dollar_volume", "avg_dollar_volume_20", rules.min_dollar_volume, 1),
    )
    for name, column, limit, sign in checks:
        if limit is None:
            continue
        values = market.columns[column]
        failed = ~(sign * values >= sign * limit)
        for i in np.flatnonzero(failed):
            if rule[i] is None:
                value = "missing" if np.isnan(values[i]) else f"{values[i]:,.2f}"
                rule[i], detail[i] = name, f"{column} {value}, {name} {limit:,g}"
    if rules.signals:
        for i in np.flatnonzero(~np.isin(market.signal, rules.signals)):
            if rule[i] is None:
                rule[i], detail[i] = "signal", f"signal {market.signal[i]}"
    return FilterResult(rule, detail)


def filter_conditions(values: ExpressionValues, removed: BoolArray) -> FilterResult:
    """Take out the symbols for which ``where`` is not true, then those that meet no setup.

    ``removed``: symbols that another filter has taken out.
    """
    n, setups = len(removed), values.setups
    rule: NDArray[np.object_] = np.full(n, None, dtype=object)
    detail: NDArray[np.object_] = np.full(n, "", dtype=object)
    if values.of(WHERE):
        for i in np.flatnonzero(~removed & ~values.met(WHERE)).tolist():
            rule[i], detail[i] = WHERE, values.failure(WHERE, i)
    if setups:
        met = np.any([values.met(name) for name in setups], axis=0)
        several = f"none of {count_of(len(setups), 'setup')}; {setups[0]}: "
        for i in np.flatnonzero(~removed & ~met).tolist():
            if rule[i] is None:
                rule[i], detail[i] = "setup", values.failure(setups[0], i)
                if len(setups) > 1:
                    detail[i] = several + detail[i]
    return FilterResult(rule, detail)
