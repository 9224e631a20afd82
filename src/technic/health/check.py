"""What a health check answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Check"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and how it is.

    ``state``: ``ok``, ``warn`` (works, with a limit) or ``fail``; ``detail``: a sentence for
    people, with what mends it where something does.
    """

    name: str
    state: Literal["ok", "warn", "fail"]
    detail: str
