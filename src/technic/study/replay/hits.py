"""Hits: which symbols met which setup or condition on which session, with the day's trade plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["Hits"]

_AXES = ("sessions", "symbols", "owners")
"""Fields that all parts of a stream share."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Hits:
    """Hits of one or more sessions as columns, ``(n_hits,)`` each, a day after the other.

    Within a day in the order of ``owners``, then of symbols. All is as known on the session's
    close, and prices are in the split basis in force on it.

    ``sessions``, ``symbols``, ``owners``: what ``session``, ``symbol`` and ``owner`` are positions
    in; an owner is a setup or ``where``. They are the same in all parts of one replay.
    ``rank``: place among the day's ``ranked`` symbols by tech_rating, 1 the highest, ties by
    symbol; 0 where the symbol has no rating. ``signal``: as the scan gives it.
    ``has_plan``: whether the scan gives a trade plan; elsewhere its prices are NaN, shares 0, texts
    None. ``side``: long or short; ``entry_type``: close or breakout. ``dollar_volume``: mean of
    close × volume over 20 bars. ``sector``: None where no listing says.
    """

    sessions: DateArray
    symbols: tuple[str, ...]
    owners: tuple[str, ...]
    session: NDArray[np.int32]
    symbol: NDArray[np.int32]
    owner: NDArray[np.int16]
    rank: NDArray[np.int32]
    ranked: NDArray[np.int32]
    tech_rating: FloatArray
    rs_rating: FloatArray
    signal: NDArray[np.object_]
    has_plan: BoolArray
    side: NDArray[np.object_]
    entry_type: NDArray[np.object_]
    entry: FloatArray
    stop: FloatArray
    target: FloatArray
    shares: NDArray[np.int64]
    close: FloatArray
    dollar_volume: FloatArray
    sector: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.session)

    @property
    def day(self) -> DateArray:
        """The session of each hit as a date."""
        return self.sessions[self.session]

    def symbol_names(self) -> NDArray[np.object_]:
        """The symbol of each hit as text."""
        return np.array(self.symbols, dtype=object)[self.symbol]

    def owner_names(self) -> NDArray[np.object_]:
        """The setup of each hit as text, or ``where``."""
        return np.array(self.owners, dtype=object)[self.owner]

    def take(self, picked: BoolArray | NDArray[np.intp]) -> Hits:
        """Return some of the hits."""
        some: dict[str, Any] = {name: getattr(self, name)[picked] for name in _columns()}
        return replace(self, **some)

    @staticmethod
    def joined(parts: Iterable[Hits]) -> Hits:
        """Put parts of one replay together, in the order given; at least one is needed."""
        every: Sequence[Hits] = list(parts)
        if not every:
            raise ValueError("hits of no part have no sessions and symbols")
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in every]) for name in _columns()
        }
        return replace(every[0], **columns)


def _columns() -> list[str]:
    return [field.name for field in fields(Hits) if field.name not in _AXES]
