"""The words of a scan: setups, columns, functions."""

from __future__ import annotations

import contextlib
import os
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response

from technic.columns import COLUMNS
from technic.columns.aliases import alias_of
from technic.language.functions import GROUPS
from technic.language.functions.function import Function
from technic.language.functions.without_kernel import FACT_FUNCTIONS
from technic.scan.expressions.setup_document import checked_setups, setup_document
from technic.scan.expressions.vocabulary import vocabulary
from technic.service.answers.common import ERRORS
from technic.service.answers.kept import lasting_answer, stamped_answer
from technic.service.requests.caller import Reader
from technic.service.state import Service, service_of
from technic.setups import Library
from technic.setups.scan_file import SUFFIX

router = APIRouter(prefix="/v1", tags=["vocabulary"], responses=ERRORS)

Name = Annotated[str, Path(description="A setup's name.", examples=["trend_template"])]


@router.get("/setups", response_model=dict[str, Any])
def setups(request: Request, caller: Reader) -> Response:
    """List the setups, those in TECHNIC_HOME too; ``mistakes``: files that cannot be used."""
    del caller
    service = service_of(request)
    return stamped_answer(request, "setups", _own_files(service), lambda: _setups(service))


def _setups(service: Service) -> dict[str, Any]:
    """Read and check every setup, which takes a fifth of a second."""
    found, mistakes = checked_setups(_library(service))
    return {"setups": [setup_document(setup) for setup in found], "mistakes": mistakes}


def _own_files(service: Service) -> tuple[tuple[str, int, int, int], ...]:
    """Return what changes whenever a user's own setup is written, changed or deleted."""
    files = sorted((service.settings.settings.home / "setups").glob(f"*{SUFFIX}"))
    found = []
    for file in files:
        with contextlib.suppress(FileNotFoundError):  # it went meanwhile
            one = os.stat(file)
            found.append((file.name, one.st_ino, one.st_mtime_ns, one.st_size))
    return tuple(found)


@router.get("/setups/{name}")
def setup(request: Request, caller: Reader, name: Name) -> dict[str, Any]:
    """Return one setup with its conditions, parameters and columns."""
    del caller
    library = _library(service_of(request))
    if name not in library.names():
        raise HTTPException(404, f"there is no setup {name[:60]}; GET /v1/setups lists them")
    return dict(setup_document(library.get(name)))


@router.get("/columns", response_model=dict[str, Any])
def columns(request: Request, caller: Reader) -> Response:
    """List every name that a scan knows: columns with unit and expression, and all other words.

    ``fact``: null for what is no fact of a company; ``reported`` by fiscal quarters, ``known`` as
    of a day, ``counted`` in sessions, or ``priced``, made of facts and the close.
    """
    del caller
    return lasting_answer(request, "columns", _columns)


def _columns() -> dict[str, Any]:
    names = vocabulary().names
    found = []
    for name, info in names.items():
        column = COLUMNS.get(name)
        found.append(
            {
                "name": name,
                "kind": info.kind,
                "scope": info.scope,
                "description": info.description,
                "alias": alias_of(name) or None,
                "unit": info.unit or None,
                "fact": info.fact,
                "expression": (info.expression or None) if column is None else column.expression,
                "lookback": None if column is None else column.lookback,
                "default": column is not None and column.default,
            }
        )
    return {"columns": found}


@router.get("/functions", response_model=dict[str, Any])
def functions(request: Request, caller: Reader) -> Response:
    """List the functions of the scan language, by what they are about."""
    del caller
    return lasting_answer(request, "functions", _functions)


def _functions() -> dict[str, Any]:
    words = vocabulary().functions
    groups = {**GROUPS, "Facts of companies": FACT_FUNCTIONS}
    grouped = {group: [_function(one) for one in members] for group, members in groups.items()}
    known = {one["name"] for members in grouped.values() for one in members}
    more = [_function(one) for name, one in words.items() if name not in known]
    return {"groups": {**grouped, **({"Chart patterns": more} if more else {})}}


def _function(one: Function) -> dict[str, Any]:
    return {
        "name": one.name,
        "parameters": [
            {
                "name": part.name,
                "takes": part.takes,
                "default": part.default,
                "least": part.least,
                "most": part.most,
            }
            for part in one.parameters
        ],
        "returns": one.returns,
        "description": one.description,
        "source": one.source,
    }


def _library(service: Service) -> Library:
    home = service.settings.settings.home / "setups"
    return Library((home,) if home.is_dir() else ())
