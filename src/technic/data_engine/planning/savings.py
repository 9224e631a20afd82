"""How many requests pre-screening saves: counted from plans, never assumed.

Where one whole-market day answers for everybody, taking symbols out saves nothing, and 0 is said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from technic.data_engine.interfaces.coverage import Gaps
from technic.data_engine.interfaces.requests import Capabilities, Frequency
from technic.data_engine.planning.plan import make_plan

__all__ = ["Savings", "prescreen_savings"]


@dataclass(frozen=True, slots=True)
class Savings:
    """HTTP requests for the whole universe, for the symbols left, and what each rule saves.

    ``by_rule``: requests that come on top when the symbols this rule removed are fetched after all
    and those of every other rule are not. Together they may save more or less than the sum.
    """

    without_rules: int
    with_rules: int
    by_rule: Mapping[str, int]

    @property
    def saved(self) -> int:
        """Requests that all rules together save."""
        return self.without_rules - self.with_rules


def prescreen_savings(
    gaps: Gaps,
    removed: Mapping[str, Collection[str]],
    capabilities: Capabilities,
    today: np.datetime64,
    *,
    freq: Frequency = "daily",
) -> Savings:
    """Count the requests that each pre-screen rule saves.

    ``gaps`` are those of the whole universe; ``removed`` names the symbols each rule took out.
    """

    def requests(symbols_out: Collection[str]) -> int:
        return make_plan(gaps.without(symbols_out), capabilities, today, freq=freq).http_requests

    out = frozenset().union(*removed.values())
    everything, kept = requests(()), requests(out)
    missing = frozenset(gaps.symbols)
    by_rule = {}
    for rule, symbols in removed.items():
        # A rule can save no more than all of them, and nothing where its symbols miss nothing.
        idle = everything == kept or missing.isdisjoint(symbols)
        by_rule[rule] = 0 if idle else requests(out.difference(symbols)) - kept
    return Savings(everything, kept, by_rule)
