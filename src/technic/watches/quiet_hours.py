"""Quiet hours: a part of each day, by the clocks of one time zone, in which nothing is sent."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from technic.errors import ParameterError
from technic.settings import Settings

__all__ = ["QuietHours", "time_zone"]

DEFAULT_ZONE = "America/New_York"
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``begins`` to before ``ends``; over midnight where it ends earlier than it begins."""

    begins: dt.time
    ends: dt.time

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """Read ``HH:MM-HH:MM``; ParameterError for other text, and for two equal times."""
        found = _HOURS.fullmatch(text.strip()) if isinstance(text, str) else None
        if found is None:
            raise ParameterError("quiet", text, "HH:MM-HH:MM, such as 22:00-07:30")
        hours = [int(part) for part in found.groups()]
        begins, ends = dt.time(hours[0], hours[1]), dt.time(hours[2], hours[3])
        if begins == ends:
            raise ParameterError("quiet", text, "two times that differ")
        return cls(begins, ends)

    def hold(self, now: dt.datetime, zone: ZoneInfo) -> bool:
        """Tell whether it is quiet at ``now`` (an aware datetime) by the clocks of ``zone``."""
        time = now.astimezone(zone).time()
        if self.begins < self.ends:
            return self.begins <= time < self.ends
        return time >= self.begins or time < self.ends


def time_zone(settings: Settings) -> ZoneInfo:
    """Return the zone of the setting ``timezone``, New York's where it is unset.

    Raises ParameterError for a zone that nobody knows.
    """
    name = settings.timezone or DEFAULT_ZONE
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        allowed = "a time zone such as Europe/Berlin"
        raise ParameterError("timezone", name, allowed, "set TECHNIC_TIMEZONE") from None
