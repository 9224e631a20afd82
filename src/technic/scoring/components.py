"""The components of the technical rating: what each measures and how many points that gives.

A component reads columns of the scan, makes one value of them and turns it into 0-100 points
along a curve. Components of a sub-score have weights that add up to 100. The tables in
docs/scoring.md show these definitions; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from technic.scoring.curves import Columns, Curve, column
from technic.scoring.measures import (
    as_is,
    percent_over,
    range_position,
    ratio,
    signed,
    width_ratio,
)
from technic.typing import FloatArray

__all__ = ["LOCAL_SUBSCORES", "REQUIRED_COLUMNS", "SUBSCORES", "Component"]


@dataclass(frozen=True, slots=True)
class Component:
    """One measured value and its points; ``weight`` is its part of the sub-score, in percent."""

    name: str
    weight: float
    unit: str
    formula: str
    columns: tuple[str, ...]
    measure: Callable[..., FloatArray]
    curve: Curve

    def value(self, columns: Columns) -> FloatArray:
        """Measured value of each symbol; NaN where a column is NaN or the value undefined."""
        with np.errstate(over="ignore", invalid="ignore"):
            value = self.measure(*(column(columns, name) for name in self.columns))
        return np.where(np.isfinite(value), value, np.nan)

    def points(self, columns: Columns) -> FloatArray:
        """Points 0-100 of each symbol; NaN where the value is."""
        return self.curve(self.value(columns))


def _above(name: str, weight: float, base: str, span: float) -> Component:
    """How far a price-like column is above another; level is 50 points, ``span`` percent 0/100."""
    top, bottom = base.split(" / ")
    curve = Curve(((-span, 0), (0, 50), (span, 100)))
    return Component(name, weight, "%", f"{base} - 1", (top, bottom), percent_over, curve)


def _plain(name: str, weight: float, unit: str, *knots: tuple[float, float]) -> Component:
    """A column of the scan as it is."""
    return Component(name, weight, unit, name, (name,), as_is, Curve(knots))


_TREND = (
    _above("close_vs_ema_20", 10, "close / ema_20", 8),
    _above("close_vs_sma_50", 20, "close / sma_50", 12),
    _above("close_vs_sma_200", 20, "close / sma_200", 25),
    _above("sma_50_vs_sma_200", 20, "sma_50 / sma_200", 15),
    _plain("sma_200_change_21_pct", 15, "%", (-5, 0), (0, 50), (5, 100)),
    Component(
        "signed_adx_14",
        15,
        "0-100",
        "adx_14 * sign(plus_di_14 - minus_di_14)",
        ("adx_14", "plus_di_14", "minus_di_14"),
        signed,
        Curve(((-40, 0), (0, 50), (40, 100))),
    ),
)

_MOMENTUM = (
    _plain("return_21_pct", 20, "%", (-20, 0), (0, 50), (20, 100)),
    _plain("return_63_pct", 25, "%", (-35, 0), (0, 50), (35, 100)),
    _plain("return_126_pct", 15, "%", (-50, 0), (0, 50), (50, 100)),
    _plain("rsi_14", 25, "0-100", (30, 0), (50, 50), (65, 100), (75, 100), (90, 50)),
    Component(
        "macd_hist_in_atr",
        15,
        "ATR",
        "macd_hist / atr_14",
        ("macd_hist", "atr_14"),
        ratio,
        Curve(((-0.4, 0), (0, 50), (0.4, 100))),
    ),
)

_VOLUME = (
    Component(
        "signed_rel_volume_20",
        30,
        "ratio",
        "rel_volume_20 * sign(return_1_pct)",
        ("rel_volume_20", "return_1_pct"),
        lambda size, change: signed(size, change, np.zeros_like(change)),
        Curve(((-3, 0), (0, 50), (3, 100))),
    ),
    _plain("obv_change_20", 30, "average volumes", (-6, 0), (0, 50), (6, 100)),
    _plain("mfi_14", 20, "0-100", (20, 0), (50, 50), (80, 100)),
    _plain(
        "avg_dollar_volume_20",
        20,
        "$",
        (250_000, 0),
        (1_000_000, 30),
        (5_000_000, 60),
        (25_000_000, 85),
        (100_000_000, 100),
    ),
)

_VOLATILITY = (
    _plain("natr_14", 40, "% of close", (0, 0), (1, 100), (3, 100), (6, 50), (12, 0)),
    Component(
        "volatility_20_vs_63",
        30,
        "ratio",
        "volatility_20_pct / volatility_63_pct",
        ("volatility_20_pct", "volatility_63_pct"),
        ratio,
        Curve(((0.5, 100), (1, 50), (1.5, 0))),
    ),
    Component(
        "squeeze",
        30,
        "ratio",
        "(bb_upper - bb_lower) / (kc_upper - kc_lower)",
        ("bb_upper", "bb_lower", "kc_upper", "kc_lower"),
        width_ratio,
        Curve(((0.5, 100), (1, 60), (2, 0))),
    ),
)

_BREAKOUT = (
    Component(
        "to_high_55_in_atr",
        35,
        "ATR",
        "(close - prior_high_55) / atr_14",
        ("close", "prior_high_55", "atr_14"),
        lambda close, high, atr: ratio(close - high, atr),
        Curve(((-6, 0), (-1.5, 60), (0, 90), (0.5, 100), (3, 100), (6, 50))),
    ),
    _plain("from_high_252_pct", 35, "%", (-50, 0), (-15, 60), (-5, 90), (0, 100)),
    Component(
        "position_in_range_20",
        15,
        "0-100",
        "100 * (close - low_20) / (high_20 - low_20)",
        ("close", "low_20", "high_20"),
        range_position,
        Curve(((0, 0), (100, 100))),
    ),
    Component(
        "position_in_day",
        15,
        "0-100",
        "100 * (close - low) / (high - low)",
        ("close", "low", "high"),
        range_position,
        Curve(((0, 0), (100, 100))),
    ),
)

_RELATIVE_STRENGTH = (_plain("rs_rating", 100, "1-99", (1, 0), (99, 100)),)

SUBSCORES: MappingProxyType[str, tuple[Component, ...]] = MappingProxyType(
    {
        "trend": _TREND,
        "momentum": _MOMENTUM,
        "volume": _VOLUME,
        "volatility": _VOLATILITY,
        "breakout": _BREAKOUT,
        "relative_strength": _RELATIVE_STRENGTH,
    }
)
"""Components of each sub-score, in the order they are shown."""

LOCAL_SUBSCORES = ("trend", "momentum", "volume", "volatility", "breakout")
"""Sub-scores that need nothing but the symbol's own columns."""

REQUIRED_COLUMNS = tuple(
    dict.fromkeys(
        [name for sub in LOCAL_SUBSCORES for part in SUBSCORES[sub] for name in part.columns]
        + ["bars", "return_63_pct", "return_126_pct", "return_189_pct", "return_252_pct"]
    )
)
"""Scan columns that the rating reads, each once."""
