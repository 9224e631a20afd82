"""A watch as a request has it: every field bounded before anything looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from technic.scan.flat_config import flat_config
from technic.service.requests.plain_body import plain
from technic.settings import Settings
from technic.watches.compiled import check_watch
from technic.watches.sending.check import check_targets
from technic.watches.watch import MOST_TARGETS, MOST_TEXT, Watch

__all__ = ["WatchContent", "asked_watch"]

MOST_SYMBOLS = 1_000
MOST_PARAMETERS = 50
LONGEST_TARGET = 2_000

Expression = Annotated[str, Field(max_length=MOST_TEXT)]
Symbol = Annotated[str, Field(max_length=24)]
ParameterName = Annotated[str, Field(max_length=60)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Target = Annotated[str, Field(max_length=LONGEST_TARGET)]


class WatchContent(BaseModel):
    """What is watched, by which rules, whom it tells; ``where`` or instead of it ``setup``."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return plain(value) if isinstance(value, dict) else value

    where: Expression | None = None
    setup: Annotated[str, Field(max_length=60, pattern="^[a-z][a-z0-9_]*$")] | None = None
    parameters: Annotated[
        dict[ParameterName, Number],
        Field(max_length=MOST_PARAMETERS, description="Values for the setup's parameters."),
    ] = {}
    leave: Expression | None = None
    symbols: Annotated[list[Symbol], Field(max_length=MOST_SYMBOLS)] = []
    schedule: Literal["close", "bars"] = "close"
    on: Annotated[list[Literal["enter", "leave"]], Field(min_length=1, max_length=2)] = ["enter"]
    minimum: Annotated[int, Field(ge=1, le=100_000)] = 1
    rearm: Annotated[int, Field(ge=1, le=1_000)] = 1
    quiet: Annotated[str, Field(max_length=20, examples=["22:00-07:30"])] | None = None
    digest: Annotated[int, Field(ge=1, le=500)] = 5
    chart: bool = False
    targets: (
        Annotated[
            list[Target],
            Field(
                max_length=MOST_TARGETS,
                description="Where messages go. Left out: those of the watch that is replaced.",
            ),
        ]
        | None
    ) = None


def asked_watch(
    name: str,
    asked: WatchContent,
    targets: tuple[str, ...],
    settings: Settings,
    environ: Mapping[str, str],
) -> Watch:
    """Return the watch that a request asks for; UsageError names what cannot be watched.

    ``targets``: of the one of that name; they stay where the request names none.
    """
    values = asked.model_dump(exclude={"parameters", "symbols", "on", "targets"})
    watch = Watch(
        name=name,
        parameters=tuple(asked.parameters.items()),
        symbols=tuple(asked.symbols),
        on=tuple(dict.fromkeys(asked.on)),
        targets=targets if asked.targets is None else tuple(dict.fromkeys(asked.targets)),
        **values,
    )
    check_watch(watch, flat_config({}, settings), settings)
    if asked.targets is not None:
        check_targets(watch.targets, environ)
    return watch
