"""What a plan or a sync is about: whose bars of which sessions, and the requests they take."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from technic.cli.options.config import Choices, scan_config
from technic.cli.options.language_options import LanguageOptions
from technic.cli.options.options import (
    DataOptions,
    FetchOptions,
    FilterOptions,
    GateOptions,
    PlanOptions,
    UniverseOptions,
)
from technic.cli.render.console import note
from technic.data_engine.interfaces.coverage import Coverage, Gaps
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.planning.plan import Plan, make_plan
from technic.data_engine.planning.savings import Savings, prescreen_savings
from technic.data_engine.providers.vendors.loopback import UNLIMITED
from technic.data_engine.sync.store_provider import StoredProvider
from technic.data_engine.sync.syncer import new_york_date
from technic.scan.context import choose_universe, open_context
from technic.scan.expressions import ScanExpressions, scan_expressions
from technic.settings import load_settings
from technic.typing import DateArray
from technic.universe import Prescreened, Universe, prescreen

__all__ = ["Planned", "Wanted", "find_wanted", "make_planned", "nothing_planned"]

QUARANTINE = "quarantined"
"""Symbols of the store that failed lately count as removed by a rule of this name."""


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Bars of ``symbols``, those that the pre-screen leaves, on ``sessions``."""

    provider: Provider
    universe: Universe
    screened: Prescreened
    symbols: tuple[str, ...]
    sessions: DateArray
    rate: float | None
    expressions: ScanExpressions

    @property
    def as_of(self) -> str:
        """The last session."""
        return str(self.sessions[-1])

    @property
    def removed(self) -> dict[str, list[str]]:
        """Symbols that each pre-screen rule took out, by rule."""
        out: dict[str, list[str]] = {rule: [] for rule in self.screened.removed}
        for symbol, rule in zip(self.universe.symbols, self.screened.rule, strict=True):
            if rule is not None:
                out[rule].append(symbol)
        return out

    def facts(self) -> dict[str, object]:
        """What programs should know about it."""
        return {
            "provider": self.provider.name,
            "simulated": self.provider.simulated,
            "as_of": self.as_of,
            "first_session": str(self.sessions[0]),
            "sessions": len(self.sessions),
            "universe": {"size": len(self.universe), "source": self.universe.source},
            "symbols": len(self.symbols),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A plan, what it is for, and what the pre-screen saves; ``store``: None for an empty one.

    ``removed``: symbols that are not asked for, by rule.
    """

    wanted: Wanted
    plan: Plan
    removed: Mapping[str, Sequence[str]]
    savings: Savings
    cells: int
    store: str | None
    note: str = ""

    def document(self) -> dict[str, object]:
        """The object that ``technic plan --format json`` prints."""
        savings, wanted = self.savings, self.wanted
        return {
            **self.plan.summary(),
            **wanted.facts(),
            "bars_needed": wanted.expressions.lookback,
            "bars_to_settle": wanted.expressions.stable_after,
            "not_settled": [
                {"expression": one.expression, "bars_needed": one.bars_needed, "bars": one.bars}
                for one in wanted.expressions.not_settled(len(wanted.sessions))
            ],
            "missing_cells": self.cells,
            "requests_per_minute": wanted.rate,
            "prescreen": {
                "without": savings.without_rules,
                "with": savings.with_rules,
                "saved": savings.saved,
                "by_rule": dict(savings.by_rule),
                "removed": {rule: len(symbols) for rule, symbols in self.removed.items()},
                "off": dict(wanted.screened.off),
            },
            "store": self.store,
            "note": self.note,
        }


def find_wanted(
    fetch: FetchOptions,
    universe: UniverseOptions,
    language: LanguageOptions | None = None,
    *,
    quiet: bool,
) -> Wanted:
    """Open the provider and settle symbols and sessions as a scan with these options does.

    A vendor is asked for its listings unless a universe is named; a note says so.
    """
    settings = load_settings(os.environ, Path.cwd())
    data = DataOptions(provider=fetch.provider, as_of=fetch.as_of)
    said = language or LanguageOptions()
    choices = Choices(data, universe, FilterOptions(), GateOptions(), PlanOptions(), said)
    config = scan_config(choices, settings)
    expressions = scan_expressions(config)
    context = open_context(config, settings, dt.datetime.now(dt.UTC), bars=expressions.sessions)
    provider = context.provider
    if isinstance(provider, StoredProvider) and config.universe is None:
        note(f"asking {provider.name} for its listings; --universe FILE avoids that", quiet=quiet)
    listed = choose_universe(config, provider)
    screened = prescreen(listed, config.prescreen)
    calendar, as_of = context.calendar, context.as_of
    sessions = (
        calendar.last(fetch.days, as_of) if fetch.days else calendar.between(context.start, as_of)
    )
    return Wanted(
        provider,
        listed,
        screened,
        listed.take(screened.kept).symbols,
        sessions,
        _capabilities(provider).requests_per_minute,
        expressions,
    )


def make_planned(wanted: Wanted) -> Planned:
    """Plan what is missing, and count what the pre-screen saves; asks nobody anything.

    The demo market needs no request: it is planned as a cold start of the loopback provider, which
    offers the same market over HTTP.
    """
    provider = wanted.provider
    everybody, sessions = wanted.universe.symbols, wanted.sessions
    removed = wanted.removed
    if isinstance(provider, StoredProvider):
        syncer = provider.syncer
        today = new_york_date(syncer.now())
        coverage, store = syncer.store.coverage(), syncer.store.url
        plan = syncer.plan(wanted.symbols, sessions)
        held = set(syncer.store.quarantined(syncer.now()))
        removed[QUARANTINE] = [symbol for symbol in wanted.symbols if symbol in held]
        text = ""
    else:
        today, coverage, store = provider.last_session(), Coverage.none(), None
        plan = make_plan(coverage.missing(wanted.symbols, sessions), UNLIMITED, today)
        text = (
            "the demo provider makes its bars without a request; this is the plan for the same "
            "market over HTTP (technic marketsim), from an empty store"
        )
    gaps = coverage.missing(everybody, sessions)
    left = gaps.without({symbol for symbols in removed.values() for symbol in symbols})
    savings = prescreen_savings(gaps, removed, _capabilities(provider), today)
    return Planned(wanted, plan, removed, savings, left.cells, store, text)


def nothing_planned() -> dict[str, object]:
    """The object that is printed for files, which are read and never asked."""
    day, today = np.empty(0, "datetime64[D]"), np.datetime64("2000-01-03", "D")
    gaps = Gaps.of((), day, np.empty((0, 0), bool))
    summary = make_plan(gaps, UNLIMITED, today).summary()
    return {**summary, "provider": "files", "note": "files need no requests"}


def _capabilities(provider: Provider) -> Capabilities:
    if isinstance(provider, StoredProvider):
        return provider.syncer.remote.capabilities
    return UNLIMITED
