"""Bars to test indicators on: real ones, random walks, and edge cases made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from technic.panel import FIELDS, BarPanel, LongBars
from technic.typing import FloatArray

__all__ = ["cut", "edge_bars", "fields", "load_panel", "packed", "random_bars"]


def load_panel(path: Path) -> BarPanel:
    """All bars of a Parquet file with symbol, date and the five fields."""
    table = pq.read_table(path, columns=["symbol", "date", *FIELDS])
    symbols, column = np.unique(table["symbol"].to_numpy(), return_inverse=True)
    days = pc.cast(table["date"], "date32").to_numpy().astype("datetime64[D]")
    bars = LongBars(
        tuple(str(symbol) for symbol in symbols),
        column.astype(np.int32),
        days,
        *(table[name].to_numpy().astype(np.float64) for name in FIELDS),
    )
    return BarPanel.from_long(bars, np.unique(days))


def fields(panel: BarPanel) -> dict[str, FloatArray]:
    """Return the five arrays of a panel by name."""
    return {name: getattr(panel, name) for name in FIELDS}


def cut(
    bars: dict[str, FloatArray], rows: slice, columns: slice = slice(None)
) -> dict[str, FloatArray]:
    """Return some rows and columns of each array."""
    return {name: array[rows, columns] for name, array in bars.items()}


def random_bars(n_bars: int, n_symbols: int, seed: int, decimals: int = 2) -> dict[str, FloatArray]:
    """Random walks rounded as prices are, with flat stretches, no-volume days and short columns.

    Every fourth column stands still for a while; in column 1 the last 3/4 of the bars are missing.
    """
    rng = np.random.default_rng(seed)
    start = 10.0 ** rng.uniform(0, 3, n_symbols)
    close = start * np.exp(np.cumsum(rng.normal(0, 0.03, (n_bars, n_symbols)), axis=0))
    open_ = close * np.exp(rng.normal(0, 0.01, close.shape))
    high = np.maximum(open_, close) * (1 + rng.uniform(0, 0.02, close.shape))
    low = np.minimum(open_, close) * (1 - rng.uniform(0, 0.02, close.shape))
    volume = np.round(np.exp(rng.normal(10, 1, close.shape)), 3)
    bars = dict(zip(FIELDS, (open_, high, low, close, volume), strict=True))
    for name in FIELDS[:4]:
        bars[name] = np.maximum(np.round(bars[name], decimals), 10.0**-decimals)
        bars[name][n_bars // 3 : n_bars // 2, ::4] = np.round(start[::4], decimals)
    volume[n_bars // 3 : n_bars // 2, ::4] = 0.0
    return packed(bars, {1: n_bars // 4})


def packed(bars: dict[str, FloatArray], length: dict[int, int]) -> dict[str, FloatArray]:
    """Return a copy in which the columns in ``length`` end after so many bars."""
    copies = {name: array.copy() for name, array in bars.items()}
    for array in copies.values():
        for column, n in length.items():
            if column < array.shape[1]:
                array[n:, column] = np.nan
    return copies


def edge_bars(kind: str, n_bars: int = 120) -> dict[str, FloatArray]:
    """Return three columns of bars that an oscillator finds hard.

    ``flat``: one price that binary fractions cannot hold. ``flat_after_moves``, ``rising``,
    ``falling``: as named. ``no_volume``: nothing traded. ``crossed``: high below low on some days.
    ``huge`` and ``tiny``: random walks far from 1.
    """
    bars = random_bars(n_bars, 3, seed=5)
    bars = {name: np.where(np.isnan(array), 1.0, array) for name, array in bars.items()}
    prices = FIELDS[:4]
    if kind == "flat":
        bars |= {name: np.full((n_bars, 3), 10.1) for name in prices}
    elif kind == "flat_after_moves":
        for name in prices:
            bars[name][n_bars // 3 :] = 7.77
    elif kind in ("rising", "falling"):
        step = np.arange(n_bars)[:, None] * (0.1 if kind == "rising" else -0.1)
        bars |= {name: np.round(20.0 + step + np.zeros(3), 1) for name in prices}
    elif kind == "no_volume":
        bars["volume"] = np.zeros((n_bars, 3))
    elif kind == "crossed":
        proper = np.arange(n_bars)[:, None] % 7 > 0
        high, low = bars["high"], bars["low"]
        bars |= {"high": np.where(proper, high, low), "low": np.where(proper, low, high)}
    elif kind in ("huge", "tiny"):
        bars |= {name: bars[name] * (2.0**40 if kind == "huge" else 2.0**-40) for name in prices}
    else:
        raise ValueError(kind)
    return bars
