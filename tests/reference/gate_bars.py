"""Hand-made bars for the data gate: an ordinary stock, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from technic.data_engine.gate.gate import DEFAULT_RULES, GateReport, GateRules, gate
from technic.panel import FIELDS, BarPanel, LongBars

Bars = dict[str, np.ndarray]


def sessions(count: int) -> np.ndarray:
    """Weekdays, which is all the gate needs to know of a calendar."""
    return np.busday_offset("2020-01-06", np.arange(count), roll="forward")


def ordinary(count: int = 80, seed: int = 1) -> Bars:
    """A stock at about 40 dollars and a million shares a day, with nothing wrong."""
    random = np.random.default_rng(seed)
    close = 40.0 * np.exp(np.cumsum(random.normal(0, 0.02, count)))
    open_ = close * np.exp(random.normal(0, 0.01, count))
    return {
        "open": open_,
        "high": np.maximum(open_, close) * 1.01,
        "low": np.minimum(open_, close) * 0.99,
        "close": close,
        "volume": 1e6 * np.exp(random.normal(0, 0.3, count)),
    }


def scaled(bars: Bars, where: slice | int, price: float, volume: float = 1.0) -> Bars:
    """The same bars with prices and volume of some of them multiplied."""
    out = {name: values.copy() for name, values in bars.items()}
    for name in FIELDS:
        out[name][where] *= volume if name == "volume" else price
    return out


def panel_of(columns: Mapping[str, Bars], missing: Mapping[str, slice] | None = None) -> BarPanel:
    """Pack columns whose last bars fall on the same session, without the bars in ``missing``."""
    longest = max(len(bars["close"]) for bars in columns.values())
    parts = []
    for i, (symbol, bars) in enumerate(columns.items()):
        size = len(bars["close"])
        kept = np.ones(size, dtype=bool)
        kept[(missing or {}).get(symbol, slice(0, 0))] = False
        days = sessions(longest)[longest - size :]
        parts.append((np.full(size, i)[kept], days[kept], [bars[name][kept] for name in FIELDS]))
    values = [np.concatenate([part[2][k] for part in parts]) for k in range(len(FIELDS))]
    column = np.concatenate([part[0] for part in parts]).astype(np.int32)
    day = np.concatenate([part[1] for part in parts])
    return BarPanel.from_long(LongBars(tuple(columns), column, day, *values), sessions(longest))


def at_end(panel: BarPanel, rules: GateRules = DEFAULT_RULES) -> GateReport:
    """Gate on the last session of the panel."""
    return on(panel, panel.sessions[-1], rules)


def on(panel: BarPanel, day: object, rules: GateRules = DEFAULT_RULES) -> GateReport:
    """Gate on a session of the panel."""
    as_of = np.datetime64(str(day), "D")
    return gate(panel, panel.rows_at(as_of), as_of, rules)


def one(bars: Bars, missing: slice | None = None, rules: GateRules = DEFAULT_RULES) -> str | None:
    """Code of a single column on its last session."""
    report = at_end(panel_of({"A": bars}, {"A": missing} if missing else None), rules)
    return report.code[0]
