"""Setup: a named scan, as plain values that can be saved with a result and read back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from technic.errors import ParameterError

__all__ = ["Setup", "SetupCondition", "SetupOption", "SetupParameter"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupParameter:
    """A number that the expressions of a setup use by name, and that a user may set."""

    name: str
    value: float
    meaning: str
    least: float = -math.inf
    most: float = math.inf

    def __post_init__(self) -> None:
        _require_name("parameter", self.name)
        if not self.least <= self.value <= self.most:
            raise ParameterError(self.name, self.value, f"{self.least:g} to {self.most:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupCondition:
    """One condition: the name it is shown by, and its expression."""

    name: str
    where: str

    def __post_init__(self) -> None:
        _require_name("condition", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupOption:
    """A field of the pre-screen's or the plan's rules that a setup sets; ``values``: as texts."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A named scan: all ``conditions`` must hold; ``rank_by`` orders what is left.

    ``rank_by``: a column or an expression, with ``:asc`` or ``:desc``. ``columns``: names, or
    ``name = expression``. ``prescreen``, ``plan``: rules it sets. ``path``: the file it was read
    from, empty for one that comes with Technic. Values only: nothing is parsed here.
    """

    name: str
    title: str
    meaning: str
    source: str
    conditions: tuple[SetupCondition, ...]
    parameters: tuple[SetupParameter, ...] = ()
    rank_by: str | None = None
    columns: tuple[str, ...] = ()
    limit: int | None = None
    universe: str | None = None
    symbols: tuple[str, ...] = ()
    watchlist: str | None = None
    prescreen: tuple[SetupOption, ...] = ()
    plan: tuple[SetupOption, ...] = ()
    path: str = ""
    overrides: bool = False

    def __post_init__(self) -> None:
        _require_name("setup", self.name)
        if not self.conditions:
            raise ParameterError("conditions", (), "at least one condition")
        for group in ("conditions", "parameters"):
            names = [one.name for one in getattr(self, group)]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ParameterError(group, twice, "each name once")

    @property
    def values(self) -> dict[str, float]:
        """The parameters' values by name."""
        return {one.name: one.value for one in self.parameters}

    def with_parameters(self, values: Mapping[str, float]) -> Setup:
        """Return the setup with other values for some parameters.

        Raises ParameterError for a parameter it does not have and for a value out of its range.
        """
        known = {one.name: one for one in self.parameters}
        for name in values:
            if name not in known:
                allowed = ", ".join(known) or "none: this setup has no parameters"
                raise ParameterError("parameter", name, allowed, f"setup {self.name}")
        changed = tuple(
            replace(one, value=float(values[one.name])) if one.name in values else one
            for one in self.parameters
        )
        return replace(self, parameters=changed)


def _require_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ParameterError(what, name, "small letters, digits and underscores, a letter first")
