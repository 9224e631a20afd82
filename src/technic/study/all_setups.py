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


def all_setups(*, benchmark: bool) -> tuple[Setup, ...]:
    """Return them; without a ``benchmark`` those that need none."""
    found, _ = Library().read()
    return tuple(one for one in found if benchmark or not setup_document(one)["needs_benchmark"])


def all_setup_names(*, benchmark: bool) -> list[str]:
    """Return the names of `all_setups`."""
    return [one.name for one in all_setups(benchmark=benchmark)]


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
