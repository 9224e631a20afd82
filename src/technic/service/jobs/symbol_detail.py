"""Everything about one symbol of a result, as the route of a symbol answers it."""

from __future__ import annotations

import datetime as dt
import math
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from technic.errors import TechnicError
from technic.facts.place import fact_home
from technic.result.json_values import plain
from technic.result.symbol_drawings import vote_values
from technic.result.symbol_report import SymbolReport, symbol_report
from technic.scan.context import asked_provider
from technic.scan.facts.company_facts import company_facts
from technic.scan.facts.traded_closes import TradedCloses
from technic.scoring.technical_rating import VOTES
from technic.service.jobs.chart_data import chart_data
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import load_settings
from technic.universe import require_symbol
from technic.universe.meant_symbols import unknown_symbol

if TYPE_CHECKING:
    from technic.result.scan_result import ScanResult

__all__ = ["company_detail", "company_facts_of", "symbol_detail", "why_not"]


def symbol_detail(result: ScanResult, symbol: str) -> dict[str, Any]:
    """Return bars, figures, rating, votes, plan, conditions and outcome of one symbol.

    As-of rule: what the result was computed from, no bar after its day.
    """
    report = symbol_report(result, symbol)
    document: dict[str, Any] = {**report.document(with_row=True)}
    document |= chart_data(report)
    document["votes"] = _votes(report)
    document["why_not"] = why_not(report)
    document["listing"] = _listing(result, report.symbol)
    document["rs_universe"] = result.ranks.size
    return document


def company_detail(result: ScanResult, symbol: str, home: Path) -> dict[str, Any]:
    """Return what was known of a symbol's company on the result's day; ``home``: the user's.

    Raises ParameterError where the symbol is not in the universe.
    """
    symbol = require_symbol(symbol)
    if symbol not in set(result.ledger.symbols):
        raise unknown_symbol(symbol, result.listings)
    return {
        **company_facts_of(result, symbol, home),
        "universe": plain(asdict(result.universe)),
        "rs_universe": result.ranks.size,
        "data": plain(asdict(result.data)),
    }


def company_facts_of(result: ScanResult, symbol: str, home: Path) -> dict[str, Any]:
    """Return the same of a symbol that is in the universe, without what the result is of."""
    simulated = result.data.simulated
    calendar = load_calendar(dt.datetime.now(dt.UTC).date(), home)
    found = company_facts(
        fact_home(home, simulated=simulated),
        symbol,
        np.datetime64(result.as_of, "D"),
        calendar,
        result.prices.split_records,
        closes=_closes(result, calendar),
        simulated=simulated,
    )
    return found.document()


def _closes(result: ScanResult, calendar: SessionCalendar) -> TradedCloses | None:
    """Open the closes of past days where the bars of a result come from; None where it is gone."""
    try:
        settings = load_settings(os.environ, Path.cwd())
        provider = asked_provider(result.config, settings, calendar)
    except TechnicError:  # no key any more, or no file: the other facts are there all the same
        return None
    return TradedCloses.of(provider, calendar) if provider.name == result.data.provider else None


def why_not(report: SymbolReport) -> dict[str, Any]:
    """Return which part of which rule kept a symbol out of the table, with its numbers.

    ``parts``: of a filter, the conditions that are not met, each with the values of its terms and
    the rules of its chart patterns; ``facts``: what was known of the company, with the filings.
    """
    kept = report.place is not None
    stage, _, rule = report.outcome.partition(".")
    parts = [
        {
            "owner": one.owner,
            "name": one.name,
            "expression": one.text,
            "verdict": one.verdict,
            "numbers": dict(one.numbers),
            "rules": [
                {
                    "rule": check.rule,
                    "says": str(check),
                    "value": plain(check.value),
                    "held": check.held,
                }
                for check in one.checks
            ],
        }
        for one in report.conditions
        if one.verdict != "true"
    ]
    return {
        "kept": kept,
        "stage": None if kept else stage,
        "rule": None if kept else rule,
        "detail": report.detail,
        "parts": [] if kept else parts,
        "facts": [] if kept else [plain(asdict(one)) for one in report.facts],
        "sentence": _sentence(report),
    }


def _sentence(report: SymbolReport) -> str:
    if report.place is not None:
        return f"{report.symbol} is in the table, in row {report.place}."
    because = f": {report.detail}" if report.detail else ""
    return f"{report.symbol} is not in the table, {report.outcome}{because}."


def _votes(report: SymbolReport) -> dict[str, Any] | None:
    """Return the votes of the technical rating; None for a symbol that was not scored."""
    if report.values is None or report.history is None:
        return None
    values = vote_values(report.history)
    cast = [
        {"name": name, "label": vote.label, "group": vote.group, "vote": _vote(values[name])}
        for name, vote in VOTES.items()
    ]
    return {
        "votes": cast,
        "rating": plain(values["tv_rating"]),
        "moving_averages": plain(values["tv_ma"]),
        "oscillators": plain(values["tv_oscillators"]),
        "status": str(values["tv_status"]),
        "not_settled": str(values["tv_not_settled"]),
    }


def _vote(value: object) -> int | None:
    return int(value) if isinstance(value, float) and not math.isnan(value) else None


def _listing(result: ScanResult, symbol: str) -> dict[str, Any]:
    """Return what the universe says of the symbol."""
    frame = result.listings.frame
    row = frame[frame["symbol"] == symbol]
    if not len(row):
        return {}
    return {str(name): plain(value) for name, value in row.iloc[0].items()}
