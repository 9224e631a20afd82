"""LaterBars: what prices did after a hit, in one split basis, by session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray, DateArray, FloatArray

__all__ = ["LaterBars"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LaterBars:
    """Bars of some symbols by session: ``(n_sessions, n_symbols)`` each, C order.

    ``open`` … ``volume``: in the split basis of the last of ``sessions``, NaN where there is no bar
    (halted, not listed yet, delisted). ``later_splits``: the product of the ratios of the splits
    executed after a session and up to the last one, 1.0 where none: a price that was known on
    session s is divided by ``later_splits[s]`` to stand in the basis of these bars (a number of
    shares is multiplied). ``dividends``: $ a share on the ex-date, in the basis of these bars, 0.0
    where none is known; None where no dividends are known of any symbol. ``last_bar``:
    ``(n_symbols,)`` position of the last session with a bar, -1 where there is none.
    ``delisted``: ``(n_symbols,)`` whether the symbol ended for good by then: no bar of it is in the
    data from there to the data's own last session, which is at least ``GONE_AFTER`` sessions later.
    """

    sessions: DateArray
    symbols: tuple[str, ...]
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    later_splits: FloatArray
    dividends: FloatArray | None
    last_bar: NDArray[np.int32]
    delisted: BoolArray
