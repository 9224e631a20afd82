"""A setup file of what a scan asked for: to keep, to change, to pass on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from technic.errors import ParameterError
from technic.scan.expressions.vocabulary import vocabulary
from technic.scan.flat_config import FLAT_KEYS, flat_config
from technic.service.answers.common import ERRORS
from technic.service.jobs.write_new import write_new
from technic.service.requests.caller import Admin, Reader, Runner
from technic.service.requests.plain_body import PlainObject
from technic.service.state import Service, service_of
from technic.setups import Library, check_setup
from technic.setups.scan_file import parse_setup
from technic.setups.write_scan_file import scan_file_text

router = APIRouter(prefix="/v1/setups", tags=["vocabulary"], responses=ERRORS)

FILTERS = {
    "min_price": "close >= {}",
    "max_price": "close <= {}",
    "min_rating": "tech_rating >= {}",
    "min_rs_rating": "rs_rating >= {}",
    "min_dollar_volume": "avg_dollar_volume_20 >= {}",
    "min_days_to_earnings": "days_to_earnings >= {}",
}
"""Filters as conditions: a setup has nothing but expressions."""
MOST_SETUPS = 200
Name = Annotated[str, InPath(max_length=60, pattern="^[a-z][a-z0-9_]*$", examples=["my_setup"])]
ELSEWHERE = ("data", "as_of", "provider")
"""Keys that say what is scanned, not what is looked for: no part of a setup."""


class SetupContent(BaseModel):
    """What a setup is to hold: ``keys`` are those of a scan."""

    meaning: Annotated[str, Field(min_length=1, max_length=500)]
    keys: PlainObject = Field(examples=[{"where": "close > sma(close, 50)", "min_price": 5}])
    rank_by: Annotated[str | None, Field(max_length=500)] = None


class SetupFileQuestion(SetupContent):
    """The same with the setup's name."""

    name: Annotated[str, Field(max_length=60, examples=["my_setup"])]


@router.post("/file")
def setup_file(request: Request, caller: Reader, asked: SetupFileQuestion) -> dict[str, Any]:
    """Return a scan's question as the text of a setup file, which has been read back once."""
    del caller
    text = _file_text(service_of(request), asked.name, asked)
    return {"name": asked.name, "content": text}


@router.put("/{name}", status_code=201)
def save(request: Request, caller: Runner, name: Name, asked: SetupContent) -> dict[str, Any]:
    """Save a scan's question among the setups, for every scan of this service; 409 where one is.

    It is a file of TECHNIC_HOME/setups, which ``technic scan --setup`` has as well.
    """
    del caller
    service = service_of(request)
    text = _file_text(service, name, asked)
    folder = service.settings.settings.home / "setups"
    folder.mkdir(parents=True, exist_ok=True)
    own = sorted(folder.glob("*.toml"))
    if name in Library((folder,)).names():
        raise HTTPException(409, f"there is a setup {name} already; choose another name")
    if len(own) >= MOST_SETUPS:
        raise HTTPException(409, f"there are {len(own)} setups; delete one before another is saved")
    write_new(folder / f"{name}.toml", text)
    return {"name": name, "content": text}


@router.delete("/{name}", status_code=204)
def delete(request: Request, caller: Admin, name: Name) -> None:
    """Delete a setup that was saved; those that come with Technic stay."""
    del caller
    file = service_of(request).settings.settings.home / "setups" / f"{name}.toml"
    if not file.is_file():
        raise HTTPException(404, f"there is no saved setup {name}")
    file.unlink()


def _file_text(service: Service, name: str, asked: SetupContent) -> str:
    """Return the text of a setup file, which has been read back and checked."""
    settings = service.settings.settings
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
    if config.columns:
        content["columns"] = [text.lstrip("+") for text in config.columns]
    content["conditions"] = conditions
    content["universe"] = dict(_universe(keys))
    content |= {f"parameters.{name}": table for name, table in parameters.items()}
    text = scan_file_text(content)
    check_setup(parse_setup(name, text), vocabulary())
    return text


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
