"""Which scored symbols a scan leaves out, and why: filters first, then its own conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from technic.scan.config import FilterRules
from technic.scan.expressions.conditions import EARNINGS_AHEAD, WHERE
from technic.scan.expressions.values import ExpressionValues
from technic.typing import BoolArray
from technic.wording.counts import count_of

if TYPE_CHECKING:
    from technic.scan.scored_market import Market

__all__ = ["UNKNOWN", "FilterResult", "filter_conditions", "filter_market", "refused_by"]

UNKNOWN = "unknown"
"""The rule of who is left out because nobody knows a fact."""


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
    rule, setups = refused_by(values, removed), values.setups
    detail: NDArray[np.object_] = np.full(len(removed), "", dtype=object)
    several = f"none of {count_of(len(setups), 'setup')}; " if len(setups) > 1 else ""
    by_where = np.zeros(len(removed), np.bool_) if not values.of(WHERE) else ~values.met(WHERE)
    lacking = {name: values.lacks_facts(name) for name in setups}
    refused = np.flatnonzero([one is not None for one in rule])
    told = refused[by_where[refused]]
    if len(told):
        detail[told] = values.failures(WHERE, told)
    shown: dict[str, list[int]] = {}
    for i in refused[~by_where[refused]].tolist():
        unknown = (name for name in setups if lacking[name][i])
        owner = next(unknown, setups[0]) if rule[i] == UNKNOWN else setups[0]
        shown.setdefault(owner, []).append(i)
    for owner, rows in shown.items():
        begin = f"{several}{owner}: " if several else ""
        detail[rows] = [begin + one for one in values.failures(owner, np.array(rows))]
    return FilterResult(rule, detail)


def refused_by(values: ExpressionValues, removed: BoolArray) -> NDArray[np.object_]:
    """Return what takes each symbol out: ``where``, ``setup``, ``unknown``; None where nothing.

    The filter by sessions to the next results goes by its own name.

    ``unknown``: nothing is false of it, and a fact is missing that would decide. ``removed``: as in
    ``filter_conditions``.
    """
    rule: NDArray[np.object_] = np.full(len(removed), None, dtype=object)
    left = ~removed
    if values.of(WHERE):
        met = values.met(WHERE)
        rule[left & ~met] = WHERE
        for one in values.of(WHERE):
            if one.name == EARNINGS_AHEAD:
                rule[left & (one.values == 0.0)] = EARNINGS_AHEAD
        rule[left & values.lacks_facts(WHERE)] = UNKNOWN
        left = left & met
    if values.setups:
        met = np.any([values.met(name) for name in values.setups], axis=0)
        lacks = np.any([values.lacks_facts(name) for name in values.setups], axis=0)
        rule[left & ~met] = "setup"
        rule[left & ~met & lacks] = UNKNOWN
    return rule
