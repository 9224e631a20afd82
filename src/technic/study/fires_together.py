"""Which setups hit the same symbols on the same days: those studied, and others beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from technic.scan.config import DEFAULT_SORT, ScanConfig
from technic.setups import Setup, SetupCondition
from technic.study.replay.hits import Hits
from technic.study.replay.replay import Replay
from technic.study.statistics import SetupOverlap

__all__ = ["fires_together"]

CONDITION = "the_condition"


def fires_together(
    replay: Replay,
    hits: Hits,
    beside: tuple[Setup, ...],
    progress: Callable[[int, int], None] | None = None,
) -> SetupOverlap:
    """Count the hits that the setups studied have in common, and have with those ``beside`` them.

    Those beside are looked for in one more pass over the same days and symbols, whatever universe
    they ask for themselves; nothing is read of what followed their hits, so they are no trials. A
    condition or a setup that is studied is not compared with itself.
    """
    own = set(hits.owners)
    others = tuple(_conditions_alone(one) for one in beside if one.name not in own)
    if not others:
        return SetupOverlap.of(hits.owner, hits.place, hits.owners)
    config = scan_of_all(replay.config, others)
    names = (*hits.owners, *(one.name for one in others))
    shared, done = np.zeros((len(names), len(names)), np.int64), 0
    for part in replay.reopened(replay.days, config=config).met():
        for places in part.places:
            # counts below 2**24 are exact in float32, and a part has fewer places
            met = places.met.astype(np.float32)
            shared += (met @ met.T).astype(np.int64)
        done += len(part.days)
        if progress is not None:
            progress(done, len(replay.days))
    return SetupOverlap(names, shared)


def scan_of_all(scan: ScanConfig, others: tuple[Setup, ...]) -> ScanConfig:
    """Return the scan with the setups beside its own, and with nothing that only a table shows.

    Nor is anything sorted: by a column of a setup, that would be one which is gone.
    """
    studied = tuple(map(_conditions_alone, scan.setups)) or (_as_setup(scan.where or ""),)
    where = scan.where if scan.setups else None
    return replace(scan, setups=(*studied, *others), where=where, columns=(), sort=DEFAULT_SORT)


def _conditions_alone(setup: Setup) -> Setup:
    """Return a setup without what it says of universe, plans and table."""
    return replace(
        setup,
        columns=(),
        rank_by=None,
        limit=None,
        universe=None,
        symbols=(),
        watchlist=None,
        prescreen=(),
        plan=(),
    )


def _as_setup(where: str) -> Setup:
    """Return a condition as a setup, which has to have another name than a condition."""
    conditions = (SetupCondition(name=CONDITION, where=where),)
    return Setup(name=CONDITION, title=where, meaning=where, source="", conditions=conditions)
