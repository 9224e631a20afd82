"""Which sessions a scan, or what prepares one, is about."""

from __future__ import annotations

from technic.errors import ParameterError
from technic.scan.context import ScanContext
from technic.typing import DateArray

__all__ = ["window_sessions"]


def window_sessions(context: ScanContext, days: int | None) -> DateArray:
    """Return the last ``days`` sessions up to the scan's day; without a number those it loads.

    Oldest first, fewer where the calendar begins. Raises ParameterError for what is no count.
    """
    if days is None:
        return context.calendar.between(context.start, context.as_of)
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise ParameterError("days", days, "a whole number from 1, or None for those of a scan")
    return context.calendar.last(days, context.as_of)
