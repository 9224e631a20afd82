"""The requests that a scan's bars take: planned, counted and proven, none of them made.

A ``RequestScope`` says whose bars of which sessions a scan reads; a ``RequestPlan`` adds what the
store lacks of them and the fewest requests that bring it.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from technic.data_engine.interfaces.coverage import Coverage, Gaps
from technic.data_engine.interfaces.provider import Provider
from technic.data_engine.interfaces.requests import Capabilities
from technic.data_engine.planning.plan import Plan, make_plan
from technic.data_engine.planning.savings import Savings, prescreen_savings
from technic.data_engine.providers.vendors.loopback import UNLIMITED
from technic.data_engine.sync.publication import new_york_date
from technic.data_engine.sync.store_provider import StoredProvider
from technic.scan.config import ScanConfig, checked_config
from technic.scan.context import choose_universe, load_listings, open_context, settled_universe
from technic.scan.expressions.conditions import NotSettled
from technic.scan.expressions.scan_expressions import ScanExpressions, scan_expressions
from technic.scan.windows import ScanWindows, window_sessions
from technic.settings import Settings, load_settings
from technic.text.short_repr import short_repr
from technic.typing import DateArray
from technic.universe import Prescreened, Universe, prescreen
from technic.wording.counts import count_of

__all__ = ["RequestPlan", "RequestScope", "open_scope", "plan_requests", "plan_scope"]

QUARANTINE = "quarantined"
"""Symbols of the store that failed lately count as removed by a rule of this name."""

FILES_NOTE = "files need no requests"
DEMO_NOTE = (
    "the demo provider makes its bars without a request; this is the plan for the same market over "
    "HTTP (technic marketsim), from an empty store"
)


@dataclass(frozen=True, slots=True, eq=False)
class RequestScope:
    """Whose bars of which sessions a scan reads.

    ``provider``: opened, a vendor with its store. ``universe``: who is listed, ``screened``: what
    the pre-screen made of each, ``symbols``: those it leaves. ``sessions``: trading days, oldest
    first. ``rate``: requests a minute that the provider allows, None where it states no limit.
    ``expressions``: what the scan says in the scan language, with the history it needs.
    """

    provider: Provider
    universe: Universe
    screened: Prescreened
    symbols: tuple[str, ...]
    sessions: DateArray
    rate: float | None
    expressions: ScanExpressions
    windows: ScanWindows

    @property
    def not_settled(self) -> tuple[NotSettled, ...]:
        """Recursions that the sessions of their windows do not settle."""
        first = np.searchsorted(self.sessions, [start for _, start in self.windows.starts])
        names = [window for window, _ in self.windows.starts]
        bars = {name: len(self.sessions) - int(at) for name, at in zip(names, first, strict=True)}
        return self.expressions.not_settled(bars.__getitem__)

    @property
    def as_of(self) -> str:
        """The last session, ``YYYY-MM-DD``."""
        return str(self.sessions[-1])

    @property
    def removed(self) -> dict[str, list[str]]:
        """Symbols that each pre-screen rule took out, by rule."""
        out: dict[str, list[str]] = {rule: [] for rule in self.screened.removed}
        for symbol, rule in zip(self.universe.symbols, self.screened.rule, strict=True):
            if rule is not None:
                out[rule].append(symbol)
        return out

    def document(self) -> dict[str, object]:
        """The part of ``technic plan`` and ``technic sync --format json`` that says what for."""
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
class RequestPlan:
    """The fewest requests for what is missing, and what the pre-screen saves of them.

    ``plan``: the requests, with the bound that proves them; of zero requests for files.
    ``scope``: what they are for; None for files, which are read where they are.
    ``removed``: symbols that are not asked for, by rule. ``savings``: requests that each rule
    saves. ``missing_cells``: symbol-days that the store lacks. ``store``: folder or URL of the
    store, None for an empty one that is only thought of. ``note``: a sentence for people, or "".
    """

    provider: str
    plan: Plan
    scope: RequestScope | None = None
    removed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    savings: Savings = field(default_factory=lambda: Savings(0, 0, {}))
    missing_cells: int = 0
    store: str | None = None
    note: str = ""

    def __repr__(self) -> str:
        requests = count_of(self.plan.http_requests, "request")
        return short_repr(self, self.provider, requests, self.note)

    def document(self) -> dict[str, object]:
        """The object that ``technic plan --format json`` prints; docs/syncing.md names its keys."""
        scope, savings = self.scope, self.savings
        if scope is None:
            return {**self.plan.summary(), "provider": self.provider, "note": self.note}
        return {
            **self.plan.summary(),
            **scope.document(),
            "bars_needed": scope.expressions.lookback,
            "bars_to_settle": scope.expressions.stable_after,
            "not_settled": [
                {"expression": one.expression, "bars_needed": one.bars_needed, "bars": one.bars}
                for one in scope.not_settled
            ],
            "missing_cells": self.missing_cells,
            "requests_per_minute": scope.rate,
            "prescreen": {
                "without": savings.without_rules,
                "with": savings.with_rules,
                "saved": savings.saved,
                "by_rule": dict(savings.by_rule),
                "removed": {rule: len(symbols) for rule, symbols in self.removed.items()},
                "off": dict(scope.screened.off),
            },
            "store": self.store,
            "note": self.note,
        }


def plan_requests(
    config: ScanConfig,
    *,
    settings: Settings | None = None,
    days: int | None = None,
    now: dt.datetime | None = None,
    before_listings: Callable[[str], None] | None = None,
) -> RequestPlan:
    """Plan the requests that a scan with this config would make; no bar is asked for.

    ``settings``: those of the environment and of technic.toml unless given. ``days``: sessions up
    to the scan's day; without it those that the scan loads. ``now``: the time it is. Without
    ``config.universe`` a vendor is asked for its listings; ``before_listings`` is called with its
    name before that. Files take zero requests and are not opened. Raises ParameterError for an
    unknown provider, a missing key or an ``as_of`` that is no session of the data, and
    ExpressionError for what is wrong in the scan language.
    """
    config = checked_config(config)
    settings = settings or load_settings(os.environ, Path.cwd())
    source = settings.source(config.provider, config.data)
    if source.provider == "files":
        return _no_requests(source.provider)
    return plan_scope(
        open_scope(config, settings=settings, days=days, now=now, before_listings=before_listings)
    )


def open_scope(
    config: ScanConfig,
    *,
    settings: Settings | None = None,
    days: int | None = None,
    now: dt.datetime | None = None,
    before_listings: Callable[[str], None] | None = None,
    ask_listings: bool = True,
) -> RequestScope:
    """Open the provider and settle symbols and sessions as the scan does.

    Parameters and errors are those of ``plan_requests``; files are opened too. Without
    ``ask_listings`` no real vendor is asked what it lists: what is known already has to do.
    """
    settings = settings or load_settings(os.environ, Path.cwd())
    source = settings.source(config.provider, config.data)
    config = replace(config, provider=source.provider, data=source.data)
    config = settled_universe(config, settings)
    expressions = scan_expressions(config)
    context = open_context(config, settings, now, longer=expressions.windows)
    sessions = window_sessions(context.calendar, context.windows, days)
    provider = context.provider
    if isinstance(provider, StoredProvider):
        # of a simulated market no list is kept, and it costs nobody anything
        provider.ask_listings = ask_listings or provider.simulated
    if before_listings and isinstance(provider, StoredProvider) and config.universe is None:
        before_listings(provider.name)
    universe = choose_universe(config, load_listings(config, provider, context.as_of))
    screened = prescreen(universe, config.prescreen)
    return RequestScope(
        provider=provider,
        universe=universe,
        screened=screened,
        symbols=universe.take(screened.kept).symbols,
        sessions=sessions,
        rate=_capabilities(provider).requests_per_minute,
        expressions=expressions,
        windows=context.windows,
    )


def plan_scope(scope: RequestScope) -> RequestPlan:
    """Plan what the store lacks, and count what the pre-screen saves; asks nobody anything.

    The demo market needs no request: it is planned as a cold start of the loopback provider, which
    offers the same market over HTTP.
    """
    provider, sessions, removed = scope.provider, scope.sessions, scope.removed
    if isinstance(provider, StoredProvider):
        syncer = provider.syncer
        today = new_york_date(syncer.now())
        coverage, store, note = syncer.store.coverage(), syncer.store.url, ""
        plan = syncer.plan(scope.symbols, sessions)
        quarantined = syncer.store.quarantined(syncer.now())
        removed[QUARANTINE] = [symbol for symbol in scope.symbols if symbol in quarantined]
    else:
        today = provider.last_session()
        coverage, store, note = Coverage.none(), None, DEMO_NOTE
        plan = make_plan(coverage.missing(scope.symbols, sessions), UNLIMITED, today)
    gaps = coverage.missing(scope.universe.symbols, sessions)
    left = gaps.without({symbol for symbols in removed.values() for symbol in symbols})
    savings = prescreen_savings(gaps, removed, _capabilities(provider), today)
    return RequestPlan(provider.name, plan, scope, removed, savings, left.cells, store, note)


def _no_requests(provider: str) -> RequestPlan:
    """Return the plan for files, which are read and never asked; its day is never looked at."""
    day, today = np.empty(0, "datetime64[D]"), np.datetime64("2000-01-03", "D")
    gaps = Gaps.of((), day, np.empty((0, 0), bool))
    return RequestPlan(provider, make_plan(gaps, UNLIMITED, today), note=FILES_NOTE)


def _capabilities(provider: Provider) -> Capabilities:
    if isinstance(provider, StoredProvider):
        return provider.syncer.remote.capabilities
    return UNLIMITED
