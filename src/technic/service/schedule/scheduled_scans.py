"""The scans of the schedule: those of ``schedule.toml``, and setups that the settings name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from technic.errors import InputFileError, ParameterError
from technic.scan.config import ScanConfig
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.scan.flat_config import flat_config
from technic.settings import Settings

__all__ = ["FILE_NAME", "ScheduledScan", "load_scans", "scan_config"]

FILE_NAME = "schedule.toml"
DEFAULT = "all"
"""Name of the one scan where nothing is configured: everything as ``technic scan`` does it."""
MOST_SCANS = 50
_MOST_BYTES = 256 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ -]{0,59}")
_BY_THE_SCHEDULE = ("as_of", "provider", "data")
"""Keys that the schedule itself settles: the session, and the provider that is synced."""


@dataclass(frozen=True, slots=True)
class ScheduledScan:
    """A scan by its name; ``keys``: those of ``technic scan``, as a request would have them."""

    name: str
    keys: Mapping[str, Any]


def load_scans(
    file: Path, setups: Sequence[str], *, required: bool, default: bool = True
) -> tuple[ScheduledScan, ...]:
    """Return the scans of ``file``, then one for each of ``setups``; else the default alone.

    ``default``: whether there is one where nothing is configured.

    ``required``: somebody named the file, so it has to be there. Raises InputFileError and
    ParameterError for what is wrong with the file as a whole; a scan's keys are judged apart.
    """
    scans = [*_of_file(file, required=required)]
    named = {scan.name for scan in scans}
    for name in setups:
        if name in named:
            allowed = "names that stand once, there and in the file"
            raise ParameterError("TECHNIC_SERVICE_SCHEDULE_SETUPS", name, allowed)
        named.add(name)
        scans.append(ScheduledScan(name, {"setups": [name]}))
    if len(scans) > MOST_SCANS:
        raise ParameterError("scans", len(scans), f"at most {MOST_SCANS} on a schedule")
    return tuple(scans) or ((ScheduledScan(DEFAULT, {}),) if default else ())


def scan_config(scan: ScheduledScan, session: str, settings: Settings) -> ScanConfig:
    """Return the config of a scan as of ``session``; UsageError says what is wrong with it."""
    for key in _BY_THE_SCHEDULE:
        if key in scan.keys:
            hint = "TECHNIC_PROVIDER and TECHNIC_DATA say whose bars, the exchange says which day"
            raise ParameterError(key, scan.keys[key], "no key of a scan on a schedule", hint)
    config = flat_config(scan.keys, settings)
    scan_expressions(config)
    return replace(config, as_of=session)


def _of_file(file: Path, *, required: bool) -> list[ScheduledScan]:
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        if required:
            raise InputFileError(str(file), "is not there") from None
        return []
    except OSError as error:
        raise InputFileError(str(file), f"cannot be read: {error.strerror}") from error
    if len(text) > _MOST_BYTES:
        raise InputFileError(
            str(file), f"has {len(text):,} bytes, at most {_MOST_BYTES:,} are read"
        )
    try:
        content = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputFileError(str(file), f"not valid TOML: {error}") from error
    scans = content.pop("scans", {})
    if content:
        hint = "each scan is a table such as [scans.leaders]"
        raise InputFileError(str(file), f"has {next(iter(content))!r} beside scans", hint=hint)
    if not isinstance(scans, dict):
        raise InputFileError(str(file), "has a 'scans' that is no table", hint="write [scans.NAME]")
    return [_checked(file, name, keys) for name, keys in scans.items()]


def _checked(file: Path, name: str, keys: object) -> ScheduledScan:
    if not _NAME.fullmatch(name):
        reason = f"names a scan {name[:60]!r}"
        hint = "letters, digits, blanks, _ and - are allowed, 60 at most"
        raise InputFileError(str(file), reason, hint=hint)
    if not isinstance(keys, dict):
        reason = f"says {name} without keys"
        raise InputFileError(str(file), reason, hint=f"write [scans.{name}] and keys below it")
    return ScheduledScan(name, keys)
