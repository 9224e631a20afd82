"""Keywords of a scan's rules without their group: ``ScanConfig(min_price=10)``.

A keyword that is a field of one group alone goes there. What is no field at all is refused with
the name that is meant.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from typing import Any

from technic.errors import ParameterError

__all__ = ["OPTION_NAMES", "FlatKeywords"]

OPTION_NAMES = {
    "setup": "setups",
    "min_rs": "min_rs_rating",
    "signal": "signals",
    "min_success": "min_success_pct",
    "exchange": "exchanges",
    "country": "countries",
    "sector": "sectors",
    "exclude_sector": "exclude_sectors",
    "industry": "industries",
    "exclude_industry": "exclude_industries",
    "symbol_pattern": "symbol_patterns",
    "skip_gate": "skip",
}
"""Names of options beside the names of the fields that they set."""


class FlatKeywords(type):
    """The type of a config whose fields are groups of rules, each a dataclass with defaults."""

    def __call__(cls, *values: Any, **given: Any) -> Any:
        """Make a config; raises ParameterError for a keyword that nobody knows."""
        if values:
            example = "keywords, such as ScanConfig(data='prices.csv', min_price=10)"
            raise ParameterError("config", values[0], example)
        fields: dict[str, Any] = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        flat = {name: value for name, value in given.items() if name not in fields}
        if not flat:
            return super().__call__(**given)
        groups = {
            name: field.default_factory
            for name, field in fields.items()
            if dataclasses.is_dataclass(field.default_factory)
        }
        return super().__call__(**_grouped(given, flat, groups, tuple(fields)))


def _grouped(
    given: Mapping[str, Any],
    flat: Mapping[str, Any],
    groups: Mapping[str, Any],
    fields: tuple[str, ...],
) -> dict[str, Any]:
    """Return the keywords with each flat one in its group."""
    members = {
        member.name: group for group, kind in groups.items() for member in dataclasses.fields(kind)
    }
    whole = {name: value for name, value in given.items() if name not in flat}
    for name, value in flat.items():
        group = members.get(name)
        if group is None:
            raise _unknown(name, value, (*fields, *members))
        rules = whole.get(group, groups[group]())
        if not isinstance(rules, groups[group]):
            raise ParameterError(group, rules, f"{groups[group].__name__}(...)")
        whole[group] = dataclasses.replace(rules, **{name: value})
    return whole


def _unknown(name: str, value: object, known: tuple[str, ...]) -> ParameterError:
    """Say what may have been meant: the field that an option sets, else a name that is near."""
    near = [OPTION_NAMES[name]] if name in OPTION_NAMES else []
    near = near or difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "help(ScanConfig) lists them"
    return ParameterError(name, value, "the name of a field of the config or its rules", hint)
