"""What a service says of its schedule when it starts."""

from __future__ import annotations

from collections.abc import Callable

from technic.errors import TechnicError
from technic.service.schedule.bar_source import open_bar_source
from technic.service.schedule.clockwork import configured_scans
from technic.service.schedule.timetable import new_york_text
from technic.service.service_settings import ServiceSettings

__all__ = ["first_words"]


def first_words(settings: ServiceSettings, clock: Callable[[], float]) -> str:
    """Return a sentence: what comes next and when, or why the schedule cannot run."""
    try:
        source = open_bar_source(settings.settings, clock)
        names = ", ".join(scan.name for scan in configured_scans(settings))
    except TechnicError as error:
        return f"the schedule does not run: {error}"
    due = source.timetable.next(source.now)
    if due is None:
        return "the schedule does not run: the calendar of sessions has ended"
    when = f"{due.due_at:%Y-%m-%d %H:%M} UTC ({new_york_text(due.due_at)})"
    what = f"a sync of {source.provider}, then {names}" if source.syncs else names
    return f"schedule: {due.session} is due {when}: {what}"
