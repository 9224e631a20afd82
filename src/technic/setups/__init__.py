"""Setups: named scans, and the chart patterns they can ask for."""

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
