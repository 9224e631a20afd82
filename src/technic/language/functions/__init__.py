"""The functions of the scan language, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from technic.language.functions.arithmetic import ARITHMETIC
from technic.language.functions.averages import AVERAGES
from technic.language.functions.bands import BANDS
from technic.language.functions.cross_section import CROSS_SECTION
from technic.language.functions.function import Function
from technic.language.functions.history import HISTORY
from technic.language.functions.momentum import MOMENTUM
from technic.language.functions.timeframes import TIMEFRAMES
from technic.language.functions.trends import TRENDS
from technic.language.functions.volatility import VOLATILITY
from technic.language.functions.volume import VOLUME

__all__ = ["FUNCTIONS", "GROUPS"]

GROUPS: Mapping[str, tuple[Function, ...]] = MappingProxyType(
    {
        "Moving averages": AVERAGES,
        "Bands and channels": BANDS,
        "Momentum": MOMENTUM,
        "Trend strength": TRENDS,
        "Volatility": VOLATILITY,
        "Volume": VOLUME,
        "History": HISTORY,
        "Arithmetic": ARITHMETIC,
        "Against other symbols": CROSS_SECTION,
        "Other bars": TIMEFRAMES,
    }
)
"""The functions by what they are about, in the order of the documentation."""

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {function.name: function for group in GROUPS.values() for function in group}
)
"""Every function by name."""
