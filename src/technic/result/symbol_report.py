"""Everything a result has to say about one symbol, scored or not."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from technic.errors import ParameterError
from technic.result.json_values import plain
from technic.result.scan_result import ScanResult
from technic.scoring import Explanation
from technic.trade_plan import trade_plans
from technic.universe import parse_symbols
from technic.version import __version__

__all__ = ["SymbolFacts", "document", "facts_of", "named_symbol"]


@dataclass(frozen=True, slots=True)
class SymbolCondition:
    """One condition of ``where`` or a setup for one symbol: true, false or unknown, and why."""

    owner: str
    name: str
    text: str
    verdict: str
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class SymbolFacts:
    """One symbol of a result.

    ``values``: the row of the table, or the same figures for a symbol that was scored and then
    filtered; None, like ``explanation``, for one that was never scored. ``place``: its row in the
    table, from 1. ``prices``: its price frame, None where it has no bars. ``conditions``: what each
    condition of the scan is for it.
    """

    symbol: str
    outcome: str
    detail: str
    place: int | None
    values: dict[str, object] | None
    explanation: Explanation | None
    prices: pd.DataFrame | None
    conditions: tuple[SymbolCondition, ...] = ()

    @property
    def not_scored(self) -> str:
        """Why the symbol has no rating, in one sentence."""
        because = f": {self.detail}" if self.detail else ""
        return f"{self.symbol} was not scored, its ledger entry is {self.outcome}{because}."


def named_symbol(text: str) -> str:
    """Return the canonical form of a symbol as typed."""
    symbols = parse_symbols([text])
    if len(symbols) != 1:
        raise ParameterError("symbol", text, "one symbol, such as AAPL")
    return symbols[0]


def facts_of(result: ScanResult, symbol: str) -> SymbolFacts:
    """Collect what ``result`` has on ``symbol``; ParameterError where it is not in the universe."""
    try:
        outcome, detail = result.ledger.of(symbol)
    except KeyError:
        allowed = f"one of the {len(result.ledger):,} symbols of the universe"
        raise ParameterError("symbol", symbol, allowed) from None
    scored = symbol in result.scored
    explanation = result.explain(symbol) if scored else None
    values: dict[str, object] | None = None
    found = np.flatnonzero(result.table["symbol"] == symbol)
    place = int(found[0]) if found.size else None
    if place is not None:
        row = result.table.iloc[place]
        values = {str(name): plain(value) for name, value in row.items()}
    elif explanation is not None:
        values = _filtered_values(result, symbol, explanation)
    return SymbolFacts(
        symbol=symbol,
        outcome=outcome,
        detail=detail if detail and detail != "None" else "",
        place=place + 1 if place is not None else None,
        values=values,
        explanation=explanation,
        prices=result.prices.get(symbol),
        conditions=_conditions(result, symbol) if scored else (),
    )


def _conditions(result: ScanResult, symbol: str) -> tuple[SymbolCondition, ...]:
    at = result.scored.index(symbol)
    return tuple(
        SymbolCondition(one.owner, one.name, one.text, one.verdict(at), one.numbers(at))
        for one in result.conditions
    )


def _filtered_values(
    result: ScanResult, symbol: str, explanation: Explanation
) -> dict[str, object]:
    """Figures and plan of a symbol that the filters kept out of the table."""
    at = result.scored.index(symbol)
    own = {name: values[at : at + 1] for name, values in result.columns.items()}
    plan = trade_plans(own, np.array([explanation.signal]), result.config.plan).columns()
    figures = {name: values[0] for name, values in {**own, **plan}.items()}
    return {
        "symbol": symbol,
        "signal": explanation.signal,
        **{name: plain(value) for name, value in figures.items()},
    }


def document(result: ScanResult, facts: SymbolFacts, *, with_row: bool) -> dict[str, object]:
    """Return what ``--format json`` prints for one symbol; None instead of NaN."""
    content: dict[str, object] = {
        "technic": __version__,
        "symbol": facts.symbol,
        "as_of": result.as_of,
        "universe": dataclasses.asdict(result.universe),
        "data": dataclasses.asdict(result.data),
        "outcome": facts.outcome,
        "detail": facts.detail,
    }
    if with_row:
        content["place"] = facts.place
        content["row"] = facts.values
    content["conditions"] = [
        {
            "owner": one.owner,
            "name": one.name,
            "expression": one.text,
            "verdict": one.verdict,
            "numbers": dict(one.numbers),
        }
        for one in facts.conditions
    ]
    parts = facts.explanation
    content["explanation"] = None if parts is None else plain(dataclasses.asdict(parts))
    return content
