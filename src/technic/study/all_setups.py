"""All setups that come with Technic: studied where nothing is named, else held beside it."""

from __future__ import annotations

from dataclasses import replace

from technic.scan.expressions.setup_document import setup_document
from technic.setups import Library, Setup
from technic.study.config import StudyConfig

__all__ = [
    "CHECK_DAYS",
    "PAGE_CHECK_DAYS",
    "RATINGS",
    "all_setup_names",
    "all_setups",
    "for_a_page",
]

CHECK_DAYS, PAGE_CHECK_DAYS = 3, 1
"""Days that are computed again where nothing else is asked for: alone, and for a page."""

RATINGS = ("tech_rating", "rs_rating")


def all_setups(*, benchmark: bool, facts: bool = False) -> tuple[Setup, ...]:
    """Return them; without a ``benchmark``, or ``facts``, those that need none."""
    there = {"needs_benchmark": benchmark, "needs_facts": facts}
    lacking = [name for name, held in there.items() if not held]
    says = ((one, setup_document(one)) for one in Library().read()[0])
    return tuple(one for one, document in says if not any(document[name] for name in lacking))


def all_setup_names(*, benchmark: bool, facts: bool = False) -> list[str]:
    """Return the names of `all_setups`."""
    return [one.name for one in all_setups(benchmark=benchmark, facts=facts)]


def for_a_page(config: StudyConfig, check_days: int = PAGE_CHECK_DAYS) -> StudyConfig:
    """Return a study with what its page tells beside the verdicts.

    The course of prices around hits, whether the past stays as it was, and where one setup or
    condition is studied which others fire with it.
    """
    scan = config.scan
    alone = len(scan.setups) == 1 or (not scan.setups and scan.where is not None)
    return replace(
        config,
        event_curve=True,
        check_days=check_days,
        beside=all_setups(benchmark=scan.benchmark is not None) if alone else (),
    )
