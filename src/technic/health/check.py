"""One line of the report of ``technic doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Check"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and how it is: ``ok``, ``warn`` (works, with a limit) or ``fail``."""

    name: str
    state: Literal["ok", "warn", "fail"]
    detail: str
