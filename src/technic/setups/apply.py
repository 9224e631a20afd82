"""What a setup says of the universe and of the plan, put into rules that the user left alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from technic.errors import ParameterError
from technic.setups.setup import Setup, SetupOption

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Rules = TypeVar("Rules", bound=DataclassInstance)

__all__ = ["agreed", "carried_over", "with_options"]

_SHARED = {
    "universe": "universe",
    "watchlist": "watchlist",
    "symbols": "list of symbols",
    "prescreen": "pre-screen",
    "plan": "trade plan",
}


def agreed(setups: Sequence[Setup], name: str) -> Any:
    """Return the one value that setups have of a field, None where none has one.

    Raises ParameterError where two differ: they cannot run in one pass.
    """
    found = [(setup.name, getattr(setup, name)) for setup in setups if getattr(setup, name)]
    if not found:
        return None
    for other, value in found[1:]:
        if value != found[0][1]:
            hint = f"{found[0][0]} and {other} differ in {name}: run them apart"
            raise ParameterError("setups", other, f"setups with the same {name}", hint)
    return found[0][1]


def carried_over(setups: Sequence[Setup]) -> Iterator[str]:
    """Yield a sentence for what one setup says and another leaves open: it holds for both."""
    for name, what in _SHARED.items():
        said = [setup.name for setup in setups if getattr(setup, name)]
        open_ = [setup.name for setup in setups if not getattr(setup, name)]
        if said and open_:
            yield f"the {what} of setup {said[0]} holds for {', '.join(open_)} too, in one pass"


def with_options(rules: Rules, options: Sequence[SetupOption]) -> Rules:
    """Return the rules with the options in the fields that still have their default."""
    if not options:
        return rules
    kind = type(rules)
    default, hints = kind(), get_type_hints(kind)
    changes: dict[str, Any] = {}
    for option in options:
        if option.name not in hints:
            raise ParameterError(option.name, ", ".join(option.values), ", ".join(hints))
        if getattr(rules, option.name) == getattr(default, option.name):
            changes[option.name] = _typed(option, str(hints[option.name]))
    return dataclasses.replace(rules, **changes)


def _typed(option: SetupOption, hint: str) -> object:
    """Read the texts of an option as what its field is annotated with."""
    if "tuple" in hint:
        return option.values
    if len(option.values) != 1:
        raise ParameterError(option.name, option.values, "one value")
    text = option.values[0]
    if "bool" in hint:
        if text not in ("true", "false"):
            raise ParameterError(option.name, text, "true or false")
        return text == "true"
    if "float" in hint or "int" in hint:
        try:
            number = float(text)
        except ValueError:
            raise ParameterError(option.name, text, "a number") from None
        return int(number) if "float" not in hint and number.is_integer() else number
    if "str" not in hint:
        raise ParameterError(option.name, text, "nothing in a setup: it is not one value")
    return text
