"""Setups: named scans, and the chart patterns they can ask for.

Each public name is loaded when it is first used: a scan without setups, which knows what a setup
is, need not load the scan language.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

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

_HOMES = {
    "Library": "library",
    "Setup": "setup",
    "SetupCondition": "setup",
    "SetupOption": "setup",
    "SetupParameter": "setup",
    "check_setup": "check",
    "load_setup": "scan_file",
    "load_setups": "library",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'technic.setups' has no attribute {name!r}")
    return getattr(importlib.import_module(f"technic.setups.{_HOMES[name]}"), name)
