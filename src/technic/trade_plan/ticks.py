"""Prices as whole millionths of a dollar, and the steps in which they are quoted.

Signed prices: those of a short are negative, so that up is always in the trade's favour.
"""

from __future__ import annotations

import numpy as np

from technic.typing import FloatArray, IntArray

__all__ = ["MICRO", "SMALL_TICK", "down", "micro", "tick", "up"]

MICRO = 1_000_000
SMALL_TICK = MICRO // 10_000


def tick(price: IntArray) -> IntArray:
    """Price step in millionths: a cent from one dollar up, a hundredth of a cent below."""
    return np.where(np.abs(price) >= MICRO, MICRO // 100, SMALL_TICK)


def down(price: IntArray, step: IntArray) -> IntArray:
    """Return the next price on the step at or below."""
    return price // step * step


def up(price: IntArray, step: IntArray) -> IntArray:
    """Return the next price on the step at or above."""
    return -(-price // step * step)


def micro(price: FloatArray) -> IntArray:
    """Return a price in $ as millionths."""
    return np.rint(price * MICRO).astype(np.int64)
