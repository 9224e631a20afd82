"""ScanConfig as JSON and back: what was written is read back equal, anything else is refused."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from technic.errors import InputFileError, ParameterError
from technic.scan.config import ScanConfig

__all__ = ["config_differences", "config_from_json", "config_to_json"]

SPEED_ONLY = ("runner", "block_size")
"""Keys that change no value of a result."""
_RETIRED = {
    "config.gate": ("split_share_volume", "split_turnover", "split_turnover_per_factor"),
}
"""Keys that earlier versions wrote and that nothing reads any more: rules that were replaced."""
_INFINITE = ("inf", "-inf")
_PLAIN: dict[type, tuple[tuple[type, ...], str]] = {
    str: ((str,), "text"),
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
}


def config_to_json(config: ScanConfig) -> dict[str, Any]:
    """Return the config as plain values: objects, lists, numbers, text, null."""
    plain: dict[str, Any] = _listed(dataclasses.asdict(config))
    return plain


def config_from_json(content: object, path: str) -> ScanConfig:
    """Build the config that ``config_to_json`` has written; a key that is missing has its default.

    Keys of rules that earlier versions had and this one replaced are read over.
    Raises InputFileError, naming ``path`` and the key, for an unknown key and for a value that
    the config does not allow.
    """
    config: ScanConfig = _Reader(path).read(ScanConfig, content, "config")
    return config


def config_differences(
    left: Mapping[str, Any], right: Mapping[str, Any], without: tuple[str, ...] = ()
) -> dict[str, tuple[object, object]]:
    """Return each key whose values differ, as ``filters.min_rating``, with both values.

    ``without``: keys that are not compared, beside those that only change the speed.
    """
    flat = [_flat(config) for config in (left, right)]
    left_out = (*SPEED_ONLY, *without)
    names = [
        name
        for name in {**flat[0], **flat[1]}
        if name not in left_out and not name.endswith("].path")  # where a setup was read from
    ]
    pairs = {name: (flat[0].get(name), flat[1].get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    path: str

    def read(self, kind: Any, value: object, where: str) -> Any:
        """Return ``value`` as what a field is annotated with."""
        if get_origin(kind) in (Union, types.UnionType):
            return self._union(get_args(kind), value, where)
        if get_origin(kind) is Literal:
            if value not in get_args(kind):
                raise self._refused(where, value, ", ".join(map(str, get_args(kind))))
            return value
        if get_origin(kind) is tuple:
            if not isinstance(value, list):
                raise self._refused(where, value, "a list")
            inner = get_args(kind)[0]
            return tuple(self.read(inner, item, f"{where}[{i}]") for i, item in enumerate(value))
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            return self._group(kind, value, where)
        return self._plain(kind, value, where)

    def _union(self, kinds: tuple[Any, ...], value: object, where: str) -> Any:
        if value is None and types.NoneType in kinds:
            return None
        for kind in kinds[:-1]:
            try:
                return self.read(kind, value, where)
            except InputFileError:
                continue
        left = [kind for kind in kinds if kind is not types.NoneType]
        return self.read(left[-1], value, where)

    def _group(self, kind: type, value: object, where: str) -> Any:
        if not isinstance(value, dict):
            raise self._refused(where, value, "an object")
        hints = get_type_hints(kind)
        known = [field.name for field in dataclasses.fields(kind) if field.init]
        retired = _RETIRED.get(where, ())
        value = {name: one for name, one in value.items() if name not in retired}
        for name in value:
            if name not in known:
                hint = "it was edited, or saved by another version of Technic"
                raise InputFileError(self.path, f"{where} has an unknown key {name!r}", hint=hint)
        given = {name: self.read(hints[name], value[name], f"{where}.{name}") for name in value}
        try:
            return kind(**given)
        except ParameterError as error:
            raise InputFileError(self.path, f"{where}: {error}") from error
        except TypeError as error:  # a key without a default is missing
            raise InputFileError(self.path, f"{where} is not complete: {error}") from error

    def _plain(self, kind: Any, value: object, where: str) -> Any:
        if kind is types.NoneType:
            kinds, allowed = (types.NoneType,), "null"
        elif kind in _PLAIN:
            kinds, allowed = _PLAIN[kind]  # type: ignore[assignment]
        else:
            raise TypeError(f"{where} is annotated with {kind}, which no JSON value stands for")
        if kind is float and value in _INFINITE:
            return float(str(value))
        if not isinstance(value, kinds) or (isinstance(value, bool) and kind is not bool):
            raise self._refused(where, value, allowed)
        return value

    def _refused(self, where: str, value: object, allowed: str) -> InputFileError:
        shown = f"{value!r:.60}"
        return InputFileError(self.path, f"{where} is {shown}, allowed: {allowed}")


def _listed(value: object) -> Any:
    """Turn tuples into lists, as JSON has them, and infinities into text, as it has none."""
    if isinstance(value, Mapping):
        return {str(name): _listed(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    return value


def _flat(value: object, name: str = "") -> dict[str, object]:
    """Return each plain value under its key; what has a name of its own is told apart by it."""
    if isinstance(value, Mapping):
        parts = {f"{name}.{key}" if name else str(key): item for key, item in value.items()}
    elif isinstance(value, list) and value and all(_is_named(item) for item in value):
        parts = {f"{name}[{item['name']}]": item for item in value}
    else:
        return {name: value}
    return {key: plain for part, item in parts.items() for key, plain in _flat(item, part).items()}


def _is_named(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("name"), str)
