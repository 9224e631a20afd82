"""Whether the settings can be used: the home, the files they name, the calendar."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from technic.health.check import Check
from technic.sessions import SessionCalendar
from technic.settings import Settings, settings_keys
from technic.wording.counts import count_of

__all__ = ["calendar_check", "settings_checks"]

_SECRET = re.compile(r"key|secret|token|password", re.IGNORECASE)


def settings_checks(settings: Settings) -> Iterator[Check]:
    """Yield whether the home can be written, the settings in force, and files that are not there.

    Of what may be secret only that it is set is said.
    """
    yield _home(settings.home)
    shown = []
    for name in settings_keys():
        value = getattr(settings, name)
        if value is not None:
            shown.append(f"{name}={'(set)' if _SECRET.search(name) else value}")
    shown += [f"{name}={value}" for name, value in settings.scan]
    shown += [f"study.{name}={value}" for name, value in settings.study]
    yield Check("settings", "ok", ", ".join(shown) or "all defaults")
    for name in ("data", "universe"):
        path = getattr(settings, name)
        if path is not None and not Path(path).exists():
            yield Check(f"setting {name}", "fail", f"there is no {path}")


def calendar_check(calendar: SessionCalendar, now: dt.datetime) -> Check:
    """Tell how far the sessions go and which was the last completed one at ``now``."""
    detail = (
        f"{count_of(len(calendar.sessions), 'session')} to {calendar.sessions[-1]}, "
        f"last completed {calendar.last_completed(now)}"
    )
    return Check("calendar", "ok", detail)


def _home(home: Path) -> Check:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return Check("home", "fail", f"{home} cannot be written: {error.strerror}")
    return Check("home", "ok", f"{home} can be written")
