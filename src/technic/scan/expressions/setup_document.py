"""Setups as programs read them: which can be asked for, each as plain values with its needs."""

from __future__ import annotations

import math
from typing import Any

from technic.errors import UsageError
from technic.language.analysis.facts import fact_leaves
from technic.language.analysis.requirements import requirements
from technic.language.syntax.nodes import Name, walk
from technic.scan.expressions.vocabulary import vocabulary
from technic.scoring import BENCHMARK_COLUMNS
from technic.setups import Library, Setup, check_setup
from technic.trade_plan import PlanRules

__all__ = ["checked_setups", "setup_document"]


def checked_setups(library: Library) -> tuple[list[Setup], list[str]]:
    """Return the setups that a scan can ask for, and a sentence on each file that it cannot."""
    read, errors = library.read()
    found: list[Setup] = []
    mistakes = [str(error) for error in errors]
    for setup in read:
        try:
            check_setup(setup, vocabulary(), PlanRules())
        except UsageError as error:
            mistakes.append(str(error))
        else:
            found.append(setup)
    return found, mistakes


def setup_document(setup: Setup) -> dict[str, Any]:
    """Return a setup as plain values; a range without an end has None there."""
    nodes = check_setup(setup, vocabulary())
    needs = requirements(nodes.values(), vocabulary())
    names = {one.name for node in nodes.values() for one in walk(node) if isinstance(one, Name)}
    return {
        "name": setup.name,
        "title": setup.title,
        "meaning": setup.meaning,
        "source": setup.source,
        "parameters": [
            {
                "name": one.name,
                "value": one.value,
                "least": one.least if math.isfinite(one.least) else None,
                "most": one.most if math.isfinite(one.most) else None,
                "meaning": one.meaning,
            }
            for one in setup.parameters
        ],
        "conditions": [{"name": one.name, "where": one.where} for one in setup.conditions],
        "rank_by": setup.rank_by,
        "columns": list(setup.columns),
        "limit": setup.limit,
        "universe": setup.universe,
        "symbols": list(setup.symbols),
        "watchlist": setup.watchlist,
        "prescreen": {one.name: list(one.values) for one in setup.prescreen},
        "plan": {one.name: list(one.values) for one in setup.plan},
        "bars": needs.lookback,
        "bars_settled": needs.stable_after,
        "needs_facts": bool(fact_leaves(nodes.values(), vocabulary())) or _priced(names),
        "needs_benchmark": not names.isdisjoint((*BENCHMARK_COLUMNS, "benchmark")),
        "path": setup.path,
        "overrides": setup.overrides,
    }


def _priced(names: set[str]) -> bool:
    """Tell whether a name is made of facts and prices."""
    known = vocabulary().names
    return any(known[name].fact == "priced" for name in names)
