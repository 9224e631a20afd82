"""A sweep as one JSON object: every point, the folds, and what was held out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from technic.study.document import interval_document, plain
from technic.study.statistics import Interval
from technic.study.sweep.run import SweepResult
from technic.study.sweep.walk_forward import Fold
from technic.study.trials import luck_bar

__all__ = ["sweep_document"]


def sweep_document(result: SweepResult) -> dict[str, object]:
    """Return what `SweepResult` says, in plain values; a number that is not known is null."""
    config, walked, trial = result.config, result.walk_forward, result.trial.record
    document: dict[str, object] = plain({
        "sweep": result.subject,
        "axes": {axis.name: list(axis.values) for axis in result.grid.axes},
        "first": trial.entry.first,
        "last": trial.entry.last,
        "horizon": config.horizon,
        "horizons": list(config.horizons),
        "confidence": config.confidence,
        "choose_by": config.choose_by,
        "universe": result.universe,
        "simulated": result.simulated,
        "held_out": {
            "verdict": result.word,
            "says": result.sentence,
            "episodes": walked.episodes,
            "excess": interval_document(walked.held_out),
            "tuned_mean": walked.tuned_mean,
            "average": walked.average,
            "folds": [_fold(one, result) for one in walked.folds],
        },
        "tuned": None if result.best is None else {
            "point": result.best,
            "values": result.points[result.best].values,
            "excess": interval_document(result.points[result.best].excess[config.horizon]),
        },
        "plateau": _plateau(result),
        "points": [_point(result, at) for at in range(len(result.points))],
        "together": asdict(result.comparison),
        "trials": {
            "provider": trial.provider,
            "universe": trial.universe,
            "study": trial.number,
            "of_this_study": trial.entry.trials,
            "total": trial.total,
            "luck_bar": luck_bar(trial.total),
        },
        "code": trial.entry.code,
        "command": trial.entry.command,
        "warnings": list(result.warnings),
    })  # fmt: skip
    return document


def _fold(one: Fold, result: SweepResult) -> dict[str, Any]:
    days = result.days
    return {
        "tuned_to": str(days[one.days.tuned - 1]),
        "first": str(days[one.days.first]),
        "last": str(days[one.days.stop - 1]),
        "point": one.point,
        "values": None if one.point is None else result.points[one.point].values,
        "tuned": _known(one.tuned),
        "judged": _known(one.judged),
        "average": one.average,
    }


def _plateau(result: SweepResult) -> dict[str, Any] | None:
    one = result.plateau
    if one is None:
        return None
    return {
        "word": one.word,
        "says": one.sentence,
        "neighbours": list(one.neighbours),
        "mean": one.mean,
        "kept": one.kept,
        "difference": _known(one.difference),
        "ends": list(one.ends),
    }


def _point(result: SweepResult, at: int) -> dict[str, Any]:
    one = result.points[at]
    return {
        "values": one.values,
        "verdict": one.word,
        "hits": one.hits,
        "days": one.days,
        "episodes": one.episodes,
        "excess": {str(horizon): interval_document(each) for horizon, each in one.excess.items()},
    }


def _known(one: Interval | None) -> dict[str, Any] | None:
    return None if one is None else interval_document(one)
