"""The vocabulary of a scan: every name and function that its expressions may use."""

from __future__ import annotations

import functools

from technic.columns.aliases import ALIASES
from technic.columns.vocabulary import VOCABULARY
from technic.language import NameInfo, Vocabulary
from technic.language.functions.function import Kind
from technic.scan.expressions.fact_words import fact_functions, fact_names
from technic.scoring import BENCHMARK_COLUMNS, LOCAL_SUBSCORES
from technic.scoring.technical_rating import TECHNICAL_COLUMNS
from technic.setups.patterns import PATTERNS
from technic.trade_plan import PlanTable
from technic.universe.listings import TEXT_COLUMNS

__all__ = ["vocabulary"]

_TEXTS = (
    *("signal", "last_bar", "usable_since"),
    *("entry_type", "stop_basis", "size_basis", "plan_side", "plan_note"),
)
_RATINGS = {
    "rs_score": "Weighted returns over 63, 126, 189 and 252 bars.",
    "rs_rating": "Percentile of rs_score over the symbols that passed the gate, 1 to 99.",
    "tech_rating": "Technic's rating, 0 to 100.",
    "rating_coverage": "Share of the rating's parts that have a value, 0 to 1.",
    "score_relative_strength": "The rating's part for relative strength, 0 to 100.",
    "signal": "What the rating comes to: strong_long, long, watch, neutral, avoid, short.",
    "last_bar": "Day of the symbol's last bar.",
    "usable_since": "Day on which the bars begin that the data gate left; unknown where all are.",
}
_PLAN = {
    "has_plan": "Whether there is a trade plan.",
    "entry_type": "How the plan enters: close or breakout.",
    "entry": "The plan's entry price.",
    "stop": "The plan's stop price.",
    "target": "The plan's target price.",
    "reward_risk": "Reward at the target over the loss at the stop.",
    "shares": "Shares to buy by the plan.",
    "position_value": "What these shares cost at the entry.",
    "risk_amount": "What is lost at the stop.",
    "stop_basis": "What set the stop: structure, min_atr, max_atr, min_pct or max_pct.",
    "size_basis": "What set the number of shares: risk, liquidity or position.",
    "plan_side": "Side of the plan: long or short.",
    "plan_note": "What was capped, or why there is no plan.",
}
_UNITS = {
    "rs_rating": "1-99",
    "tech_rating": "0-100",
    "rating_coverage": "0-1",
    "score_relative_strength": "0-100",
    **dict.fromkeys(("entry", "stop", "target"), "price"),
    **dict.fromkeys(("position_value", "risk_amount"), "$"),
    "reward_risk": "ratio",
    "shares": "shares",
}


@functools.cache
def vocabulary() -> Vocabulary:
    """Every name and function that the expressions of a scan may use."""
    names: dict[str, NameInfo] = {}
    for part in LOCAL_SUBSCORES:
        says = f"The rating's part for {part.replace('_', ' ')}"
        names[f"score_{part}"] = NameInfo("number", "day", f"{says}, 0 to 100.", unit="0-100")
        names[f"coverage_{part}"] = NameInfo(
            "number", "day", f"{says}: share that has a value.", unit="0-1"
        )
    names["special_dividends_pct"] = NameInfo(
        "number",
        "day",
        "Special dividends of 252 bars that rs_score counts, % of the price.",
        unit="%",
    )
    for name in BENCHMARK_COLUMNS:
        unit = "%" if name.endswith("_pct") else ""
        says = "Comparison with the benchmark; needs one."
        names[name] = NameInfo("number", "day", says, unit=unit)
    for column in TECHNICAL_COLUMNS.values():
        text = column.unit == "text"
        names[column.name] = NameInfo(
            "text" if text else "number",
            "market" if text else "day",
            column.description,
            column.lookback,
            unit="" if text else column.unit,
        )
    for name, says in _RATINGS.items():
        kind: Kind = "text" if name in _TEXTS else "number"
        names[name] = NameInfo(kind, "market", says, unit=_UNITS.get(name, ""))
    for name in PlanTable.column_names():
        kind = "condition" if name == "has_plan" else "number"
        kind = "text" if name in _TEXTS else kind
        names[name] = NameInfo(kind, "market", _PLAN[name], unit=_UNITS.get(name, ""))
    for name in ("symbol", *TEXT_COLUMNS):
        names[name] = NameInfo("text", "listing", f"The listing's {name}.")
    names["market_cap"] = NameInfo(
        "number", "listing", "Market capitalisation in dollars.", unit="$"
    )
    names |= fact_names()
    functions = {**fact_functions(), **PATTERNS}
    return VOCABULARY.extended(names=names, functions=functions, aliases=ALIASES)
