"""The vocabulary of a scan: every name and function that its expressions may use."""

from __future__ import annotations

import functools

from technic.columns.vocabulary import VOCABULARY
from technic.language import NameInfo, Vocabulary
from technic.language.functions.function import Kind
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


@functools.cache
def vocabulary() -> Vocabulary:
    """Every name and function that the expressions of a scan may use."""
    names: dict[str, NameInfo] = {}
    for part in LOCAL_SUBSCORES:
        says = f"The rating's part for {part.replace('_', ' ')}"
        names[f"score_{part}"] = NameInfo("number", "day", f"{says}, 0 to 100.")
        names[f"coverage_{part}"] = NameInfo("number", "day", f"{says}: share that has a value.")
    names["special_dividends_pct"] = NameInfo(
        "number", "day", "Special dividends of 252 bars that rs_score counts, % of the price."
    )
    for name in BENCHMARK_COLUMNS:
        names[name] = NameInfo("number", "day", "Comparison with the benchmark; needs one.")
    for column in TECHNICAL_COLUMNS.values():
        text = column.unit == "text"
        names[column.name] = NameInfo(
            "text" if text else "number",
            "market" if text else "day",
            column.description,
            column.lookback,
        )
    for name, says in _RATINGS.items():
        names[name] = NameInfo("text" if name in _TEXTS else "number", "market", says)
    for name in PlanTable.column_names():
        kind: Kind = "condition" if name == "has_plan" else "number"
        kind = "text" if name in _TEXTS else kind
        names[name] = NameInfo(kind, "market", "Of the trade plan.")
    for name in ("symbol", *TEXT_COLUMNS):
        names[name] = NameInfo("text", "listing", f"The listing's {name}.")
    names["market_cap"] = NameInfo("number", "listing", "Market capitalisation in dollars.")
    return VOCABULARY.extended(names=names, functions=PATTERNS)
