"""Technic: scan the whole US stock market, ranked and explained, nothing dropped silently.

Importing this package does no work: each public name is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from technic.version import __version__

if TYPE_CHECKING:
    from technic.ray_scans import run_ray_scans
    from technic.result import ScanResult
    from technic.scan_config import FilterRules, ScanConfig
    from technic.scanner_core import run_scan

__all__ = ["FilterRules", "ScanConfig", "ScanResult", "__version__", "run_ray_scans", "run_scan"]

_HOMES = {
    "FilterRules": "technic.scan_config",
    "ScanConfig": "technic.scan_config",
    "ScanResult": "technic.result",
    "run_ray_scans": "technic.ray_scans",
    "run_scan": "technic.scanner_core",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'technic' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
