"""Filling the store: what is missing, the fewest requests for it, their answers written down.

1. Coverage says what was answered; the plan covers the rest with the fewest requests.
2. Answers go to the store as they come; what arrived before an interruption is not asked again.
3. Rows that came without a price in a whole-market day are asked again, symbol by symbol, before
   the day counts as answered.
4. Prices that come adjusted are asked with an overlap; where it has changed (a split or dividend
   since), the symbol's whole history is asked anew.
5. Each symbol ends answered or in ``failures``; what keeps failing goes into quarantine.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np

from technic.data_engine.interfaces.coverage import Coverage, Gaps
from technic.data_engine.interfaces.records import Failure, Progress
from technic.data_engine.interfaces.remote_provider import Endpoint, RemoteProvider
from technic.data_engine.interfaces.requests import (
    AccountRefusedError,
    Frequency,
    RefusedError,
)
from technic.data_engine.interfaces.transport import TransportFactory
from technic.data_engine.network.aiohttp_transport import AiohttpTransport
from technic.data_engine.network.clock import Clock, SystemClock
from technic.data_engine.network.fetch import Fetcher, FetchJob, FetchRules, FetchStats
from technic.data_engine.network.rate_limiter import Limiter
from technic.data_engine.planning.plan import MINUTES_OF_A_DAY, Plan, make_plan
from technic.data_engine.store import BarStore, Problem
from technic.data_engine.sync.fallback import QUARANTINED, tail_gaps
from technic.data_engine.sync.late_sessions import LateSessions
from technic.data_engine.sync.publication import new_york_date
from technic.data_engine.sync.refusals import account_failure
from technic.data_engine.sync.restatement import RestatementCheck
from technic.data_engine.sync.run import SyncRun
from technic.data_engine.sync.store_hold import StoreHold
from technic.errors import FetchError
from technic.sessions import SessionCalendar
from technic.typing import DateArray
from technic.universe import Universe

__all__ = ["SyncReport", "Syncer"]

WITHOUT_FEED = {
    "splits": "prices are not adjusted for those that are not known",
    "dividends": "returns lack those that are not known",
}

LASTING = ("unknown_symbol", "refused")
"""Reasons that will be the same tomorrow: such symbols are left alone for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync came to. Every symbol asked is answered or in ``failures``.

    ``from_store``: symbols that needed no request. ``plan``: what was planned before anything was
    asked. ``bars``: rows written. ``restated``: symbols whose old prices had changed.
    ``dividends``: rows that came, None where none were asked for or all were known. ``behind``:
    failed symbols that lack the last sessions only. ``stopped``: why the sync ended before its
    plan did, for everybody alike. ``feeds``: why ``splits`` or ``dividends`` could not be had.
    ``clock_ahead``: by how much this machine's clock is ahead of the vendor's, where it is.
    """

    asked: int
    from_store: int
    failures: Mapping[str, Failure]
    plan: Plan
    stats: FetchStats
    bars: int
    restated: tuple[str, ...]
    seconds: float
    dividends: int | None = None
    behind: frozenset[str] = frozenset()
    stopped: Failure | None = None
    feeds: Mapping[str, Failure] = field(default_factory=dict)
    clock_ahead: dt.timedelta | None = None

    @property
    def requests_by_kind(self) -> dict[str, int]:
        """Planned HTTP requests of each kind that was needed."""
        return {kind: n for kind, n in self.plan.by_kind.items() if n}

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the bars should know, one sentence each."""
        notes = [
            f"no {topic} {failure.detail}: {WITHOUT_FEED[topic]}"
            for topic, failure in self.feeds.items()
        ]
        if self.clock_ahead is not None:
            minutes = round(self.clock_ahead.total_seconds() / 60)
            notes.append(f"this machine's clock is {minutes:,} minutes ahead of the vendor's")
        return tuple(notes)

    @property
    def success_rate(self) -> float:
        """Symbols with every missing session answered ÷ symbols asked."""
        return 1.0 - len(self.failures) / self.asked if self.asked else 1.0


@dataclass(slots=True)
class Syncer:
    """Fills one store from one provider; what it sends with, clocks and rules are handed in."""

    remote: RemoteProvider
    store: BarStore
    calendar: SessionCalendar
    now: Callable[[], dt.datetime]
    rules: FetchRules = field(default_factory=FetchRules)
    open_transport: TransportFactory = AiohttpTransport
    clock: Clock = field(default_factory=SystemClock)
    rng: random.Random = field(default_factory=random.Random)

    def plan(self, symbols: Sequence[str], sessions: DateArray) -> Plan:
        """Plan the fewest requests for what the store does not have."""
        return self._prepare(self._askable(symbols), sessions)[-1]

    def _prepare(
        self, askable: Sequence[str], sessions: DateArray, freq: Frequency = "daily"
    ) -> tuple[Gaps, RestatementCheck, Plan]:
        """Find what is missing, what to compare it with, and the requests for both."""
        coverage = self._coverage(freq)
        gaps = coverage.missing(askable, sessions)
        if freq != "daily":
            return gaps, RestatementCheck(gaps), self._plan(gaps, freq)
        restatement = RestatementCheck.of(self.remote, self.store, coverage, gaps, self.calendar)
        return gaps, restatement, self._plan(restatement.gaps, freq)

    def _coverage(self, freq: Frequency) -> Coverage:
        return self.store.coverage() if freq == "daily" else self.store.intraday_coverage(freq)

    def _plan(self, gaps: Gaps, freq: Frequency) -> Plan:
        # a vendor counts the minutes of a page, whatever bars it makes of them
        per_session = None if freq == "daily" else MINUTES_OF_A_DAY
        return make_plan(
            gaps,
            self.remote.capabilities,
            new_york_date(self.now()),
            freq=freq,
            bars_per_session=per_session,
        )

    def _askable(self, symbols: Sequence[str]) -> list[str]:
        quarantined = self.store.quarantined(self.now())
        return [symbol for symbol in symbols if symbol not in quarantined]

    async def run(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        progress: Progress | None = None,
        *,
        freq: Frequency = "daily",
        dividends: bool = False,
    ) -> SyncReport:
        """Ask for everything of ``symbols`` × ``sessions`` that the store does not have.

        Splits come with it; ``dividends`` only where they are asked for. While another sync
        writes, one that has something to ask waits, then asks for what is missing still.
        """
        started = time.perf_counter()
        with StoreHold(self.store, self.clock) as hold:
            askable = self._askable(symbols)
            prepared = self._prepare(askable, sessions, freq)
            asks = bool(prepared[-1].requests) or self._asks_actions(sessions, dividends)
            if asks and await hold.wait():
                askable = self._askable(symbols)
                prepared = self._prepare(askable, sessions, freq)
            report = await self._run(
                symbols, askable, sessions, prepared, progress, freq=freq, dividends=dividends
            )
        return replace(report, seconds=time.perf_counter() - started)

    def _asks_actions(self, sessions: DateArray, dividends: bool) -> bool:
        """Whether splits or dividends of some session were never asked for."""
        topics = ("splits", "dividends") if dividends else ("splits",)
        return any(
            not np.isin(sessions, self.store.actions_coverage(topic).sessions).all()
            and getattr(self.remote, topic)(sessions[0], sessions[-1]) is not None
            for topic in topics
        )

    async def _run(
        self,
        symbols: Sequence[str],
        askable: Sequence[str],
        sessions: DateArray,
        prepared: tuple[Gaps, RestatementCheck, Plan],
        progress: Progress | None,
        *,
        freq: Frequency,
        dividends: bool,
    ) -> SyncReport:
        gaps, restatement, plan = prepared
        now = self.now()
        lag = self.remote.capabilities.final_after
        late = LateSessions(self.store, self.calendar, lag, now, freq)
        async with self.open_transport() as transport:
            run = SyncRun(
                self.remote, transport, self.store, self.rules, self.clock, self.rng, progress
            )
            await run.carry_out(
                plan.requests,
                askable,
                sessions,
                restatement,
                late,
                freq=freq,
                dividends=dividends,
            )
        problems = {s: f.reason for s, f in run.failed_symbols.items() if f.reason in LASTING}
        if problems and run.answered:  # where nobody was answered, the symbol is not at fault
            self.store.record_problems(problems, now)
        failures, behind = self._failures(symbols, sessions, run, freq)
        return SyncReport(
            asked=len(symbols),
            from_store=len(askable) - len(gaps.symbols),
            failures=failures,
            plan=plan,
            stats=run.stats,
            bars=run.bars,
            restated=tuple(sorted(restatement.restated)),
            seconds=0.0,
            dividends=run.dividends,
            behind=behind,
            feeds=run.feeds,
            clock_ahead=late.clock_ahead,
            stopped=run.reason if run.refused is not None else None,
        )

    async def ask_listings(self, endpoint: Endpoint[Universe]) -> Universe:
        """Ask for everything that is listed; raises FetchError when it cannot be had."""
        parts: list[Universe] = []
        failed: list[Failure] = []
        async with self.open_transport() as transport:
            fetcher: Fetcher[str, Universe] = Fetcher(
                transport,
                Limiter(self.remote.capabilities.requests_per_minute, self.clock),
                self.rules,
                on_page=lambda _, page: parts.append(page),
                on_done=lambda _: None,
                on_failed=lambda _, failure: failed.append(failure),
                clock=self.clock,
                rng=self.rng,
                judge=_nobody_else,
            )
            await fetcher.run([FetchJob("listings", endpoint)])
        if fetcher.refused is not None:
            why = account_failure(self.remote, fetcher.refused)
            raise FetchError(self.remote.name, "any symbol", why.reason, why.detail)
        if failed:
            raise FetchError(self.remote.name, "listings", failed[0].reason, failed[0].detail)
        return reduce(Universe.union, parts)

    def _failures(
        self, symbols: Sequence[str], sessions: DateArray, run: SyncRun, freq: Frequency
    ) -> tuple[dict[str, Failure], frozenset[str]]:
        """Why a symbol still misses sessions that the provider could have answered.

        With it the symbols that miss the last sessions only.
        """
        reachable = self._reachable(symbols, sessions, freq)
        wanted = set(symbols)
        failures = {s: why for s, why in run.failed_symbols.items() if s in wanted}
        quarantined = self.store.quarantined(self.now())
        for symbol in reachable.symbols:
            problem = quarantined.get(symbol)
            why = run.reason if problem is None else self._in_quarantine(problem)
            failures.setdefault(symbol, why)
        return failures, tail_gaps(reachable)

    def _reachable(self, symbols: Sequence[str], sessions: DateArray, freq: Frequency) -> Gaps:
        gaps = self._coverage(freq).missing(symbols, sessions)
        left = self._plan(gaps, freq)
        return gaps.where(np.asarray(~left.out_of_reach.missing.any(axis=0)))

    def gaps(
        self, symbols: Sequence[str], sessions: DateArray, freq: Frequency, why: str
    ) -> tuple[dict[str, Failure], frozenset[str]]:
        """What is missing while the store cannot be written, and who lacks the last sessions only.

        ``why``: in a sentence.
        """
        reachable = self._reachable(symbols, sessions, freq)
        return dict.fromkeys(reachable.symbols, Failure("store", why)), tail_gaps(reachable)

    def _in_quarantine(self, problem: Problem) -> Failure:
        return Failure(
            QUARANTINED,
            f"{problem.reason}; not asked before {problem.until:%Y-%m-%d %H:%M} UTC; "
            f"technic data clear-problems {problem.symbol} --provider {self.remote.name} lifts it",
        )


async def _nobody_else(_: object, error: RefusedError) -> None:
    """A list that is refused is refused to the account: no symbol has anything to do with it."""
    raise AccountRefusedError(str(error))
