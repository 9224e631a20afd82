"""What many ask for at the same moment is done once, in a thread, and each gets what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool

__all__ = ["Once"]

T = TypeVar("T")


class Once:
    """Shares work that is going on, by its name; nothing is kept when it has ended."""

    def __init__(self) -> None:
        self._going_on: dict[Hashable, asyncio.Future[Any]] = {}

    async def do(self, name: Hashable, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, or raise what it raises."""
        future = self._going_on.get(name)
        if future is None:
            future = asyncio.ensure_future(run_in_threadpool(work))
            self._going_on[name] = future
            future.add_done_callback(lambda done: self._ended(name, done))
        result: T = await asyncio.shield(future)  # whoever goes away ends it for nobody else
        return result

    def _ended(self, name: Hashable, done: asyncio.Future[Any]) -> None:
        del self._going_on[name]
        if not done.cancelled():
            done.exception()  # those who waited have it, if anybody still did
