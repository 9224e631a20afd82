"""Options of scans and studies that technic.toml sets: a line is a default, what is typed wins."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import typer

from technic.cli.options.gate_options import GateOptions
from technic.cli.options.language_options import LanguageOptions
from technic.cli.options.options import (
    DataOptions,
    FilterOptions,
    PlanOptions,
    UniverseOptions,
)
from technic.cli.options.study_options import StudyOptions
from technic.cli.options.table_options import TableOptions
from technic.errors import ParameterError
from technic.settings import SCAN_KEYS, STUDY_KEYS
from technic.text.amounts import amount_of

__all__ = ["SCAN_OPTIONS", "STUDY_OPTIONS", "FileOption", "in_force", "with_defaults"]

GROUPS = (
    *(DataOptions, UniverseOptions, FilterOptions, GateOptions, PlanOptions),
    *(LanguageOptions, TableOptions),
)
Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class FileOption:
    """An option that technic.toml can set: the field it fills, what it takes, its help."""

    field: str
    kind: Any
    info: Any

    def value(self, key: str, given: Any) -> Any:
        """Return what a line of the file means; ParameterError where it is of no use."""
        try:
            return _converted(self.kind, given, self.info.parser)
        except (typer.BadParameter, ValueError, TypeError) as error:
            raise ParameterError(f"{key} in technic.toml", given, _allowed(self.kind)) from error


def _options(groups: Sequence[type], keys: Sequence[str]) -> Mapping[str, FileOption]:
    found = {}
    for group in groups:
        for name, hint in get_type_hints(group, include_extras=True).items():
            kind, info = get_args(hint)
            declared = [one for one in (info.default, *(info.param_decls or ())) if one]
            named = next((one for one in declared if str(one).startswith("--")), f"--{name}")
            key = named.removeprefix("--").partition("/")[0].replace("-", "_")
            if key in keys:
                found[key] = FileOption(name, kind, info)
    return types.MappingProxyType(found)


SCAN_OPTIONS = _options(GROUPS, SCAN_KEYS)
"""Each key of technic.toml that is an option of these groups."""
STUDY_OPTIONS = _options((StudyOptions,), STUDY_KEYS)
"""Each key of its table ``[study]``."""


def with_defaults(
    group: Group, defaults: Mapping[str, Any], options: Mapping[str, FileOption] = SCAN_OPTIONS
) -> Group:
    """Return a group of options with the file's values where nothing was typed."""
    names = {field.name for field in dataclasses.fields(group)}  # type: ignore[arg-type]
    given = {
        option.field: option.value(key, defaults[key])
        for key, option in options.items()
        if key in defaults and option.field in names and _not_typed(getattr(group, option.field))
    }
    changed: Group = dataclasses.replace(group, **given)  # type: ignore[type-var]
    return changed


def _not_typed(value: object) -> bool:
    return value is None or value is False


def in_force(typed: Any, key: str, defaults: Mapping[str, Any], kind: type) -> Any:
    """Return what was typed for an option of the command itself, else the file's value."""
    if typed is not None or key not in defaults:
        return typed
    value = defaults[key]
    if isinstance(value, tuple) and kind is str:
        value = ",".join(map(str, value))
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ParameterError(f"{key} in technic.toml", value, _allowed(kind))
    return value


def _converted(kind: Any, given: Any, parser: Callable[[str], Any] | None) -> Any:
    """Return a value of the file as what an option takes."""
    if get_origin(kind) in (Union, types.UnionType):
        (kind,) = (part for part in get_args(kind) if part is not type(None))
    if parser is not None:
        return parser(_plain(given))
    if get_origin(kind) is list:
        values = given if isinstance(given, tuple) else (given,)
        return [_plain(value) for value in values]
    if get_origin(kind) is Literal:
        if given not in get_args(kind):
            raise ValueError(given)
        return given
    if kind is bool:
        if not isinstance(given, bool):
            raise TypeError(given)
        return given
    if kind in (int, float):
        value = amount_of(_plain(given))
        if kind is int and not value.is_integer():
            raise ValueError(given)
        return kind(value)
    return Path(str(given)).expanduser() if kind is Path else _plain(given)


def _plain(given: Any) -> str:
    """Return a text or a number as text; TypeError for anything else."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise TypeError(given)
    text = str(given)
    return str(Path(text).expanduser()) if text.startswith("~") else text


def _allowed(kind: Any) -> str:
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is Literal:
        return ", ".join(get_args(kind))
    if get_origin(kind) is list:
        return "a text, or a list of texts"
    return {
        bool: "true or false",
        int: "a whole number",
        float: "a number, such as 10, 2.5M or 2%",
    }.get(kind, "a text")
