"""Progress in a notebook, shown by itself: a bar below the cell that is gone when the run is done.

A terminal, a script and a server show nothing: there, whoever asks says where to report.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from html import escape
from typing import Any

from technic.wording.stages import STAGES

__all__ = ["notebook_progress"]

FIRST, STEP = 0.5, 0.2
"""Seconds until a bar is shown, and between two changes of it."""


def notebook_progress(
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[str, int, int], None] | None:
    """Return what a run reports (stage, done, total) to; None where no notebook is running."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if getattr(shell, "kernel", None) is None:  # a terminal's has none
        return None
    from IPython.display import display

    return _Bar(display, clock)


class _Bar:
    """One bar for all stages of a run."""

    def __init__(self, display: Callable[..., Any], clock: Callable[[], float]) -> None:
        self._display, self._clock = display, clock
        self._handle: Any = None
        self._next = clock() + FIRST

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = self._clock()
        over = done >= total
        if now < self._next and not (over and self._handle is not None):
            return
        self._next = now + STEP
        content = {"text/plain": ""} if over else _content(stage, done, total)
        if self._handle is not None:
            self._handle.update(content, raw=True)
        elif not over:
            self._handle = self._display(content, raw=True, display_id=True)


def _content(stage: str, done: int, total: int) -> dict[str, str]:
    said = f"{STAGES.get(stage, stage)} {done:,} of {total:,}"
    bar = f'<progress value="{done}" max="{total}"></progress>'
    return {"text/plain": said, "text/html": f"{bar} {escape(said)}"}
