"""Events: what a watch has to tell, each with an identity that follows from what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["EVENT_WORDS", "Event", "EventKind", "event_id"]

EventKind = Literal["enter", "leave", "cannot_run", "runs_again"]
EVENT_WORDS: Mapping[EventKind, str] = {
    "enter": "entered",
    "leave": "left",
    "cannot_run": "could not run",
    "runs_again": "runs again",
}
"""How each kind is told."""


@dataclass(frozen=True, slots=True)
class Event:
    """``symbol`` is empty where an event is about the watch itself; ``session``: ``YYYY-MM-DD``.

    ``detail``: what a message says beside: values, since when, times.
    """

    id: str
    watch: str
    version: str
    kind: EventKind
    symbol: str
    session: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def event_id(version: str, symbol: str, kind: str, session: str) -> str:
    """Return the identity of an event: the same whoever finds it, whenever, however often."""
    text = "\x1f".join((version, symbol, kind, session))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
