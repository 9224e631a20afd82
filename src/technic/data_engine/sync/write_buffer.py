"""Where answers go while a plan is carried out: gathered, completed, written in few commits.

The event loop only puts answers in; a thread of its own writes them, so a commit never holds up
the network. What has been put in is written also when the run is interrupted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Self

import numpy as np

from technic.data_engine.interfaces.requests import BarRequest, Frequency
from technic.data_engine.store import BarStore
from technic.data_engine.sync.late_sessions import LateSessions
from technic.panel import LongBars
from technic.panel.long_bars import concatenated

__all__ = ["WriteBuffer"]

DAYS_A_COMMIT = 12
ROWS_A_COMMIT = 250_000
WAITING_COMMITS = 4
"""Commits that may wait for the disk before fetching waits for them: bounds the memory."""

Commit = Callable[[], None]


class WriteBuffer:
    """Takes complete answers and writes them; use it with ``with``.

    ``late``: how far answers may be claimed, and the time that coverage carries; ``freq``: which
    table ranges go into.
    """

    def __init__(
        self,
        store: BarStore,
        late: LateSessions,
        freq: Frequency = "daily",
    ) -> None:
        self._store, self._late, self._freq = store, late, freq
        self._days: list[tuple[np.datetime64, LongBars]] = []
        self._ranges: dict[tuple[np.datetime64, np.datetime64], list[_Range]] = {}
        self._range_rows = 0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="technic-store")
        self._waiting: deque[Future[None]] = deque()
        self.bars = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._writer:
            self._flush_days()
            self._flush_ranges()
        for commit in self._waiting:
            commit.result()

    def put_day(self, session: np.datetime64, bars: LongBars) -> None:
        """Take the whole market of one session."""
        self._days.append((session, bars))
        self._late.put_day(session, len(bars))
        if len(self._days) >= DAYS_A_COMMIT:
            self._flush_days()

    def put_range(self, request: BarRequest, symbols: tuple[str, ...], bars: LongBars) -> None:
        """Take the answered ``symbols`` of a range request, those without bars included."""
        self._ranges.setdefault((request.first, request.last), []).append((symbols, bars))
        self._range_rows += len(bars) + len(symbols)
        if self._range_rows >= ROWS_A_COMMIT:
            self._flush_ranges()

    def _flush_days(self) -> None:
        days, self._days = self._days, []
        if not days:
            return
        sessions = np.array([session for session, _ in days], dtype="datetime64[D]")
        bars = concatenated([bars for _, bars in days])
        write = partial(self._store.write_days, bars, sessions)
        self._hand_over(len(bars), partial(write, self._late.asked_at, self._late.surely))

    def _flush_ranges(self) -> None:
        ranges, self._ranges, self._range_rows = self._ranges, {}, 0
        for (first, last), parts in ranges.items():
            symbols = tuple(dict.fromkeys(name for names, _ in parts for name in names))
            bars = concatenated([bars for _, bars in parts])
            if self._freq == "daily":
                write = partial(self._store.write_ranges, bars, symbols, first, last)
            else:
                write = partial(self._store.write_intraday, self._freq, bars, symbols, first, last)
            ends = self._late.ends(symbols, bars, first, last)
            self._hand_over(len(bars), partial(write, self._late.asked_at, ends))

    def _hand_over(self, bars: int, commit: Commit) -> None:
        """Queue a commit; where too many wait, wait for the oldest and raise what it raised."""
        self.bars += bars
        while len(self._waiting) >= WAITING_COMMITS:
            self._waiting.popleft().result()
        self._waiting.append(self._writer.submit(commit))


_Range = tuple[tuple[str, ...], LongBars]
