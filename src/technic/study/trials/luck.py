"""What the best of many trials reaches by luck."""

from __future__ import annotations

import math

from technic.errors import ParameterError

__all__ = ["luck_bar"]

_ALONE = 1.959963984540054


def luck_bar(trials: int) -> float:
    """Return the t that the best of ``trials`` on one data set reaches though none is worth any.

    √(2 ln n), 2.5 for 24 and 3.7 for 1,000; for few trials the 1.96 of a single one.
    """
    if isinstance(trials, bool) or not isinstance(trials, int) or trials < 1:
        raise ParameterError("trials", trials, "a whole number from 1")
    return max(_ALONE, math.sqrt(2 * math.log(trials)))
