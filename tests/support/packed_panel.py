"""A panel made straight from the five packed arrays that ``reference.bars`` makes."""

from __future__ import annotations

import numpy as np

from reference.twins import Bars
from technic.panel import FIELDS, BarPanel
from technic.typing import FloatArray

__all__ = ["bars_of", "every_row", "packed_panel"]


def packed_panel(bars: dict[str, FloatArray]) -> BarPanel:
    """One bar a weekday from 2000-01-03 on; a column ends where its closes do."""
    n_bars, n_symbols = bars["close"].shape
    length = np.count_nonzero(~np.isnan(bars["close"]), axis=0)
    day = np.arange(n_bars, dtype=np.int32)[:, None]
    return BarPanel(
        symbols=tuple(f"S{i:03d}" for i in range(n_symbols)),
        sessions=np.busday_offset("2000-01-03", np.arange(n_bars)),
        session=np.where(day < length, day, np.int32(-1)),
        length=length,
        left_out=np.zeros(n_symbols, dtype=np.int64),
        **{name: np.ascontiguousarray(bars[name]) for name in FIELDS},
    )


def bars_of(panel: BarPanel, column: int) -> Bars:
    """One symbol's bars as lists, for a plain-loop twin."""
    length = int(panel.length[column])
    return Bars(*(getattr(panel, name)[:length, column].tolist() for name in FIELDS))


def every_row(panel: BarPanel) -> np.ndarray:
    """Rows that read each bar of each column."""
    return np.repeat(np.arange(panel.n_bars)[:, None], panel.n_symbols, axis=1)
