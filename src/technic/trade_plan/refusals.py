"""Who gets no plan, and why: reasons that are known before any price is computed."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from technic.scoring.curves import Columns
from technic.trade_plan.rules import PlanRules
from technic.trade_plan.ticks import MICRO, SMALL_TICK
from technic.typing import BoolArray, FloatArray

__all__ = ["MAX_PRICE", "ObjectArray", "refusals"]

ObjectArray: TypeAlias = NDArray[np.object_]
MAX_PRICE = 1e9
LEAST_TICKS = 10
"""A price of fewer ticks has no room for a stop and a target."""


def refusals(
    values: Columns, signal: NDArray[np.str_], side: NDArray[np.int64], rules: PlanRules
) -> tuple[ObjectArray, BoolArray]:
    """Return why a symbol cannot be planned, the first reason that applies, and who still can be.

    Arrays ``(n_symbols,)``; ``values``: the columns of ``PLAN_COLUMNS``; ``side``: 1 long, -1
    short, 0 where the signal asks for no plan.
    """
    reason: ObjectArray = np.full(signal.shape, None, dtype=object)
    for name in np.unique(signal[side == 0]):
        barred = name == "short"
        reason[signal == name] = (
            "shorts are not allowed" if barred else f"signal {name} gets no plan"
        )
    possible = side != 0
    stop = rules.stop_rules
    extreme = np.where(side > 0, values[stop.long_below], values[stop.short_above])
    needed = (
        ("close", values["close"], MAX_PRICE),
        ("atr_14", values["atr_14"], MAX_PRICE),
        ("the recent extreme for the stop", extreme, MAX_PRICE),
        ("avg_dollar_volume_20", values["avg_dollar_volume_20"], np.inf),
    )
    for name, value, most in needed:
        known = np.isfinite(value)
        reason[possible & ~known] = f"{name} is not known"
        outside = known & ((value < 0.0) | (value > most))
        reason[possible & outside] = f"{name} is out of range"
        possible = possible & known & ~outside
    refused = (
        (_too_few_ticks(values["close"]), "the price is below ten ticks"),
        (_awaits_a_takeover(values, rules), _takeover_text(rules)),
    )
    for wrong, text in refused:
        reason[possible & wrong] = text
        possible = possible & ~wrong
    return reason, possible


def _too_few_ticks(close: FloatArray) -> BoolArray:
    """Whether a price is so low that a tick is a tenth of it or more."""
    return close < LEAST_TICKS * SMALL_TICK / MICRO


def _awaits_a_takeover(values: Columns, rules: PlanRules) -> BoolArray:
    """Whether a price stands still after a jump; not known of a history of less than a year."""
    if not rules.takeover_natr_pct or not rules.takeover_jump_pct:
        return np.zeros(values["natr_14"].shape, dtype=np.bool_)
    still: BoolArray = values["natr_14"] < rules.takeover_natr_pct
    return still & (values["max_return_252_pct"] >= rules.takeover_jump_pct)


def _takeover_text(rules: PlanRules) -> str:
    return (
        f"stands still (ATR under {rules.takeover_natr_pct:g} %) after a day of"
        f" +{rules.takeover_jump_pct:g} % or more: the price of an offer"
    )
