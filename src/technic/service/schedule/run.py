"""What a run of the schedule is: one session's sync, then its scans, each with its changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Run", "RunState", "ScanOfRun", "ScanState"]

RunState = Literal["syncing", "waiting", "scanning", "done", "failed"]
"""``waiting``: for the next attempt, since the last one failed or the day was not complete."""
ScanState = Literal["queued", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The run of one session; times are seconds since 1970.

    ``attempt``: syncs queued, or looks at the files taken. ``missed``: sessions before it that had
    no run, since nothing was running when they were due. ``step``: counts its changes.
    """

    provider: str
    session: str
    state: RunState
    due_at: float
    attempt: int
    missed: int
    step: int
    created_at: float
    sync_job: str | None = None
    retry_at: float | None = None
    message: str | None = None
    finished_at: float | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ("done", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOfRun:
    """One scan of a run.

    ``job``: None where it could not be queued. ``changes``: counts and symbols since the result
    ``before_job`` of ``before_session``.
    """

    name: str
    state: ScanState
    job: str | None = None
    kept: int | None = None
    message: str | None = None
    before_job: str | None = None
    before_session: str | None = None
    changes: dict[str, Any] | None = None
