"""Array types, named once.

One convention for the whole project: prices and volumes are float64, axis 0 is time (oldest
first), axis 1 is symbols, C order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BoolArray", "DateArray", "FloatArray", "IntArray", "SessionArray"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
DateArray = NDArray[np.datetime64]
"""Trading days as ``datetime64[D]``, ascending."""
SessionArray = NDArray[np.int32]
"""Positions in a ``DateArray`` of sessions; -1 where there is no bar."""
