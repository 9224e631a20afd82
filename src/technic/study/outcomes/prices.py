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
from technic.typing import BoolArray, FloatArray

__all__ = ["TradedPrices", "next_bars", "next_breaks", "paid_so_far"]


@dataclass(frozen=True, slots=True, eq=False)
class TradedPrices:
    """What symbols are bought and sold at on each session, ``(n_sessions, n_symbols)`` each.

    ``bought``: the open, ``next_bar`` the session whose open it is, the number of sessions where
    there is none. ``sold``: the close, or what there is instead; ``sold_on`` the session of it.
    NaN where it is not known yet. ``paid``: dividends of a share up to each session, None where
    none are known. ``next_break``: the first session after each one on which prices begin anew
    that cannot be compared with those before; None where there is no such session.
    """

    bars: LaterBars
    bought: FloatArray
    next_bar: NDArray[np.int32]
    sold: FloatArray
    sold_on: NDArray[np.int32]
    paid: FloatArray | None
    next_break: NDArray[np.int32] | None

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
        paid, breaks = paid_so_far(bars), next_breaks(bars)
        return cls(bars, bought, next_bar, sold, sold_on, paid, breaks)


def next_bars(bars: LaterBars) -> NDArray[np.int32]:
    """Return the first session at or after each one with a bar; their number where none is."""
    return _first_from(np.isfinite(bars.open))


def next_breaks(bars: LaterBars) -> NDArray[np.int32] | None:
    """Return the first session after each one with a break, their number where none is.

    None where no symbol has any.
    """
    if not bars.breaks.any():
        return None
    found = np.full(bars.breaks.shape, len(bars.sessions), dtype=np.int32)
    found[:-1] = _first_from(bars.breaks)[1:]
    return found


def paid_so_far(bars: LaterBars) -> FloatArray | None:
    """Return the dividends of a share with an ex-date up to each session, None where none known."""
    return None if bars.dividends is None else np.cumsum(bars.dividends, axis=0)


def _first_from(there: BoolArray) -> NDArray[np.int32]:
    """Return the first row at or after each one that is true, the number of rows where none is."""
    rows = np.arange(len(there), dtype=np.int32)[:, None]
    marked = np.where(there, rows, np.int32(len(there)))
    found: NDArray[np.int32] = np.minimum.accumulate(marked[::-1], axis=0)[::-1]
    return found
