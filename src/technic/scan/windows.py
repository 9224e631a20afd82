"""The windows of history that a scan reads.

A value depends on its symbol, its day and its own expression, on nothing else that is asked. So
there is not one window for all: the base window serves gate, default columns, ratings, ranks,
regime and plans, and an expression that looks further back has a longer one of its own. The longest
is loaded; shorter ones are cut from it and packed anew, as if nothing older had been loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.panel import BarPanel
from technic.panel.places import Places
from technic.sessions import SessionCalendar
from technic.typing import DateArray, FloatArray

if TYPE_CHECKING:
    from technic.language.evaluation.panel_facts import PanelFacts

__all__ = ["BASE_WINDOW", "BarWindow", "PlaceWindow", "ScanWindows", "window_sessions"]

PANEL_ARRAYS = 5.5
"""Arrays of eight-byte numbers that a panel is as large as: five, and the sessions of its bars."""
BASE_WINDOW = 0
"""The name of the base window, where other windows go by the sessions that they need."""


@dataclass(frozen=True, slots=True, eq=False)
class BarWindow:
    """The bars of a block in one window.

    ``rows``: ``(n_symbols,)``, each column's row of the scan's day; ``benchmark``: closes
    ``(n_sessions,)``, NaN where there is none, None without a benchmark. ``facts``: what was known
    of the companies of the columns, None where no expression names a fact.
    """

    panel: BarPanel
    rows: NDArray[np.intp]
    benchmark: FloatArray | None
    facts: PanelFacts | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlaceWindow:
    """The bars of a block in one window, and places in them: a day and a symbol each.

    ``rows``: ``(n_days, n_symbols)``, each column's row of each day, -1 where there is none.
    ``part``: which of all places these are; of others the window begins on another session.
    ``facts``: as in BarWindow.
    """

    panel: BarPanel
    rows: NDArray[np.intp]
    places: Places
    benchmark: FloatArray | None
    part: slice
    facts: PanelFacts | None = None


@dataclass(frozen=True, slots=True)
class ScanWindows:
    """First sessions of the windows up to ``as_of``, each by the anchor rule.

    ``starts``: sessions that a window needs → its first session; ``BASE_WINDOW`` is always there.
    ``base_sessions``: those that the base window needs.
    """

    as_of: np.datetime64
    starts: tuple[tuple[int, np.datetime64], ...]
    base_sessions: int

    @classmethod
    def anchored(
        cls, calendar: SessionCalendar, as_of: np.datetime64, base: int, longer: Iterable[int] = ()
    ) -> ScanWindows:
        """Return the base window of ``base`` sessions and longer ones, by the anchor rule."""
        needed = {BASE_WINDOW: base, **{sessions: sessions for sessions in longer}}
        starts = tuple((key, calendar.anchor(as_of, n)) for key, n in needed.items())
        return cls(as_of, starts, base)

    @classmethod
    def whole(cls, sessions: DateArray) -> ScanWindows:
        """Return one window of all the sessions there are, as of the last."""
        return cls(sessions[-1], ((BASE_WINDOW, sessions[0]),), len(sessions))

    @property
    def start(self) -> np.datetime64:
        """The first session that is loaded: that of the longest window."""
        return min(start for _, start in self.starts)

    @property
    def base(self) -> np.datetime64:
        """The first session of the base window."""
        return self.start_of(BASE_WINDOW)

    @property
    def copied_arrays(self) -> float:
        """Arrays of the loaded bars that shorter windows take, packed anew, at most."""
        return PANEL_ARRAYS * (len({start for _, start in self.starts}) - 1)

    def start_of(self, window: int) -> np.datetime64:
        """Return the first session of a window."""
        return dict(self.starts)[window]

    def cut(self, panel: BarPanel, closes: FloatArray | None, window: int) -> BarWindow:
        """Return a window of ``panel``, which may begin with it, before it or after it.

        ``closes``: those of a benchmark on the panel's sessions.
        """
        start, sessions = self.start_of(window), panel.sessions
        if len(sessions) and sessions[0] < start:
            panel = panel.window(start, sessions[-1])
        if closes is not None:
            closes = self.cut_closes(closes, sessions, window)
        return BarWindow(panel, panel.rows_at(self.as_of), closes)

    def cut_closes(self, closes: FloatArray, sessions: DateArray, window: int) -> FloatArray:
        """Return the closes of a benchmark on the days of a window; ``sessions``: their days."""
        return closes[np.searchsorted(sessions, self.start_of(window)) :]


def window_sessions(
    calendar: SessionCalendar, windows: ScanWindows, days: int | None = None
) -> DateArray:
    """Return the last ``days`` sessions up to the scan's day; without a number those it loads.

    Oldest first, fewer where the calendar begins. Raises ParameterError for what is no count.
    """
    if days is None:
        return calendar.between(windows.start, windows.as_of)
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise ParameterError("days", days, "a whole number from 1, or None for those of a scan")
    return calendar.last(days, windows.as_of)
