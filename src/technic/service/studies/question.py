"""What a study is asked over HTTP: the keys of a scan, and those of a study beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from technic.errors import ParameterError
from technic.scan.config_json import config_from_json, config_to_json
from technic.scan.flat_config import FLAT_KEYS, flat_config
from technic.sessions import load_calendar, parse_day
from technic.settings import Settings

if TYPE_CHECKING:
    from technic.study.config import StudyConfig

__all__ = ["STUDY_KEYS", "study_config", "study_from_json", "study_to_json"]

STUDY_KEYS = ("from", "to", "horizon", "life", "hold", "delisting_return", "rating", "by")
"""Those of ``technic study`` that a scan does not have."""
_SETUP_KEYS = ("setup", "setups")
_RULES = ("life", "hold", "delisting_return")


def study_config(asked: Mapping[str, Any], settings: Settings, today: dt.date) -> StudyConfig:
    """Build what a study is asked; where that is nothing it is over all setups and both ratings.

    Raises UsageError, naming the key, for all that can be known before bars are read. ``today``:
    up to which year sessions are known.
    """
    from technic.scan.facts.access import FactAccess
    from technic.study.all_setups import RATINGS, all_setup_names, for_a_page
    from technic.study.config import StudyConfig
    from technic.study.outcomes import GradeRules
    from technic.study.statistics.comparisons import require_arch
    from technic.study.statistics.hit_groups import group_edges
    from technic.study.summary.rating_summary import rating_names

    given = {name: asked[name] for name in STUDY_KEYS if asked.get(name) is not None}
    keys = {name: value for name, value in asked.items() if name not in STUDY_KEYS}
    if keys.get("as_of") is not None:
        raise ParameterError("as_of", keys["as_of"], "none: from and to say which days are studied")
    unknown = next((name for name in keys if name not in FLAT_KEYS), None)
    if unknown is not None:
        allowed = f"a key of technic scan, or one of {', '.join(STUDY_KEYS)}"
        raise ParameterError("key", unknown, allowed)
    ratings = _numbers("rating", given.get("rating", ()))
    hits = keys.get("where") is not None or any(keys.get(name) for name in _SETUP_KEYS)
    if not hits and not ratings:
        ratings = RATINGS
        benchmark = bool(keys.get("benchmark") or settings.benchmark)
        source = settings.source(keys.get("provider"), keys.get("data"))
        facts = FactAccess(settings, source.simulated).is_there()
        keys["setup"] = all_setup_names(benchmark=benchmark, facts=facts)
        keys.pop("setups", None)
    config = flat_config(keys, settings)
    if len(config.setups) > 1:
        require_arch()
    first, last = _days(given, settings.home, today)
    rules = GradeRules(**{name: given[name] for name in _RULES if name in given})
    more = {"horizon": given["horizon"]} if "horizon" in given else {}
    study = StudyConfig(
        scan=config,
        first=first,
        last=last,
        rules=rules,
        ratings=ratings,
        by=_numbers("by", given.get("by", ())),
        **more,
    )
    rating_names(study)
    group_edges(study.grouped, config.benchmark)
    return for_a_page(study)


def _numbers(key: str, given: object) -> tuple[str, ...]:
    """Return the numbers that are named: one, or a list."""
    every = [given] if isinstance(given, str) else given
    if not isinstance(every, (list, tuple)) or not all(isinstance(one, str) for one in every):
        raise ParameterError(key, given, "a number of a scan, such as tech_rating, or a list")
    return tuple(every)


def _days(given: Mapping[str, Any], home: Path, today: dt.date) -> tuple[str | None, str | None]:
    """Return first and last day, which are sessions and in order where they are given."""
    if not ("from" in given or "to" in given):
        return None, None
    calendar = load_calendar(today, home)
    found = {
        name: calendar.require_session(name, parse_day(name, given[name]))
        for name in ("from", "to")
        if name in given
    }
    if len(found) == 2 and found["from"] > found["to"]:
        raise ParameterError("from", given["from"], f"at most {found['to']}, the last day")
    first, last = (str(found[name]) if name in found else None for name in ("from", "to"))
    return first, last


def study_to_json(config: StudyConfig) -> dict[str, Any]:
    """Return what a worker needs to build the study again."""
    return {
        "scan": config_to_json(config.scan),
        "first": config.first,
        "last": config.last,
        "horizon": config.horizon,
        "ratings": list(config.ratings),
        "by": list(config.by),
        "rules": {name: getattr(config.rules, name) for name in _RULES},
    }


def study_from_json(content: Mapping[str, Any]) -> StudyConfig:
    """Return the study that `study_to_json` wrote, with what its page tells."""
    from technic.study.all_setups import for_a_page
    from technic.study.config import StudyConfig
    from technic.study.outcomes import GradeRules

    study = StudyConfig(
        scan=config_from_json(content["scan"], "the request"),
        first=content["first"],
        last=content["last"],
        horizon=content["horizon"],
        ratings=tuple(content["ratings"]),
        by=tuple(content.get("by", ())),
        rules=GradeRules(**content["rules"]),
    )
    return for_a_page(study)
