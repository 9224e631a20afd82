"""All checks of ``technic doctor``, in the order in which one rests on another; none raises."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

from technic.errors import TechnicError
from technic.health.check import Check
from technic.health.installation import installation_checks
from technic.health.provider import provider_checks
from technic.health.settings import calendar_check, settings_checks
from technic.sessions import load_calendar
from technic.settings import Settings, load_settings

__all__ = ["run_checks"]


def run_checks(
    provider: str | None = None,
    data: str | None = None,
    *,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
) -> Iterator[Check]:
    """Yield all checks; a broken setting ends them, since the rest depends on it.

    ``provider``, ``data``: what is tried, else what the settings name. ``settings``: those of the
    environment and of technic.toml unless given. ``now``: the time it is. A vendor is sent one
    small request of each kind.
    """
    yield from installation_checks()
    try:
        settings = settings or load_settings(os.environ, Path.cwd())
    except TechnicError as error:
        yield Check("settings", "fail", str(error))
        return
    yield from settings_checks(settings)
    now = now or dt.datetime.now(dt.UTC)
    calendar = load_calendar(now.date(), settings.home)
    yield calendar_check(calendar, now)
    yield from provider_checks(settings.source(provider, data), settings, calendar)
