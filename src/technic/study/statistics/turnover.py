"""How much is traded, and how much money fits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.scoring.parameters import require_number
from technic.typing import FloatArray

__all__ = ["Turnover", "turnover"]

SESSIONS_A_YEAR = 252
SQUEEZED = 0.1
"""Of the positions so many may be held back by the liquidity cap at the capacity."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """``open_positions`` on average, ``entries`` a session, ``sessions_held`` on average.

    ``a_year``: how often a year the whole portfolio is bought anew. ``capacity``: $ that fit into
    equal positions when nine in ten stay within the liquidity cap.
    """

    open_positions: float
    entries: float
    sessions_held: float
    a_year: float
    capacity: float


def turnover(
    entry: NDArray[np.integer],
    exit_: NDArray[np.integer],
    dollar_volume: FloatArray,
    n_sessions: int,
    max_pct_of_adv: float = 1.0,
) -> Turnover:
    """Return turnover and capacity of trades, ``(n_trades,)`` each.

    ``entry``, ``exit_``: sessions of a study of ``n_sessions``; a trade is held on both.
    ``max_pct_of_adv``: % of the average dollar volume that one position may take.
    """
    require_number("max_pct_of_adv", max_pct_of_adv, 0.0001, 100)
    if not len(entry):
        return Turnover(0.0, 0.0, math.nan, math.nan, math.nan)
    held = exit_.astype(np.int64) - entry + 1
    positions, entries = int(held.sum()) / n_sessions, len(entry) / n_sessions
    known = dollar_volume[np.isfinite(dollar_volume)]
    fits = float(np.quantile(known, SQUEEZED)) * max_pct_of_adv / 100 if len(known) else math.nan
    return Turnover(
        open_positions=positions,
        entries=entries,
        sessions_held=float(held.mean()),
        a_year=SESSIONS_A_YEAR * entries / positions,
        capacity=positions * fits,
    )
