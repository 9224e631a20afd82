"""At which price a symbol can be bought or sold on a session, and on which session that is.

Where a symbol has no bar on a session it is bought and sold at the open of its next bar. Where it
was delisted it is sold at its last close, changed by the assumed return of a delisting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.scoring.parameters import require_number
from technic.study.replay.later_bars import LaterBars
from technic.typing import FloatArray

__all__ = ["TradedPrices", "next_bars", "paid_so_far"]


@dataclass(frozen=True, slots=True, eq=False)
class TradedPrices:
    """What symbols are bought and sold at on each session, ``(n_sessions, n_symbols)`` each.

    ``bought``: the open, ``next_bar`` the session whose open it is, the number of sessions where
    there is none. ``sold``: the close, or what there is instead; ``sold_on`` the session of it.
    NaN where it is not known yet. ``paid``: dividends of a share up to each session, None where
    none are known.
    """

    bars: LaterBars
    bought: FloatArray
    next_bar: NDArray[np.int32]
    sold: FloatArray
    sold_on: NDArray[np.int32]
    paid: FloatArray | None

    @classmethod
    def of(cls, bars: LaterBars, delisting_return: float = 0.0) -> TradedPrices:
        """Return the prices of all sessions; ``delisting_return`` −1 where all is taken as lost."""
        require_number("delisting_return", delisting_return, -1, 1)
        n_sessions, n_symbols = bars.close.shape
        next_bar = next_bars(bars)
        bought, sold = bars.open.copy(), bars.close.copy()
        sold_on = np.repeat(np.arange(n_sessions, dtype=np.int32)[:, None], n_symbols, axis=1)
        at, column = np.nonzero(np.isnan(bars.close))
        later = next_bar[at, column]
        reopens = later < n_sessions
        cells = at[reopens], column[reopens]
        bought[cells] = sold[cells] = bars.open[later[reopens], column[reopens]]
        sold_on[cells] = later[reopens]

        end = bars.last_bar[column]
        gone = ~reopens & bars.delisted[column] & (end >= 0)
        end, cells = end[gone], (at[gone], column[gone])
        sold[cells] = bars.close[end, column[gone]] * (1.0 + delisting_return)
        sold_on[cells] = end
        return cls(bars, bought, next_bar, sold, sold_on, paid_so_far(bars))


def next_bars(bars: LaterBars) -> NDArray[np.int32]:
    """Return the first session at or after each one with a bar; their number where none is."""
    rows = np.arange(len(bars.sessions), dtype=np.int32)[:, None]
    there = np.where(np.isfinite(bars.open), rows, np.int32(len(bars.sessions)))
    found: NDArray[np.int32] = np.minimum.accumulate(there[::-1], axis=0)[::-1]
    return found


def paid_so_far(bars: LaterBars) -> FloatArray | None:
    """Return the dividends of a share with an ex-date up to each session, None where none known."""
    return None if bars.dividends is None else np.cumsum(bars.dividends, axis=0)
