"""What a job is given to do: a question that has been checked, and the config that it asks for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from technic.scan.config_json import config_to_json
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.service.requests.asked_config import asked_config, own_files, require_provider
from technic.service.state import Service
from technic.service.studies.question import study_config, study_to_json
from technic.sessions import parse_day

__all__ = ["scan_body", "study_body"]


def scan_body(service: Service, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a scan's job is given; UsageError names what cannot be asked for."""
    config = asked_config(service, asked)
    scan_expressions(config)
    if config.as_of is not None:
        parse_day("as_of", config.as_of)
    return {"asked": asked, "config": config_to_json(config)}


def study_body(service: Service, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a study's job is given; UsageError names what cannot be asked for."""
    today = dt.datetime.fromtimestamp(service.clock(), dt.UTC).date()
    config = study_config(own_files(service, asked), service.settings.settings, today)
    require_provider(config.scan)
    scan_expressions(config.scan)
    return {"asked": asked, "config": study_to_json(config)}
