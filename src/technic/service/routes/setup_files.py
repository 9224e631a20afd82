"""A setup file of what a scan asked for: to keep, to change, to pass on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from technic.errors import ParameterError
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.flat_config import FLAT_KEYS, flat_config
from technic.service.access.caller import Reader
from technic.service.answers.common import ERRORS
from technic.service.answers.plain_body import PlainObject
from technic.service.state import service_of
from technic.setups import check_setup
from technic.setups.scan_file import parse_setup
from technic.setups.write_scan_file import scan_file_text

router = APIRouter(prefix="/v1/setups", tags=["vocabulary"], responses=ERRORS)

FILTERS = {
    "min_price": "close >= {}",
    "max_price": "close <= {}",
    "min_rating": "tech_rating >= {}",
    "min_rs_rating": "rs_rating >= {}",
    "min_dollar_volume": "avg_dollar_volume_20 >= {}",
}
"""Filters as conditions: a setup has nothing but expressions."""
ELSEWHERE = ("data", "as_of", "provider")
"""Keys that say what is scanned, not what is looked for: no part of a setup."""


class SetupFileQuestion(BaseModel):
    """What the file is to hold: ``keys`` are those of a scan."""

    name: Annotated[str, Field(max_length=60, examples=["my_setup"])]
    meaning: Annotated[str, Field(min_length=1, max_length=500)]
    keys: PlainObject = Field(examples=[{"where": "close > sma(close, 50)", "min_price": 5}])
    rank_by: Annotated[str | None, Field(max_length=500)] = None


@router.post("/file")
def setup_file(request: Request, caller: Reader, asked: SetupFileQuestion) -> dict[str, Any]:
    """Return a scan's question as the text of a setup file, which has been read back once."""
    del caller
    settings = service_of(request).settings.settings
    keys = {name: value for name, value in asked.keys.items() if name not in ELSEWHERE}
    config = flat_config(keys, settings)
    content: dict[str, Any] = {"meaning": asked.meaning}
    if asked.rank_by:
        content["rank_by"] = asked.rank_by
    conditions = dict(_conditions(config))
    if not conditions:
        hint = "an expression or a filter is needed"
        raise ParameterError("keys", sorted(asked.keys), "something to look for", hint)
    parameters = {
        one.name: {"value": one.value, "meaning": one.meaning}
        for setup in config.setups
        for one in setup.parameters
    }
    content["conditions"] = conditions
    content["universe"] = dict(_universe(keys))
    content |= {f"parameters.{name}": table for name, table in parameters.items()}
    text = scan_file_text(content)
    check_setup(parse_setup(asked.name, text), vocabulary())
    return {"name": asked.name, "content": text}


def _conditions(config: Any) -> Iterator[tuple[str, str]]:
    if config.where:
        yield "where", config.where
    for setup in config.setups:
        for one in setup.conditions:
            yield f"{setup.name}_{one.name}", one.where
    for name, form in FILTERS.items():
        value = getattr(config.filters, name)
        if value is not None:
            yield name, form.format(f"{value:.10g}")
    if config.filters.signals:
        hint = "use min_rating instead"
        raise ParameterError("signal", list(config.filters.signals), "no part of a setup", hint)


def _universe(keys: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the keys that choose symbols, by the names that a setup file has for them."""
    for key, value in keys.items():
        place = FLAT_KEYS[key]
        if place[0] == "prescreen" or place == ("symbols",):
            yield place[-1], value
