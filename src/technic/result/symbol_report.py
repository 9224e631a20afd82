"""Everything a result has to say about one symbol, scored or not.

The report of ``technic show`` and ``technic explain``, for programs and for people.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.benchmark import Benchmark
from technic.errors import ParameterError
from technic.panel import SymbolBars
from technic.result.info import DataInfo, UniverseInfo
from technic.result.json_values import plain
from technic.result.pattern_rules import names_pattern, read_patterns, scanned_history
from technic.result.scan_result import ScanResult
from technic.result.symbol_facts import SymbolFact, named_sources, symbol_facts
from technic.scan.usable_history import UsableHistory
from technic.scoring import Explanation
from technic.setups.patterns.candidates import Check
from technic.setups.patterns.judge import PatternReading
from technic.text.short_repr import short_repr
from technic.trade_plan import trade_plans
from technic.universe import require_symbol
from technic.universe.listings import TEXT_COLUMNS
from technic.universe.meant_symbols import unknown_symbol
from technic.version import __version__

if TYPE_CHECKING:
    import pandas as pd

    from technic.result.symbol_plot import SymbolPlot

__all__ = ["SymbolCondition", "SymbolReport", "symbol_report"]

MARKET_INDEX = "the equal-weighted market"


@dataclass(frozen=True, slots=True)
class SymbolCondition:
    """One condition of ``where`` or a setup for one symbol.

    ``owner``: ``where`` or the setup's name; ``name``: the condition's own, ``text``: its
    expression; ``verdict``: ``true``, ``false`` or ``unknown``; ``numbers``: (term, value) pairs
    that explain it, as text; ``patterns``: the chart patterns in it, each as the candidate that
    comes nearest has it.
    """

    owner: str
    name: str
    text: str
    verdict: str
    numbers: tuple[tuple[str, str], ...]
    patterns: tuple[PatternReading, ...] = ()

    @property
    def checks(self) -> tuple[Check, ...]:
        """The rules of the chart patterns in it."""
        return tuple(check for one in self.patterns for check in one.verdict.checks)


@dataclass(frozen=True, slots=True, eq=False)
class SymbolReport:
    """One symbol of a result.

    ``as_of``, ``universe``, ``data``: those of the result. ``outcome``, ``detail``: its entry in
    the ledger. ``place``: its row in the table, from 1. ``values``: that row, or the same figures
    for a symbol that was scored and then filtered; None, like ``explanation``, for one that was
    never scored. ``bars``: those it has, None where it has none; ``prices``: the same as a price
    frame. ``conditions``: what each condition of the scan is for it. ``history``: those of its bars
    that the scan used, None where it could use none; ``benchmark``: the closes of the benchmark, or
    where none was asked for the levels of the equal-weighted market, on the sessions of
    ``history``; ``warnings``: those of the result; ``listing``: company, exchange and so on, as far
    as the universe has them; ``facts``: what was known of the company, of all that the scan names;
    ``attribution``: whose they are.
    """

    symbol: str
    as_of: str
    universe: UniverseInfo
    data: DataInfo
    outcome: str
    detail: str
    place: int | None
    values: dict[str, object] | None
    explanation: Explanation | None
    bars: SymbolBars | None
    conditions: tuple[SymbolCondition, ...] = ()
    history: UsableHistory | None = None
    benchmark: Benchmark | None = None
    warnings: tuple[str, ...] = ()
    listing: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[SymbolFact, ...] = ()
    attribution: tuple[str, ...] = ()

    @property
    def prices(self) -> pd.DataFrame | None:
        """Its price frame; None where it has no bars."""
        return None if self.bars is None else self.bars.frame()

    def plot(
        self, *, sessions: int = 200, averages: Sequence[int] = (50, 200), log: bool = False
    ) -> SymbolPlot:
        """Draw it: prices, plan, pattern, rating and votes.

        The latest ``sessions``, with plain averages of so many closes; ``log``: equal ratios of
        prices are equally high.
        """
        from technic.result.symbol_plot import SymbolPlot, plot_choices

        return SymbolPlot(self, plot_choices(sessions, averages, log=log))

    def __repr__(self) -> str:
        rating = None if self.explanation is None else self.explanation.tech_rating
        rated = "unrated" if rating is None else f"rating {rating:.1f}"
        entry = f"{self.outcome}: {self.detail}" if self.detail else self.outcome
        return short_repr(self, self.symbol, f"as of {self.as_of}", rated, entry)

    def _repr_html_(self) -> str:
        return self.plot()._repr_html_()

    @property
    def not_scored(self) -> str:
        """Why the symbol has no rating, in one sentence."""
        because = f": {self.detail}" if self.detail else ""
        return f"{self.symbol} was not scored, its ledger entry is {self.outcome}{because}."

    def document(self, *, with_row: bool = True) -> dict[str, object]:
        """Return what ``--format json`` prints for one symbol; None instead of NaN.

        ``with_row``: with its place and its values, as ``technic show`` has them.
        """
        content: dict[str, object] = {
            "technic": __version__,
            "symbol": self.symbol,
            "as_of": self.as_of,
            "universe": dataclasses.asdict(self.universe),
            "data": dataclasses.asdict(self.data),
            "outcome": self.outcome,
            "detail": self.detail,
        }
        if with_row:
            content["place"] = self.place
            content["row"] = self.values
        content["conditions"] = [
            {
                "owner": one.owner,
                "name": one.name,
                "expression": one.text,
                "verdict": one.verdict,
                "numbers": dict(one.numbers),
                "rules": [_rule(check) for check in one.checks],
            }
            for one in self.conditions
        ]
        content["facts"] = [plain(dataclasses.asdict(one)) for one in self.facts]
        content["attribution"] = list(self.attribution)
        parts = self.explanation
        content["explanation"] = None if parts is None else plain(dataclasses.asdict(parts))
        return content


def symbol_report(result: ScanResult, symbol: str) -> SymbolReport:
    """Collect what ``result`` has on ``symbol``; ParameterError where it is not in the universe."""
    if not isinstance(result, ScanResult):
        raise ParameterError("result", result, "the result of a scan, as run_scan gives it")
    if " " in symbol.strip():  # no symbol, but it may be a company
        raise unknown_symbol(symbol, result.listings)
    symbol = require_symbol(symbol)
    try:
        outcome, detail = result.ledger.of(symbol)
    except KeyError:
        raise unknown_symbol(symbol, result.listings) from None
    scored = symbol in result.scored
    explanation = result.explain(symbol) if scored else None
    values: dict[str, object] | None = None
    place = None
    rows = np.flatnonzero(result.ranking["symbol"] == symbol)
    if rows.size:
        place = int(rows[0]) + 1
        values = {name: plain(column[rows[0]]) for name, column in result.ranking.columns.items()}
    elif explanation is not None:
        values = _filtered_values(result, symbol, explanation)
    history = next(scanned_history(result, [symbol]), None) if symbol in result.prices else None
    return SymbolReport(
        symbol=symbol,
        as_of=result.as_of,
        universe=result.universe,
        data=result.data,
        outcome=outcome,
        detail=detail if detail and detail != "None" else "",
        place=place,
        values=values,
        explanation=explanation,
        bars=_bars_of(result, symbol),
        conditions=_conditions(result, symbol, history) if scored else (),
        history=history,
        benchmark=_compared_with(result, history),
        warnings=result.warnings,
        listing=_listing(result, symbol),
        facts=tuple(symbol_facts(result.facts, symbol, result.as_of)),
        attribution=named_sources(result.facts, symbol, result.as_of),
    )


def _bars_of(result: ScanResult, symbol: str) -> SymbolBars | None:
    """Return the bars of a symbol; a market larger than memory may turn out to have none."""
    if symbol not in result.prices:
        return None
    panel = result.prices.bars.of([symbol]).take(slice(0, 1))
    return panel.bars_of(symbol) if symbol in panel.symbols else None


def _compared_with(result: ScanResult, history: UsableHistory | None) -> Benchmark | None:
    """Return what the RS line is drawn against, on the sessions of ``history``."""
    index = result.market_index
    if index is None or history is None:
        return result.benchmark
    closes = np.full(len(history.sessions), np.nan)
    first = int(np.searchsorted(history.sessions, history.base_from))
    held = min(len(index), len(closes) - first)
    closes[first : first + held] = index[:held]
    return Benchmark(MARKET_INDEX, closes)


def _listing(result: ScanResult, symbol: str) -> dict[str, str]:
    if symbol not in result.listings.symbols:
        return {}
    row = result.listings.symbols.index(symbol)
    found = {name: result.listings.text(name)[row] for name in TEXT_COLUMNS}
    return {name: str(text) for name, text in found.items() if text}


def _conditions(
    result: ScanResult, symbol: str, history: UsableHistory | None
) -> tuple[SymbolCondition, ...]:
    row = result.scored.index(symbol)
    return tuple(
        SymbolCondition(
            one.owner,
            one.name,
            one.text,
            one.verdict(row),
            one.numbers(row),
            read_patterns(one.text, history.bars)
            if history is not None and names_pattern(one.text)
            else (),
        )
        for one in result.conditions
    )


def _rule(check: Check) -> dict[str, object]:
    """Return a rule of a chart pattern as JSON has it."""
    return {
        "rule": check.rule,
        "says": str(check),
        "value": plain(check.value),
        "held": check.held,
    }


def _filtered_values(
    result: ScanResult, symbol: str, explanation: Explanation
) -> dict[str, object]:
    """Figures and plan of a symbol that the filters kept out of the table."""
    row = result.scored.index(symbol)
    own = {name: values[row : row + 1] for name, values in result.columns.items()}
    plan = trade_plans(own, np.array([explanation.signal]), result.config.plan).columns()
    figures = {name: values[0] for name, values in {**own, **plan}.items()}
    return {
        "symbol": symbol,
        "signal": explanation.signal,
        **{name: plain(value) for name, value in figures.items()},
    }
