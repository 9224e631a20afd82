"""Health checks: the installation, the settings, a vendor and its key; nothing here prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic._lazy import lazy_names

if TYPE_CHECKING:
    from technic.health.check import Check
    from technic.health.installation import installation_checks
    from technic.health.provider import provider_checks
    from technic.health.run import run_checks
    from technic.health.settings import settings_checks
    from technic.health.vendor import vendor_checks

__all__ = [
    "Check",
    "installation_checks",
    "provider_checks",
    "run_checks",
    "settings_checks",
    "vendor_checks",
]

__getattr__ = lazy_names(
    __name__,
    {
        "Check": "technic.health.check",
        "installation_checks": "technic.health.installation",
        "provider_checks": "technic.health.provider",
        "run_checks": "technic.health.run",
        "settings_checks": "technic.health.settings",
        "vendor_checks": "technic.health.vendor",
    },
)
