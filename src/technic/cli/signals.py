"""SIGTERM and SIGHUP end a command as Ctrl-C does: what has arrived is kept."""

from __future__ import annotations

import signal
from types import FrameType

__all__ = ["end_like_ctrl_c", "ending_signals"]


def ending_signals() -> list[signal.Signals]:
    """Return those that this process has to obey: who was started to ignore one goes on doing so.

    ``nohup`` is such a start.
    """
    named = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
    return [one for one in named if one is not None and signal.getsignal(one) != signal.SIG_IGN]


def end_like_ctrl_c() -> None:
    """Let the signals that end a process do what Ctrl-C does, from the main thread."""
    for number in ending_signals():
        signal.signal(number, _interrupt)


def _interrupt(_: int, frame: FrameType | None) -> None:
    """Call what Ctrl-C would call; where that is ignored, as in the background, interrupt."""
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):
        handler = signal.default_int_handler
    handler(signal.SIGINT, frame)
