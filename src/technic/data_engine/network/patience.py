"""How long a fetch goes on without a page, and how long it lets itself be put off."""

from __future__ import annotations

from technic.data_engine.network.clock import Clock

__all__ = ["Patience"]


class Patience:
    """Time without a page; pauses that the vendor asked for have an account of their own.

    ``stall_s``: without a page, pauses left out. ``pause_s``: of all pauses until a page comes.
    """

    def __init__(self, clock: Clock, stall_s: float, pause_s: float) -> None:
        self.stall_s = stall_s
        self._clock, self._pause_s = clock, pause_s
        self.page_came()

    def page_came(self) -> None:
        """Begin anew."""
        self._since = self._until = self._clock.monotonic()
        self._paused = 0.0

    def grant(self, seconds: float) -> bool:
        """Tell whether a pause is granted; those asked for at the same time count once."""
        now = self._clock.monotonic()
        more = max(now + seconds - max(now, self._until), 0.0)
        if self._paused + more > self._pause_s:
            return False
        self._paused += more
        self._until = max(self._until, now + seconds)
        return True

    @property
    def over(self) -> bool:
        """Whether no page has come for too long."""
        now = self._clock.monotonic()
        gone = self._paused - max(self._until - now, 0.0)
        return now - self._since - gone > self.stall_s
