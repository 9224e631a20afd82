"""Setups: named scans, and the chart patterns they can ask for.

Each public name is loaded when it is first used: a scan without setups, which knows what a setup
is, need not load the scan language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic._lazy import lazy_names

if TYPE_CHECKING:
    from technic.setups.check import check_setup
    from technic.setups.library import Library, load_setups
    from technic.setups.scan_file import load_setup
    from technic.setups.setup import Setup, SetupCondition, SetupOption, SetupParameter

__all__ = [
    "Library",
    "Setup",
    "SetupCondition",
    "SetupOption",
    "SetupParameter",
    "check_setup",
    "load_setup",
    "load_setups",
]

__getattr__ = lazy_names(
    __name__,
    {
        "Library": "technic.setups.library",
        "Setup": "technic.setups.setup",
        "SetupCondition": "technic.setups.setup",
        "SetupOption": "technic.setups.setup",
        "SetupParameter": "technic.setups.setup",
        "check_setup": "technic.setups.check",
        "load_setup": "technic.setups.scan_file",
        "load_setups": "technic.setups.library",
    },
)
