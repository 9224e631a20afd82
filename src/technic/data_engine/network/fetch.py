"""Carrying out a plan: many requests in flight, limited, retried, paged, and counted.

1. A few workers take jobs from one queue; each job is an endpoint that may have several pages.
2. Every HTTP request waits for the limiter, then has a timeout.
3. What can be retried (throttled, unavailable, a bad answer) is, with jitter, within a budget and a
   deadline; a page that came stays, only the one that failed is asked again.
4. A symbol the provider does not know, or whose bars stay wrong, is taken out of its request and
   the rest asked again. Pages that come round again, or never end, are a bad answer.
5. A refused job of many symbols is split until the symbol at fault is found; where the account is
   refused, everything stops at once.
6. Where no page comes for too long, nothing more is asked; a vendor that wants to be left alone
   for longer than is waited is not waited for.
7. Each job ends done or failed with a reason. Pages are handed on as they come, so what arrived
   before an interruption is kept.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from technic.data_engine.interfaces.ceilings import (
    MAX_FEED_BYTES,
    MAX_PAGES,
    MAX_PAUSE_S,
    MAX_STALL_S,
    shown_bytes,
    shown_time,
)
from technic.data_engine.interfaces.records import Failure
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import (
    AccountRefusedError,
    BadAnswerError,
    BadBarsError,
    NotYetError,
    PlanLimitError,
    RefusedError,
    RequestError,
    ThrottledError,
    UnavailableError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpResponse, Transport
from technic.data_engine.network.clock import Clock, SystemClock
from technic.data_engine.network.patience import Patience
from technic.data_engine.network.rate_limiter import Limiter
from technic.errors import ParameterError
from technic.wording.counts import count_of

__all__ = ["FetchJob", "FetchRules", "FetchStats", "Fetcher"]

logger = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_Answer = tuple[T, str | None, int]
"""A page, the cursor of the next one, and how many bytes it had."""

RETRIED = (ThrottledError, UnavailableError, BadAnswerError)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRules:
    """How hard to try.

    ``max_concurrent``: requests in flight. ``attempts``: tries of one page. ``retry_fraction`` and
    ``retry_floor``: the budget of retries is the floor plus this fraction of the jobs.
    ``request_timeout_s``: for one answer. ``deadline_s``: for everything, None for no limit.
    ``backoff_s``, ``backoff_cap_s``: the n-th retry waits a random time up to
    ``backoff_s · 2^n``, at most the cap. ``stall_s``: without a page, then the rest is not asked.
    ``pause_s``: that the vendor may ask to wait, in all until a page comes.
    """

    max_concurrent: int = 50
    attempts: int = 6
    retry_fraction: float = 1.0
    retry_floor: int = 50
    request_timeout_s: float = 60.0
    deadline_s: float | None = None
    backoff_s: float = 0.25
    backoff_cap_s: float = 15.0
    stall_s: float = MAX_STALL_S
    pause_s: float = MAX_PAUSE_S

    def __post_init__(self) -> None:
        for name in ("max_concurrent", "attempts"):
            if getattr(self, name) < 1:
                raise ParameterError(name, getattr(self, name), "a whole number from 1")
        for name in ("request_timeout_s", "backoff_s", "backoff_cap_s", "stall_s"):
            if not getattr(self, name) > 0:
                raise ParameterError(name, getattr(self, name), "seconds above 0")


@dataclass(frozen=True, slots=True)
class FetchJob(Generic[K, T]):
    """An endpoint under a key; ``without(symbol)`` is the same job less a symbol, None if empty.

    ``halves()``: two jobs that ask the same together, nothing where it cannot be split.
    ``most_pages``, ``most_bytes``: of its answer; more is a bad one.
    """

    key: K
    endpoint: Endpoint[T]
    without: Callable[[str], FetchJob[K, T] | None] | None = None
    halves: Callable[[], Sequence[FetchJob[K, T]]] | None = None
    most_pages: int = MAX_PAGES
    most_bytes: int = MAX_FEED_BYTES


@dataclass(slots=True)
class FetchStats:
    """What it took: HTTP requests (retries among them), bytes received, jobs done and failed."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0
    done: int = 0
    failed: int = 0
    seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Fetcher(Generic[K, T]):
    """One run of many jobs; make a new one for each (``stats`` may be shared, and then adds up).

    ``on_page(key, page)`` as each page comes, ``on_done(key)`` after the last, ``on_failed(key,
    failure)`` instead of it, ``on_unknown(key, symbol, failure)`` for a symbol taken out,
    ``on_split(key)`` before halves of a job are asked. ``judge(job, error)`` is told of a refusal
    that does not say whose it is; it raises AccountRefusedError where it is the account's.
    ``refused``: the account's refusal, once that has ended the run. ``on_response`` sees every
    answer, good or not, before it is read.
    """

    transport: Transport
    limiter: Limiter
    rules: FetchRules
    on_page: Callable[[K, T], None]
    on_done: Callable[[K], None]
    on_failed: Callable[[K, Failure], None]
    on_unknown: Callable[[K, str, Failure], None] | None = None
    clock: Clock = field(default_factory=SystemClock)
    rng: random.Random = field(default_factory=random.Random)
    wall_time: Callable[[], float] = time.time
    stats: FetchStats = field(default_factory=FetchStats)
    on_split: Callable[[K], None] | None = None
    judge: Callable[[FetchJob[K, T], RefusedError], Awaitable[None]] | None = None
    on_response: Callable[[HttpResponse], None] | None = None
    refused: AccountRefusedError | None = None
    _budget: int = 0
    _deadline_s: float | None = None
    _n_jobs: int = 0
    _at_work: int = 0
    _queue: deque[FetchJob[K, T]] = field(default_factory=deque)
    _group: asyncio.TaskGroup | None = None
    _open: dict[int, FetchJob[K, T]] = field(default_factory=dict)
    _patience: Patience = field(init=False)

    def __post_init__(self) -> None:
        stall_s = max(self.rules.stall_s, 3 * self.limiter.base_s)
        self._patience = Patience(self.clock, stall_s, self.rules.pause_s)

    async def run(self, jobs: Iterable[FetchJob[K, T]]) -> FetchStats:
        """Carry out all jobs; when cancelled, what came so far has been handed on."""
        self._queue = queue = deque(jobs)
        before = self.stats.done + self.stats.failed
        self._n_jobs = len(queue)
        started = self.clock.monotonic()
        self._budget = self.rules.retry_floor + int(self.rules.retry_fraction * self._n_jobs)
        if self.rules.deadline_s is not None:
            self._deadline_s = started + self.rules.deadline_s
        self._patience.page_came()
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._start(self._n_jobs)
        except BaseExceptionGroup as several:
            first = several.exceptions[0]  # the first one stopped the others
            if not isinstance(first, AccountRefusedError):
                raise first from None
            self._stop(first)
        finally:
            self.stats.seconds += self.clock.monotonic() - started
        if self.stats.done + self.stats.failed != before + self._n_jobs:
            raise RuntimeError(f"{self._n_jobs} jobs, but {self.stats} accounts for others")
        return self.stats

    def add(self, jobs: Sequence[FetchJob[K, T]]) -> None:
        """Ask more within the run, as ``on_done`` may want it: before all that waits."""
        self._n_jobs += len(jobs)
        self._budget += int(self.rules.retry_fraction * len(jobs))
        self._queue.extendleft(reversed(jobs))
        self._start(len(jobs))

    def _start(self, jobs: int) -> None:
        """Have as many at work as ``jobs`` more can use."""
        if self._group is not None and self.refused is None:
            for _ in range(min(jobs, self.rules.max_concurrent - self._at_work)):
                self._at_work += 1
                self._group.create_task(self._work())

    async def ask(self, endpoint: Endpoint[T]) -> T:
        """Ask the first page of something that is no job, within the same limits."""
        return (await self._page(endpoint, None))[0]

    def _stop(self, error: AccountRefusedError) -> None:
        """Fail all that is not done, unasked."""
        self.refused = error
        for job in (*self._open.values(), *self._queue):
            self._fail(job, error)
        self._open.clear()

    def _fail(self, job: FetchJob[K, T], error: RequestError) -> None:
        self.stats.failed += 1
        logger.debug("%s failed: %s", job.endpoint.label, error)
        self.on_failed(job.key, Failure(error.reason, str(error)))

    async def _work(self) -> None:
        try:
            await self._until_empty(self._queue)
        finally:
            self._at_work -= 1

    async def _until_empty(self, queue: deque[FetchJob[K, T]]) -> None:
        while queue:
            first = queue.popleft()
            self._open[id(first)] = first
            job: FetchJob[K, T] | None = first
            try:
                while job is not None:
                    rest = job
                    job = await self._pages(job)
            except RequestError as error:
                halves = await self._halves(rest, error)
                del self._open[id(first)]
                if halves:
                    self._n_jobs += len(halves) - 1
                    queue.extendleft(halves)
                else:
                    self._fail(first, error)
            else:
                del self._open[id(first)]
                self.stats.done += 1
                self.on_done(first.key)

    async def _halves(self, job: FetchJob[K, T], error: RequestError) -> Sequence[FetchJob[K, T]]:
        """Return what to ask in place of a refused job; AccountRefusedError ends everything."""
        named = isinstance(error, NotYetError | PlanLimitError)
        if named or not isinstance(error, RefusedError):
            return ()
        try:
            if isinstance(error, AccountRefusedError):
                raise error
            if self.judge is not None:
                await self.judge(job, error)
        except AccountRefusedError as account:
            self.refused = account  # from here on nobody asks, though they may be about to
            raise
        halves = job.halves() if job.halves is not None else ()
        if halves and self.on_split is not None:
            self.on_split(job.key)
        return halves

    async def _pages(self, job: FetchJob[K, T]) -> FetchJob[K, T] | None:
        """Ask all pages of a job; return the job to go on with where a symbol was taken out."""
        cursor: str | None = None
        seen: set[str] = set()
        size = 0
        while True:
            try:
                page, cursor, more = await self._page(job.endpoint, cursor)
            except UnknownSymbolError as error:
                if job.without is None:
                    raise
                if self.on_unknown is not None:
                    self.on_unknown(job.key, error.symbol, Failure(error.reason, str(error)))
                return job.without(error.symbol)
            except BadBarsError as error:  # asked often enough: the others are had without it
                rest = None if job.without is None else job.without(error.symbol)
                if rest is None or self.on_unknown is None:
                    raise
                self.on_unknown(job.key, error.symbol, Failure(error.reason, str(error)))
                return rest
            self.on_page(job.key, page)
            if cursor is None:
                return None
            size += more
            _require_new(job, cursor, seen, size)
            seen.add(cursor)

    async def _page(self, endpoint: Endpoint[T], cursor: str | None) -> _Answer[T]:
        """Ask one page until it comes or trying is over."""
        for attempt in range(self.rules.attempts):
            try:
                return await self._ask(endpoint, cursor)
            except RETRIED as error:
                self.stats.errors[error.reason] += 1
                if isinstance(error, ThrottledError):
                    self._put_off(error)
                if attempt + 1 == self.rules.attempts or not self._may_retry():
                    raise
                self.stats.retries += 1
                ceiling = min(self.rules.backoff_s * 2**attempt, self.rules.backoff_cap_s)
                await self.clock.sleep(self.rng.uniform(0, ceiling))
        raise AssertionError("the last attempt returns or raises")

    def _put_off(self, error: ThrottledError) -> None:
        """Pause everybody for as long as the vendor asks; raise where that is too long."""
        asked = error.retry_after
        if asked is None or self._patience.grant(asked):
            self.limiter.slow_down(asked)
            return
        self.limiter.slow_down(None)
        most = shown_time(self.rules.pause_s)
        text = f"{error}; asks to wait {shown_time(asked)}, more than {most} is not waited"
        raise ThrottledError(text, asked) from None

    def _may_retry(self) -> bool:
        self._budget -= 1
        late = self._deadline_s is not None and self.clock.monotonic() >= self._deadline_s
        return self._budget >= 0 and not late

    async def _ask(self, endpoint: Endpoint[T], cursor: str | None) -> _Answer[T]:
        self._require_time(endpoint)  # who is too late does not queue
        await self.limiter.start()
        self._require_time(endpoint)
        if self.refused is not None:
            raise self.refused
        self.stats.requests += 1
        request = endpoint.request(cursor)
        try:
            async with asyncio.timeout(self.rules.request_timeout_s):
                response = await self.transport.send(request)
        except TimeoutError:
            limit = self.rules.request_timeout_s
            raise UnavailableError(f"{request.shown}: no answer in {limit:g} s") from None
        self.stats.bytes += len(response.body)
        if self.on_response is not None:
            self.on_response(response)
        page, following = self._read(endpoint, response)
        return page, following, len(response.body)

    def _require_time(self, endpoint: Endpoint[T]) -> None:
        if self._deadline_s is not None and self.clock.monotonic() >= self._deadline_s:
            raise DeadlineError(f"{endpoint.label}: no time left")
        if self._patience.over:
            waited = shown_time(self._patience.stall_s)
            raise StalledError(f"{endpoint.label}: not asked, no answer has come for {waited}")

    def _read(self, endpoint: Endpoint[T], response: HttpResponse) -> tuple[T, str | None]:
        self.limiter.heed(response.headers, self.wall_time(), self._patience.grant)
        answer = endpoint.read(response)
        self.limiter.speed_up()
        self._patience.page_came()
        return answer


def _require_new(job: FetchJob[K, T], cursor: str, seen: set[str], size: int) -> None:
    """Raise where the next page is one that came, or one more than there can be."""
    label = job.endpoint.label
    if cursor in seen:
        raise BadAnswerError(f"{label}: the vendor's pages go round in a circle")
    if len(seen) + 1 >= job.most_pages:
        raise BadAnswerError(f"{label}: more than {count_of(job.most_pages, 'page')}")
    if size > job.most_bytes:
        raise BadAnswerError(f"{label}: more than {shown_bytes(job.most_bytes)} in all pages")


class DeadlineError(RequestError):
    """The time for the whole fetch is over; asking the rest would only begin what cannot end."""

    reason = "deadline"


class StalledError(RequestError):
    """No page has come for too long; asking the rest would only wait on."""

    reason = "stalled"
