"""The functions of the scan language, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from technic.language.functions.arithmetic import ARITHMETIC
from technic.language.functions.averages import AVERAGES
from technic.language.functions.bands import BANDS
from technic.language.functions.candlesticks import CANDLESTICKS
from technic.language.functions.cross_section import COMOVEMENT, CROSS_SECTION
from technic.language.functions.function import Function
from technic.language.functions.history import HISTORY
from technic.language.functions.momentum import MOMENTUM
from technic.language.functions.oscillators import OSCILLATORS
from technic.language.functions.since import SINCE
from technic.language.functions.text import TEXT
from technic.language.functions.trends import TRAILING, TRENDS
from technic.language.functions.volatility import VOLATILITY
from technic.language.functions.volume import VOLUME
from technic.language.functions.without_kernel import TIMEFRAMES

__all__ = ["FUNCTIONS", "GROUPS"]

GROUPS: Mapping[str, tuple[Function, ...]] = MappingProxyType(
    {
        "Moving averages": AVERAGES,
        "Bands and channels": BANDS,
        "Momentum": MOMENTUM,
        "Oscillators": OSCILLATORS,
        "Trend strength": TRENDS,
        "Trend lines": TRAILING,
        "Volatility": VOLATILITY,
        "Volume": VOLUME,
        "History": HISTORY + SINCE,
        "Arithmetic": ARITHMETIC,
        "Candlesticks": CANDLESTICKS,
        "Text": TEXT,
        "Against the benchmark": COMOVEMENT,
        "Against other symbols": CROSS_SECTION,
        "Other bars": TIMEFRAMES,
    }
)
"""The functions by what they are about, in the order of the documentation."""

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {function.name: function for group in GROUPS.values() for function in group}
)
"""Every function by name."""
