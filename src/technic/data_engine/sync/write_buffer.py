"""Where answers go while a plan is carried out: gathered, completed, written in few commits.

The event loop only puts answers in; a thread of its own writes them, so a commit never holds up
the network. What has been put in is written when there is enough of it, when it has waited long
enough, and when the run is interrupted: a process that is killed has lost a minute at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from operator import itemgetter
from types import TracebackType
from typing import Self

import numpy as np

from technic.data_engine.interfaces.requests import BarRequest, Frequency
from technic.data_engine.network.clock import Clock, SystemClock
from technic.data_engine.store import BarStore
from technic.data_engine.sync.late_sessions import LateSessions
from technic.panel import LongBars
from technic.panel.long_bars import concatenated
from technic.typing import DateArray

__all__ = ["WriteBuffer"]

DAYS_A_COMMIT = 50
ROWS_A_COMMIT = 250_000
OLDEST_S = 30.0
"""Seconds that an answer waits for others before it is written with what there is."""
CHECK_S = 10.0
"""Between two looks at how long answers have waited, while none come."""
WAITING_COMMITS = 4
"""Commits that may wait for the disk before fetching waits for them: bounds the memory."""

Commit = Callable[[], None]


class WriteBuffer:
    """Takes complete answers and writes them; use it with ``with``.

    ``late``: how far answers may be claimed, and the time that coverage carries; ``freq``: which
    table ranges go into; ``clock`` tells how long they have waited.
    """

    def __init__(
        self,
        store: BarStore,
        late: LateSessions,
        freq: Frequency = "daily",
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._oldest_s = math.inf
        self._beat: asyncio.TimerHandle | None = None
        self._store, self._late, self._freq = store, late, freq
        self._days: list[tuple[np.datetime64, LongBars]] = []
        self._ranges: dict[tuple[np.datetime64, np.datetime64], list[_Range]] = {}
        self._range_rows = 0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="technic-store")
        self._waiting: deque[Future[None]] = deque()
        self.bars = 0

    def __enter__(self) -> Self:
        with contextlib.suppress(RuntimeError):  # outside a loop nobody waits for answers
            self._look_again(asyncio.get_running_loop())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._beat is not None:
            self._beat.cancel()
        with self._writer:
            self._flush()
        for commit in self._waiting:
            commit.result()

    def put_day(self, session: np.datetime64, bars: LongBars) -> None:
        """Take the whole market of one session."""
        self._days.append((session, bars))
        self._late.put_day(session, len(bars))
        if len(self._days) >= DAYS_A_COMMIT:
            self._flush_days()
        self._came()

    def put_range(self, request: BarRequest, symbols: tuple[str, ...], bars: LongBars) -> None:
        """Take the answered ``symbols`` of a range request, those without bars included."""
        self._ranges.setdefault((request.first, request.last), []).append((symbols, bars))
        self._range_rows += len(bars) + len(symbols)
        if self._range_rows >= ROWS_A_COMMIT:
            self._flush_ranges()
        self._came()

    def write_old(self) -> None:
        """Write everything when the oldest of it has waited long enough."""
        if self._clock.monotonic() - self._oldest_s >= OLDEST_S:
            self._flush()

    def _came(self) -> None:
        """Note when what is not written yet began to wait."""
        if not self._days and not self._ranges:
            self._oldest_s = math.inf
        else:
            self._oldest_s = min(self._oldest_s, self._clock.monotonic())
            self.write_old()

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write what is old by and by, also while no answers come.

        What failed is left for the next answer, or the end, to raise; nothing here waits.
        """
        self._beat = loop.call_later(CHECK_S, self._look_again, loop)
        if all(commit.done() and commit.exception() is None for commit in self._waiting):
            self._waiting.clear()
            self.write_old()

    def _flush(self) -> None:
        self._flush_days()
        self._flush_ranges()
        self._oldest_s = math.inf

    def _flush_days(self) -> None:
        days, self._days = self._days, []
        if not days:
            return
        days.sort(key=itemgetter(0))  # rows in the order of their days are sorted soonest
        sessions = np.array([session for session, _ in days], dtype="datetime64[D]")
        parts = [bars for _, bars in days]
        write = partial(_write_days, self._store, parts, sessions)
        claimed = partial(write, self._late.asked_at, self._late.surely)
        self._hand_over(sum(map(len, parts)), claimed)

    def _flush_ranges(self) -> None:
        ranges, self._ranges, self._range_rows = self._ranges, {}, 0
        writes: list[Commit] = []
        rows = 0
        for (first, last), parts in ranges.items():
            symbols = tuple(dict.fromkeys(name for names, _ in parts for name in names))
            bars = concatenated([bars for _, bars in parts])
            if self._freq == "daily":
                write = partial(self._store.write_ranges, bars, symbols, first, last)
            else:
                write = partial(self._store.write_intraday, self._freq, bars, symbols, first, last)
            ends = self._late.ends(symbols, bars, first, last)
            writes.append(partial(write, self._late.asked_at, ends))
            rows += len(bars)
        if writes:
            self._hand_over(rows, partial(_one_by_one, writes))

    def _hand_over(self, bars: int, commit: Commit) -> None:
        """Queue a commit; where too many wait, wait for the oldest and raise what it raised."""
        self.bars += bars
        while len(self._waiting) >= WAITING_COMMITS:
            self._waiting.popleft().result()
        self._waiting.append(self._writer.submit(commit))


def _write_days(
    store: BarStore,
    parts: Sequence[LongBars],
    sessions: DateArray,
    asked_at: dt.datetime,
    surely: np.datetime64,
) -> None:
    """Put the days together, in the thread that writes, and write them."""
    store.write_days(concatenated(parts), sessions, asked_at, surely)


def _one_by_one(writes: Sequence[Commit]) -> None:
    for write in writes:
        write()


_Range = tuple[tuple[str, ...], LongBars]
