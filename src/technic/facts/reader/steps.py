"""Step functions of several symbols: a value from the session on which it is known to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from technic.typing import DateArray, FloatArray

__all__ = ["FactSteps", "Reading"]

Reading = Literal["level", "sessions_since", "sessions_until"]
"""What a step's number is: the value; or a position of the calendar that a day's is counted to."""


@dataclass(frozen=True, slots=True, eq=False)
class FactSteps:
    """Steps of symbol i stand at ``offsets[i]:offsets[i + 1]``, by ``known_from``.

    ``known_from``: the first session at whose close the value is known. ``value``: NaN where it is
    known to be missing from there on. ``basis_day``: the day in whose shares a value per share or
    a number of shares is counted, NaT where no splits matter. ``per_share``: -1 per share (divided
    by later splits), 1 a number of shares (multiplied), 0 neither. ``period_end``: of the latest
    period in it. ``source_row``: the row of the reader's table whose filing made the step.
    ``reading``: ``level``; or the value on day D is the position of D in the calendar less the
    step's (``sessions_since``), or the step's less that of D, missing once it is over
    (``sessions_until``).
    """

    known_from: DateArray
    value: FloatArray
    basis_day: DateArray
    per_share: int
    offsets: NDArray[np.int64]
    period_end: DateArray
    source_row: NDArray[np.int64]
    reading: Reading = "level"
