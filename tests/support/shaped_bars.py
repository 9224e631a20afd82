"""Bars in a shape: straight legs from price to price, as golden files of setups describe them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from technic.typing import FloatArray

__all__ = ["GOLDEN", "changed", "golden", "roughened", "side_by_side", "straight"]

GOLDEN = Path(__file__).resolve().parents[1] / "setups" / "golden"
NAMES = ("open", "high", "low", "close", "volume")
Leg = Mapping[str, Any]


def golden(name: str) -> dict[str, Any]:
    """One golden file."""
    found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return found


def changed(legs: Iterable[Leg], *changes: Mapping[str, Leg]) -> list[dict[str, Any]]:
    """Return the legs with some values changed; KeyError for a leg that is not there."""
    by_name = {leg["name"]: dict(leg) for leg in legs}
    for change in changes:
        for name, values in change.items():
            by_name[name] |= values
    return list(by_name.values())


def straight(legs: Iterable[Leg]) -> dict[str, FloatArray]:
    """Bars of one price each, in equal steps along the legs, rounded to cents: ``(n_bars,)``."""
    price: list[float] = []
    volume: list[float] = []
    for leg in legs:
        before = price[-1] if price else leg["to"]
        steps = np.linspace(before, leg["to"], leg["bars"] + 1)[1:]
        price += np.round(steps, 2).tolist()
        volume += [float(leg["volume"])] * leg["bars"]
    return {name: np.array(volume if name == "volume" else price) for name in NAMES}


def roughened(bars: Mapping[str, FloatArray], rng: np.random.Generator, by: float = 0.01):
    """Return the same path with noise: bars that have a range, volumes that vary."""
    n = len(bars["close"])
    close = bars["close"] * np.exp(rng.normal(0, by, n))
    open_ = close * np.exp(rng.normal(0, by, n))
    high = np.maximum(open_, close) * (1 + rng.uniform(0, by, n))
    low = np.minimum(open_, close) * (1 - rng.uniform(0, by, n))
    volume = bars["volume"] * np.exp(rng.normal(0, 0.3, n))
    prices = {"open": open_, "high": high, "low": low, "close": close}
    return {name: np.round(array, 2) for name, array in prices.items()} | {
        "volume": np.round(volume)
    }


def side_by_side(columns: Sequence[Mapping[str, FloatArray]]) -> dict[str, FloatArray]:
    """Pack columns of different lengths from the top, ``(n_bars, n_symbols)``."""
    n_bars = max(len(column["close"]) for column in columns)
    out = {name: np.full((n_bars, len(columns)), np.nan) for name in NAMES}
    for name, array in out.items():
        for j, column in enumerate(columns):
            array[: len(column[name]), j] = column[name]
    return out
