"""One sync while it runs: jobs from requests, answers to the write buffer, failures by symbol."""

from __future__ import annotations

import datetime as dt
import logging
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from technic.data_engine.interfaces.ceilings import most_pages
from technic.data_engine.interfaces.records import Dividends, Failure, Progress
from technic.data_engine.interfaces.remote_provider import Endpoint, RemoteProvider
from technic.data_engine.interfaces.requests import (
    AccountRefusedError,
    BadAnswerError,
    BarRequest,
    Frequency,
    NotYetError,
)
from technic.data_engine.interfaces.transport import HttpResponse, Transport
from technic.data_engine.network.clock import Clock
from technic.data_engine.network.fetch import Fetcher, FetchJob, FetchRules, FetchStats
from technic.data_engine.network.rate_limiter import Limiter
from technic.data_engine.planning.plan import MINUTES_OF_A_DAY
from technic.data_engine.providers.vendors.actions import concat_splits
from technic.data_engine.providers.vendors.rows import joined_pages
from technic.data_engine.store import BarStore
from technic.data_engine.sync.held_days import HeldDays
from technic.data_engine.sync.late_sessions import LateSessions
from technic.data_engine.sync.refusals import Refusals, account_failure
from technic.data_engine.sync.restatement import RestatementCheck
from technic.data_engine.sync.write_buffer import WriteBuffer
from technic.panel import LongBars
from technic.typing import DateArray

__all__ = ["SyncRun"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

LATE_ACTIONS = np.timedelta64(10, "D")
"""Splits become known late: each update asks these days again, in the same request."""


SHOWN = 6
"""Symbols that a line of the log names."""
UNANSWERED = Failure("unanswered", "the provider did not answer every session")


class SyncRun:
    """Carries out the requests of one sync; make a new one for each.

    ``failed_symbols``: symbols whose own request failed. ``reason``: what failed that concerns
    everybody, for symbols that still miss sessions. ``dividends``: rows that came, None where they
    were not asked for. ``answered``: some request for bars was. ``refused``: what the account was
    refused with, which ended the run. ``feeds``: why splits or dividends could not be had, under
    their names: that is no fault of the bars.
    """

    def __init__(
        self,
        remote: RemoteProvider,
        transport: Transport,
        store: BarStore,
        rules: FetchRules,
        clock: Clock,
        rng: random.Random,
        progress: Progress | None,
    ) -> None:
        self._remote, self._transport = remote, transport
        self._store, self._rules = store, rules
        self._clock, self._rng, self._progress = clock, rng, progress
        self._limiter = Limiter(remote.capabilities.requests_per_minute, clock)
        self._pages: dict[BarRequest, list[LongBars]] = {}
        self._held: HeldDays
        self._add: Callable[[Sequence[BarRequest]], None] = lambda _: None
        self._cells: dict[BarRequest, None] = {}
        self._again: dict[BarRequest, None] = {}
        self._wanted: frozenset[str] = frozenset()
        self._done = self._planned = 0
        self._asked_bars = False
        self._refusals = Refusals(())
        self._hear: Callable[[HttpResponse], None] | None = None
        self.answered = False
        self.refused: AccountRefusedError | None = None
        self.failed_symbols: dict[str, Failure] = {}
        self.reason = UNANSWERED
        self.feeds: dict[str, Failure] = {}
        self.stats = FetchStats()
        self.bars = 0
        self.dividends: int | None = None

    async def carry_out(
        self,
        requests: Sequence[BarRequest],
        symbols: Sequence[str],
        sessions: DateArray,
        restatement: RestatementCheck,
        late: LateSessions,
        *,
        freq: Frequency = "daily",
        dividends: bool = False,
    ) -> None:
        """Ask the plan, and cells that came without a price; restated histories; splits.

        ``freq``: of the bars of ``requests``; ``dividends``: ask for them as well.
        """
        self._wanted = frozenset(symbols)
        self._hear = lambda response: late.hear(response.headers.get("date", ""))
        self._refusals = Refusals([request for request in requests if not request.symbols])
        with WriteBuffer(self._store, late, freq, self._clock) as buffer:
            self._held = HeldDays(buffer, symbols, self._clock)
            try:
                await self._ask(requests, buffer, restatement)
                if self.refused is None:
                    await self._ask([*restatement.refetches()], buffer, restatement)
            finally:
                self._held.write()
        late.settle()
        if late.left and self.reason is UNANSWERED:
            self.reason = Failure(NotYetError.reason, late.sentence(self._remote.name))
        self.bars = buffer.bars
        self._asked_bars = self.stats.requests > 0
        if self.refused is not None or (self._asked_bars and not self.stats.done):
            return  # the provider is down: each symbol is named for that, splits wait
        if len(sessions):
            await self._ask_splits(sessions, late.asked_at)
            if dividends:
                await self._ask_dividends(sessions, late.asked_at)

    async def _ask(
        self, requests: Sequence[BarRequest], buffer: WriteBuffer, restatement: RestatementCheck
    ) -> None:
        self._planned += len(requests)
        fetcher: Fetcher[BarRequest, LongBars] = self._fetcher(
            on_page=self._page,
            on_done=lambda key: self._complete(key, buffer, restatement),
            on_failed=self._give_up,
        )
        fetcher.on_unknown = self._unknown
        fetcher.on_split = self._split
        fetcher.judge = lambda job, error: self._refusals.judge(
            job.key, error, lambda control: fetcher.ask(self._remote.bars(control))
        )

        def add(more: Sequence[BarRequest]) -> None:
            self._planned += len(more)
            fetcher.add([self._job(request, request.symbols) for request in more])

        self._add = add
        await fetcher.run([self._job(request, request.symbols) for request in requests])
        if fetcher.refused is not None:
            self.refused = fetcher.refused
            self.reason = account_failure(self._remote, fetcher.refused)
            self._held.clear()  # their missing cells were not asked: the days do not count

    def _fetcher(
        self,
        on_page: Callable[[BarRequest, T], None],
        on_done: Callable[[BarRequest], None],
        on_failed: Callable[[BarRequest, Failure], None],
    ) -> Fetcher[BarRequest, T]:
        return Fetcher(
            self._transport,
            self._limiter,
            self._rules,
            on_page,
            on_done,
            on_failed,
            clock=self._clock,
            rng=self._rng,
            stats=self.stats,
            on_response=self._hear,
        )

    def _job(self, request: BarRequest, symbols: tuple[str, ...]) -> FetchJob[BarRequest, LongBars]:
        """The job of a request, of which only ``symbols`` are still asked."""

        def without(symbol: str) -> FetchJob[BarRequest, LongBars] | None:
            left = tuple(name for name in symbols if name != symbol)
            return self._job(request, left) if left and left != symbols else None

        def halves() -> tuple[FetchJob[BarRequest, LongBars], ...]:
            middle = len(symbols) // 2
            parts = [
                replace(request, symbols=part) for part in (symbols[:middle], symbols[middle:])
            ]
            return tuple(self._job(part, part.symbols) for part in parts)

        asked = request if symbols == request.symbols else replace(request, symbols=symbols)
        endpoint: Endpoint[LongBars] = self._remote.bars(asked)
        return FetchJob(
            request,
            endpoint,
            without if symbols else None,
            halves if len(symbols) > 1 else None,
            most_pages=self._most_pages(request),
            most_bytes=sys.maxsize,  # its pages are few already
        )

    def _page(self, request: BarRequest, page: LongBars) -> None:
        self.answered = True
        self._refusals.answered()
        self._pages.setdefault(request, []).append(page)

    def _split(self, request: BarRequest) -> None:
        self._pages.pop(request, None)  # its halves are asked from their first page
        self._planned += 1

    def _most_pages(self, request: BarRequest) -> int:
        """Pages that a request can take: a bar a day, or a minute, of each of its symbols."""
        days = int((request.last - request.first).astype(int)) + 1
        bars = days * (1 if request.freq == "daily" else MINUTES_OF_A_DAY)
        rows = max(len(request.symbols), 1) * bars
        return most_pages(rows, self._remote.capabilities.bars_per_page)

    def _complete(
        self, request: BarRequest, buffer: WriteBuffer, restatement: RestatementCheck
    ) -> None:
        """All pages of a request are in: hand its bars on."""
        bars, clashing = joined_pages(self._pages.pop(request, []))
        for symbol, day in clashing.items() if request.symbols else ():
            failure = Failure(BadAnswerError.reason, f"two different bars of {symbol} on {day}")
            self.failed_symbols.setdefault(symbol, failure)
        whole = bars.complete()
        self._tick()
        if request in self._cells:
            if clashing:
                self._held.failed(request.first, request.symbols)
            else:
                self._held.came(request.first, request.symbols[0], bars.rows(whole))
        elif request.symbols:
            gone = restatement.compare(request, bars) | self.failed_symbols.keys()
            answered = tuple(s for s in request.symbols if s not in gone)
            whole &= ~np.isin(bars.column, [i for i, s in enumerate(bars.symbols) if s in gone])
            if answered:
                buffer.put_range(request, answered, bars.rows(whole))
        else:
            self._complete_day(request, bars, buffer)

    def _complete_day(self, request: BarRequest, bars: LongBars, buffer: WriteBuffer) -> None:
        """Hand on a whole-market day; who lacks a value there is asked alone, else the day again.

        What a vendor that has days only lacks twice, it does not have.
        """
        whole, day = bars.complete(), request.first
        names = (bars.symbols[at] for at in bars.column[~whole])
        lacking = [name for name in names if name in self._wanted]
        if request in self._again:
            if lacking:
                what = ", ".join(lacking[:SHOWN]) + (" ..." if len(lacking) > SHOWN else "")
                logger.warning("%s has no whole bar on %s of %s", self._remote.name, day, what)
            self._held.came_again(day, bars.rows(whole))
        elif not lacking:
            buffer.put_day(day, bars if whole.all() else bars.rows(whole))
        else:
            self._held.hold(day, bars.rows(whole), lacking)
            if "symbol_range" in self._remote.capabilities.kinds:
                cells = [BarRequest("symbol_range", day, day, (name,)) for name in lacking]
                self._cells |= dict.fromkeys(cells)
                self._add(cells)
            else:
                self._again[request] = None
                self._add([request])

    def _give_up(self, request: BarRequest, failure: Failure) -> None:
        self._pages.pop(request, None)
        self._tick()
        if failure.reason != AccountRefusedError.reason and (
            request in self._cells or request in self._again
        ):
            self._held.failed(request.first, request.symbols)
        if not request.symbols:
            self.reason = Failure(failure.reason, f"{request.label}: {failure.detail}")
        if failure.reason == AccountRefusedError.reason:
            return  # nobody's own fault: the sync says it once
        for symbol in request.symbols:
            self.failed_symbols.setdefault(symbol, failure)

    def _unknown(self, request: BarRequest, symbol: str, failure: Failure) -> None:
        self._pages.pop(request, None)  # the rest is asked again from its first page
        self.failed_symbols[symbol] = failure

    def _tick(self) -> None:
        self._done += 1
        if self._progress is not None:
            symbols = len(self._wanted)
            self._progress(symbols * self._done // max(self._planned, 1), symbols)

    async def _ask_splits(self, sessions: DateArray, now: dt.datetime) -> None:
        """Ask for the splits of the window that are not known yet, and the latest ones again."""
        days = self._action_days("splits", sessions, now)
        endpoint = self._remote.splits(*days) if days else None
        if days is not None and endpoint is not None:
            parts = await self._all_pages("splits", endpoint, days)
            if parts is not None:
                self._store.write_splits(concat_splits(parts), *days, now)

    async def _ask_dividends(self, sessions: DateArray, now: dt.datetime) -> None:
        """Ask for the dividends of the window in the same way."""
        days = self._action_days("dividends", sessions, now)
        endpoint = self._remote.dividends(*days) if days else None
        if days is not None and endpoint is not None:
            parts = await self._all_pages("dividends", endpoint, days)
            if parts is not None:
                paid = _concat_dividends(parts)
                self._store.write_dividends(paid, *days, now)
                self.dividends = len(paid.symbol)

    def _action_days(
        self, topic: str, sessions: DateArray, now: dt.datetime
    ) -> tuple[np.datetime64, np.datetime64] | None:
        """Days to ask: from the first that is not known; none where a topic has nothing new."""
        unknown = sessions[~np.isin(sessions, self._store.actions_coverage(topic).sessions)]
        if not len(unknown) and not self._asked_bars:
            return None
        last = max(sessions[-1], np.datetime64(now.date(), "D"))
        return max(min([*unknown[:1], last - LATE_ACTIONS]), sessions[0]), last

    async def _all_pages(
        self,
        topic: str,
        endpoint: Endpoint[T],
        days: tuple[np.datetime64, np.datetime64],
    ) -> list[T] | None:
        """Ask one endpoint to its last page; None, and why in ``feeds``, where it is not had."""
        parts: list[T] = []
        failed: list[Failure] = []
        fetcher: Fetcher[BarRequest, T] = self._fetcher(
            on_page=lambda _, page: parts.append(page),
            on_done=lambda _: None,
            on_failed=lambda _, failure: failed.append(failure),
        )
        await fetcher.run([FetchJob(BarRequest("market_day", *days), endpoint)])
        if failed:
            detail = f"from {days[0]} to {days[1]} ({failed[0].detail})"
            self.feeds[topic] = Failure(failed[0].reason, detail)
            return None
        return parts


def _concat_dividends(parts: Sequence[Dividends]) -> Dividends:
    """Put pages of dividends together; the same amount twice on one day is one that came twice."""
    rows = {
        (symbol, session, amount): None
        for part in parts
        for symbol, session, amount in zip(part.symbol, part.session, part.amount, strict=True)
    }
    symbols = np.empty(len(rows), object)
    symbols[:] = [symbol for symbol, _, _ in rows]
    return Dividends(
        symbols,
        np.array([session for _, session, _ in rows], "datetime64[D]"),
        np.array([amount for _, _, amount in rows], np.float64),
    )
