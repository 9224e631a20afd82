"""Technic: scan the whole US stock market, ranked and explained, nothing dropped silently.

Importing this package does no work: each public name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic._lazy import lazy_names
from technic.version import __version__

if TYPE_CHECKING:
    from technic.data_engine.history import get_price_history, get_price_history_batch
    from technic.ray_scans import run_ray_scans
    from technic.result.diff import diff
    from technic.result.saved import load_saved
    from technic.result.scan_result import ScanResult
    from technic.scan.config import FilterRules, ScanConfig
    from technic.scan.request_plan import plan_requests
    from technic.scan.symbol_history import history
    from technic.scanner_core import run_scan
    from technic.verification import verify

__all__ = [
    "FilterRules",
    "ScanConfig",
    "ScanResult",
    "__version__",
    "diff",
    "get_price_history",
    "get_price_history_batch",
    "history",
    "load_saved",
    "plan_requests",
    "run_ray_scans",
    "run_scan",
    "verify",
]

__getattr__ = lazy_names(
    __name__,
    {
        "FilterRules": "technic.scan.config",
        "ScanConfig": "technic.scan.config",
        "ScanResult": "technic.result.scan_result",
        "diff": "technic.result.diff",
        "get_price_history": "technic.data_engine.history",
        "get_price_history_batch": "technic.data_engine.history",
        "history": "technic.scan.symbol_history",
        "load_saved": "technic.result.saved",
        "plan_requests": "technic.scan.request_plan",
        "run_ray_scans": "technic.ray_scans",
        "run_scan": "technic.scanner_core",
        "verify": "technic.verification",
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
