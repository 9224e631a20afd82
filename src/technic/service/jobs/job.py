"""What a job is, and the states that it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["ACTIVE", "FINAL", "Job", "JobKind", "JobState", "Progress"]

JobKind = Literal["scan", "study", "sync", "watch"]
JobState = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
"""``interrupted``: it was running when its service ended; it can be resumed."""
ACTIVE: tuple[JobState, ...] = ("queued", "running")
FINAL: tuple[JobState, ...] = ("done", "failed", "cancelled")
"""States that stay."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: the stage, how many of how many."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as the tables have it; times are seconds since 1970.

    ``request``: what was asked. ``message``: why it failed or was interrupted. ``outcome``: what it
    came to. ``place``: jobs of its kind that are ahead of it, None unless it is queued.
    """

    id: str
    kind: JobKind
    state: JobState
    request: dict[str, Any]
    asked_by: str
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    attempt: int = 1
    progress: Progress | None = None
    message: str | None = None
    outcome: dict[str, Any] | None = None
    place: int | None = None
