"""What jobs of each kind may take, and what is kept of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from technic.service.jobs.job import JobKind
from technic.service.service_settings import ServiceSettings

__all__ = ["KindRules", "Retention", "kind_rules"]

_WATCH_JOBS = 500
"""The log of watches says what they came to, and goes back further than their jobs."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What stays in ``folder``, where each job has a folder of its own.

    At most ``most`` of them and ``most_bytes`` in all, none older than ``days``.
    """

    folder: Path
    most: int
    days: float
    most_bytes: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRules:
    """How jobs of one kind are run.

    ``slots``: so many run beside each other. ``seconds``: the most that one may take. ``kept``:
    None where no files are. ``warm``: processes may start before the first is asked for.
    ``held``: the process has the result in memory and answers questions about it. ``anew``: each
    has a process of its own, so that what it took goes back to the machine. ``remembered``: so many
    settled ones stay in the table; None where age decides, or nothing.
    """

    slots: int
    seconds: float
    kept: Retention | None = None
    warm: bool = False
    held: bool = False
    anew: bool = False
    remembered: int | None = None


def kind_rules(settings: ServiceSettings) -> Mapping[JobKind, KindRules]:
    """Return the rules of every kind."""
    results = Retention(settings.results, settings.keep_results, settings.keep_days)
    studies = Retention(
        settings.studies,
        settings.keep_studies,
        settings.keep_study_days,
        settings.keep_study_bytes,
    )
    return {
        "sync": KindRules(slots=1, seconds=settings.sync_seconds),
        "scan": KindRules(
            slots=settings.scans_at_once,
            seconds=settings.scan_seconds,
            kept=results,
            warm=True,
            held=True,
        ),
        "study": KindRules(slots=1, seconds=settings.study_seconds, kept=studies, anew=True),
        "watch": KindRules(
            slots=1, seconds=settings.watch_seconds, anew=True, remembered=_WATCH_JOBS
        ),
    }
