"""What ``technic doctor`` looks at; each check answers, none raises."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from technic.data_engine.open_provider import REMOTE, open_provider
from technic.errors import TechnicError
from technic.health.check import Check
from technic.health.vendor import vendor_checks
from technic.scan.config import ScanConfig
from technic.scanner_core import run_scan
from technic.sessions import SessionCalendar, load_calendar
from technic.settings import Settings, load_settings
from technic.version import __version__

__all__ = ["run_checks"]

OLDEST_PYTHON = (3, 11)
SYMBOLS_TRIED = 40
_SECRET = re.compile(r"key|secret|token|password", re.IGNORECASE)
_REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)[^;]*(?:;.*extra == ['\"]([^'\"]+)['\"])?")


def run_checks(provider: str | None = None, data: str | None = None) -> Iterator[Check]:
    """Yield all checks; a broken setting ends them, since the rest depends on it."""
    yield _python()
    yield from _packages()
    try:
        settings = load_settings(os.environ, Path.cwd())
    except TechnicError as error:
        yield Check("settings", "fail", str(error))
        return
    yield _home(settings.home)
    yield from _settings(settings)
    now = dt.datetime.now(dt.UTC)
    calendar = load_calendar(now.date(), settings.home)
    yield _calendar(calendar, now)
    name, path = settings.source(provider, data)
    if name in REMOTE:
        yield from vendor_checks(name, settings, calendar)
    else:
        yield _provider(name, path, settings, calendar)


def _python() -> Check:
    state: Literal["ok", "fail"] = "ok" if sys.version_info >= OLDEST_PYTHON else "fail"
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Check("python", state, detail)


def _packages() -> Iterator[Check]:
    """Yield technic, what it needs and its extras with the command that installs a missing one."""
    yield Check("technic", "ok", __version__)
    try:
        needed = requires("technic") or []
    except PackageNotFoundError:
        yield Check("packages", "warn", "technic is not installed, only imported")
        return
    for requirement in needed:
        matched = _REQUIREMENT.match(requirement)
        if matched is None or matched[1] == "technic" or matched[2] == "all":
            continue
        package, extra = matched[1], matched[2]
        try:
            yield Check(package, "ok", version(package))
        except PackageNotFoundError:
            if extra:
                detail = f"extra not installed: pip install 'technic[{extra}]'"
                yield Check(package, "warn", detail)
            else:
                yield Check(package, "fail", f"not installed: pip install {package}")


def _home(home: Path) -> Check:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return Check("home", "fail", f"{home} cannot be written: {error.strerror}")
    return Check("home", "ok", f"{home} can be written")


def _settings(settings: Settings) -> Iterator[Check]:
    """Yield the settings in force; of what may be secret only that it is set."""
    shown = []
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if field.name != "home" and value is not None:
            shown.append(f"{field.name}={'(set)' if _SECRET.search(field.name) else value}")
    yield Check("settings", "ok", ", ".join(shown) or "all defaults")
    for name in ("data", "universe"):
        path = getattr(settings, name)
        if path is not None and not Path(path).exists():
            yield Check(f"setting {name}", "fail", f"there is no {path}")


def _calendar(calendar: SessionCalendar, now: dt.datetime) -> Check:
    detail = (
        f"{len(calendar.sessions):,} sessions to {calendar.sessions[-1]}, "
        f"last completed {calendar.last_completed(now)}"
    )
    return Check("calendar", "ok", detail)


def _provider(name: str, path: str | None, settings: Settings, calendar: SessionCalendar) -> Check:
    """Scan a few symbols: what works here works for the whole market."""
    label = f"provider {name}"
    try:
        provider = open_provider(name, calendar, settings=settings, data=path)
        symbols = provider.listings().symbols[:SYMBOLS_TRIED]
        config = ScanConfig(provider=name, data=path, symbols=symbols)
        result = run_scan(config, provider=provider, settings=settings)
    except (TechnicError, OSError) as error:
        return Check(label, "fail", str(error))
    scored = len(result.scored)
    kind = "SIMULATED, " if result.data.simulated else ""
    detail = f"{kind}data to {result.data.last_session}, scored {scored} of {len(symbols)} symbols"
    return Check(label, "ok" if scored else "warn", detail)
