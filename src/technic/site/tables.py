"""Which tables a site has: the scan that was asked for, and those of a file of scans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from technic.errors import ParameterError
from technic.scan.config import ScanConfig
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.scan.flat_config import flat_config
from technic.service.schedule.scheduled_scans import ScheduledScan
from technic.settings import Settings

__all__ = ["SiteTable", "site_tables"]

SHARED = (
    "provider", "data", "universe", "price_basis", "adjust_by", "columns_map", "date_format",
    "symbol_from", "market_cap_unit", "no_volume", "as_of", "runner",
)  # fmt: skip
"""What all tables of a site have of the first one: whose bars, listings and day."""
NO_KEYS = ("as_of", "provider", "data", "universe")
_NO_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class SiteTable:
    """``title``: as people read it; ``slug``: what its files are called after."""

    title: str
    slug: str
    config: ScanConfig

    @property
    def page(self) -> str:
        """Name of its page."""
        return f"{self.slug}.html"

    @property
    def json(self) -> str:
        """Name of the file with its rows."""
        return f"{self.slug}.json"

    @property
    def meaning(self) -> str:
        """What its setups look for, in words."""
        return " ".join(setup.meaning for setup in self.config.setups)


def site_tables(
    first: ScanConfig, scans: Sequence[ScheduledScan], settings: Settings
) -> list[SiteTable]:
    """Return the tables; UsageError where a scan cannot be asked for as it stands."""
    found = [SiteTable(_title(first), "scan", first)]
    for scan in scans:
        for key in NO_KEYS:
            if key in scan.keys:
                hint = "the options of technic site say it for all tables"
                raise ParameterError(key, scan.keys[key], f"no key of {scan.name}", hint)
        own = flat_config(scan.keys, settings)
        config = replace(own, **{name: getattr(first, name) for name in SHARED})
        scan_expressions(config)
        slug = f"scan-{_NO_NAME.sub('-', scan.name.lower()).strip('-')}"
        if any(slug == one.slug for one in found):
            raise ParameterError("scans", scan.name, "names that differ in letters or digits")
        found.append(SiteTable(scan.name, slug, config))
    return found


def _title(config: ScanConfig) -> str:
    if config.setups:
        return ", ".join(setup.title or setup.name for setup in config.setups)
    return "Scan" if config.where else "All symbols, ranked"
