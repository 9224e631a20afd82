"""Watch: what is watched, by which rules, and whom it tells. Values only."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from technic.errors import ParameterError
from technic.setups.setup import Setup
from technic.universe import parse_symbols
from technic.watches.quiet_hours import QuietHours

__all__ = ["MOST_WATCHES", "Schedule", "Watch", "version_of", "watch_from_json", "watch_to_json"]

Schedule = Literal["close", "bars"]
"""``close``: once the vendor's bars of a session are surely final; ``bars``: as soon as there are
bars of nearly all symbols of a session that has closed."""
MOST_WATCHES = 5_000
MOST_TEXT = 4_000
MOST_TARGETS = 20
KINDS = ("enter", "leave")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A named watch; either ``where``, a condition of the scan language, or ``setup``, a name.

    ``parameters``: values for the setup's parameters. ``leave``: a condition that ends a match;
    without it a match ends where the condition is false. ``symbols``: only these are told of.
    ``on``: which events are sent, ``enter`` and ``leave``. ``minimum``: matches of a session below
    which nothing is sent. ``rearm``: sessions in a row for which a symbol must have been out to
    enter again. ``quiet``: hours such as ``22:00-07:30`` in which nothing is sent. ``digest``: more
    events of one session than this become one message. ``chart``: send a picture of the prices
    along, where the target takes one. ``targets``: where messages go.
    """

    name: str
    where: str | None = None
    setup: str | None = None
    parameters: tuple[tuple[str, float], ...] = ()
    leave: str | None = None
    symbols: tuple[str, ...] = ()
    schedule: Schedule = "close"
    on: tuple[str, ...] = ("enter",)
    minimum: int = 1
    rearm: int = 1
    quiet: str | None = None
    digest: int = 5
    chart: bool = False
    targets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            allowed = "up to 64 letters, digits, dots, hyphens and underscores"
            raise ParameterError("name", self.name, allowed)
        if (self.where is None) == (self.setup is None):
            raise ParameterError("where", self.where, "a condition, or instead of it a setup")
        for name in ("where", "leave"):
            text = getattr(self, name)
            if text is not None and not 0 < len(text.strip()) <= MOST_TEXT:
                raise ParameterError(name, text, f"a condition, at most {MOST_TEXT:,} letters long")
        self._check_rules()
        object.__setattr__(self, "symbols", parse_symbols(self.symbols))

    def _check_rules(self) -> None:
        """Raise ParameterError for a rule that cannot be."""
        if self.schedule not in get_args(Schedule):
            raise ParameterError("schedule", self.schedule, "close or bars")
        if not self.on or not set(self.on) <= set(KINDS):
            raise ParameterError("on", ", ".join(self.on), "enter, leave or both")
        for name, least, most in (("minimum", 1, 100_000), ("rearm", 1, 1_000), ("digest", 1, 500)):
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not least <= value <= most:
                raise ParameterError(name, value, f"a whole number from {least} to {most}")
        if len(self.targets) > MOST_TARGETS:
            raise ParameterError("to", len(self.targets), f"at most {MOST_TARGETS} targets")
        if self.quiet is not None:
            QuietHours.parse(self.quiet)

    @property
    def asks(self) -> str:
        """What it asks, in one line."""
        return self.where if self.where is not None else f"setup {self.setup}"


def version_of(watch: Watch, setup: Setup, source: str) -> str:
    """Return the version of a watch: a hash of all that decides which events it has.

    ``setup``: the conditions as they stand now; ``source``: of which data. Targets, quiet hours and
    other rules of what is sent change no event, and no version.
    """
    asked = {
        "name": watch.name,
        "conditions": [one.where for one in setup.conditions],
        "parameters": sorted(setup.values.items()),
        "leave": watch.leave,
        "symbols": sorted(watch.symbols),
        "rearm": watch.rearm,
        "source": source,
    }
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def watch_to_json(watch: Watch) -> dict[str, Any]:
    """Return a watch as plain values; its targets as they were given."""
    return dataclasses.asdict(watch)


def watch_from_json(content: Mapping[str, Any]) -> Watch:
    """Return the watch of `watch_to_json`, or of what a program sends.

    Raises ParameterError for a key that a watch does not have, or a value of another kind.
    """
    names = [one.name for one in dataclasses.fields(Watch)]
    unknown = next((key for key in content if key not in names), None)
    if unknown is not None:
        raise ParameterError("watch", unknown, ", ".join(names))
    values = dict(content)
    parameters = values.pop("parameters", ())
    if isinstance(parameters, Mapping):
        parameters = tuple(parameters.items())
    for name in ("symbols", "on", "targets"):
        if name in values:
            values[name] = _texts(name, values[name])
    for name in ("name", "where", "setup", "leave", "quiet", "schedule"):
        value = values.get(name)
        if value is not None and not isinstance(value, str):
            raise ParameterError(name, value, "text")
    try:
        pairs = tuple((str(name), float(value)) for name, value in parameters)
    except (TypeError, ValueError):
        raise ParameterError("parameters", parameters, "a number for each name") from None
    return Watch(**values, parameters=pairs)


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        shown = type(value).__name__ if name == "targets" else value  # an address has keys in it
        raise ParameterError(name, shown, "a list of texts")
    return tuple(value)
