"""A study as one JSON object: the verdicts and the numbers of the report."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from technic.study.check import PastCheck
from technic.study.event_curve import EventCurve
from technic.study.outcomes import COST_LEVELS
from technic.study.run import StudyResult
from technic.study.statistics import Interval
from technic.study.summary.owner_summary import OwnerSummary, PlanSummary
from technic.study.summary.rating_summary import RatingSummary
from technic.study.trials import luck_bar
from technic.typing import DateArray

__all__ = ["check_document", "interval_document", "plain", "study_document"]


def study_document(result: StudyResult) -> dict[str, object]:
    """Return what `StudyResult` says, in plain values; a number that is not known is null."""
    config, trial = result.config, result.trial.record
    comparison = None if result.comparison is None else asdict(result.comparison)
    document: dict[str, object] = plain({
        "first": trial.entry.first,
        "last": trial.entry.last,
        "horizon": config.horizon,
        "horizons": list(config.horizons),
        "confidence": config.confidence,
        "universe": len(result.hits.symbols),
        "dated_universe": result.dated_universe,
        "data_end": str(result.outcomes.sessions[-1]),
        "price_basis": result.price_basis,
        "simulated": result.simulated,
        "studies": [_owner(one) for one in result.summaries],
        "ratings": [_rating(one, result.hits.sessions) for one in result.ratings],
        "together": comparison,
        "overlap": result.overlap.of_own.tolist(),
        "overlap_names": list(result.overlap.names),
        "check": None if result.check is None else check_document(result.check),
        "data_version": trial.entry.data or None,
        "trials": {
            "provider": trial.provider,
            "universe": trial.universe,
            "study": trial.number,
            "of_this_study": trial.entry.trials,
            "total": trial.total,
            "luck_bar": luck_bar(trial.total),
            "at": trial.at,
            "hash": trial.hash,
        },
        "rules": asdict(config.rules),
        "code": trial.entry.code,
        "command": trial.entry.command,
        "warnings": list(result.warnings),
    })  # fmt: skip
    return document


def check_document(found: PastCheck) -> dict[str, Any]:
    """Return what `check_past` found, in plain values."""
    document: dict[str, Any] = plain(asdict(found) | {"looks_ahead": found.looks_ahead})
    return document


def _owner(one: OwnerSummary) -> dict[str, Any]:
    return {
        "name": one.name,
        "verdict": one.word,
        "says": one.sentence,
        "hits": one.hits,
        "days": one.days,
        "symbols": one.symbols,
        "episodes": one.episodes,
        "excess": {str(horizon): interval_document(each) for horizon, each in one.excess.items()},
        "raw": {str(horizon): interval_document(each) for horizon, each in one.raw.items()},
        "benchmark": None if one.benchmark is None else interval_document(one.benchmark),
        "late": {str(lag): interval_document(each) for lag, each in one.late.items()},
        "by": {
            what: {name: interval_document(each) for name, each in parts.items()}
            for what, parts in one.groups.items()
        },
        "absent": one.absent,
        "plans": {"every": _plan(one.every), "one_a_symbol": _plan(one.one_a_symbol)},
        "turnover": asdict(one.turnover),
        "curve": None if one.curve is None else _curve(one.curve),
        "survivorship": asdict(one.gone),
        "sharpe": None if one.sharpe is None else asdict(one.sharpe),
    }


def _curve(one: EventCurve) -> dict[str, Any]:
    return {
        "offsets": list(one.offsets),
        "raw": one.raw.tolist(),
        "universe": one.universe.tolist(),
        "excess": [interval_document(each) for each in one.excess],
    }


def _rating(one: RatingSummary, sessions: DateArray) -> dict[str, Any]:
    days = sessions.astype(str).tolist()
    return {
        "name": one.name,
        "verdict": one.word,
        "says": one.sentence,
        "symbols": one.symbols,
        "ic": interval_document(one.ic),
        "deciles": [interval_document(each) for each in one.deciles],
        "spread": interval_document(one.spread),
        "daily_ic": dict(zip(days, one.daily_ic.tolist(), strict=True)),
    }


def _plan(one: PlanSummary) -> dict[str, Any]:
    levels = [
        {"cost_bp": level.cost_bp, "slippage_bp": level.slippage_bp, **interval_document(each)}
        for level, each in zip(COST_LEVELS, one.net, strict=True)
    ]
    return {
        "counts": one.counts, "r": interval_document(one.r), "net": levels,
        "break_even_bp": one.break_even_bp,
    }  # fmt: skip


def interval_document(one: Interval) -> dict[str, Any]:
    """Return an interval with its t."""
    return asdict(one) | {"t": one.t}


def plain(value: Any) -> Any:
    """Return the value with null for numbers that are none."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
