"""Where settings are read from: TECHNIC_* variables, two files, and profiles in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from technic.errors import InputFileError, ParameterError
from technic.settings.scan_keys import SCAN_KEYS, STUDY, STUDY_KEYS
from technic.settings.settings import Settings, settings_keys
from technic.wording.nearest import nearest

__all__ = ["FILE_NAME", "SettingValue", "load_settings", "setting_values"]

FILE_NAME = "technic.toml"
PREFIX = "TECHNIC_"
DEFAULT_HOME = ".technic"
PROFILES = "profiles"
_OTHER_NAMES = {"setups": "setup", "sectors": "sector", "signals": "signal"}
"""Keys by other names that requests to the service know as well."""


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A key that is set, its value, and where: a variable, or a file and a profile in it."""

    name: str
    value: Any
    origin: str


class _File(NamedTuple):
    path: Path
    values: dict[str, Any]
    profiles: dict[str, dict[str, Any]]


def load_settings(environ: Mapping[str, str], folder: Path, profile: str | None = None) -> Settings:
    """Read the settings from ``environ`` and from technic.toml in ``folder`` and in the home.

    ``profile``: a table ``[profiles.NAME]`` of these files whose lines win over the others; without
    it the one that TECHNIC_PROFILE or a line ``profile`` names. Raises InputFileError for a file
    that is no TOML, ParameterError for a key or a profile that nobody knows.
    """
    home, found = _found(environ, folder, profile)
    values = {one.name: one.value for one in found}
    scan = tuple((name, _frozen(values.pop(name))) for name in SCAN_KEYS if name in values)
    named = {name: f"{STUDY}.{name}" for name in STUDY_KEYS}
    study = tuple((name, values.pop(key)) for name, key in named.items() if key in values)
    others = {name: str(one) for name, one in values.items()}
    return Settings(home=home, scan=scan, study=study, **others)


def setting_values(
    environ: Mapping[str, str], folder: Path, profile: str | None = None
) -> list[SettingValue]:
    """Return each key that is set, with where that was done; a secret's value is not told."""
    home, found = _found(environ, folder, profile)
    secret = {name for name, one in settings_keys().items() if not one.repr}
    told = [
        SettingValue(one.name, "(set)", one.origin) if one.name in secret else one for one in found
    ]
    return [SettingValue("home", str(home), _origin_of_home(environ, folder)), *told]


def _found(
    environ: Mapping[str, str], folder: Path, profile: str | None
) -> tuple[Path, list[SettingValue]]:
    """Return the home and each key that is set, in the order of the keys."""
    local = _read_file(folder / FILE_NAME)
    home = environ.get(f"{PREFIX}HOME") or local.values.get("home") or Path.home() / DEFAULT_HOME
    home = Path(home).expanduser()
    files = [_read_file(home / FILE_NAME), local]
    values = {
        name: SettingValue(name, value, str(file.path))
        for file in files
        for name, value in file.values.items()
    }
    named = profile or environ.get(f"{PREFIX}PROFILE")
    if not named and "profile" in values:
        named = str(values["profile"].value)
    if named:
        values |= _of_profile(named, files)
    for name in settings_keys():
        variable = PREFIX + name.upper()
        if environ.get(variable):
            values[name] = SettingValue(name, environ[variable], variable)
    if named:
        values["profile"] = SettingValue("profile", named, "the profile in force")
    values.pop("home", None)
    order = [*settings_keys(), *SCAN_KEYS, *(f"{STUDY}.{name}" for name in STUDY_KEYS)]
    return home, [_expanded(values[name]) for name in order if name in values]


def _of_profile(name: str, files: list[_File]) -> dict[str, SettingValue]:
    """Return the keys of a profile; ParameterError where no file has it."""
    known = dict.fromkeys(one for file in files for one in file.profiles)
    if name not in known:
        allowed = ", ".join(known) or f"a table [{PROFILES}.NAME] of {FILE_NAME}: there is none"
        raise ParameterError("profile", name, allowed, "technic config path names the files")
    return {
        key: SettingValue(key, value, f"{file.path}, profile {name}")
        for file in files
        for key, value in file.profiles.get(name, {}).items()
    }


def _expanded(one: SettingValue) -> SettingValue:
    """Write the home folder in the place of ``~`` at the beginning of a value."""
    if isinstance(one.value, str) and one.value.startswith("~"):
        return SettingValue(one.name, str(Path(one.value).expanduser()), one.origin)
    return one


def _origin_of_home(environ: Mapping[str, str], folder: Path) -> str:
    if environ.get(f"{PREFIX}HOME"):
        return f"{PREFIX}HOME"
    path = folder / FILE_NAME
    return str(path) if "home" in _read_file(path).values else "default"


def _read_file(path: Path) -> _File:
    if not path.is_file():
        return _File(path, {}, {})
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputFileError(str(path), f"not valid TOML: {error}") from error
    profiles = content.pop(PROFILES, {})
    if not isinstance(profiles, dict) or not all(isinstance(p, dict) for p in profiles.values()):
        raise ParameterError(f"{PROFILES} in {path}", profiles, f"tables [{PROFILES}.NAME]")
    return _File(
        path,
        _checked(content, f"{path}"),
        {name: _checked(p, f"{path}, profile {name}", ()) for name, p in profiles.items()},
    )


def _checked(
    content: Mapping[str, Any], where: str, more: tuple[str, ...] = ("home",)
) -> dict[str, Any]:
    """Return the values by their keys; ParameterError for a key that nobody knows.

    Values are not shown: a misspelt name may hold a secret.
    """
    known = [*more, *settings_keys(), *SCAN_KEYS]
    values: dict[str, Any] = {}
    study = content.get(STUDY)
    if isinstance(study, dict):
        content = {word: value for word, value in content.items() if word != STUDY}
        values = {f"{STUDY}.{word}": value for word, value in _of_study(study, where)}
    for word, value in content.items():
        key = _OTHER_NAMES.get(word, word)
        if key not in known:
            meant = nearest(word, known)
            hint = f"did you mean {meant}?" if meant else "technic config init writes them all"
            raise ParameterError(f"{word} in {where}", type(value).__name__, "a known key", hint)
        listed = isinstance(value, list) and key in SCAN_KEYS
        if isinstance(value, dict) or (isinstance(value, list) and not listed):
            raise ParameterError(f"{word} in {where}", type(value).__name__, "one value")
        values[key] = value
    return values


def _of_study(content: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    """Yield the keys of the table of studies; ParameterError for one that it does not have."""
    for word, value in content.items():
        if word not in STUDY_KEYS:
            shown, allowed = type(value).__name__, ", ".join(STUDY_KEYS)
            raise ParameterError(f"{STUDY}.{word} in {where}", shown, allowed)
        if isinstance(value, dict | list):
            raise ParameterError(f"{STUDY}.{word} in {where}", type(value).__name__, "one value")
        yield word, value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
