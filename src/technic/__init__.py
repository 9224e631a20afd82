"""Technic: scan the whole US stock market, ranked and explained, nothing dropped silently.

Importing this package does no work: each public name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic._lazy import lazy_names
from technic.version import __version__

if TYPE_CHECKING:
    from technic.ray_scans import run_ray_scans
    from technic.result.scan_result import ScanResult
    from technic.scan.config import FilterRules, ScanConfig
    from technic.scanner_core import run_scan

__all__ = ["FilterRules", "ScanConfig", "ScanResult", "__version__", "run_ray_scans", "run_scan"]

__getattr__ = lazy_names(
    __name__,
    {
        "FilterRules": "technic.scan.config",
        "ScanConfig": "technic.scan.config",
        "ScanResult": "technic.result.scan_result",
        "run_ray_scans": "technic.ray_scans",
        "run_scan": "technic.scanner_core",
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
