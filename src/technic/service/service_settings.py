"""What a service is told when it starts: where it keeps things, and every ceiling it holds to."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from technic.errors import ParameterError
from technic.settings import Settings

__all__ = ["LOOPBACK_HOSTS", "ServiceSettings", "default_port", "is_loopback", "service_settings"]

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""Names under which a machine reaches itself."""
_NUMBERS = {
    "scans_at_once": int,
    "most_queued": int,
    "scan_seconds": float,
    "sync_seconds": float,
    "study_seconds": float,
    "watch_seconds": float,
    "keep_results": int,
    "keep_days": float,
    "keep_studies": int,
    "keep_study_days": float,
    "keep_study_bytes": int,
    "requests_per_minute": int,
    "body_bytes": int,
    "upload_bytes": int,
    "schedule_attempts": int,
}
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?")
_SWITCH = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """How a service runs; most fields are ``TECHNIC_SERVICE_<FIELD>``.

    ``settings``: the user's, as every command has them; ``folder``: where tables, results and
    studies are, in the home unless given; ``open``: no key is asked for. These three are options.
    ``database``: URL of the tables; a SQLite file in the home, unless given. ``hosts``: names under
    which the service may be asked for, beside those of this machine. ``origins``: other sites
    whose scripts may ask, with a key. ``scans_at_once``: scans that run beside each other;
    others wait, ``most_queued`` at most. ``scan_seconds``, ``sync_seconds``, ``study_seconds``:
    what a job may take. ``keep_results``, ``keep_days``: results beyond either are deleted;
    ``keep_studies``, ``keep_study_days``, ``keep_study_bytes``: studies beyond any of them.
    ``requests_per_minute``: of one key. ``body_bytes``, ``upload_bytes``: of one request.
    ``proxies``: addresses whose forwarded headers are believed. ``first_key``: the hash of a
    key that an administrator holds, made by ``technic keys first``. ``schedule``: sync and scan
    after each close; ``schedule_file``: the scans, ``schedule_setups``: setups, a scan each;
    ``schedule_attempts``: syncs of one session at most.
    """

    settings: Settings
    folder: Path | None = None
    open: bool = False
    database: str = ""
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    scans_at_once: int = 1
    most_queued: int = 100
    scan_seconds: float = 300.0
    sync_seconds: float = 6 * 3600.0
    study_seconds: float = 3600.0
    watch_seconds: float = 1800.0
    keep_results: int = 200
    keep_days: float = 30.0
    keep_studies: int = 50
    keep_study_days: float = 365.0
    keep_study_bytes: int = 4 * 1024**3
    requests_per_minute: int = 1_200
    body_bytes: int = 256 * 1024
    upload_bytes: int = 256 * 1024 * 1024
    secure_cookie: bool = False
    proxies: tuple[str, ...] = field(default=())
    schedule: bool = False
    schedule_file: str = ""
    schedule_setups: tuple[str, ...] = ()
    schedule_attempts: int = 6
    first_key: str = field(default="", repr=False)

    @property
    def home(self) -> Path:
        """The folder of the service, in TECHNIC_HOME unless another one is given."""
        return self.folder or self.settings.home / "service"

    @property
    def database_url(self) -> str:
        """Where the tables are."""
        return self.database or f"sqlite:///{self.home / 'service.db'}"

    @property
    def results(self) -> Path:
        """The folder of results, one folder each."""
        return self.home / "results"

    @property
    def studies(self) -> Path:
        """The folder of studies, one folder each; apart from results, which are kept otherwise."""
        return self.home / "studies"

    @property
    def uploads(self) -> Path:
        """The folder of files that were uploaded."""
        return self.home / "uploads"

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Every name under which the service answers."""
        return (*LOOPBACK_HOSTS, *self.hosts)


def service_settings(
    settings: Settings, environ: Mapping[str, str], **given: Any
) -> ServiceSettings:
    """Read what the environment says; ``given``: options, which win where they are not None."""
    values: dict[str, Any] = {}
    for name, kind in _NUMBERS.items():
        text = environ.get(f"TECHNIC_SERVICE_{name.upper()}")
        if text:
            values[name] = _number(name, text, kind)
    for name in ("hosts", "origins", "proxies", "schedule_setups"):
        text = environ.get(f"TECHNIC_SERVICE_{name.upper()}")
        if text:
            values[name] = tuple(part.strip() for part in text.split(",") if part.strip())
    for origin in values.get("origins", ()):
        _require_origin(origin)
    for name in ("TECHNIC_SERVICE_DATABASE", "DATABASE_URL"):
        if environ.get(name):
            values.setdefault("database", environ[name])
    values["first_key"] = environ.get("TECHNIC_SERVICE_FIRST_KEY", "")
    values["schedule_file"] = environ.get("TECHNIC_SERVICE_SCHEDULE_FILE", "")
    values["schedule"] = _switch("schedule", environ.get("TECHNIC_SERVICE_SCHEDULE", ""))
    secure = environ.get("TECHNIC_SERVICE_SECURE_COOKIE", "")
    values["secure_cookie"] = secure.lower() in ("1", "true", "yes")
    outside = environ.get("RENDER_EXTERNAL_HOSTNAME")  # where Render serves it, always over TLS
    if outside:
        values["hosts"] = (*values.get("hosts", ()), outside)
        values["secure_cookie"] = True
    values.update({name: value for name, value in given.items() if value is not None})
    return replace(ServiceSettings(settings=settings), **values)


def is_loopback(host: str) -> bool:
    """Tell whether an address to bind to is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def default_port(environ: Mapping[str, str] | None = None) -> int:
    """Return the port that the platform names (``PORT``), else 8000."""
    text = (os.environ if environ is None else environ).get("PORT", "")
    return int(text) if text.isdigit() and 0 <= int(text) < 65536 else 8000


def _switch(name: str, text: str) -> bool:
    """Return whether something is on; off where nothing is said."""
    if not text:
        return False
    if text.lower() not in _SWITCH:
        raise ParameterError(f"TECHNIC_SERVICE_{name.upper()}", text, "1 or 0")
    return _SWITCH[text.lower()]


def _require_origin(text: str) -> None:
    """Refuse what no browser sends as an origin, and a star, which is every site there is."""
    if not _ORIGIN.fullmatch(text):
        allowed = "origins as https://app.example.com, with commas between them"
        raise ParameterError("TECHNIC_SERVICE_ORIGINS", text, allowed)


def _number(name: str, text: str, kind: type[int] | type[float]) -> float:
    try:
        value = kind(text)
    except ValueError:
        value = kind(0)
    if not 0 < value < 1e12:
        raise ParameterError(f"TECHNIC_SERVICE_{name.upper()}", text, "a number above 0")
    return value
