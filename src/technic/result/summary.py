"""A result as the object that ``--format json`` prints; docs/output.md documents its keys."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from technic.result.json_values import plain_rows
from technic.version import __version__

if TYPE_CHECKING:
    from technic.result.scan_result import ScanResult

__all__ = ["summary"]


def summary(result: ScanResult, limit: int | None = None) -> dict[str, object]:
    """Return the object that ``--format json`` prints: plain values, None instead of NaN."""
    rows = result.shown(limit)
    return {
        "technic": __version__,
        "as_of": result.as_of,
        "universe": dataclasses.asdict(result.universe),
        "rs_universe": result.ranks.size,
        "data": dataclasses.asdict(result.data),
        "regime": dataclasses.asdict(result.regime),
        "stats": result.stats.as_dict(),
        "runner": dataclasses.asdict(result.runner),
        "sort": result.config.sort,
        "warnings": list(result.warnings),
        "where": result.config.where,
        "conditions": [
            {"owner": c.owner, "name": c.name, "expression": c.text, **c.counts}
            for c in result.conditions
        ],
        "columns": dict(result.expressions),
        "setups": {setup.name: list(result.met(setup.name)) for setup in result.config.setups},
        "not_settled": [dataclasses.asdict(recursion) for recursion in result.not_settled],
        "ledger": dict(result.ledger.counts),
        "rows": plain_rows(rows),
    }
