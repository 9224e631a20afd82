"""A ScanConfig from flat keys, as a program types them: ``{"where": ..., "min_price": 10}``.

A key is a field of ScanConfig, or of one of its groups of rules, by its own name or by the name of
the command line's option for it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

from technic.errors import InputFileError, ParameterError
from technic.scan.config import ScanConfig
from technic.scan.config_json import config_from_json, config_to_json
from technic.scan.flat_keywords import OPTION_NAMES
from technic.settings import Settings
from technic.text.amounts import amount_of
from technic.text.commas import split_at_commas
from technic.wording.nearest import nearest

__all__ = ["FLAT_KEYS", "flat_config"]

_GROUPS = ("prescreen", "gate", "weights", "signals", "plan", "filters")
_WHERE_FROM = "the request"


def _places() -> dict[str, tuple[str, ...]]:
    """Return where each flat key stands in a config's JSON."""
    places: dict[str, tuple[str, ...]] = {}
    plain = config_to_json(ScanConfig())
    for group in _GROUPS:
        for name in plain[group]:
            places.setdefault(name, (group, name))
    for field in dataclasses.fields(ScanConfig):
        if field.name not in ("weights", "signals"):
            places[field.name] = (field.name,)
    places["signals"] = ("filters", "signals")
    places |= {option: places[name] for option, name in OPTION_NAMES.items()}
    return places


FLAT_KEYS: Mapping[str, tuple[str, ...]] = _places()
"""Each key that can be given, and where it stands in a config's JSON."""


def flat_config(keys: Mapping[str, Any], settings: Settings) -> ScanConfig:
    """Build the config of flat ``keys``; what is not given is the settings', then the default.

    ``setups``: names, of which those in TECHNIC_HOME count too. Lists may be given as one text with
    commas. Raises UsageError, naming the key.
    """
    nested: dict[str, Any] = {}
    for key, value in keys.items():
        place = FLAT_KEYS.get(key)
        if place is None:
            meant = nearest(str(key), FLAT_KEYS)
            hint = f"did you mean {meant!r}?" if meant else "the keys of technic scan are allowed"
            raise ParameterError("key", str(key), "a key of technic scan", hint)
        if value is None:
            continue
        target = nested
        for part in place[:-1]:
            target = target.setdefault(part, {})
            if not isinstance(target, dict):
                raise ParameterError(place[0], target, "an object")
        if place[-1] in target and place[-1] not in _GROUPS:
            raise ParameterError(key, value, f"one of {key} and {place[-1]}")
        target[place[-1]] = _number(place, _listed(place, value))
    if "setups" in nested:
        found = _setups(nested["setups"], settings)
        nested["setups"] = config_to_json(ScanConfig(setups=found))["setups"]
    given = _with_settings(nested, settings)
    try:
        return config_from_json(given, _WHERE_FROM)
    except InputFileError as error:
        raise InputFileError(
            error.path, error.reason.replace("config.", ""), hint=error.hint
        ) from error


def _with_settings(nested: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Add what the settings say where the keys say nothing."""
    provider, data = settings.source(nested.get("provider"), nested.get("data"))
    given = {**nested, "provider": provider, "data": data}
    for name in ("universe", "benchmark"):
        given.setdefault(name, getattr(settings, name))
    if settings.adjust_by and provider == "files":
        given.setdefault("adjust_by", settings.adjust_by)
    plan = given.setdefault("plan", {})
    for name in ("account_size", "risk_pct"):
        number = settings.number(name)
        if number is not None and isinstance(plan, dict):
            plan.setdefault(name, number)
    return given


_DEFAULTS = config_to_json(ScanConfig())
_NUMBERS = frozenset(
    place
    for place in FLAT_KEYS.values()
    if (
        get_type_hints(type(getattr(ScanConfig(), place[0])) if place[1:] else ScanConfig)[
            place[-1]
        ]
        in (float, float | None)
    )
)
"""The places of numbers that may be written with units."""


def _listed(place: tuple[str, ...], value: object) -> object:
    """Return a text with commas as a list where the field is one; columns may hold commas."""
    default: Any = _DEFAULTS
    for part in place:
        default = default[part]
    if not (isinstance(default, list) and isinstance(value, str)):
        return value
    if place == ("columns",):
        return split_at_commas(value)
    return [part.strip() for part in value.split(",") if part.strip()]


def _number(place: tuple[str, ...], value: object) -> object:
    """Return a number that is written with K, M, B, T or % as one; other texts as they are."""
    if not isinstance(value, str) or place not in _NUMBERS:
        return value
    try:
        return amount_of(value)
    except ValueError:
        return value


def _setups(names: object, settings: Settings) -> tuple[Any, ...]:
    """Load setups by name alone: a path would read any file."""
    from technic.setups import load_setups

    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ParameterError("setups", names, "a list of the names of setups")
    for name in names:
        if not name.replace("_", "").isalnum():
            raise ParameterError("setups", name, "the name of a setup", "technic setups lists them")
    home = Path(settings.home) / "setups"
    return load_setups(*names, folders=(home,) if home.is_dir() else ())
