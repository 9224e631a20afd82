"""Chart patterns that no expression can say, as functions of the scan language."""

from __future__ import annotations

from collections.abc import Mapping

from technic.language.functions.function import Function
from technic.setups.patterns.cup_with_handle import CUP_WITH_HANDLE
from technic.setups.patterns.flat_base import FLAT_BASE
from technic.setups.patterns.high_tight_flag import HIGH_TIGHT_FLAG
from technic.setups.patterns.pattern import functions
from technic.setups.patterns.vcp import VCP

__all__ = ["PATTERNS"]

PATTERNS: Mapping[str, Function] = {
    name: function
    for pattern in (VCP, CUP_WITH_HANDLE, FLAT_BASE, HIGH_TIGHT_FLAG)
    for name, function in functions(pattern).items()
}
"""Every pattern and every number of a pattern, by name."""
