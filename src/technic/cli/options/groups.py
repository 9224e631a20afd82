"""Options that several commands share, declared once as dataclasses.

A command takes a group as one parameter; ``expand_groups`` shows Typer the single options instead
and puts the groups together again before the command runs.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import get_type_hints

__all__ = ["expand_groups"]


def expand_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Return ``command`` with each dataclass parameter replaced by the fields it is made of."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type] = {}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        kind = hints[name]
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            groups[name] = kind
            parameters.extend(_fields(kind))
        else:
            parameters.append(parameter.replace(annotation=kind))

    @functools.wraps(command)
    def run(**values: object) -> None:
        whole: dict[str, object] = {}
        for name, group in groups.items():
            own = {field.name: values.pop(field.name) for field in dataclasses.fields(group)}
            whole[name] = group(**own)
        command(**whole, **values)

    # Typer reads signature and annotations; keyword-only ones need no order of defaults.
    keyword = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
    run.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in keyword}
    del run.__wrapped__  # it would lead inspect back to the groups
    return run


def _fields(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )
        for field in dataclasses.fields(group)
    ]
