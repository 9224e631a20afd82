"""Trade plans: entry, stop, target and a number of shares, from scan columns and the signal.

Formulas and defaults are in docs/trade-plans.md. Prices are handled as whole millionths of a
dollar, so ticks, share counts and the risk budget are exact; a short is computed as a long on
negated prices, so the two mirror each other by construction. A plan says what the rules come to;
it knows nothing of orders, open positions or fees.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from technic.scoring.curves import Columns, column
from technic.trade_plan.refusals import MAX_PRICE, ObjectArray, refusals
from technic.trade_plan.rules import PLAN_COLUMNS, PlanRules, StopRules
from technic.trade_plan.ticks import MICRO, down, micro, tick, up
from technic.typing import BoolArray, FloatArray, IntArray

__all__ = ["PlanTable", "trade_plans"]

_RAILS = np.array(["structure", "min_atr", "max_atr", "min_pct", "max_pct"], dtype=object)
_LIMITS = np.array(["risk", "liquidity", "position"], dtype=object)


NOT_SHOWN = ("side", "note", "reason")
"""Fields that the table shows in another form: ``plan_side`` and ``plan_note``."""


@dataclass(frozen=True, slots=True, eq=False)
class PlanTable:
    """Plans of all symbols, arrays ``(n_symbols,)``.

    Where ``has_plan``: every number is finite, ``side`` is long or short, ``entry_type`` close or
    breakout, ``stop_basis`` structure, min_atr, max_atr, min_pct or max_pct, ``size_basis`` risk,
    liquidity or position; ``note`` says what was capped or None. ``risk_amount``: $ lost at the
    stop. Elsewhere prices are NaN, ``shares`` 0, texts None, and ``reason`` says why.
    """

    has_plan: BoolArray
    side: ObjectArray
    entry_type: ObjectArray
    entry: FloatArray
    stop: FloatArray
    target: FloatArray
    reward_risk: FloatArray
    shares: IntArray
    position_value: FloatArray
    risk_amount: FloatArray
    stop_basis: ObjectArray
    size_basis: ObjectArray
    note: ObjectArray
    reason: ObjectArray

    def take(self, rows: BoolArray) -> PlanTable:
        """Return the plans of these symbols."""
        return PlanTable(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def column_names(cls) -> tuple[str, ...]:
        """Names of the table columns that ``columns`` returns, in their order."""
        own = (field.name for field in fields(cls) if field.name not in NOT_SHOWN)
        return (*own, "plan_side", "plan_note")

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return table columns; ``plan_note`` is the note, or the reason where there is no plan."""
        found: dict[str, NDArray[np.generic]] = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in NOT_SHOWN
        }
        found["plan_side"] = self.side
        found["plan_note"] = np.where(self.has_plan, self.note, self.reason)
        return found


def trade_plans(
    columns: Columns, signal: NDArray[np.str_], rules: PlanRules | None = None
) -> PlanTable:
    """Plan every symbol whose signal asks for it; each from its own columns alone.

    ``columns``: ``(n_symbols,)`` scan columns (``PLAN_COLUMNS``); ``signal``: what ``signals``
    returned for them.
    """
    rules = rules or PlanRules()
    values = {name: column(columns, name) for name in PLAN_COLUMNS}
    side = np.where(np.isin(signal, rules.signals), 1, 0)
    if rules.allow_shorts:
        side = np.where(signal == "short", -1, side)
    reason, possible = refusals(values, signal, side, rules)

    at = np.flatnonzero(possible)
    own, sign = {name: array[at] for name, array in values.items()}, side[at]
    entry, is_breakout, in_reach = _entries(own, sign, rules)
    stop, rail = _stops(own, sign, entry, rules.stop_rules)
    goal = entry + np.rint(rules.target_r * (entry - stop)).astype(np.int64)
    target = up(goal, tick(goal))

    positive = (entry * sign > 0) & (stop * sign > 0) & (target * sign > 0)
    reason[at[~in_reach]] = f"no breakout pivot within {rules.pivot_atr:g} ATR"
    reason[at[in_reach & ~positive]] = "entry, stop or target would not be above zero"
    least = rules.stop_rules.min_atr
    tight = in_reach & positive & (entry - stop < micro(least * own["atr_14"]))
    reason[at[tight]] = (
        f"a stop at most {rules.stop_rules.max_pct:g} % away would be nearer than {least:g} ATR"
    )
    good = in_reach & positive & ~tight
    levels = _Levels(entry[good], stop[good], target[good], is_breakout[good], rail[good])
    return _table(at[good], sign[good], levels, own["avg_dollar_volume_20"][good], reason, rules)


@dataclass(frozen=True, slots=True, eq=False)
class _Levels:
    """Signed prices in millionths: a short's are negative, so up is always in its favour."""

    entry: IntArray
    stop: IntArray
    target: IntArray
    is_breakout: BoolArray
    rail: NDArray[np.intp]


def _entries(
    own: Columns, sign: NDArray[np.int64], rules: PlanRules
) -> tuple[IntArray, BoolArray, BoolArray]:
    """Signed entry, whether it is a breakout pivot, and whether the rules allow an entry at all.

    Signed prices: a short's are negative, so "above" always means "in the trade's favour".
    """
    close = own["close"] * sign
    pivot = np.where(sign > 0, own["high_20"], own["low_20"]) * sign
    before = np.where(sign > 0, own["prior_high_20"], own["prior_low_20"]) * sign
    inside = (close <= before) & (pivot - close <= rules.pivot_atr * own["atr_14"])
    inside &= np.abs(pivot) <= MAX_PRICE
    wanted = inside & (rules.entry != "close")

    at_close = micro(own["close"])
    at_close = down(at_close + tick(at_close) // 2, tick(at_close)) * sign
    beyond = micro(np.where(wanted, pivot, close))
    step = tick(beyond)
    entry = np.where(wanted, up(beyond, step) + step, at_close)
    return entry, wanted, wanted | (rules.entry != "breakout")


def _stops(
    own: Columns, sign: NDArray[np.int64], entry: IntArray, stop: StopRules
) -> tuple[IntArray, NDArray[np.intp]]:
    """Signed stop, at least a tick below the signed entry, and which rail set it (``_RAILS``)."""
    extreme = np.where(sign > 0, own[stop.long_below], own[stop.short_above]) * sign
    atr, price = own["atr_14"], np.abs(entry) / MICRO
    structure = entry / MICRO - (extreme - stop.buffer_atr * atr)
    by_atr = np.clip(structure, stop.min_atr * atr, stop.max_atr * atr)
    distance = np.clip(by_atr, stop.min_pct / 100.0 * price, stop.max_pct / 100.0 * price)
    rail = np.select(
        [distance > by_atr, distance < by_atr, by_atr > structure, by_atr < structure],
        [3, 4, 1, 2],
        default=0,
    )
    level = entry - np.maximum(micro(distance), tick(entry))
    step = tick(level)
    rounded = down(level, step)
    # Rounding away from the entry must not pass the greatest distance in percent.
    too_far = entry - rounded > np.abs(entry) * (stop.max_pct / 100.0)
    nearer = too_far & (rounded + step < entry)
    return np.where(nearer, rounded + step, rounded), rail


def _sizes(
    dollar_volume: FloatArray, entry: IntArray, risk: IntArray, rules: PlanRules
) -> tuple[IntArray, NDArray[np.intp]]:
    """Whole shares, and which of risk, liquidity and position was the least (``_LIMITS``)."""
    budget = int(rules.account_size * rules.risk_pct / 100.0 * MICRO)
    most = int(rules.account_size * rules.max_position_pct / 100.0 * MICRO)
    tradable = np.minimum(dollar_volume * (rules.max_pct_of_adv / 100.0), 1e12)
    liquid = np.floor(tradable * MICRO).astype(np.int64)
    price = np.abs(entry)
    counts = np.stack([budget // risk, liquid // price, most // price])
    limit = counts.argmin(axis=0)
    return counts.min(axis=0), limit


def _notes(
    rail: NDArray[np.intp], limit: NDArray[np.intp], shares: IntArray, rules: PlanRules
) -> ObjectArray:
    """What was held back, in words; None where structure and risk alone decided."""
    stop = rules.stop_rules
    rails = (
        "",
        f"stop widened to {stop.min_atr:g} ATR",
        f"stop tightened to {stop.max_atr:g} ATR",
        f"stop widened to {stop.min_pct:g} % of the entry",
        f"stop tightened to {stop.max_pct:g} % of the entry",
    )
    volume = f"{rules.max_pct_of_adv:g} % of the average dollar volume"
    account = f"{rules.max_position_pct:g} % of the account"
    capped = ("", f"shares capped at {volume}", f"shares capped at {account}")
    none = (
        f"no share fits: one risks more than {rules.risk_pct:g} % of the account",
        f"no share fits: one costs more than {volume}",
        f"no share fits: one costs more than {account}",
    )
    texts = np.array(
        [
            "; ".join(part for part in (first, second) if part) or None
            for first in rails
            for pair in zip(capped, none, strict=True)
            for second in pair
        ],
        dtype=object,
    )
    chosen: ObjectArray = texts[(rail * 3 + limit) * 2 + (shares == 0)]
    return chosen


def _table(
    at: NDArray[np.intp],
    sign: NDArray[np.int64],
    levels: _Levels,
    dollar_volume: FloatArray,
    reason: ObjectArray,
    rules: PlanRules,
) -> PlanTable:
    """Size the plans and spread them over all symbols."""
    entry, risk = levels.entry, levels.entry - levels.stop
    shares, limit = _sizes(dollar_volume, entry, risk, rules)

    def numbers(values: FloatArray) -> FloatArray:
        spread = np.full(reason.shape, np.nan)
        spread[at] = values
        return spread

    def texts(values: NDArray[np.str_] | ObjectArray) -> ObjectArray:
        spread: ObjectArray = np.full(reason.shape, None, dtype=object)
        spread[at] = values
        return spread

    has_plan = np.zeros(reason.shape, dtype=np.bool_)
    has_plan[at] = True
    all_shares = np.zeros(reason.shape, dtype=np.int64)
    all_shares[at] = shares
    return PlanTable(
        has_plan=has_plan,
        side=texts(np.where(sign > 0, "long", "short")),
        entry_type=texts(np.where(levels.is_breakout, "breakout", "close")),
        entry=numbers(np.abs(entry) / MICRO),
        stop=numbers(np.abs(levels.stop) / MICRO),
        target=numbers(np.abs(levels.target) / MICRO),
        reward_risk=numbers((levels.target - entry) / risk),
        shares=all_shares,
        position_value=numbers(shares * np.abs(entry) / MICRO),
        risk_amount=numbers(shares * risk / MICRO),
        stop_basis=texts(_RAILS[levels.rail]),
        size_basis=texts(_LIMITS[limit]),
        note=texts(_notes(levels.rail, limit, shares, rules)),
        reason=reason,
    )
