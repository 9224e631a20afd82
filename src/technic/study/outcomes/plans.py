"""The plans that are graded, and the rules by which they are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.errors import ParameterError
from technic.scoring.parameters import require_number
from technic.study.replay.hits import HitPlaces
from technic.study.replay.later_bars import LaterBars
from technic.typing import BoolArray, FloatArray

__all__ = ["CLOSE_ENTRIES", "GradeRules", "Plans"]

CLOSE_ENTRIES = ("limit", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRules:
    """How long orders live and what is assumed where bars do not tell.

    ``life``: sessions after the hit on which the entry may be filled. ``hold``: sessions that a
    trade lasts at most, the one of its entry among them. ``lag``: sessions that the entry waits
    after the hit. ``close_entry``: how a plan that enters at the close is entered, for nobody can
    buy at a close that is known: ``limit`` at that price or better, ``open`` at the next open
    whatever it is. ``delisting_return``: what the last close of a symbol that was delisted while a
    trade was open is changed by, −1 where all is taken to be lost.
    """

    life: int = 5
    hold: int = 21
    lag: int = 0
    close_entry: str = "limit"
    delisting_return: float = 0.0

    def __post_init__(self) -> None:
        for name, least, most in (("life", 1, 252), ("hold", 1, 252), ("lag", 0, 21)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                allowed = f"a whole number of sessions from {least} to {most}"
                raise ParameterError(name, value, allowed)
        if self.close_entry not in CLOSE_ENTRIES:
            raise ParameterError("close_entry", self.close_entry, ", ".join(CLOSE_ENTRIES))
        require_number("delisting_return", self.delisting_return, -1, 1)

    @property
    def longest(self) -> int:
        """Sessions from the hit to the last on which its trade can end without a halt."""
        return self.lag + self.life + self.hold - 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plans:
    """Plans of hits' places, ``(n_plans,)`` each, with prices in the split basis of the later bars.

    ``session``, ``symbol``: positions in the later bars. ``side``: 1 long, −1 short.
    ``breakout``: entered by a stop order at ``entry``; else the plan entered at the close.
    A long's stop lies under its entry and its target above; a short's the other way round.
    """

    session: NDArray[np.int32]
    symbol: NDArray[np.int32]
    side: NDArray[np.int8]
    breakout: BoolArray
    entry: FloatArray
    stop: FloatArray
    target: FloatArray

    def __post_init__(self) -> None:
        upright = (self.stop * self.side < self.entry * self.side) & (
            self.entry * self.side < self.target * self.side
        )
        wrong = np.flatnonzero(~upright)
        if len(wrong):
            at = int(wrong[0])
            raise ParameterError(
                "plans",
                f"entry {self.entry[at]:g}, stop {self.stop[at]:g}, target {self.target[at]:g}",
                "a stop on one side of the entry and a target on the other",
            )

    def __len__(self) -> int:
        return len(self.session)

    def take(self, picked: BoolArray | NDArray[np.intp]) -> Plans:
        """Return some of the plans."""
        some: dict[str, Any] = {f.name: getattr(self, f.name)[picked] for f in fields(self)}
        return Plans(**some)

    @classmethod
    def of_places(cls, places: HitPlaces, bars: LaterBars) -> tuple[Plans, NDArray[np.intp]]:
        """Return the plans of the places on symbols and sessions of ``bars``, and whose they are.

        The second array has the position in ``places`` of each plan. Prices known on the day are
        restated in the basis of ``bars``, so that a split on the way changes nothing.
        """
        place = {symbol: at for at, symbol in enumerate(bars.symbols)}
        column = np.array([place.get(symbol, -1) for symbol in places.symbols], dtype=np.int32)
        found = np.searchsorted(bars.sessions, places.sessions)
        inside = found < len(bars.sessions)
        inside[inside] = bars.sessions[found[inside]] == places.sessions[inside]
        there = places.has_plan & (column[places.symbol] >= 0) & inside[places.session]
        at = np.flatnonzero(there)
        session = found[places.session[at]].astype(np.int32)
        symbol = column[places.symbol[at]]
        later = bars.later_splits[session, symbol]
        plans = cls(
            session=session,
            symbol=symbol,
            side=np.where(places.side[at] == "short", -1, 1).astype(np.int8),
            breakout=places.entry_type[at] == "breakout",
            entry=places.entry[at] / later,
            stop=places.stop[at] / later,
            target=places.target[at] / later,
        )
        return plans, at
