"""The bars of chosen symbols as the scan used them: after a break, without impossible bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from technic.data_engine.gate.gate import gate, usable_bars
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.price_cache import LazyPrices, PriceCache
from technic.panel import FIELDS
from technic.scan.special_dividends import known_actions
from technic.scan.windows import BASE_WINDOW, ScanWindows
from technic.sessions import SessionCalendar
from technic.typing import DateArray, FloatArray

__all__ = ["UsableHistory", "usable_history"]

BLOCK = 256
"""Symbols that are read at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class UsableHistory:
    """The bars of one symbol that a scan used, oldest first.

    ``bars``: arrays ``(n_bars,)`` by the field's name; ``days``: the day of each; ``sessions``: all
    trading days that were loaded, up to that of the scan; ``base_from``: where the window begins
    that serves every scan.
    """

    symbol: str
    sessions: DateArray
    days: DateArray
    bars: Mapping[str, FloatArray]
    base_from: np.datetime64


def usable_history(
    prices: PriceCache | LazyPrices,
    symbols: Sequence[str],
    as_of: np.datetime64,
    base_sessions: int,
    rules: GateRules,
) -> Iterator[UsableHistory]:
    """Yield the bars up to ``as_of`` of each symbol that has any, a block at a time.

    Of all that was loaded; what the data gate with ``rules`` finds in the base window of
    ``base_sessions`` is not among them.
    """
    sessions = prices.bars.sessions
    known = known_actions(prices)
    calendar = SessionCalendar(sessions, np.empty(0, "datetime64[m]"))
    windows = ScanWindows.anchored(calendar, as_of, base_sessions)
    for at in range(0, len(symbols), BLOCK):
        chosen = symbols[at : at + BLOCK]
        panel = prices.bars.of(chosen).take(slice(0, len(chosen)))
        base = windows.cut(panel, None, BASE_WINDOW)
        report = gate(base.panel, base.rows, as_of, rules, known)
        everyone = np.arange(panel.n_symbols)
        usable, last = usable_bars(panel, panel.rows_at(as_of), report, everyone)
        for column, (symbol, row) in enumerate(zip(usable.symbols, last.tolist(), strict=True)):
            if row >= 0:
                fields = {name: getattr(usable, name)[: row + 1, column] for name in FIELDS}
                days = sessions[usable.session[: row + 1, column]]
                loaded = sessions[sessions <= as_of]
                yield UsableHistory(symbol, loaded, days, fields, windows.start_of(BASE_WINDOW))
