"""The 26 votes of the Technical Rating for one symbol of a result, on the bars it scanned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.gate.gate import gate, usable_bars
from technic.scan.windows import BASE_WINDOW, ScanWindows
from technic.scoring.technical_rating import VOTES, technical_rating
from technic.sessions import SessionCalendar

if TYPE_CHECKING:
    from technic.result.scan_result import ScanResult

__all__ = ["SymbolVotes", "symbol_votes"]


@dataclass(frozen=True, slots=True)
class SymbolVotes:
    """The rating of one symbol, vote by vote.

    ``votes``: (name, label, group, -1, 0 or 1, None where it is missing). ``rating`` and the two
    means it is made of are -1 to 1; ``status``: the rating in words.
    """

    votes: tuple[tuple[str, str, str, int | None], ...]
    rating: float | None
    moving_averages: float | None
    oscillators: float | None
    status: str


def symbol_votes(result: ScanResult, symbol: str) -> SymbolVotes | None:
    """Return the votes as of the result's day; None for a symbol without usable bars."""
    prices, as_of = result.prices, np.datetime64(result.as_of, "D")
    calendar = SessionCalendar(prices.bars.sessions, np.empty(0, "datetime64[m]"))
    windows = ScanWindows.anchored(calendar, as_of, result.config.bars)
    panel = prices.bars.of([symbol]).take(slice(0, 1))
    base = windows.cut(panel, None, BASE_WINDOW)
    report = gate(base.panel, base.rows, as_of, result.config.gate)
    usable, rows = usable_bars(base.panel, base.rows, report, np.arange(1))
    if not usable.n_symbols or rows[0] < 0:
        return None
    rated = technical_rating(usable, rows)
    votes = tuple(
        (name, vote.label, vote.group, None if np.isnan(value) else int(value))
        for (name, vote), value in zip(VOTES.items(), rated.votes[:, 0], strict=True)
    )
    rating, averages, oscillators = (
        None if np.isnan(values[0]) else float(values[0])
        for values in (rated.rating, rated.moving_averages, rated.oscillators)
    )
    return SymbolVotes(votes, rating, averages, oscillators, str(rated.status[0]))
