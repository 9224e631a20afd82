"""The votes of the Technical Rating of one symbol, as a scan that asks for them has them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from technic.panel import BarPanel, LongBars
from technic.scan.usable_history import UsableHistory
from technic.scoring.technical_rating import VOTES, technical_columns

__all__ = ["vote_values"]

NAMES = (*VOTES, "tv_status", "tv_not_settled")


def vote_values(history: UsableHistory) -> Mapping[str, object]:
    """Return each vote (NaN where it is missing), ``tv_status`` and ``tv_not_settled``.

    Of the bars that every scan reads, however much more of them were loaded.
    """
    read = history.days >= history.base_from
    days, count = history.days[read], int(read.sum())
    prices = (history.bars[name][read] for name in ("open", "high", "low", "close", "volume"))
    column = np.zeros(count, dtype=np.int32)
    panel = BarPanel.from_long(LongBars((history.symbol,), column, days, *prices), days)
    found = technical_columns(panel, np.array([count - 1], dtype=np.intp), NAMES)
    return {name: values[0] for name, values in found.items()}
