"""Scan files: a setup as a TOML file, which people write, copy and pass on.

A file is read strictly: a key that nobody knows, a value of the wrong kind, a parameter that no
expression uses, or an expression that is none is refused in one sentence that names file and key.
docs/setups.md describes the keys.
"""

from __future__ import annotations

import itertools
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from technic.errors import ExpressionError, InputFileError, ParameterError
from technic.language import parse
from technic.language.syntax.tokens import tokens
from technic.setups.apply import with_options
from technic.setups.setup import Setup, SetupCondition, SetupOption, SetupParameter
from technic.universe import PrescreenRules

__all__ = ["SUFFIX", "load_setup", "located", "parse_setup", "split_column"]

SUFFIX = ".toml"
KEYS = ("title", "meaning", "source", "rank_by", "columns", "limit", "where", "overrides")
TABLES = ("parameters", "conditions", "universe", "plan")
_COLUMN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*=(?!=)(.*)", re.DOTALL)


def load_setup(path: str | PathLike[str]) -> Setup:
    """Read a scan file; the setup is named as the file.

    Whether its expressions mean something is told by ``check_setup``, or by the scan. Raises
    InputFileError for a file that is none, ExpressionError for an expression that cannot be read.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InputFileError(str(file), error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise InputFileError(str(file), "not text in UTF-8") from error
    return parse_setup(file.stem, text, str(file))


def parse_setup(name: str, text: str, path: str = "") -> Setup:
    """Return the setup that the text of a scan file describes; ``path``: empty for a built-in."""
    where = path or f"{name}{SUFFIX}"
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputFileError(where, f"not valid TOML: {error}") from error
    try:
        setup = _Reader(content, Path(where).parent).setup(name, path)
        _check_expressions(setup, where)
    except ParameterError as error:
        raise InputFileError(where, str(error)) from error
    return setup


def split_column(text: str) -> tuple[str, str]:
    """Split ``name = expression``; the name is empty where there is only an expression."""
    found = _COLUMN.fullmatch(text)
    return (found[1], found[2].strip()) if found else ("", text.strip())


class _Reader:
    """Reads the keys of one file; raises ParameterError that names the key."""

    def __init__(self, content: Mapping[str, Any], folder: Path) -> None:
        self._content, self._folder = content, folder
        _known(content, (*KEYS, *TABLES), "")
        for key in TABLES:
            if not isinstance(content.get(key, {}), dict):
                raise ParameterError(key, content[key], f"a table: [{key}]")

    def setup(self, name: str, path: str) -> Setup:
        content = self._content
        universe = dict(content.get("universe", {}))
        file, watchlist = (self._beside(universe, key) for key in ("file", "watchlist"))
        symbols = _texts("universe.symbols", universe.pop("symbols", []))
        prescreen = tuple(_options("universe", universe))
        with_options(PrescreenRules(), prescreen)
        return Setup(
            name=name,
            title=_text("title", content.get("title", name.replace("_", " ").capitalize())),
            meaning=_text("meaning", content.get("meaning")),
            source=_text("source", content.get("source", "")),
            conditions=tuple(self._conditions()),
            parameters=tuple(self._parameters()),
            rank_by=_text("rank_by", content["rank_by"]) if "rank_by" in content else None,
            columns=_texts("columns", content.get("columns", [])),
            limit=self._limit(),
            universe=file,
            symbols=symbols,
            watchlist=watchlist,
            prescreen=prescreen,
            plan=tuple(_options("plan", content.get("plan", {}))),
            path=path,
            overrides=_true_or_false("overrides", content.get("overrides", False)),
        )

    def _conditions(self) -> Iterator[SetupCondition]:
        where, named = self._content.get("where"), self._content.get("conditions", {})
        if (where is None) == (not named):
            raise ParameterError("where", where, "one of where = '...' and [conditions], not both")
        if where is not None:
            yield SetupCondition(name="where", where=_text("where", where))
        for name, text in named.items():
            yield SetupCondition(name=name, where=_text(f"conditions.{name}", text))

    def _parameters(self) -> Iterator[SetupParameter]:
        for name, table in self._content.get("parameters", {}).items():
            key = f"parameters.{name}"
            if not isinstance(table, dict):
                allowed = "{value = 70, least = 1, most = 99, meaning = '...'}"
                raise ParameterError(key, table, allowed)
            _known(table, ("value", "least", "most", "meaning"), f"{key}.")
            yield SetupParameter(
                name=name,
                value=_number(f"{key}.value", table.get("value")),
                least=_number(f"{key}.least", table.get("least", -math.inf), endless=True),
                most=_number(f"{key}.most", table.get("most", math.inf), endless=True),
                meaning=_text(f"{key}.meaning", table.get("meaning")),
            )

    def _limit(self) -> int | None:
        limit = self._content.get("limit")
        if limit is not None and (not isinstance(limit, int) or limit < 1 or limit is True):
            raise ParameterError("limit", limit, "a whole number from 1")
        return limit

    def _beside(self, table: dict[str, Any], key: str) -> str | None:
        """Take a file's name out of a table; it lies beside the scan file unless absolute."""
        if key not in table:
            return None
        path = Path(_text(f"universe.{key}", table.pop(key))).expanduser()
        return str(self._folder / path)


def _options(table: str, content: Mapping[str, Any]) -> Iterator[SetupOption]:
    for name, value in content.items():
        key = f"{table}.{name}"
        if isinstance(value, list):
            yield SetupOption(name=name, values=_texts(key, value))
        elif isinstance(value, bool):
            yield SetupOption(name=name, values=("true" if value else "false",))
        elif isinstance(value, str | int | float):
            yield SetupOption(name=name, values=(str(value),))
        else:
            raise ParameterError(key, value, "a number, a text, true, false or a list of texts")


def _known(table: Mapping[str, Any], keys: tuple[str, ...], prefix: str) -> None:
    for key, value in table.items():
        if key not in keys:
            raise ParameterError(f"{prefix}{key}", value, f"one of the keys {', '.join(keys)}")


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or (not value.strip() and key != "source"):
        raise ParameterError(key, value, "a text")
    return value.strip()


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise ParameterError(key, value, "a list of texts")
    return tuple(value)


def _number(key: str, value: object, *, endless: bool = False) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not (endless or math.isfinite(value)) or value != value:  # type: ignore[arg-type]
        raise ParameterError(key, value, "a number")
    return float(value)  # type: ignore[arg-type]


def _true_or_false(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ParameterError(key, value, "true or false")
    return value


def _check_expressions(setup: Setup, where: str) -> None:
    """Parse every expression and see that every parameter stands in one."""
    used: set[str] = set()
    expressions = [(f"conditions.{one.name}", one.where) for one in setup.conditions]
    expressions += [("columns", split_column(text)[1]) for text in setup.columns]
    for key, text in expressions:
        try:
            parse(text, setup.values)
            used |= set(_names(text))
        except ExpressionError as error:
            raise located(error, where, key) from error
    for parameter in setup.parameters:
        if parameter.name not in used:
            allowed = "a parameter that a condition or a column uses"
            raise ParameterError(f"parameters.{parameter.name}", parameter.value, allowed)


def _names(text: str) -> Iterator[str]:
    """Yield the names in an expression; the name of an argument is none."""
    words = tokens(text)
    for word, after in itertools.pairwise(words):
        if word.kind == "name" and after.value != "=":
            yield str(word.value)


def located(error: ExpressionError, where: str, key: str) -> ExpressionError:
    """Return an error that names the file and the key as well; it points at the same place."""
    return ExpressionError(error.text, error.place, f"{where}, {key}: {error.reason}", error.hint)
