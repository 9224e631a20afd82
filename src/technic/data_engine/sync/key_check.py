"""What a user's key may do: one small request of each kind, and what came of it in plain words.

Vendors document plans, not keys; only the answer says what a key gets. Nothing is stored, nothing
is retried but a request that came too fast, and no finding ever holds the key: the endpoints take
it out of what vendors say.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np

from technic.data_engine.interfaces.ceilings import header_number, shown_time
from technic.data_engine.interfaces.remote_provider import Endpoint, RemoteProvider
from technic.data_engine.interfaces.requests import (
    BarRequest,
    Kind,
    RefusedError,
    RequestError,
    ThrottledError,
    UnavailableError,
)
from technic.data_engine.interfaces.transport import Transport, TransportFactory
from technic.data_engine.network.aiohttp_transport import AiohttpTransport
from technic.data_engine.network.clock import Clock, SystemClock
from technic.data_engine.sync.publication import new_york_date
from technic.data_engine.sync.refusals import WELL_KNOWN
from technic.panel import LongBars
from technic.sessions import SessionCalendar
from technic.wording.counts import agree, count_of

__all__ = ["Finding", "KeyCheck", "Topic"]

T = TypeVar("T")

Topic = Literal[
    "listings",
    "symbol history",
    "whole-market day",
    "history depth",
    "snapshot",
    "same-day data",
    "splits",
    "dividends",
    "request rate",
]
Verdict = Literal["yes", "no", "broken", "untried"]

TIMEOUT_S = 60.0
TOO_MANY = 429
PATIENCE_S = 120.0
"""A longer wait is not waited, but told."""
MINUTE_S = 61.0
"""Waited after a 429 that does not say how long: the window of a limit by the minute, and some."""
YEARS_BACK = (3 * 365 + 5, 700)
"""Days back that are tried in turn: three years, and what two-year plans give."""
ACTIONS_DAYS = np.timedelta64(30, "D")
NO_FEED = "the vendor has no feed of the whole market"


@dataclass(frozen=True, slots=True)
class Finding:
    """``yes``: the key gets it. ``no``: the vendor refuses it. ``broken``: no usable answer came.

    ``untried``: it could not be asked now, or the vendor has none.
    """

    topic: Topic
    verdict: Verdict
    detail: str


@dataclass(slots=True)
class KeyCheck:
    """One check of one key; ``remote`` should offer every kind its vendor has.

    ``now``: the time it is, for the days that are asked.
    """

    remote: RemoteProvider
    calendar: SessionCalendar
    now: dt.datetime
    open_transport: TransportFactory = AiohttpTransport
    clock: Clock = field(default_factory=SystemClock)
    _limit: str | None = None
    _answered: int = 0
    _symbols: tuple[str, ...] = WELL_KNOWN
    _starts: list[float] = field(default_factory=list)
    _refused_after: int | None = None

    async def run(self) -> list[Finding]:
        """Try everything in turn; no failure stops the rest."""
        today = new_york_date(self.now)
        before = self.calendar.sessions[self.calendar.sessions < today]
        async with self.open_transport() as transport:
            findings = [
                await self._listings(transport),
                await self._bars(transport, "symbol history", before[-5], before[-1]),
                await self._market_day(transport, before[-1]),
                await self._depth(transport, today),
                await self._snapshot(transport, today),
                await self._same_day(transport, today),
                await self._splits(transport, today),
                await self._dividends(transport, today),
            ]
        return [*findings, self._rate()]

    async def _listings(self, transport: Transport) -> Finding:
        endpoint = self.remote.listings()
        if endpoint is None:
            return Finding("listings", "untried", "the vendor lists nothing; use --universe FILE")

        def describe(symbols: tuple[str, ...]) -> str:
            if not set(WELL_KNOWN) <= set(symbols) and symbols:
                self._symbols = symbols[:2]
            return f"{count_of(len(symbols), 'symbol')} on the first page"

        return await self._try(
            transport, "listings", endpoint, lambda universe: describe(universe.symbols)
        )

    async def _bars(
        self, transport: Transport, topic: Topic, first: np.datetime64, last: np.datetime64
    ) -> Finding:
        """Ask for a symbol's days, two symbols' where the vendor wants them together."""
        kinds = self.remote.capabilities.kinds
        kind: Kind = "symbol_range" if "symbol_range" in kinds else "multi_symbol"
        if kind not in kinds:
            return Finding(topic, "untried", "the vendor answers no single symbols")
        symbols = self._symbols[: 1 if kind == "symbol_range" else 2]
        request = BarRequest(kind, first, last, symbols)
        return await self._try_bars(transport, topic, request)

    async def _market_day(self, transport: Transport, day: np.datetime64) -> Finding:
        if "market_day" not in self.remote.capabilities.kinds:
            return Finding("whole-market day", "untried", "the vendor has none")
        request = BarRequest("market_day", day, day)
        return await self._try_bars(transport, "whole-market day", request)

    async def _depth(self, transport: Transport, today: np.datetime64) -> Finding:
        """Ask for a day three years back; where that is refused, for one almost two years back."""
        refused = ""
        for days in YEARS_BACK:
            at = np.searchsorted(self.calendar.sessions, today - np.timedelta64(days, "D"))
            day = self.calendar.sessions[int(at)]
            if "market_day" in self.remote.capabilities.kinds:
                request = BarRequest("market_day", day, day)
                found = await self._try_bars(transport, "history depth", request)
            else:
                found = await self._bars(transport, "history depth", day, day)
            if found.verdict == "yes" and refused:
                return Finding("history depth", "no", f"{refused}; {found.detail}")
            if found.verdict != "no":
                return found
            refused = refused or found.detail
        return Finding("history depth", "no", refused)

    async def _snapshot(self, transport: Transport, today: np.datetime64) -> Finding:
        if "snapshot" not in self.remote.capabilities.kinds:
            return Finding("snapshot", "untried", "the vendor has none")
        request = BarRequest("snapshot", today, today)
        found = await self._try_bars(transport, "snapshot", request)
        if found.verdict == "broken" and self._answered and not self.calendar.is_session(today):
            detail = f"nothing to show on {today}, which is no trading day; try on one"
            return Finding("snapshot", "untried", detail)
        return found

    async def _same_day(self, transport: Transport, today: np.datetime64) -> Finding:
        if self.calendar.last_completed(self.now) != today:
            detail = "no session of today is over yet; try on a trading day after 16:00 New York"
            return Finding("same-day data", "untried", detail)
        if "market_day" in self.remote.capabilities.kinds:
            request = BarRequest("market_day", today, today)
            return await self._try_bars(transport, "same-day data", request)
        return await self._bars(transport, "same-day data", today, today)

    async def _splits(self, transport: Transport, today: np.datetime64) -> Finding:
        endpoint = self.remote.splits(today - ACTIONS_DAYS, today)
        if endpoint is None:
            return Finding("splits", "untried", NO_FEED)
        return await self._try(
            transport, "splits", endpoint, lambda found: _counted(len(found.symbol), "split")
        )

    async def _dividends(self, transport: Transport, today: np.datetime64) -> Finding:
        endpoint = self.remote.dividends(today - ACTIONS_DAYS, today)
        if endpoint is None:
            return Finding("dividends", "untried", NO_FEED)
        return await self._try(
            transport, "dividends", endpoint, lambda found: _counted(len(found.symbol), "dividend")
        )

    async def _try_bars(self, transport: Transport, topic: Topic, request: BarRequest) -> Finding:
        """Ask for bars; an answer without any counts as refused."""

        def describe(bars: LongBars) -> str:
            if not len(bars):
                raise RefusedError("answered, but without a bar")
            several = len(bars.symbols) > 1
            many = count_of(len(bars.symbols), "symbol") if several else bars.symbols[0]
            return f"{request.first}: {count_of(len(bars), 'bar')} of {many}"

        finding = await self._try(transport, topic, self.remote.bars(request), describe)
        if finding.verdict == "yes":
            return finding
        return Finding(topic, finding.verdict, f"{request.label}: {finding.detail}")

    async def _try(
        self,
        transport: Transport,
        topic: Topic,
        endpoint: Endpoint[T],
        describe: Callable[[T], str],
    ) -> Finding:
        """Ask the first page; a request that came too fast is asked once more."""
        try:
            try:
                answer = await self._ask(transport, endpoint)
            except ThrottledError as error:
                await self._wait(error)
                answer = await self._ask(transport, endpoint)
            return Finding(topic, "yes", describe(answer))
        except RefusedError as error:
            return Finding(topic, "no", str(error))
        except RequestError as error:
            return Finding(topic, "broken", f"{error.reason}: {error}")

    async def _ask(self, transport: Transport, endpoint: Endpoint[T]) -> T:
        self._starts.append(self.clock.monotonic())
        try:
            async with asyncio.timeout(TIMEOUT_S):
                response = await transport.send(endpoint.request(None))
        except TimeoutError:
            raise UnavailableError(f"no answer in {TIMEOUT_S:g} s") from None
        self._answered += response.status != TOO_MANY
        named = header_number(response.headers.get("x-ratelimit-limit"))
        self._limit = self._limit if named is None else f"{named:.0f}"
        return endpoint.read(response)[0]

    async def _wait(self, error: ThrottledError) -> None:
        """Note how many requests were let in within a minute; wait until there is room again."""
        if self._refused_after is None:
            latest = self._starts[-1]
            recent = [start for start in self._starts[:-1] if latest - start < MINUTE_S]
            self._refused_after = len(recent)
        asked = MINUTE_S if error.retry_after is None else error.retry_after
        if asked > PATIENCE_S:
            raise ThrottledError(f"{error}; asks to wait {shown_time(asked)}")
        await self.clock.sleep(asked)

    def _rate(self) -> Finding:
        if self._refused_after is not None:
            detail = f"refused after {count_of(self._refused_after, 'request')} within a minute"
            return Finding("request rate", "no", detail)
        if self._limit is not None:
            return Finding("request rate", "yes", f"the vendor names {self._limit} a minute")
        if not self._answered:
            return Finding("request rate", "untried", "nothing was answered")
        were = agree(self._answered, "was", "were")
        detail = f"{count_of(self._answered, 'request')} in a row {were} let in; no limit is named"
        return Finding("request rate", "yes", detail)


def _counted(count: int, what: str) -> str:
    return f"{count_of(count, what)} of the last {count_of(ACTIONS_DAYS.astype(int), 'day')}"
