"""What plans came to: one grade for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray, FloatArray

__all__ = ["Flag", "Grades", "Outcome"]


class Outcome(IntEnum):
    """How a plan ended."""

    NOT_ENTERED = 0
    """The entry was not touched within its life."""
    STOP = 1
    TARGET = 2
    TIME = 3
    """Neither was reached within the sessions that a trade may last."""
    DELISTED = 4
    """The symbol was delisted while the trade was open."""
    PENDING = 5
    """The bars end while the entry may still be touched."""
    OPEN = 6
    """The bars end while the trade is open."""
    BROKEN = 7
    """Prices begin anew that cannot be compared with those before, so nobody knows."""


class Flag(IntFlag):
    """What else is to be known of a grade; several may hold."""

    BOTH = 1
    """Stop and target lay within one bar: counted as the stop."""
    ENTRY_GAP = 2
    """Filled at an open beyond the entry."""
    EXIT_GAP = 4
    """Left at an open beyond the stop or the target."""
    ENTRY_BAR_STOP = 8
    """A breakout's bar also reached the stop, perhaps before the entry: counted as the stop."""
    HALTED = 16
    """Sold at the first open after a halt, since the session of the time stop had no bar."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Grades:
    """Grades of plans, ``(n_plans,)`` each, in the order of the plans.

    ``outcome``: an `Outcome`; ``flags``: `Flag` bits. ``entry_session``, ``exit_session``:
    positions in the later bars, −1 where there was none; ``fill``, ``exit_price``: in their basis.
    ``r``: what was made in units of the planned risk, |entry − stop|, before costs and with
    dividends where known; NaN where there was no trade or it is not over. ``traded_r``: money
    bought and sold in the same units, of which costs are a part; ``market_r``: how much of it by
    orders that take the price there is, of which slippage is a part.
    """

    outcome: NDArray[np.int8]
    flags: NDArray[np.uint8]
    entry_session: NDArray[np.int32]
    exit_session: NDArray[np.int32]
    fill: FloatArray
    exit_price: FloatArray
    r: FloatArray
    traded_r: FloatArray
    market_r: FloatArray

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def over(self) -> BoolArray:
        """Which plans were entered and left again."""
        done: BoolArray = (self.outcome >= Outcome.STOP) & (self.outcome <= Outcome.DELISTED)
        return done

    def has(self, flag: Flag) -> BoolArray:
        """Which grades have a flag."""
        held: BoolArray = (self.flags & np.uint8(flag)) != 0
        return held

    def take(self, picked: BoolArray | NDArray[np.integer]) -> Grades:
        """Return some of the grades."""
        return Grades(**{name: getattr(self, name)[picked] for name in Grades.__slots__})

    def counts(self, picked: NDArray[np.integer] | slice = slice(None)) -> dict[str, int]:
        """How many of the ``picked`` plans ended in each way, how many grades have each flag."""
        ways = np.bincount(self.outcome[picked], minlength=len(Outcome))
        flags = np.bincount(self.flags[picked], minlength=1 << len(Flag))
        found = {outcome.name.lower(): int(ways[outcome]) for outcome in Outcome}
        codes = np.arange(len(flags))
        return found | {
            flag.name.lower(): int(flags[(codes & flag) != 0].sum()) for flag in Flag if flag.name
        }

    @staticmethod
    def joined(parts: Iterable[Grades]) -> Grades:
        """Put grades together in the order given; at least one part is needed."""
        every = list(parts)
        some: dict[str, Any] = {
            field.name: np.concatenate([getattr(part, field.name) for part in every])
            for field in fields(Grades)
        }
        return Grades(**some)
