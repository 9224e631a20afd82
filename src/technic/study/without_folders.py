"""A study with files by their names: what is sent to others tells nobody where they lie."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from technic.text.paths import plain_path, with_names

if TYPE_CHECKING:
    from technic.study.run import StudyResult

__all__ = ["plain_command", "plain_source", "without_folders"]

_FILES = ("data", "universe", "watchlist", "benchmark")
_EXPRESSIONS = ("where", "rating", "columns", "sort", "set", "sweep")
"""Options in which a slash divides."""
_FOLDERS = re.compile(r"""(?:[~.\w:-]*[/\\])(?:[^\s'",;]*[/\\])?(?=[^\s'",;/\\]+)""")


def plain_source(text: str) -> str:
    """Return the provider of a ledger of trials, with its file by the name alone."""
    provider, blank, path = text.partition(" ")
    return f"{provider}{blank}{plain_path(path)}"


def plain_command(text: str) -> str:
    """Return a command, or a request to the service, with files by their names."""
    head, brace, rest = text.partition("{")
    if brace and head.startswith("POST "):
        try:
            asked = json.loads(brace + rest)
        except ValueError:
            return _FOLDERS.sub("", text)
        plain = {name: _plain_value(name, value) for name, value in asked.items()}
        return text if plain == asked else head + json.dumps(plain)
    try:
        words = shlex.split(text)
    except ValueError:
        return _FOLDERS.sub("", text)
    plain_words = list(_plain_words(words))
    return text if plain_words == words else shlex.join(plain_words)


def _plain_words(words: list[str]) -> Iterator[str]:
    before = ""
    for word in words:
        name, equals, value = word.partition("=")
        if word.startswith("--") and equals:
            yield f"{name}={_plain_value(name[2:], value)}"
        else:
            yield str(_plain_value(before, word))
        before = word[2:] if word.startswith("--") else ""


def _plain_value(name: str, value: object) -> object:
    if not isinstance(value, str) or name in _EXPRESSIONS:
        return value
    return ",".join(plain_path(part) for part in value.split(","))


def without_folders(result: StudyResult) -> StudyResult:
    """Return the study with the names of its files: in data, universe, warnings and command."""
    scan, record = result.config.scan, result.trial.record
    names: dict[str, Any] = {
        name: plain_path(path) for name in _FILES if (path := getattr(scan, name))
    }
    paths = {getattr(scan, name) for name in names}
    paths |= {record.provider.partition(" ")[2], record.universe}
    warnings = tuple(with_names(text, paths) for text in result.warnings)
    entry = replace(record.entry, command=plain_command(record.entry.command))
    record = replace(
        record,
        provider=plain_source(record.provider),
        universe=plain_path(record.universe),
        entry=entry,
    )
    return replace(
        result,
        config=replace(result.config, scan=replace(scan, **names)),
        trial=replace(result.trial, record=record),
        warnings=warnings,
    )
