"""What scoring takes, one symbol after the other: plain pandas, and TA-Lib where it is there."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from technic.bench.reference import reference_columns
from technic.bench.talib_loop import series_of, talib_columns, talib_there

__all__ = ["ScoreTime", "score_seconds", "score_time", "spread"]

LOOPS = 3


@dataclass(frozen=True, slots=True)
class ScoreTime:
    """Milliseconds for one symbol, by pandas and by TA-Lib; ``symbols``: how many were timed.

    ``talib_ms`` is None where TA-Lib is not installed.
    """

    pandas_ms: float
    talib_ms: float | None
    symbols: int


def score_time(frames: Sequence[pd.DataFrame]) -> ScoreTime:
    """Score each by both, one loop after the other.

    TA-Lib is given contiguous series, ready made, and the best of a few loops counts, the first of
    which also loads what is loaded when it is first used: beside so little, waking up is much.
    """
    pandas_ms = 1000 * statistics.fmean(score_seconds(frame) for frame in frames)
    ta = talib_there()
    if ta is None:
        return ScoreTime(pandas_ms, None, len(frames))
    symbols = [series_of(frame) for frame in frames]
    loops = (_seconds(lambda: [talib_columns(ta, bars) for bars in symbols]) for _ in range(LOOPS))
    return ScoreTime(pandas_ms, 1000 * min(loops) / len(frames), len(frames))


def score_seconds(frame: pd.DataFrame) -> float:
    """Seconds by the clock that pandas takes for one symbol."""
    return _seconds(lambda: reference_columns(frame))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    with np.errstate(all="ignore"):
        work()
    return time.perf_counter() - started


def spread(symbols: Sequence[str], count: int) -> list[str]:
    """Pick ``count`` of the symbols, evenly over the list."""
    places = np.linspace(0, len(symbols) - 1, min(count, len(symbols))).round()
    return [symbols[at] for at in places.astype(int).tolist()]
